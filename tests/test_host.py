"""host: loadavg, os-release and cpuinfo as systems print them, and what a tree tells of its host."""
from __future__ import annotations

import errno
import os
import struct
import unittest
from typing import Optional
from unittest import mock

from glancesd.collectors import cpu, host
from glancesd.collectors.host import Cores, Identity, Load
from glancesd.collectors.memory import Memory
from glancesd.parsing import ParseError
from glancesd.roots import NoData, Roots
from tests.fake_host import Tree

DEBIAN = ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n'
          'VERSION="12 (bookworm)"\nID=debian\nHOME_URL="https://www.debian.org/"\n')

X86 = """processor	: 0
model name	: Some CPU @ 2.10GHz
physical id	: 0
siblings	: 4
core id		: 0
cpu cores	: 2

processor	: 1
physical id	: 0
core id		: 5
cpu cores	: 2

processor	: 2
physical id	: 1
core id		: 0
cpu cores	: 2

processor	: 3
physical id	: 0
core id		: 0
cpu cores	: 2

"""
MIPS = """system type		: MediaTek MT7621 ver:1 eco:3
machine			: Some Router
processor		: 0
cpu model		: MIPS 1004Kc V2.15
package			: 0
core			: 0
VPE			: 0

processor		: 1
cpu model		: MIPS 1004Kc V2.15
package			: 0
core			: 0
VPE			: 1

processor		: 2
cpu model		: MIPS 1004Kc V2.15
package			: 0
core			: 1
VPE			: 0

"""
ARM = """processor	: 0
BogoMIPS	: 108.00
Features	: fp asimd evtstrm crc32 cpuid
CPU implementer	: 0x41
CPU part	: 0xd08

processor	: 1
BogoMIPS	: 108.00

Hardware	: BCM2835
Model		: Raspberry Pi 4 Model B Rev 1.4
"""
STAT = "cpu  1 2 3 4\ncpu0 1 2 3 4\ncpu1 1 2 3 4\ncpu4 1 2 3 4\n"


def memory(vmalloc_bytes: Optional[int]) -> Memory:
    return Memory(9, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, vmalloc_bytes=vmalloc_bytes)


class LoadAverages(Tree):
    def test_valid(self) -> None:
        for name, text, expected in (
                ("newest", "0.37 0.08 1.50 2/104 8090\n", Load(0.37, 0.08, 1.5)),
                ("nothing but averages", "0.00 12.01 345.67", Load(0.0, 12.01, 345.67))):
            with self.subTest(name):
                self.assertEqual(host.parse_load(text), expected)

    def test_malformed(self) -> None:
        for name, text in (("empty", ""), ("short", "0.37 0.08\n"), ("not a number", "0.37 x 0.03 2/104 8090\n"),
                           ("nan", "0.37 nan 0.03\n"), ("infinite", "0.37 0.08 inf\n"),
                           ("negative", "-0.37 0.08 0.03\n")):
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                host.parse_load(text)
            self.assertTrue(str(caught.exception).startswith("loadavg:1: "), caught.exception)

    def test_sample(self) -> None:
        self.assertEqual(host.sample_load(self.host({"proc/loadavg": "0.1 0.2 0.3 1/2 3\n"})), Load(0.1, 0.2, 0.3))
        with self.assertRaises(NoData):
            host.sample_load(self.host({}))


class OsRelease(unittest.TestCase):
    TABLE = (
        ("Debian", DEBIAN, "Debian GNU/Linux 12"),
        ("OpenWrt", 'NAME="OpenWrt"\nVERSION="22.03.5"\nVERSION_ID="22.03.5"\n', "OpenWrt 22.03.5"),
        ("no version", 'NAME="Arch Linux"\nBUILD_ID=rolling\n', "Arch Linux"),
        ("empty version", "NAME=Fedora\nVERSION_ID=\n", "Fedora"),
        ("empty", "", "Linux"),
        ("no name", "VERSION_ID=3\n", "Linux 3"),
        ("bare", "NAME=Alpine\nVERSION_ID=3.20.1\n", "Alpine 3.20.1"),
        ("single quotes", "NAME='Some $Linux'\nVERSION_ID='7'\n", "Some $Linux 7"),
        ("escapes in double quotes", 'NAME="The \\"New\\" \\$Linux \\\\"\n', 'The "New" $Linux \\'),
        ("no escapes in single quotes", "NAME='C:\\\\'\n", "C:\\\\"),
        ("comments, blank lines, other text", "# NAME=No\n\nnot an assignment\nNAME=Yes\n", "Yes"),
        ("space around", "  NAME=Yes  \r\nVERSION_ID=\"1\" \n", "Yes 1"),
        ("the last one counts", "NAME=One\nNAME=Two\n", "Two"),
        ("a quote within", "NAME=\"Kid's\"\n", "Kid's"),
    )

    def test_table(self) -> None:
        for name, text, expected in self.TABLE:
            with self.subTest(name):
                self.assertEqual(host.parse_os_release(text), expected)


