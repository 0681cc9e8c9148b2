"""process_details: what only API 3 and 4 ask of a process: read of whom, how often, and kept how long."""
from __future__ import annotations

import unittest
from typing import Any
from unittest import mock

from glancesd.api import v3
from glancesd.collectors import process_details, processes
from glancesd.collectors.process_details import Pages, Sampler
from glancesd.collectors.processes import REFRESH_SECONDS
from glancesd.parsing import ParseError
from glancesd.roots import NoData
from tests import test_processes
from tests.test_processes import Host, program, stat

STATM = b"1283 955 842 226 0 139 0\n"


def host(*pids: int) -> Host:
    files: dict[str, test_processes.Content] = {}
    for pid in pids:
        files.update(program(pid))
        files["%d/statm" % pid] = STATM
    return Host(files)


class Parse(unittest.TestCase):
    def test_arguments(self) -> None:
        for name, data, expected in (
                ("kernel thread", b"", ()),
                ("padding alone", b"\0\0\0", ()),
                ("usual", b"/bin/sh\0-c\0echo a b\0", ("/bin/sh", "-c", "echo a b")),
                ("an empty argument inside", b"a\0\0b\0", ("a", "", "b")),
                ("a title", b"nginx: master process /usr/sbin/nginx\0\0\0", ("nginx:", "master", "process",
                                                                            "/usr/sbin/nginx")),
                ("a title without an end", b"postgres: writer", ("postgres:", "writer")),
                ("a blank of Unicode is none", b"a\xc2\xa0b c", ("a\xa0b", "c")),
                ("not UTF-8", b"\xff\0x\0", ("\ufffd", "x"))):
            with self.subTest(name):
                self.assertEqual(process_details.parse_arguments(data), expected)

    def test_statm(self) -> None:
        self.assertEqual(process_details.parse_statm(STATM), Pages(1283, 955, 842, 226, 0, 139, 0))
        for data in (b"", b"1 2 3 4 5 6", b"1 2 3 4 5 6 x", b"1 2 3 4 5 6 " + b"9" * 30):
            with self.subTest(data), self.assertRaisesRegex(ParseError, "PID/statm:1: not seven numbers"):
                process_details.parse_statm(data)

    def test_gids(self) -> None:
        self.assertEqual(process_details.parse_gids(b"Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n"), (5, 6, 7))
        for data in (b"", b"Name:\tx\n", b"Gid:\n", b"Gid:\t1\tx\t3\n"):
            with self.subTest(data), self.assertRaisesRegex(ParseError, "PID/status:"):
                process_details.parse_gids(data)


