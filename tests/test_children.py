"""children: orphans that have ended are waited for, and nobody's own."""
from __future__ import annotations

import subprocess
import sys
import unittest

from tests.daemon import TOP

# In a process of its own, because every child of a process is looked at.
SCRIPT = """
import os, subprocess, sys
from glancesd import children
children.reap()                                     # nobody there
orphans = []
for _ in range(3):
    pid = os.fork()
    if not pid: os._exit(7)
    orphans.append(pid)
for pid in orphans: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
children.reap()
try: os.waitpid(-1, os.WNOHANG)
except ChildProcessError: print("none is left")
own = children.start(lambda: subprocess.Popen([sys.executable, "-c", "raise SystemExit(5)"]))
os.waitid(os.P_PID, own.pid, os.WEXITED | os.WNOWAIT)
children.reap()
print(own.wait())
children.ended(own.pid)
children.reap()
"""


class Reap(unittest.TestCase):
    def test_orphans_and_own(self) -> None:
        done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=TOP, stdout=subprocess.PIPE, check=True, text=True)
        self.assertEqual(done.stdout.splitlines(), ["none is left", "5"])


if __name__ == "__main__":
    unittest.main()
