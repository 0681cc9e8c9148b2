"""pyz: builds glancesd.pyz, the whole daemon in one executable file. usage: PYTHONHASHSEED=0 python3 pyz.py FILE

    #!/usr/bin/env python3 ‖ zip: __main__.pyc  __main__.py  glancesd/__init__.pyc  glancesd/__init__.py  …

Every module twice: its byte code for the Python that builds (a start without it takes half as long again), its source
for every other Python, which finds the byte code's magic number not its own and takes the source (zipimport, 3.7 to
3.13). Stored, because some Pythons of routers have no zlib. The same source gives the same bytes: fixed times and
order, byte code that carries the hash of its source instead of its time (PEP 552; unchecked: nobody edits inside),
and no references in it, which marshal would write or not by what else the interpreter holds.
"""
from __future__ import annotations

import importlib.util
import marshal
import os
import sys
import zipfile

SHEBANG = b"#!/usr/bin/env python3\n"
MAIN = b"import sys\n\nfrom glancesd.__main__ import main\n\nsys.exit(main())\n"

# The last format of marshal without references.
_MARSHAL_VERSION = 2
_UNCHECKED_HASH = 1


def files(top: str) -> dict[str, bytes]:
    """Name in the archive → source, of everything that runs or is served (not of this folder: it only installs)."""
    found = {"__main__.py": MAIN}
    for directory, _, names in os.walk(os.path.join(top, "glancesd")):
        if os.path.basename(directory) in ("services", "__pycache__"):
            continue
        for file in names:
            if file.endswith(".py") or os.path.basename(directory) == "dashboard":
                path = os.path.join(directory, file)
                with open(path, "rb") as stream:
                    found[os.path.relpath(path, top)] = stream.read()
    return found


def byte_code(name: str, source: bytes) -> bytes:
    """A .pyc of the Python that runs this."""
    code = compile(source, name, "exec", dont_inherit=True)
    return (importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH.to_bytes(4, "little") + importlib.util.source_hash(source)
            + marshal.dumps(code, _MARSHAL_VERSION))


def build(top: str, target: str) -> None:
    """Write the archive of the package below `top`, at once as a whole: a copy that runs keeps its own file."""
    entries = {}
    for name, source in files(top).items():
        entries[name] = source
        if name.endswith(".py"):
            entries[name + "c"] = byte_code(name, source)
    with open(target + ".new", "wb") as stream:
        stream.write(SHEBANG)
        with zipfile.ZipFile(stream, "w") as archive:
            for name, data in sorted(entries.items()):
                entry = zipfile.ZipInfo(name)       # of 1980-01-01
                entry.create_system = 3
                entry.external_attr = 0o100644 << 16
                archive.writestr(entry, data)
    os.chmod(target + ".new", 0o755)
    os.replace(target + ".new", target)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("usage: ")[1].split("\n")[0])
    if sys.flags.hash_randomization:
        sys.exit("pyz: needs PYTHONHASHSEED=0: before 3.11 it decides the order of constants in byte code")
    build(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), sys.argv[1])
