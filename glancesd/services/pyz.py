"""pyz: builds the whole daemon as one file. usage: pyz.py [--byte-code] FILE

    glancesd.pyz                       #!/usr/bin/env python3 ‖ zip: __main__.py  glancesd/__init__.py  …
    --byte-code: glancesd.zip          zip: glancesd/__init__.pyc  …

The first runs on every Python from 3.7 on: sources, and stored, because some Pythons of routers have no zlib.
Docstrings and comments are blanked and a step of indentation is one space, which takes a third away; every line stays
where it was, for tracebacks. The files of the page lose comments and indentation, an eighth of them. The same source
gives the same bytes, whichever Python builds.

The second is for a router and the one Python that builds it: byte code, without docstrings and the annotations of
functions, deflated if there is a zlib. To be run with -X no_debug_ranges: columns, which are shown only with a
source at hand, are a quarter of what is left.
"""
from __future__ import annotations

import ast
import importlib.util
import io
import marshal
import os
import re
import sys
import tokenize
import zipfile

try:
    import zlib  # noqa: F401
    PACKED = zipfile.ZIP_DEFLATED
except ImportError:
    PACKED = zipfile.ZIP_STORED

SHEBANG = b"#!/usr/bin/env python3\n"
MAIN = b"import sys\n\nfrom glancesd.__main__ import main\n\nsys.exit(main())\n"

_INDENTATION = 4
# PEP 552: byte code that is not checked against a source.
_UNCHECKED_HASH = (1).to_bytes(4, "little") + bytes(8)


def files(top: str) -> dict[str, bytes]:
    """Name in the archive → content, of everything that runs or is served (not of this folder: it only installs)."""
    found = {}
    for directory, _, names in os.walk(os.path.join(top, "glancesd")):
        if os.path.basename(directory) in ("services", "__pycache__"):
            continue
        for file in names:
            if file.endswith(".py") or os.path.basename(directory) == "dashboard":
                path = os.path.join(directory, file)
                with open(path, "rb") as stream:
                    data = stream.read()
                found[os.path.relpath(path, top)] = data if file.endswith(".py") else bare_page(file, data)
    return found


def bare(source: bytes) -> bytes:
    """A source with its docstrings empty and without comments, on the same lines."""
    text = source.decode()
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    starts = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}       # what a statement comes after
    lines, last = text.split("\n"), tokenize.NEWLINE
    inside: set[int] = set()                                            # the lines that begin within a text
    cuts: list[tuple[int, int, int, int, str]] = []
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]]):
        (row, column), (end_row, end_column) = token.start, token.end
        if token.type == tokenize.COMMENT:
            cuts.append((row, column, row, end_column, ""))
        elif token.type == tokenize.STRING and last in starts and following.type == tokenize.NEWLINE:
            cuts.append((row, column, end_row, end_column, '""'))
        elif token.type == tokenize.STRING:
            inside.update(range(row + 1, end_row + 1))
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            last = token.type
    for row, column, end_row, end_column, instead in reversed(cuts):
        rest = lines[end_row - 1][end_column:]
        lines[row - 1:end_row] = [lines[row - 1][:column] + instead + rest] + [""] * (end_row - row)
    return "\n".join(line if row in inside else _outdented(line) for row, line in enumerate(lines, 1)).encode()


def bare_page(name: str, data: bytes) -> bytes:
    """A file of the page without comments that fill a line, and without indentation, on the same lines.

    No text of its scripts goes over several lines.
    """
    text = data.decode()
    if name.endswith(".css"):
        text = re.sub(r"(?s)/\*.*?\*/", lambda comment: "\n" * comment.group().count("\n"), text)
    lines = [line.strip() for line in text.split("\n")]
    return "\n".join("" if name.endswith(".js") and line.startswith("//") else line for line in lines).encode()


def _outdented(line: str) -> str:
    words = line.strip()
    return " " * ((len(line) - len(line.lstrip())) // _INDENTATION) + words


class _Unannotated(ast.NodeTransformer):
    def visit_FunctionDef(self, function: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(function)
        function.returns = None
        return function

    def visit_arg(self, argument: ast.arg) -> ast.arg:
        argument.annotation = None
        return argument


def byte_code(name: str, source: bytes) -> bytes:
    """A .pyc of the Python that runs this."""
    code = compile(_Unannotated().visit(ast.parse(source)), name, "exec", dont_inherit=True, optimize=2)
    return importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + marshal.dumps(code)


def write(target: str, start: bytes, entries: dict[str, bytes], method: int) -> None:
    """Write an archive at once as a whole: a copy that runs keeps its own file."""
    with open(target + ".new", "wb") as stream:
        stream.write(start)
        with zipfile.ZipFile(stream, "w") as archive:
            for name, data in sorted(entries.items()):
                entry = zipfile.ZipInfo(name)       # of 1980-01-01
                entry.create_system = 3
                entry.external_attr = 0o100644 << 16
                archive.writestr(entry, data, method, 9)
    os.chmod(target + ".new", 0o755 if start else 0o644)
    os.replace(target + ".new", target)


def build(top: str, target: str) -> None:
    """glancesd.pyz of the package below `top`."""
    entries = {name: bare(data) if name.endswith(".py") else data for name, data in files(top).items()}
    write(target, SHEBANG, {"__main__.py": MAIN, **entries}, zipfile.ZIP_STORED)


def build_byte_code(top: str, target: str) -> None:
    """The archive for this Python alone."""
    write(target, b"", dict((name + "c", byte_code(name, data)) if name.endswith(".py") else (name, data)
                            for name, data in sorted(files(top).items())), PACKED)


if __name__ == "__main__":
    if not sys.argv[1:] or sys.argv[1:-1] not in ([], ["--byte-code"]):
        sys.exit(__doc__.split("\n")[0].split(". ")[1])
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    (build_byte_code if sys.argv[1:-1] else build)(here, sys.argv[-1])
