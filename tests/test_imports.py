"""The floors of the house and the standard-library rule, read from the imports themselves."""
from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import unittest
from typing import Iterator

PACKAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "glancesd")

# A line of the map in glancesd/__init__.py: names, two spaces or more, what they are for.
_FLOOR = re.compile(r"    (\S+(?:, \S+)*)(?:  .*)?\Z")


def floors() -> tuple[tuple[str, ...], ...]:
    """The floors of the house, lowest first, and on each what others may import first."""
    import glancesd
    lines = filter(None, map(_FLOOR.match, (glancesd.__doc__ or "").split("\n")))
    return tuple(tuple(reversed(line.group(1).split(", "))) for line in lines)[::-1]


FLOORS = floors()

# What the smallest boxes lack or what costs them too much, and why. `lazily`: allowed inside a function.
REFUSED = {
    "logging": "OpenWrt splits it off (python3-logging); 0.6 MB resident",
    "unicodedata": "OpenWrt splits it off (python3-unicodedata)",
    "decimal": "OpenWrt splits it off (python3-decimal)",
    "fractions": "needs decimal",
    "statistics": "needs decimal; 0.6 MB resident",
    "asyncio": "OpenWrt splits it off (python3-asyncio)",
    "concurrent": "needs logging",
    "multiprocessing": "OpenWrt splits it off (python3-multiprocessing)",
    "uuid": "OpenWrt splits it off (python3-uuid)",
    "xml": "OpenWrt splits it off (python3-xml)",
    "sqlite3": "OpenWrt splits it off (python3-sqlite3)",
    "unittest": "OpenWrt splits it off (python3-unittest)",
    "dataclasses": "1.3 MB resident",
}
LAZILY = {
    "typing": "0.8 MB resident: `typed` has its names",
    "ssl": "4 MB resident; OpenWrt splits it off (python3-openssl)",
    "hashlib": "brings libcrypto, 3.7 MB resident",
    "hmac": "brings hashlib",
    "subprocess": "only where [monitor] has commands",
    "difflib": "only for the name that a misspelt setting is nearest to",
    "getpass": "only for --hash-password",
    "ctypes": "0.3 MB resident; OpenWrt splits it off (python3-ctypes): only for adjtimex and prctl",
}
GUARDED = {
    "zlib": "Buildroot leaves it out unless asked: inside try … except ImportError",
    "fcntl": "some routers' Python comes without it",
}
# Of an older Python than this test's own, where sys.stdlib_module_names does not exist.
STDLIB: frozenset[str] = getattr(sys, "stdlib_module_names", frozenset())


def modules() -> Iterator[tuple[str, ast.Module]]:
    for folder, _, files in os.walk(PACKAGE):
        for file in sorted(files):
            if file.endswith(".py"):
                path = os.path.join(folder, file)
                with open(path, encoding="utf-8") as source:
                    yield os.path.relpath(path, PACKAGE)[:-3].replace(os.sep, "/"), ast.parse(source.read(), path)


def imports(name: str, tree: ast.Module) -> Iterator[tuple[str, bool, int]]:
    """Every import: a module path in the package ("collectors/cpu") or "=name" outside, whether in a function, line."""
    inner = {id(node) for function in ast.walk(tree) if isinstance(function, (ast.FunctionDef, ast.Lambda))
             for node in ast.walk(function)}
    for test in ast.walk(tree):                       # imports for the type checker alone are never run
        if isinstance(test, ast.If) and "TYPE_CHECKING" in ast.dump(test.test):
            inner.update(id(node) for node in ast.walk(test))
    here = name.split("/")[:-1]
    for node in ast.walk(tree):
        lazy = id(node) in inner
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield "=" + alias.name.split(".")[0], lazy, node.lineno
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield "=" + (node.module or "").split(".")[0], lazy, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = here[:len(here) - node.level + 1] + (node.module.split(".") if node.module else [])
            for alias in node.names:
                path = "/".join([*base, alias.name])
                is_module = os.path.exists(os.path.join(PACKAGE, path + ".py")) or os.path.isdir(os.path.join(PACKAGE,
                                                                                                              path))
                yield path if is_module else "/".join(base) or "__init__", lazy, node.lineno


def place(name: str) -> tuple[int, int]:
    """Floor and place on it."""
    for floor, members in enumerate(FLOORS):
        for position, member in enumerate(members):
            stem = member[:-2] if member.endswith("/*") else None
            if name == member or stem is not None and (name == stem or name.startswith(stem + "/")):
                return floor, position
    raise AssertionError("%s stands on no floor: put it into the map of glancesd/__init__.py" % name)


