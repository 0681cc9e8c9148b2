"""process_files: stat, io, status, cmdline as kernels print them, and the name of a program whatever its title says."""
from __future__ import annotations

import unittest

from glancesd.collectors import process_files
from glancesd.collectors.process_files import MoreTicks, Record
from glancesd.parsing import ParseError
from tests.test_processes import IO, STATUS, stat


class ParseStat(unittest.TestCase):
    NEWEST = (b"2649 (bash) S 2648 2649 2649 0 -1 4194560 4084 129062 0 43 1 4 205 629 25 5 3 0 163277 5251072 955 "
              b"18446744073709551615 94226955583488 94226956372893 140727268658016 0 0 0 65536 4 1132560123 1 0 0 17 "
              b"0 0 0 0 0 0 94226956606192 94226956654436 94227252355072 140727268662138 140727268662153 "
              b"140727268662153 140727268663274 0\n")
    ANCIENT = b"1 (init) S 0 1 1 0 -1 4194560 9 9 9 9 7 8 9 9 15 0 1 0 12 2899968 345 4294967295\n"

    def test_newest(self) -> None:
        self.assertEqual(process_files.parse_stat(self.NEWEST),
                         Record(b"bash", "S", 2648, 5, 3, 163277, 1, 4, 955, 5251072))

    def test_ancient(self) -> None:
        self.assertEqual(process_files.parse_stat(self.ANCIENT), Record(b"init", "S", 0, 0, 1, 12, 7, 8, 345, 2899968))

    def test_not_one_column_less(self) -> None:
        record = self.ANCIENT.rpartition(b" ")[0]
        self.assertEqual(process_files.parse_stat(record), process_files.parse_stat(self.ANCIENT))
        with self.assertRaises(ParseError):
            process_files.parse_stat(record.rpartition(b" ")[0])

    def test_more(self) -> None:
        self.assertEqual(process_files.parse_more(self.NEWEST), MoreTicks(205, 629, 0, 0))
        waited = self.NEWEST.replace(b" 17 0 0 0 0 0 0 ", b" 17 3 0 0 42 0 0 ")
        self.assertEqual(process_files.parse_more(waited), MoreTicks(205, 629, 42, 3))
        self.assertEqual(process_files.parse_more(self.ANCIENT), MoreTicks(9, 9, None, None))
        for name, record in (("short", b"1 (a) S 0 1"), ("not a number", self.NEWEST.replace(b" 205 ", b" x ")),
                             ("more than 64 bits", self.NEWEST.replace(b" 205 ", b" %s " % (b"9" * 400)))):
            with self.subTest(name), self.assertRaises(ParseError):
                process_files.parse_more(record)

    def test_kernel_thread(self) -> None:
        self.assertFalse(process_files.is_kernel_thread(self.NEWEST))
        self.assertTrue(process_files.is_kernel_thread(self.NEWEST.replace(b"4194560", b"2129984")))

    def test_names(self) -> None:
        for name in (b"", b")", b"(", b"a b", b"my proc (x)name", b"a) R 1 2 3", b"two\nlines", b"caf\xc3\xa9",
                     b"\xff\xfe", b"kworker/0:0H-events_highpri"):
            with self.subTest(name):
                self.assertEqual(process_files.parse_stat(stat(name, parent=77))[:3], (name, "S", 77))

    def test_states(self) -> None:
        for state in "RSDTtZXI":
            with self.subTest(state):
                self.assertEqual(process_files.parse_stat(stat(state=state.encode())).state, state)

    def test_malformed(self) -> None:
        for name, record in (("empty", b""), ("no name", b"1 S 0 1 1"), ("the name does not end", b"1 (bash S 0 1 1 0"),
                             ("the name does not begin", b"1 bash) S" + b" 0" * 40), ("short", self.ANCIENT[:50]),
                             ("nothing behind the name", b"1 (bash)\n"), ("no state", b"1 (bash)" + b" 10" * 40),
                             ("not a number", self.ANCIENT.replace(b"345", b"3x5")),
                             ("more than 64 bits", self.ANCIENT.replace(b"345", b"9" * 400))):
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                process_files.parse_stat(record, "1/stat")
            self.assertTrue(str(caught.exception).startswith("1/stat:1: "), caught.exception)


class ParseIo(unittest.TestCase):
    def test_valid(self) -> None:
        for name, record, expected in (("newest", IO % (4096, 12288), (4096, 12288)),
                                       ("nothing before them", b"write_bytes: 2\nread_bytes: 1\n", (1, 2))):
            with self.subTest(name):
                self.assertEqual(process_files.parse_io(record), expected)

    def test_malformed(self) -> None:
        for name, record in (("empty", b""), ("short", b"rchar: 9\nwchar: 8\n"), ("no read_bytes", b"write_bytes: 9\n"),
                             ("no write_bytes", b"read_bytes: 9\n"), ("no number", b"read_bytes: x\nwrite_bytes: 1\n"),
                             ("cut", b"read_bytes: 1\nwrite_bytes:"),
                             ("more than 64 bits", b"read_bytes: 1\nwrite_bytes: " + b"9" * 400)):
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                process_files.parse_io(record, "1/io")
            self.assertTrue(str(caught.exception).startswith("1/io:1: "), caught.exception)


