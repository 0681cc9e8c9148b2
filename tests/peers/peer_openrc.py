"""OpenRC's own supervise-daemon with the settings of our init script: an address that is not there at boot yet.

SUPERVISE_DAEMON names the program, and SUPERVISE_LIBRARIES the folder of its libraries where they are not installed.
"""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Callable

from tests.daemon import TOP

SUPERVISE_DAEMON = os.environ.get("SUPERVISE_DAEMON", "")
NAMESPACE = "glancesd-openrc"
ADDRESS = "192.0.2.1"
# More than the script allowed when it gave up: ten within two minutes.
STARTS = 12


def settings(*names: str) -> list[str]:
    """What the init script sets."""
    body = '. ./glancesd/services/openrc.init; printf "%s\\n" ' + " ".join('"$%s"' % name for name in names)
    done = subprocess.run(["sh", "-c", body], cwd=TOP, stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.splitlines()


@unittest.skipUnless(SUPERVISE_DAEMON, "SUPERVISE_DAEMON names no program")
@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Boot(unittest.TestCase):
    def test_an_address_that_comes_late(self) -> None:
        most, args = settings("respawn_max", "supervise_daemon_args")
        inside = ["ip", "netns", "exec", NAMESPACE]
        subprocess.run(["ip", "netns", "del", NAMESPACE], stderr=subprocess.DEVNULL)
        if subprocess.run(["ip", "netns", "add", NAMESPACE]).returncode:
            self.skipTest("no network namespace can be made here")
        self.addCleanup(subprocess.run, ["ip", "netns", "del", NAMESPACE])
        subprocess.run([*inside, "ip", "link", "set", "lo", "up"], check=True)
        with tempfile.TemporaryDirectory() as folder:
            log, pid, command = (os.path.join(folder, name) for name in ("log", "pid", "glancesd"))
            with open(command, "w") as file:
                file.write("#!/bin/sh\ncd %s && exec %s -m glancesd \"$@\"\n" % (TOP, sys.executable))
            os.chmod(command, 0o755)
            supervisor = subprocess.Popen(
                [*inside, SUPERVISE_DAEMON, "glancesd-test", "--start", *args.split(), "--respawn-max", most,
                 "--respawn-delay", "1", "--stderr", log, "--pidfile", pid, command, "--",
                 "-C", os.devnull, "-B", ADDRESS, "-p", "61208"],
                env=dict(os.environ, RC_SVCNAME="glancesd-test",
                         LD_LIBRARY_PATH=os.environ.get("SUPERVISE_LIBRARIES", "")))
            try:
                self.until(lambda: self.read(log).count("cannot listen") >= STARTS)
                subprocess.run([*inside, "ip", "address", "add", ADDRESS + "/32", "dev", "lo"], check=True)
                check = [*inside, command, "-C", os.devnull, "-B", ADDRESS, "--check", "self/livez"]
                self.until(lambda: subprocess.run(check, stdout=subprocess.DEVNULL).returncode == 0)
            finally:
                supervisor.wait(20)                              # it went to the background
                if self.read(pid):
                    os.kill(int(self.read(pid)), signal.SIGTERM)

    def read(self, path: str) -> str:
        if not os.path.exists(path):
            return ""
        with open(path) as file:
            return file.read()

    def until(self, what: Callable[[], bool]) -> None:
        give_up = time.monotonic() + 90
        while not what():
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.2)


if __name__ == "__main__":
    unittest.main()
