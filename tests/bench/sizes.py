"""sizes: what an installation takes of a router's flash, in bytes that are the same in every run."""
from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zlib
from typing import NamedTuple

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Size(NamedTuple):
    """`packed_bytes`: each file by zlib, as jffs2 and squashfs do."""

    files: int
    total_bytes: int
    packed_bytes: int


def of_tree(top: str) -> Size:
    """Of all files below a folder, or of one file."""
    found = [os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names] or [top]
    contents = []
    for path in found:
        with open(path, "rb") as file:
            contents.append(file.read())
    return Size(len(found), sum(map(len, contents)), sum(len(zlib.compress(data, 9)) for data in contents))


def measure() -> dict[str, Size]:
    """`make install-openwrt` and `make pyz`, by this Python, into a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="glancesd-sizes-") as folder:
        environ = dict(os.environ, PYTHON=sys.executable, INTERPRETER="/usr/bin/python3", PREFIX="/usr",
                       UNITDIR="/usr/lib/systemd/system", DESTDIR=folder + "/router", SOURCES="")
        services = os.path.join(TOP, "glancesd", "services")
        subprocess.run(["sh", services + "/install.sh", "openwrt"], env=environ, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([sys.executable, services + "/pyz.py", folder + "/glancesd.pyz"], check=True)
        return {"flash": of_tree(folder + "/router"), "pyz": of_tree(folder + "/glancesd.pyz")}
