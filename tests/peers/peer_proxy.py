"""A real nginx, its workers as www-data, before a daemon of another user: the recipe of the README, to the letter."""
from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any

from tests.daemon import TOP

NOBODY = 65534


def recipe() -> str:
    """The server block of the README."""
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
        found = re.search(r"```nginx\n(.*?)```", file.read(), re.DOTALL)
    assert found is not None
    return found.group(1)


@unittest.skipUnless(os.geteuid() == 0, "needs root, to start nginx as it is started")
@unittest.skipUnless(shutil.which("nginx"), "nginx is not installed")
class Nginx(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.scratch = folder.name
        os.chmod(self.scratch, 0o755)
        os.mkdir(self.scratch + "/run")
        os.chown(self.scratch + "/run", NOBODY, NOBODY)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self, *command: str, **options: Any) -> None:
        process = subprocess.Popen(command, cwd=TOP, stdin=subprocess.DEVNULL, **options)
        self.addCleanup(process.wait, 20)
        self.addCleanup(process.send_signal, signal.SIGTERM)

    def ask(self, path: str) -> tuple[int, Any]:
        give_up = time.monotonic() + 20
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.request("GET", path, headers={"Host": "stats.example.org"})
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 502 or time.monotonic() > give_up:
                    return answer.status, json.loads(body) if body[:1] in b"[{" else body
            except ConnectionRefusedError:
                if time.monotonic() > give_up:
                    raise
            finally:
                connection.close()
            time.sleep(0.1)

    def test_recipe(self) -> None:
        def become_nobody() -> None:
            os.umask(0o077)                                     # as the unit has it
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

        path = self.scratch + "/run/socket"
        # A copy: nobody may not reach this checkout.
        shutil.copytree(os.path.join(TOP, "glancesd"), self.scratch + "/glancesd")
        python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
        self.start(python, self.scratch + "/glancesd", "-B", "unix:" + path, "--socket-mode", "666",
                   preexec_fn=become_nobody, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
        block = recipe()
        self.assertIn("unix:/run/glancesd/socket", block)
        block = re.sub(r"listen [^;]*;", "listen 127.0.0.1:%d;" % self.port, block)
        block = block.replace("/run/glancesd/socket", path)
        with open(self.scratch + "/nginx.conf", "w") as file:
            file.write("user www-data;\ndaemon off;\nerror_log stderr;\npid %s/pid;\nevents { }\n"
                       "http {\naccess_log off;\n"
                       "client_body_temp_path %s/body; proxy_temp_path %s/proxy; fastcgi_temp_path %s/fastcgi;\n"
                       "uwsgi_temp_path %s/uwsgi; scgi_temp_path %s/scgi;\n%s\n}\n" % (*[self.scratch] * 6, block))
        self.start("nginx", "-e", "stderr", "-c", self.scratch + "/nginx.conf")
        status, mem = self.ask("/api/2/mem")
        self.assertEqual(status, 200, mem)
        self.assertIn("total", mem)
        mount = self.ask("/api/2/fs/mnt_point")[1]["mnt_point"][0]
        for written in (mount, mount.replace("/", "%2F")):      # nginx must hand it on as it came
            self.assertEqual(self.ask("/api/2/fs/mnt_point/" + written)[1][mount][0]["mnt_point"], mount)
        self.assertEqual(self.ask("/healthz")[0], 200)


if __name__ == "__main__":
    unittest.main()
