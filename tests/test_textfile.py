"""textfile: files of administrators' scripts, joined into /metrics."""
from __future__ import annotations

import os
import tempfile
import threading
import unittest
from typing import Optional
from unittest import mock

from glancesd import readings
from glancesd.metrics import textfile
from glancesd.metrics.textfile import FILE_BYTES, parse, read
from glancesd.roots import Roots
from tests.test_scrape import Scraped

GOOD = ('# HELP backup_age_seconds Age of the latest backup.\n# TYPE backup_age_seconds gauge\n'
        'backup_age_seconds{host="nas"} 3600\nbackup_age_seconds{host="web \\"1\\"\\\\"} 7.5\n')
HISTOGRAM = ('# TYPE t histogram\nt_bucket{le="1"} 1\nt_bucket{le="+Inf"} 2\nt_sum 3\nt_count 2\n'
             '# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 3\ns_count 2\n')


class Parse(unittest.TestCase):
    def test_valid(self) -> None:
        for name, text, expected in (
                ("empty", "", {}), ("comments", "# a comment\n#\n\n  \n", {}),
                ("gauge", GOOD, {"backup_age_seconds": ("gauge", "Age of the latest backup.", 2)}),
                ("no type", "a 1\n", {"a": ("untyped", "", 1)}),
                ("escapes in HELP", "# HELP a b\\\\n\\nc\\d\na 1\n", {"a": ("untyped", "b\\n\nc\\d", 1)}),
                ("HELP without text", "# HELP a\na 1\n", {"a": ("untyped", "", 1)}),
                ("what only looks like a part", "# TYPE t histogram\nt_total 1\nu_count 1\n# TYPE v gauge\nv_sum 1\n",
                 dict.fromkeys(("t_total", "u_count", "v_sum"), ("untyped", "", 1))),
                ("parts of a family", HISTOGRAM, {"t": ("histogram", "", 4), "s": ("summary", "", 3)}),
                ("numbers", "a NaN\nb +Inf\nc -1e-3\nd -infinity\ne .5\nf 5.\n",
                 dict.fromkeys("abcdef", ("untyped", "", 1))),
                ("lines of DOS", "a 1\r\nb 2\r\n", {"a": ("untyped", "", 1), "b": ("untyped", "", 1)}),
                ("blanks", 'a { x = "1" , y="2", } 5\n', {"a": ("untyped", "", 1)}),
                ("no line feed at the end", "a 1", {"a": ("untyped", "", 1)})):
            with self.subTest(name):
                self.assertEqual({family: (found.kind, found.help, len(found.lines))
                                  for family, found in parse(text).items()}, expected)

    def test_malformed(self) -> None:
        for text in ('a{x="1",x="2"} 1\n', 'a{__name__="b"} 1\n', "a\xa01\n", "a \u0661\n", "a 1e999\n", "a -nan\n",
                     "a 0x1p3\n", 'a{x="1"} 1\na{x = "1"} 2\n', 'a{x="\0"} 1\n',
                     "a\n", "a b\n", "a 1 1700000000000\n", 'a{x="1} 2\n', 'a{x=1} 2\n', "1a 2\n", "a 1_0\n",
                     "a 1\na 2\n",
                     'a{x="1",y="2"} 1\na{y="2",x="1"} 1\n', "# TYPE a strange\na 1\n", "\0\n", 'a{x="\\q"} 1\n',
                     "a" * 100000 + "\n", "a" + "{" * 100000 + " 1\n"):
            with self.subTest(text[:40]), self.assertRaises(ValueError):
                parse(text)
        with self.assertRaisesRegex(ValueError, "line 2: "):
            parse("a 1\nb\n")

    def test_each_series_is_compared_with_few(self) -> None:
        """A megabyte of series, each compared with all before it, would take a minute a scrape."""
        compared = []

        class Label(str):
            __hash__ = str.__hash__

            def __eq__(self, other: object) -> bool:
                compared.append(other)
                return str.__eq__(self, other)

        found = mock.Mock(findall=lambda text: [("x", Label(text))])
        with mock.patch.object(textfile, "_ONE_LABEL", found):
            parse("".join('a{x="%d"} 1\n' % number for number in range(500)))
        self.assertLess(len(compared), 500)