class Cpuinfo(unittest.TestCase):
    TABLE = (
        ("empty", "", None),
        ("x86: two sockets, two threads on a core", X86, 3),
        ("MIPS: two threads on a core", MIPS, 2),
        ("LoongArch: two packages", "package : 0\ncore : 0\n\npackage : 1\ncore : 0\n", 2),
        ("MIPS without packages", MIPS.replace("package", "other"), 2),
        ("ARM tells nothing", ARM, None),
        ("cores of each package alone", X86.replace("core id", "other"), 4),
        ("one CPU that says nothing of cores", "processor	: 0\nmodel name	: Some CPU\n", None),
        ("cores that are no number", "physical id	: 0\ncpu cores	: many\n", None),
        ("cores that are too many", "physical id	: 0\ncpu cores	: %s\n" % ("9" * 5000), None),
    )

    def test_table(self) -> None:
        for name, text, expected in self.TABLE:
            with self.subTest(name):
                self.assertEqual(host.parse_cpuinfo(text), expected)


class Uptime(Tree):
    def test_parse(self) -> None:
        self.assertEqual(host.parse_uptime("5025.33 8704.45\n"), 5025.33)
        for text in ("", "x", "-1 2", "nan 1", "inf 1"):
            with self.subTest(text), self.assertRaises(ParseError):
                host.parse_uptime(text)

    def test_start(self) -> None:
        """Now is 2,000,000."""
        first = "1 (init) S 0 1 1 0 -1 4194560 9 9 9 9 7 8 9 9 15 0 1 0 %d 2899968 345 4294967295\n"
        for name, btime, files, expected in (
                ("a machine", 1000000, {"proc/1/stat": first % 12}, 1000000),
                ("no btime", None, {"proc/1/stat": first % 12, "proc/uptime": "3600.5 1.0\n"}, 1996399.5),
                ("a btime of 0", 0, {"proc/1/stat": first % 12, "proc/uptime": "3600.5 1.0\n"}, 1996399.5),
                ("a container that started an hour ago", 1000000, {"proc/1/stat": first % 99640000}, 1996400),
                ("no btime in it", None, {"proc/1/stat": first % 99640000, "proc/uptime": "1000000.00 1\n"}, 1996400),
                ("lxcfs has moved the start", 1996400, {"proc/1/stat": first % 99640000}, 1996400),
                ("and the uptime", None, {"proc/1/stat": first % 99640000, "proc/uptime": "3600.00 1\n"}, 1996400),
                ("no process 1 to be seen", 1000000, {}, 1000000),
                ("a malformed one", 1000000, {"proc/1/stat": "nonsense"}, 1000000)):
            with self.subTest(name):
                stat = cpu.parse(STAT + ("btime %d\n" % btime if btime is not None else ""))
                roots = self.host(files)
                sampler = host.StartSampler(lambda: 2000000.0)
                self.assertEqual([sampler(roots, stat), sampler(roots, stat)], [expected, expected])

    def test_nothing_told(self) -> None:
        for stat in (None, cpu.parse(STAT)):
            with self.assertRaises(NoData):
                host.StartSampler(lambda: 2000000.0)(self.host({}), stat)

    def test_process_1_that_is_hidden(self) -> None:
        sampler = host.StartSampler(lambda: 2000000.0)
        with mock.patch.object(Roots, "record", side_effect=PermissionError(errno.EACCES, "Permission denied")):
            self.assertEqual(sampler(self.host({}), cpu.parse(STAT + "btime 1000\n")), 1000)

    def test_without_stat(self) -> None:
        self.assertEqual(host.StartSampler(lambda: 500.0)(self.host({"proc/uptime": "100.0 1\n"}), None), 400.0)


