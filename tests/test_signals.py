"""signals: each once however often it came, and the end whatever else came."""
from __future__ import annotations

import subprocess
import sys
import unittest

from tests.daemon import TOP

# In a process of its own, because handlers are the whole process's.
SCRIPT = """
import os, signal, sys
from glancesd.signals import END, Signals
signals = Signals([signal.SIGCHLD])
me = os.getpid()
def names(received): print(*sorted(signal.Signals(number).name for number in received))
names(signals.wait(0))
for _ in range(3000): os.kill(me, signal.SIGHUP)
names(signals.wait(30))
names(signals.wait(0))
os.kill(me, signal.SIGCHLD); os.kill(me, signal.SIGHUP)
names(signals.wait(30))
for _ in range(70000): os.kill(me, signal.SIGHUP)           # more than the pipe holds
os.kill(me, signal.SIGTERM)
print(bool(signals.wait(30) & END))
"""


class Received(unittest.TestCase):
    def test_once_however_often(self) -> None:
        done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=TOP, stdout=subprocess.PIPE, check=True, text=True)
        self.assertEqual(done.stdout.splitlines(), ["", "SIGHUP", "", "SIGCHLD SIGHUP", "True"])


if __name__ == "__main__":
    unittest.main()
