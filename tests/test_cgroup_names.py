"""cgroup_names: the groups that are containers, and those that only look so."""
from __future__ import annotations

import unittest

from glancesd.collectors.cgroup_names import identify

ID = "0123456789abcdef" * 4


class Names(unittest.TestCase):
    CONTAINERS = (
        ("system.slice/docker-%s.scope" % ID, ("docker", ID)),
        ("docker/" + ID, ("docker", ID)),
        ("user.slice/user-1000.slice/user@1000.service/app.slice/docker-%s.scope" % ID, ("docker", ID)),
        ("machine.slice/libpod-%s.scope" % ID, ("podman", ID)),
        ("libpod_parent/libpod-" + ID, ("podman", ID)),
        ("kubepods.slice/kubepods-pod1.slice/cri-containerd-%s.scope" % ID, ("kubernetes", ID)),
        ("kubepods.slice/kubepods-pod1.slice/crio-%s.scope" % ID, ("kubernetes", ID)),
        ("kubepods/besteffort/pod1/" + ID, ("kubernetes", ID)),
        ("kubepods.slice/kubepods-besteffort.slice/" + ID, ("kubernetes", ID)),
        ("lxc.payload.web", ("lxc", "web")),
        ("lxc/101", ("lxc", "101")),
        ("lxc/docker-x", ("lxc", "docker-x")),
        ("lxc/101/ns/docker/" + ID, ("docker", ID)),
        ("machine.slice/systemd-nspawn@web.service", ("nspawn", "web")),
        ("machine.slice/systemd-nspawn@build\\x2dbox.service", ("nspawn", "build-box")),
        ("machine.slice/machine-build\\x2dbox.scope", ("nspawn", "build-box")),
        ("machine.slice/machine-\\xc3\\xa9t\\xff.scope", ("nspawn", "\u00e9t\udcff")),
    )
    OTHERS = (
        "docker", "docker.service", "system.slice/docker.service", "docker/" + ID[:63], "docker/" + ID + "0",
        "docker/" + ID.upper(), "system.slice/" + ID, "docker-%s.scope" % ID[:12],
        "system.slice/docker-%s.service" % ID,
        "machine.slice/libpod-conmon-%s.scope" % ID, "kubepods.slice/crio-conmon-%s.scope" % ID,
        "lxc.monitor.web", "lxc.monitor/101", "lxc.payload.", "lxc", "lxc/101/ns", "kubepods",
        "kubepods/besteffort/pod1", "machine.slice/machine-qemu\\x2d1\\x2dvm.scope", "system.slice/machine-web.scope",
        "machine.slice/machine-.scope", "init.scope", "machine.slice", "user.slice/user-1000.slice/session-1.scope",
        "machine.slice/systemd-nspawn@.service",
    )

    def test_containers(self) -> None:
        for path, expected in self.CONTAINERS:
            with self.subTest(path):
                self.assertEqual(identify(path.split("/")), expected)

    def test_others(self) -> None:
        for path in self.OTHERS:
            with self.subTest(path):
                self.assertIsNone(identify(path.split("/")))


if __name__ == "__main__":
    unittest.main()
