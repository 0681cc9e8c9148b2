"""fake_host: a host made up in a folder, file by file."""
from __future__ import annotations

import os
import tempfile
import unittest

from glancesd.roots import Roots


class Tree(unittest.TestCase):
    """Tests over hosts that hold just the files they name."""

    def host(self, files: dict[str, str], live: bool = False) -> Roots:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, text in files.items():
            path = os.path.join(folder.name, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(text)
        roots = Roots(*(os.path.join(folder.name, tree) for tree in ("proc", "sys", "root")))
        roots.live = live
        return roots