class Namespaces(Tree):
    """What a container beside the host sees: sysctls of a namespace are those of whoever reads them."""

    INSIDE = {"proc/self/status": "Name:\tpython3\nNSpid:\t4120\t7\n", "proc/sys/kernel/hostname": "4f2a1c\n",
              "proc/sys/kernel/pid_max": "32768\n"}
    OUTSIDE = {**INSIDE, "proc/self/status": "Name:\tpython3\nNSpid:\t4120\n"}

    def test_parse_hostname(self) -> None:
        for text, expected in (("web1\n", "web1"), ("# set by the installer\n\n  web1  \nweb2\n", "web1"), ("", ""),
                               ("#\n", "")):
            with self.subTest(text):
                self.assertEqual(host.parse_hostname(text), expected)

    def test_hostname(self) -> None:
        etc = {"root/etc/hostname": "web1\n"}
        for name, files, own_root, expected in (
                ("another root, in a container", {**self.INSIDE, **etc}, False, "web1"),
                ("another root, recorded", {**self.OUTSIDE, **etc}, False, "web1"),
                ("recorded without the file", self.OUTSIDE, False, "4f2a1c"),
                ("in a container, without the file: nothing of ours", self.INSIDE, False, ""),
                ("our own root", {**self.OUTSIDE, **etc}, True, "4f2a1c")):
            with self.subTest(name):
                roots = self.host(files)
                roots.own_root = own_root
                self.assertEqual(host.hostname(roots), expected)

    def test_pid_max(self) -> None:
        old, new = ({"proc/sys/kernel/osrelease": release} for release in ("6.13.9-arch1", "6.14.0-1"))
        for name, files, expected in (
                ("the served host's", {**self.OUTSIDE, **new}, 32768), ("ours", {**self.INSIDE, **new}, None),
                ("everybody's, before 6.14", {**self.INSIDE, **old}, 32768), ("no release", self.INSIDE, 32768),
                ("no file", {}, None), ("no number", {"proc/sys/kernel/pid_max": "many"}, None)):
            with self.subTest(name):
                self.assertEqual(host.sample_pid_max(self.host(files)), expected)

    def test_this_machine_is_its_own(self) -> None:
        self.assertEqual(host.sample_pid_max(self.host({**self.INSIDE, "proc/sys/kernel/osrelease": "6.14.0"}, True)),
                         32768)


class SampleIdentity(Tree):
    def test_recorded_host(self) -> None:
        tree = {"proc/sys/kernel/ostype": "Linux-ish\n", "proc/sys/kernel/hostname": "web1\n",
                "proc/sys/kernel/osrelease": "6.1.0-13-amd64\n", "root/etc/os-release": DEBIAN}
        self.assertEqual(host.sample_identity(self.host(tree), memory(34359738367 << 10)),
                         Identity("Linux-ish", "web1", "6.1.0-13-amd64", "Debian GNU/Linux 12", 64))

    def test_nothing_told(self) -> None:
        self.assertEqual(host.sample_identity(self.host({}), None), Identity("Linux", "", "", "", 64))

    def test_refused(self) -> None:
        """What only helps may be refused (EACCES, EPERM, EIO), and costs no more than itself."""
        tree = {"proc/sys/kernel/ostype": "Linux\n", "proc/sys/kernel/hostname": "web1\n",
                "proc/sys/kernel/osrelease": "6.1.0\n", "root/etc/os-release": DEBIAN, "proc/cpuinfo": X86}
        whole = Identity("Linux", "web1", "6.1.0", "Debian GNU/Linux 12", 64)
        for number in (errno.EACCES, errno.EPERM, errno.EIO, errno.ENOENT):
            for refused, expected in (("ostype", whole), ("hostname", whole._replace(hostname="")),
                                      ("osrelease", whole._replace(kernel_release="")),
                                      ("os-release", whole._replace(distribution=""))):
                with self.subTest(refused, errno=errno.errorcode[number]):
                    self.assertEqual(host.sample_identity(self.refusing(tree, refused, number), None), expected)
            with self.subTest("cpuinfo", errno=errno.errorcode[number]):
                self.assertEqual(host.sample_cores(self.refusing(tree, "cpuinfo", number), cpu.parse(STAT)),
                                 Cores(None, 3))

    def test_short_of_descriptors(self) -> None:
        with self.assertRaises(OSError):
            host.sample_identity(self.refusing({"root/etc/os-release": DEBIAN}, "os-release", errno.EMFILE), None)

    def refusing(self, files: dict[str, str], name: str, number: int) -> Roots:
        """A host of these files; opening one of that name fails."""
        roots = self.host(files)
        table = roots._table

        def read(path: str) -> bytes:
            if os.path.basename(path) == name:
                raise OSError(number, os.strerror(number)) if number != errno.ENOENT else NoData(path)
            return table(path)
        setattr(roots, "_table", read)          # noqa: B010 (mypy has it that methods stay as they are)
        return roots

    def test_os_release_of_the_vendor(self) -> None:
        tree = {"root/usr/lib/os-release": DEBIAN.replace("12", "13")}
        self.assertEqual(host.sample_identity(self.host(tree), None).distribution, "Debian GNU/Linux 13")
        tree["root/etc/os-release"] = DEBIAN
        self.assertEqual(host.sample_identity(self.host(tree), None).distribution, "Debian GNU/Linux 12")

    def test_word_bits(self) -> None:
        for name, vmalloc_bytes, expected in (
                ("x86-64", 34359738367 << 10, 64), ("MIPS 32", 1048372 << 10, 32), ("ARM 32", 245760 << 10, 32),
                ("4 GiB", 4 << 30, 32), ("beyond 4 GiB", (4 << 30) + 1024, 64), ("not told", None, 64)):
            with self.subTest(name):
                self.assertEqual(host.sample_identity(self.host({}), memory(vmalloc_bytes)).word_bits, expected)

    def test_word_bits_of_this_process(self) -> None:
        bits = struct.calcsize("P") * 8
        other = {32: 34359738367 << 10, 64: 1048372 << 10}[bits]
        self.assertEqual(host.sample_identity(self.host({}, live=True), memory(other)).word_bits, bits)


