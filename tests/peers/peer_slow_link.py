"""A link of 200 kbit/s, made by `tc`: who takes a large answer slowly but steadily gets all of it."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import unittest

from tests.bench import trees
from tests.daemon import TOP

NAMESPACE = "glancesd-slow"
# As a client in the namespace sees it; the daemon is there too, and lo is the link.
CLIENT = r"""
import http.client, sys, time
began = time.monotonic()
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
connection.request("GET", "/api/2/processlist")
answer = connection.getresponse()
body = answer.read()
print(answer.status, len(body) - int(answer.getheader("Content-Length")), len(body), round(time.monotonic() - began))
"""


def ip(*arguments: str) -> bool:
    return subprocess.run(["ip", *arguments], stderr=subprocess.DEVNULL).returncode == 0


@unittest.skipUnless(os.geteuid() == 0, "needs root, to make a network namespace")
@unittest.skipUnless(shutil.which("ip") and shutil.which("tc"), "iproute2 is not installed")
class SlowLink(unittest.TestCase):
    def test_an_answer_of_half_a_minute(self) -> None:
        ip("netns", "del", NAMESPACE)
        if not ip("netns", "add", NAMESPACE):
            self.skipTest("no network namespace can be made here")
        self.addCleanup(ip, "netns", "del", NAMESPACE)
        inside = ["ip", "netns", "exec", NAMESPACE]
        subprocess.run([*inside, "ip", "link", "set", "lo", "mtu", "1500", "up"], check=True)
        if subprocess.run([*inside, "tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "200kbit", "burst", "8kb",
                           "latency", "400ms"]).returncode:
            self.skipTest("this kernel has no tbf queue")
        with trees.folder() as folder:
            trees.write(folder, trees.Size(processes=1900))
            daemon = subprocess.Popen([*inside, sys.executable, "-m", "glancesd", "-B", "127.0.0.1", "-p", "61208",
                                       "--interval", "0", *trees.options(folder)], cwd=TOP, stderr=subprocess.PIPE)
            with daemon:
                try:
                    assert daemon.stderr is not None
                    self.assertIn(b"listening", daemon.stderr.readline())
                    time.sleep(0.5)
                    done = subprocess.run([*inside, sys.executable, "-c", CLIENT, "61208"], stdout=subprocess.PIPE,
                                          text=True, timeout=120)
                finally:
                    daemon.terminate()
        print("status, bytes missing, bytes, seconds:", done.stdout.strip(), file=sys.stderr)
        status, missing, length, seconds = map(int, done.stdout.split())
        self.assertEqual((status, missing), (200, 0))
        self.assertGreater(seconds, 20)                 # else the link was not slow
        self.assertGreater(length, 500000)


if __name__ == "__main__":
    unittest.main()
