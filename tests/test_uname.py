"""uname: /proc/sys/kernel of this machine and of others."""
from __future__ import annotations

import os
import unittest
from unittest import mock

from glancesd.collectors import uname
from glancesd.collectors.uname import Names
from glancesd.roots import Roots
from tests.fake_host import Tree

FILES = {"proc/sys/kernel/" + name: text + "\n" for name, text in (
    ("ostype", "Linux"), ("osrelease", "6.8.0-45-generic"), ("version", "#45-Ubuntu SMP"),
    ("domainname", "(none)"))}
FILES["root/etc/hostname"] = "web1\n"


class Sample(Tree):
    def test_another_host(self) -> None:
        self.assertEqual(uname.sample(self.host(FILES)),
                         Names("Linux", "6.8.0-45-generic", "#45-Ubuntu SMP", "", "web1", "(none)"))
        self.assertEqual(uname.sample(self.host({**FILES, "proc/sys/kernel/arch": "mips\n"})).machine, "mips")

    def test_a_container_on_the_same_kernel(self) -> None:
        own = os.uname_result(("Linux", "inner", "6.8.0-45-generic", "#1", "riscv64"))
        with mock.patch.object(os, "uname", return_value=own):
            self.assertEqual(uname.sample(self.host(FILES)).machine, "riscv64")

    def test_this_machine_where_proc_does_not_tell(self) -> None:
        own = os.uname_result(("Linux", "node", "6.1", "#1 SMP", "riscv64"))
        with mock.patch.object(os, "uname", return_value=own):
            self.assertEqual(uname.sample(self.host({}, live=True)),
                             Names("Linux", "6.1", "#1 SMP", "riscv64", "node", "(none)"))
            told = {"proc/sys/kernel/" + name: name + "\n" for name in ("ostype", "osrelease", "version", "domainname")}
            self.assertEqual(uname.sample(self.host({**told, "root/etc/hostname": "web1\n"}, live=True)),
                             Names("ostype", "osrelease", "version", "riscv64", "web1", "domainname"))
            self.assertEqual(uname.sample(self.host(told)).machine, "")

    def test_the_node_has_a_name(self) -> None:
        self.assertEqual(uname.sample(self.host({})), Names("Linux", "", "", "", "(none)", "(none)"))
        self.assertTrue(uname.sample(self.host({}, live=True)).nodename)

    @unittest.skipUnless(os.path.exists("/proc/sys/kernel/osrelease"), "there is no /proc here")
    def test_this_machine(self) -> None:
        own = os.uname()
        self.assertEqual(uname.sample(Roots())[:5], (own.sysname, own.release, own.version, own.machine, own.nodename))


if __name__ == "__main__":
    unittest.main()