class SampleCores(Tree):
    @staticmethod
    def topology(name: str, *lists: str) -> dict[str, str]:
        return {"sys/devices/system/cpu/cpu%d/topology/%s" % (number, name): text + "\n"
                for number, text in zip((0, 1, 4), lists)}

    def test_table(self) -> None:
        both = dict(self.topology("core_cpus_list", "0,4", "1", "0,4"),
                    **self.topology("thread_siblings_list", "0", "1", "4"))
        offline = dict(self.topology("core_cpus_list", "0,4", "1", "0,4"),
                       **{"sys/devices/system/cpu/cpu7/topology/core_cpus_list": "7\n"})
        for name, files, expected in (
                ("threads of a core", self.topology("core_cpus_list", "0,4", "1", "0,4"), Cores(2, 3)),
                ("before 5.3", self.topology("thread_siblings_list", "0-1", "0-1", "4"), Cores(2, 3)),
                ("both names: the newer", both, Cores(2, 3)),
                ("an offline CPU is no core", offline, Cores(2, 3)),
                ("no topology: cpuinfo", {"proc/cpuinfo": MIPS}, Cores(2, 3)),
                ("topology before cpuinfo",
                 dict(self.topology("core_cpus_list", "0", "1", "4"), **{"proc/cpuinfo": MIPS}), Cores(3, 3)),
                ("cpuinfo does not tell", {"proc/cpuinfo": ARM}, Cores(None, 3)),
                ("neither", {}, Cores(None, 3)),
                ("empty files", self.topology("core_cpus_list", "", "", ""), Cores(None, 3)),
                ("a CPU that went between", self.topology("core_cpus_list", "0", "1"), Cores(2, 3))):
            with self.subTest(name):
                self.assertEqual(host.sample_cores(self.host(files), cpu.parse(STAT)), expected)

    def test_a_kernel_that_lists_no_cpu_runs_on_one(self) -> None:
        self.assertEqual(host.sample_cores(self.host({}), cpu.parse("cpu  1 2 3 4\n")), Cores(None, 1))

    def test_without_stat(self) -> None:
        with self.assertRaises(NoData):
            host.sample_cores(self.host({"proc/cpuinfo": X86}), None)


class RedHatRelease(unittest.TestCase):
    def test_table(self) -> None:
        table = (("CentOS release 6.10 (Final)\n", "CentOS 6.10"), ("", ""), ("Fedora\nx", "Fedora"),
                 ("Red Hat Enterprise Linux Server release 5.11 (Tikanga)", "Red Hat Enterprise Linux Server 5.11"))
        for text, expected in table:
            with self.subTest(text):
                self.assertEqual(host.parse_redhat_release(text), expected)


if __name__ == "__main__":
    unittest.main()