class ParseStatusUid(unittest.TestCase):
    def test_valid(self) -> None:
        for name, record, expected in (("real, not effective", STATUS % (1, 33), 33),
                                       ("escaped newline in the name", b"Name:\ta\\nUid:\t7\nUid:\t8\t8\t8\t8\n", 8)):
            with self.subTest(name):
                self.assertEqual(process_files.parse_status_uid(record), expected)

    def test_malformed(self) -> None:
        for name, record, message in (("empty", b"", "1/status:1: no user id"),
                                      ("missing", b"Name:\ta\n", "1/status:1: no user id"),
                                      ("no number", b"Name:\ta\nUid:\tx\n", "1/status:2: not a user id"),
                                      ("cut", b"Name:\ta\nUid:", "1/status:2: not a user id")):
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                process_files.parse_status_uid(record, "1/status")
            self.assertTrue(str(caught.exception).startswith(message), caught.exception)


class ParseCommandLine(unittest.TestCase):
    def test_table(self) -> None:
        for name, data, expected in (
                ("kernel thread, zombie", b"", ""),
                ("arguments", b"/usr/bin/python3\0-m\0glancesd\0", "/usr/bin/python3 -m glancesd"),
                ("an empty argument", b"sh\0-c\0\0x\0", "sh -c x"),
                ("an empty first argument", b"\0-c\0x\0", " -c x"),
                ("a title instead of arguments", b"nginx: worker process", "nginx: worker process"),
                ("a title, padded", b"sshd: root@pts/0\0\0\0\0\0\0", "sshd: root@pts/0"),
                ("a newline in an argument", b"sh\0-c\0a\nb\0", "sh -c a\nb"),
                ("UTF-8", b"caf\xc3\xa9\0", "caf\u00e9"),
                ("not UTF-8", b"caf\xe9\0-x\0", "caf\ufffd -x"),
                ("nothing but NUL", b"\0\0\0", "")):
            with self.subTest(name):
                self.assertEqual(process_files.parse_command_line(data), expected)


class ProgramName(unittest.TestCase):
    TABLE = (
        # what, comm, arguments, the program's name
        ("short", b"bash", b"/bin/bash-static\0", "bash"),
        ("cut by the kernel", b"systemd-journal", b"/lib/systemd/systemd-journald\0", "systemd-journald"),
        ("fifteen, whole", b"fifteen-letters", b"fifteen-letters\0-x\0", "fifteen-letters"),
        ("an interpreter's", b"fifteen-letters", b"/bin/sh\0/x/fifteen-letters.sh\0", "fifteen-letters"),
        ("cut within a character", b"fourteen-chars\xc3", b"fourteen-chars\xc3\xa9\0", "fourteen-chars\u00e9"),
        ("a title that may be a file's name", b"f" * 15, b"f" * 255, "f" * 255),
        ("a title that cannot be one", b"f" * 15, b"f" * 256, "f" * 15),
        ("no arguments", b"fifteen-letters", b"", "fifteen-letters"),
        ("not UTF-8", b"a\xff)b\n", b"x\0", "a\ufffd)b\n"),
        ("a title with options", b"uploader --toke", b"uploader --token=SECRET\0\0\0", "uploader"),
        ("behind a tab", b"uploader\t--toke", b"uploader\t--token=SECRET\0", "uploader"),
        ("short, whole in stat", b"up -pSECRET", b"up -pSECRET\0", "up"),
        ("nothing but options", b" --token=SECRET", b" --token=SECRET", "?"),
        ("an option alone", b"-token=SECRET", b"-token=SECRET\0", "?"),
        ("an option alone, cut", b"--token=SECRET-", b"--token=SECRET-AND-MORE\0", "?"),
        ("a session of xdm", b"-:0", b"-:0\0", "-:0"),
        ("behind a long name", b"chromium-browse", b"/usr/lib/chromium-browser/chromium-browser --enable-pinch    ",
         "chromium-browser"),
        ("with slashes", b"chromium-browse", b"/usr/lib/chromium-browser/chromium-browser --a=/b/c\0",
         "chromium-browser"),
        ("without a path", b"chromium-browse", b"chromium-browser http://u:SECRET@h/x\0", "chromium-browser"),
        ("that begins with a path", b"/usr/bin/upload", b"/usr/bin/uploader --token=SECRET\0", "uploader"),
        ("and has its blank early", b"/usr/bin/up SEC", b"/usr/bin/up SECRET\0", "up"),
        ("and is short", b"/bin/up", b"/bin/up --token=SECRET\0", "up"),
        ("that ends in a slash", b"/usr/lib/upload", b"/usr/lib/upload/ x\0", "/usr/lib/upload"),
        ("a file's name", b"gcc -O2 (x) y", b"gcc\0-O2\0", "gcc"),
        ("a blank and no option", b"tmux: server", b"tmux\0", "tmux: server"),
        ("a thread's name", b"Isolated Web Co", b"/usr/lib/firefox/firefox\0-contentproc\0", "Isolated Web Co"),
        ("a file's name with blanks", b"Plex Media Serv", b"/usr/lib/plexmediaserver/Plex Media Server\0",
         "Plex Media Server"),
        ("nothing", b"", b"", ""),
    )

    def test_table(self) -> None:
        for name, comm, arguments, expected in self.TABLE:
            with self.subTest(name):
                found = process_files.program_name(comm, arguments)
                self.assertEqual(found, expected)
                self.assertNotIn("SEC", found)


if __name__ == "__main__":
    unittest.main()
