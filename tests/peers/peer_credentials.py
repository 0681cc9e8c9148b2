"""Secrets as systemd hands them over from 254 on: root's, mode 0440, and an ACL for the unit's user alone."""
from __future__ import annotations

import base64
import os
import shutil
import ssl
import struct
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from tests.certificate import CERTIFICATE, KEY
from tests.daemon import TOP, Daemon

NOBODY = 65534
# Version 2 of the kernel's binary form: (tag, permissions, id) each; group and mask as mode 0440 shows them.
ENTRIES = ((0x01, 4, -1), (0x02, 4, NOBODY), (0x04, 0, -1), (0x10, 4, -1), (0x20, 0, -1))
ACL = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", tag, permissions, number & 0xffffffff)
                                      for tag, permissions, number in ENTRIES)


@unittest.skipUnless(os.geteuid() == 0, "needs root, to be another user")
class Credentials(unittest.TestCase):
    def test_password_and_key(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            os.chmod(scratch, 0o755)
            for name, text in (("password", "secret\n"), ("cert.pem", CERTIFICATE), ("key.pem", KEY)):
                path = os.path.join(scratch, name)
                with open(path, "w") as file:
                    file.write(text)
                os.chmod(path, 0o440)
                try:
                    os.setxattr(path, "system.posix_acl_access", ACL)
                except OSError as problem:
                    self.skipTest("no ACL on %s: %s" % (scratch, problem.strerror))
                self.assertEqual((os.stat(path).st_mode & 0o777, os.stat(path).st_uid), (0o440, 0))
            shutil.copytree(os.path.join(TOP, "glancesd"), scratch + "/glancesd")       # nobody may not reach this one
            python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
            command = ("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", python,
                       scratch + "/glancesd")
            if subprocess.run([*command, "--version"], stdout=subprocess.DEVNULL).returncode:
                self.skipTest("%s is not for everybody" % python)
            with Daemon("--tls-cert", scratch + "/cert.pem", "--tls-key", scratch + "/key.pem",
                        environ={"CREDENTIALS_DIRECTORY": scratch}, command=command) as daemon:
                request = urllib.request.Request("https://127.0.0.1:%d/api/2/load" % daemon.port)
                request.add_header("Authorization", "Basic " + base64.b64encode(b"glances:secret").decode())
                context = ssl.create_default_context(cadata=CERTIFICATE)
                context.check_hostname = False
                with urllib.request.urlopen(request, context=context, timeout=20) as answer:
                    self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
