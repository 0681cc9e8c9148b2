"""stock: http.server without its retinue; in processes of its own, because what is imported stays imported."""
from __future__ import annotations

import os
import subprocess
import sys
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

UNLOADED = """
import sys
sys.path.insert(0, %r)
from glancesd import daemon
from glancesd.settings import read_settings
read_settings(["-p", "0"], {})
print(*sorted({"ssl", "email", "html", "http.client", "shutil", "bz2", "lzma", "hashlib"} & set(sys.modules)))
"""
REAL = """
import sys
sys.path.insert(0, %r)
if %r:
    import http.client, shutil
from glancesd.server import stock
import email.utils, html, http.client, http.server, shutil
assert issubclass(stock.ThreadingHTTPServer, http.server.socketserver.TCPServer)
assert http.server.html is html and html.escape("<") == "&lt;"
assert http.server.BaseHTTPRequestHandler.MessageClass is http.client.HTTPMessage
assert email.utils.formatdate(0, usegmt=True) and shutil.copyfileobj and http.server.shutil is shutil
"""
# A Python whose http.server cannot do with stand-ins.
CHOOSY = """
import sys
sys.path.insert(0, %r)
class Choosy:
    def find_spec(self, name, path, target=None):
        if name == "http.server" and type(sys.modules.get("shutil")).__name__ == "_StandIn":
            raise ImportError("not with that shutil")
sys.meta_path.insert(0, Choosy())
import shutil
from glancesd.server import stock
assert stock.ThreadingHTTPServer is sys.modules["http.server"].ThreadingHTTPServer
assert sys.modules["shutil"] is shutil
"""


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()
    return done.stdout.decode().strip()


class Stock(unittest.TestCase):
    def test_what_is_not_used_is_not_loaded(self) -> None:
        self.assertEqual(run(UNLOADED % TOP), "")

    def test_everyone_else_gets_the_real_modules(self) -> None:
        for before in (False, True):
            with self.subTest(loaded_before=before):
                run(REAL % (TOP, before))

    def test_a_python_that_needs_them(self) -> None:
        run(CHOOSY % TOP)


if __name__ == "__main__":
    unittest.main()
