"""machine: the names that the machine goes by, and a time zone that is followed."""
from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import unittest

from glancesd import machine
from glancesd.roots import Roots
from tests.daemon import TOP

# Follows a file that is written anew, and says what the C library then thinks of the time.
FOLLOW = """
import os, struct, sys, time
from glancesd.machine import TimeZone
path = sys.argv[1]
def zone(hours, inode):
    head = b"TZif" + bytes(16) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)      # tzfile(5): one type, no transition
    with open(path + ".new", "wb") as file:
        file.write(head + struct.pack(">lBB", hours * 3600, 0, 0) + b"ABC\\0")
    if inode:
        os.rename(path + ".new", path)
    else:
        with open(path, "r+b") as file, open(path + ".new", "rb") as new:
            file.write(new.read())
        os.utime(path, (0, hours))
zone(0, True)
followed = TimeZone(os.environ, path)
print(followed.follow())
for hours, inode in ((1, True), (2, True), (3, False), (4, True)):
    zone(hours, inode)
    print(followed.follow(), time.localtime(0).tm_hour, followed.follow())
os.unlink(path)
print(followed.follow(), time.localtime(0).tm_hour)
"""


class Zone(unittest.TestCase):
    def follow(self, **environ: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            clean = {name: value for name, value in os.environ.items() if name != "TZ"}
            done = subprocess.run([sys.executable, "-c", FOLLOW, folder + "/localtime"], cwd=TOP, check=True, text=True,
                                  env={**clean, **{name: value.replace("FOLDER", folder)
                                                    for name, value in environ.items()}}, stdout=subprocess.PIPE)
        return done.stdout.splitlines()

    def test_another_file_is_followed(self) -> None:
        self.assertEqual(self.follow(), ["False", "True 1 False", "True 2 False", "True 3 False", "True 4 False",
                                         "True 0"])

    def test_the_file_named_by_the_environment_is_followed(self) -> None:
        """TZ=:/etc/localtime is set to save the C library a look at the file for each time that it formats."""
        for zone in (":FOLDER/localtime", "FOLDER/localtime"):
            self.assertEqual(self.follow(TZ=zone), self.follow())

    def test_a_zone_of_the_environment_stays(self) -> None:
        self.assertEqual(self.follow(TZ="UTC-5"), ["False"] + ["False 5 False"] * 4 + ["False 5"])


class Names(unittest.TestCase):
    TABLE = (
        # the text of /etc/hostname, the names besides the kernel's
        (None, ()),
        ("", ()),
        ("box\n", ("box",)),
        ("# named by hand\n\nbox.example.org\nother\n", ("box.example.org",)),
        ("  box  \n", ("box",)),
    )

    def test_table(self) -> None:
        for text, expected in self.TABLE:
            with self.subTest(text), tempfile.TemporaryDirectory() as root:
                if text is not None:
                    os.mkdir(root + "/etc")
                    with open(root + "/etc/hostname", "w") as file:
                        file.write(text)
                self.assertEqual(machine.names(Roots(rootfs=root)), (socket.gethostname(), *expected))

    def test_the_same_name_is_one(self) -> None:
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(root + "/etc")
            with open(root + "/etc/hostname", "w") as file:
                file.write(socket.gethostname() + "\n")
            self.assertEqual(machine.names(Roots(rootfs=root)), (socket.gethostname(),))


if __name__ == "__main__":
    unittest.main()