class Floors(unittest.TestCase):
    def test_imports_only_go_down(self) -> None:
        for name, tree in modules():
            if name == "collectors/__init__":
                continue
            for imported, _, line in imports(name, tree):
                if imported.startswith("=") or imported == name:
                    continue
                mine, theirs = place(name), place(imported)
                same_folder = "/" in name and name.split("/")[0] == imported.split("/")[0] and mine == theirs
                self.assertTrue(theirs < mine or same_folder,
                                "%s:%d imports %s, which stands above it" % (name, line, imported))


    def test_no_circle(self) -> None:
        """Within one folder, too, where a line of the map does not tell the order."""
        graph = {name: {imported for imported, lazy, _ in imports(name, tree) if not lazy and imported[0] != "="}
                 for name, tree in modules()}
        done: set[str] = set()

        def visit(name: str, path: tuple[str, ...]) -> None:
            self.assertNotIn(name, path, "a circle of imports")
            if name not in done:
                for imported in graph.get(name, set()) - {name}:
                    visit(imported, (*path, name))
                done.add(name)

        for name in graph:
            visit(name, ())

    def test_the_map_names_nothing_that_is_gone(self) -> None:
        names = {name for name, _ in modules()}
        for member in (member for floor in FLOORS for member in floor):
            self.assertTrue(member in names or member.endswith("/*") and any(
                name.startswith(member[:-1]) for name in names), member)


class StandardLibrary(unittest.TestCase):
    def outside(self) -> Iterator[tuple[str, str, bool, int]]:
        for name, tree in modules():
            for imported, lazy, line in imports(name, tree):
                if imported.startswith("="):
                    yield name, imported[1:], lazy, line

    @unittest.skipUnless(STDLIB, "this Python does not list its standard library (3.10 and later do)")
    def test_nothing_else(self) -> None:
        for name, imported, _, line in self.outside():
            self.assertTrue(imported in STDLIB or imported == "glancesd", "%s:%d imports %s" % (name, line, imported))

    def test_nothing_that_small_boxes_lack(self) -> None:
        for name, imported, lazy, line in self.outside():
            self.assertNotIn(imported, REFUSED, "%s:%d: %s" % (name, line, REFUSED.get(imported)))
            if imported in LAZILY:
                self.assertTrue(lazy, "%s:%d imports %s at its top: %s" % (name, line, imported, LAZILY[imported]))

    def test_optional_modules_are_guarded(self) -> None:
        met = set()
        for name, tree in modules():
            guarded = {id(node) for block in ast.walk(tree) if isinstance(block, ast.Try)
                       and any("ImportError" in ast.dump(handler.type or ast.Pass()) for handler in block.handlers)
                       for node in ast.walk(block)}
            for node in ast.walk(tree):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    mentioned = [getattr(node, "module", None), *[alias.name for alias in node.names]]
                    for optional in GUARDED.keys() & mentioned:
                        self.assertIn(id(node), guarded, "%s:%d: %s" % (name, node.lineno, GUARDED[optional]))
                        met.add(optional)
        self.assertEqual(met, set(GUARDED))


# A start, up to where the daemon would listen.
_START = """
import gc, re, sys
sys.path.insert(0, sys.argv[1])
compiled, compile = [], re.compile
def watched(text, flags=0):
    if "glancesd" in sys._getframe(1).f_code.co_filename:
        compiled.append(text)
    return compile(text, flags)
re.compile = watched
from glancesd import __main__, daemon
at_first = []
make, daemon.Daemon._make = daemon.Daemon._make, lambda *given: at_first.append(gc.isenabled()) or make(*given)
daemon.Daemon.run = lambda self: print(at_first, gc.isenabled(), gc.get_freeze_count() > 5000, compiled) or 0
sys.exit(__main__.main([]))
"""


def said(code: str) -> str:
    """What a fresh Python, without its site, prints for this."""
    return subprocess.run([sys.executable, "-I", "-S", "-B", "-c", code, os.path.dirname(PACKAGE)],
                          stdout=subprocess.PIPE, text=True, check=True).stdout


class Loaded(unittest.TestCase):
    def modules(self, statement: str) -> set[str]:
        """Names of the modules that are loaded after this."""
        return set(said("import sys; sys.path.insert(0, sys.argv[1]); %s; print(*sys.modules)" % statement).split())

    def test_what_a_start_does_without(self) -> None:
        """Collectors that few ask for, and what the standard library has of which we need a line."""
        self.assertEqual(self.modules("import glancesd.daemon, glancesd.api.v2") & {
            "argparse", "bisect", "gettext", "importlib", "ipaddress",
            *map("glancesd.collectors.".__add__, ("cgroups", "gpu", "npu", "power", "process_details", "raid",
                                                  "sensors", "wireless"))}, set())

    def test_neither_the_garbage_collector_nor_a_pattern_is_at_work(self) -> None:
        """Before the daemon is made; then what there is by then is never looked through."""
        self.assertEqual(said(_START), "[False] True True []\n")

    def test_nothing_that_costs_too_much(self) -> None:
        """Nor by way of the standard library: http.server wants ssl, and on 3.7 random wants OpenSSL's hashes."""
        unwanted = {*REFUSED, *LAZILY, "_hashlib", "_ssl", "_ctypes", "_decimal"}
        if sys.version_info < (3, 8):
            unwanted.remove("typing")
        self.assertEqual(self.modules("import glancesd.daemon") & unwanted, set())

    def test_it_is_there_when_it_is_wanted(self) -> None:
        try:
            import _hashlib  # noqa: F401
        except ImportError:
            self.skipTest("this Python has no OpenSSL")
        self.assertLessEqual({"_hashlib", "_ssl"}, self.modules("import glancesd.daemon, hashlib, ssl"))


if __name__ == "__main__":
    unittest.main()