class Read(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name: str, text: str) -> str:
        path = os.path.join(self.folder, name)
        with open(path, "w", newline="") as file:
            file.write(text)
        os.utime(path, (1700000000, 1700000000))
        return path

    def test_no_directory(self) -> None:
        with mock.patch.object(os, "listdir", return_value=["x.prom"]):
            self.assertEqual(read(None), (False, {}, []))
        self.assertEqual(read(os.path.join(self.folder, "none")), (True, {}, []))

    def test_files(self) -> None:
        path = self.write("a.prom", GOOD)
        self.write("b.txt", "nonsense\n")
        files = read(self.folder)
        self.assertEqual((files.error, list(files.families), files.modified),
                         (False, ["backup_age_seconds"], [(path, 1700000000.0)]))

    def test_what_cannot_be_read_costs_that_file(self) -> None:
        good = self.write("a.prom", GOOD)
        os.mkfifo(os.path.join(self.folder, "b.prom"))
        os.mkdir(os.path.join(self.folder, "c.prom"))
        self.write("d.prom", "#" * (FILE_BYTES + 1))
        os.symlink("gone", os.path.join(self.folder, "i.prom"))
        self.write("e.prom", "# TYPE backup_age_seconds counter\nbackup_age_seconds 1\n")
        self.write("f.prom", GOOD)
        self.write("g.prom", 'a 1\nbackup_age_seconds{host="nas"} 3\n')
        with open(os.path.join(self.folder, "h.prom"), "wb") as file:
            file.write(b'a{x="\xff"} 1\n')
        files = read(self.folder)
        self.assertEqual((files.error, [path for path, _ in files.modified], list(files.families)),
                         (True, [good], ["backup_age_seconds"]))

    def test_families_of_two_files_are_joined(self) -> None:
        self.write("a.prom", GOOD)
        self.write("b.prom", '# TYPE backup_age_seconds gauge\nbackup_age_seconds{host="b"} 1\n')
        files = read(self.folder)
        self.assertEqual((files.error, len(files.families["backup_age_seconds"].lines)), (False, 3))

    def test_on_the_page(self) -> None:
        self.write("a.prom", GOOD + HISTOGRAM + "# TYPE jobs counter\njobs 4\n")
        scraped = Scraped(Roots("/nowhere", "/nowhere", "/nowhere"), textfile_directory=self.folder)
        page = scraped.page()
        self.assertIn("# TYPE backup_age_seconds gauge\n# HELP backup_age_seconds Age of the latest backup.\n"
                      'backup_age_seconds{host="nas"} 3600\n', page)
        self.assertIn("\nnode_textfile_scrape_error 0\n", page)
        self.assertIn('node_textfile_mtime_seconds{file="%s/a.prom"} 1700000000.0\n' % self.folder, page)
        self.assertIn("# TYPE jobs unknown\n", scraped.page(accept="application/openmetrics-text"))

    def test_one_file_that_is_not_the_format_beside_another(self) -> None:
        self.write("a.prom", "mine 1\n")
        self.write("b.prom", "nonsense\n")
        page = Scraped(Roots("/nowhere", "/nowhere", "/nowhere"), textfile_directory=self.folder).page()
        self.assertIn("# HELP mine Of a text file.\nmine 1\n", page)
        self.assertIn("\nnode_textfile_scrape_error 1\n", page)

    def test_a_family_that_is_there(self) -> None:
        self.write("a.prom", "node_time_seconds 4\nmine 1\n")
        page = Scraped(Roots("/nowhere", "/nowhere", "/nowhere"), textfile_directory=self.folder).page()
        self.assertEqual(page.count("\nnode_time_seconds "), 1)
        self.assertIn("\nmine 1\n", page)
        self.assertIn("\nnode_textfile_scrape_error 1\n", page)

    def test_families_that_stand_behind_it_on_the_page(self) -> None:
        names = ("process_open_fds", "node_scrape_collector_success", "node_textfile_scrape_error")
        self.write("a.prom", "".join("%s 7777777\n" % name for name in names) + "mine 1\n")
        page = Scraped(Roots("/nowhere", "/nowhere", "/nowhere"), textfile_directory=self.folder).page()
        for name in names:
            self.assertNotIn("\n%s 7777777\n" % name, page)
            self.assertIn("\n# TYPE %s gauge\n" % name, page)
        self.assertIn("\nmine 1\n", page)
        self.assertIn("\nnode_textfile_scrape_error 1\n", page)

    def test_a_folder_that_does_not_answer_holds_up_one_scrape(self) -> None:
        scraped = Scraped(Roots("/nowhere", "/nowhere", "/nowhere"), textfile_directory=self.folder)
        asked, release = threading.Event(), threading.Event()

        def hangs(directory: Optional[str]) -> textfile.Files:
            asked.set()
            release.wait(60)
            return textfile.Files(False, {}, [])

        with mock.patch.object(textfile, "read", hangs), mock.patch.object(readings, "TURN_SECONDS", 0.05):
            first = threading.Thread(target=scraped.page)
            first.start()
            self.addCleanup(first.join)
            self.addCleanup(release.set)
            self.assertTrue(asked.wait(60))
            for _ in range(2):
                page = scraped.page()
                self.assertIn('\nnode_scrape_collector_success{collector="textfile"} 0\n', page)
                self.assertIn('\nnode_scrape_collector_success{collector="time"} 1\n', page)
            release.set()
            first.join()
        self.assertIn('\nnode_scrape_collector_success{collector="textfile"} 1\n', scraped.page())

    def test_so_many_bytes(self) -> None:
        for name in "abc":
            self.write(name + ".prom", "%s 1\n#%s\n" % (name, "x" * 100))
        with mock.patch.object(textfile, "ALL_BYTES", 250):
            self.assertEqual((read(self.folder).error, list(read(self.folder).families)), (True, ["a", "b"]))

    def test_so_many(self) -> None:
        for number in range(textfile.FILES + 5):
            self.write("%04d.prom" % number, "m%d 1\n" % number)
        self.assertEqual(len(read(self.folder).modified), textfile.FILES)


if __name__ == "__main__":
    unittest.main()