class Samples(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 1000.0
        self.processes = processes.Sampler(lambda: self.now)
        self.sampler = Sampler(lambda: self.now)

    def sample(self, machine: Host) -> Any:
        sample = self.processes(machine)
        machine.opened.clear()
        return self.sampler(machine, sample)

    def test_everything(self) -> None:
        machine = host(10)
        machine.files["10/stat"] = stat(user=300, system=40)
        detail = self.sample(machine)[10]
        self.assertEqual((detail.arguments, detail.gids, detail.pages), (("bash", "-l"), (7, 7, 7), Pages(
            1283, 955, 842, 226, 0, 139, 0)))
        self.assertEqual((detail.children_user_ticks, detail.children_system_ticks), (4, 205))
        self.assertEqual(sorted(machine.opened), ["10/cmdline", "10/stat", "10/statm", "10/status"])

    def test_a_process_that_did_nothing_is_not_read_again(self) -> None:
        machine = host(10, 11)
        before = self.sample(machine)
        machine.files["11/stat"] = stat(pid=11, user=500)
        self.now += 1
        after = self.sample(machine)
        self.assertIs(after[10], before[10])
        self.assertEqual(machine.opened, ["11/statm", "11/stat"])

    def test_arguments_and_groups_are_read_again_now_and_then(self) -> None:
        machine = host(10)
        self.sample(machine)
        machine.files["10/cmdline"] = b"bash\0-x\0"
        self.now += REFRESH_SECONDS + 9
        self.assertEqual(self.sample(machine)[10].arguments, ("bash", "-l"))
        self.now += 1
        self.assertEqual(self.sample(machine)[10].arguments, ("bash", "-x"))

    def test_a_number_that_comes_again_inherits_nothing(self) -> None:
        machine = host(10)
        self.sample(machine)
        machine.files.update({"10/stat": stat(start=9000), "10/cmdline": b"other\0"})
        self.assertEqual(self.sample(machine)[10].arguments, ("other",))

    def test_a_number_that_comes_again_as_the_same_program_inherits_nothing(self) -> None:
        machine = host(10)
        self.sample(machine)
        machine.files.update({"10/stat": stat(start=9000), "10/status": b"Name:\tbash\nUid:\t1000\nGid:\t1\t2\t3\n"})
        self.assertEqual(self.sample(machine)[10].gids, (1, 2, 3))

    def test_groups_of_an_idle_process_are_read_again_now_and_then(self) -> None:
        machine = host(10)
        sample = self.processes(machine)
        self.sampler(machine, sample)
        machine.files["10/status"] = b"Name:\tbash\nUid:\t1000\nGid:\t1\t2\t3\n"
        self.now += REFRESH_SECONDS
        self.assertEqual(self.sampler(machine, sample)[10].gids, (7, 7, 7))
        self.now += 10
        self.assertEqual(self.sampler(machine, sample)[10].gids, (1, 2, 3))

    def test_long_arguments(self) -> None:
        machine = host(10, 11, 12)
        for pid in (10, 11, 12):
            machine.files["%d/cmdline" % pid] = b"x" * 5000
        with mock.patch.object(process_details, "ARGUMENTS_BYTES", 9000):
            details = self.sample(machine)
        self.assertEqual([len(detail.arguments[0]) for detail in details.values()],
                         [5000, 5000, process_details.SHORT_BYTES])

    def test_another_program_in_the_same_process(self) -> None:
        machine = host(10)
        self.sample(machine)
        machine.files.update({"10/stat": stat(b"vim", user=301), "10/cmdline": b"vim\0x\0"})
        self.assertEqual(self.sample(machine)[10].arguments, ("vim", "x"))

    def test_met_between_fork_and_exec(self) -> None:
        machine = host(10)
        self.sample(machine)
        machine.files.update({**program(11, stat(pid=11, start=6000), b"bash\0-l\0"), "11/statm": STATM})
        self.assertEqual(self.sample(machine)[11].arguments, ("bash", "-l"))
        machine.files["11/cmdline"] = b"bash\0-c\0make\0"
        self.assertEqual(self.sample(machine)[11].arguments, ("bash", "-c", "make"))

    def test_what_may_not_be_read_or_is_gone_is_not_known(self) -> None:
        for name, problem in (("gone", NoData("gone")), ("denied", PermissionError(13, "Permission denied"))):
            with self.subTest(name):
                self.setUp()
                machine = host(10)
                machine.files.update({"10/statm": problem, "10/status": problem, "10/cmdline": problem})
                sample = self.processes(machine)
                detail = self.sampler(machine, sample)[10]
                self.assertEqual((detail.arguments, detail.gids, detail.pages), (None, None, None))

    def test_one_that_has_ended_since_the_sample(self) -> None:
        machine = host(10, 11)
        known = self.sample(host(10))[10]
        sample = self.processes(machine)
        for pid in (10, 11):
            machine.files.update({"%d/%s" % (pid, name): NoData("gone")
                                  for name in ("stat", "statm", "status", "cmdline")})
        self.assertEqual(self.sampler(machine, sample), {10: known})

    def test_what_could_not_be_opened_for_want_of_descriptors_is_read_by_the_next(self) -> None:
        for file, content in (("statm", STATM), ("cmdline", b"bash\0-l\0"),
                              ("status", test_processes.STATUS % (10, 1000))):
            with self.subTest(file):
                self.setUp()
                machine = host(10)
                sample = self.processes(machine)
                machine.files["10/" + file] = test_processes.TOO_MANY
                with self.assertRaises(OSError):
                    self.sampler(machine, sample)
                machine.files["10/" + file] = content
                detail = self.sampler(machine, sample)[10]
                self.assertEqual((detail.arguments, detail.gids, detail.pages),
                                 (("bash", "-l"), (7, 7, 7), process_details.parse_statm(STATM)))

    def test_malformed_files_cost_themselves_and_a_line(self) -> None:
        machine = host(10)
        machine.files["10/statm"] = b"x\n"
        detail = self.sample(machine)[10]
        self.assertEqual((detail.pages, detail.gids), (None, (7, 7, 7)))
        self.assertEqual([str(problem)[:9] for problem in machine.reported], ["10/statm:"])

    def test_a_column_that_only_few_ask_for_costs_no_other_process(self) -> None:
        machine = host(10, 11)
        machine.files["10/stat"] = stat().replace(b" 4 205 ", b" x 205 ")
        details = self.sample(machine)
        self.assertEqual([(detail.children_user_ticks, detail.children_system_ticks, detail.pages is not None)
                          for detail in details.values()], [(None, None, True), (4, 205, True)])
        self.assertEqual([str(problem)[:8] for problem in machine.reported], ["10/stat:"])
        activity = processes.derive(self.processes(machine), None, 0.0)[0]
        self.assertEqual(v3.cpu_times(activity, details[10]), (3.0, 0.4, None, None, None))

    def test_a_kernel_thread_has_no_arguments(self) -> None:
        machine = host(10)
        machine.files["10/stat"] = stat(b"kthreadd", virtual=0, flags=test_processes.KERNEL_THREAD)
        self.assertEqual(self.sample(machine)[10].arguments, ())
        self.assertNotIn("10/cmdline", machine.opened)

    def test_nobody_is_kept_who_is_gone(self) -> None:
        machine = host(10, 11)
        self.sample(machine)
        for name in [name for name in machine.files if name.startswith("11/")]:
            del machine.files[name]
        self.assertEqual(list(self.sample(machine)), [10])
        self.assertEqual(list(self.sampler._seen), [10])

    def test_no_processes(self) -> None:
        with self.assertRaises(NoData):
            self.sampler(host(), None)


if __name__ == "__main__":
    unittest.main()
