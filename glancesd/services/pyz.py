"""pyz: builds the whole daemon as one file. usage: pyz.py [--byte-code] FILE

    glancesd.pyz                       #!/usr/bin/env python3 ‖ zip: __main__.py  glancesd/__init__.py  …
    --byte-code: glancesd.zip          zip: glancesd/__init__.pyc  …

The first runs on every Python from 3.7 on: sources, and stored, because some Pythons of routers have no zlib.
Docstrings, comments, annotations of functions and imports for types alone are left out, a step of indentation is one
space, and none within brackets, which takes 40 % away; every line stays where it was, for tracebacks. The files of the
page lose comments and indentation, an eighth of them. The same source gives the same bytes, whichever Python builds.

The second is for a router and the one Python that builds it: byte code, without docstrings and the annotations of
functions, deflated if there is a zlib. To be run with -X no_debug_ranges: columns, which are shown only with a
source at hand, are a quarter of what is left.
"""
from __future__ import annotations

import importlib.util
import io
import marshal
import os
import re
import sys
import tokenize
import zipfile
from collections.abc import Generator, Iterator

try:
    import zlib  # noqa: F401
    PACKED = zipfile.ZIP_DEFLATED
except ImportError:
    PACKED = zipfile.ZIP_STORED

SHEBANG = b"#!/usr/bin/env python3\n"
MAIN = b"import sys\n\nfrom glancesd.__main__ import main\n\nsys.exit(main())\n"

_INDENTATION = 4
_LINE_END = 1 << 16
_FOR_TYPES = re.compile(r"^if TYPE_CHECKING:\n(?: .*\n|\n(?= ))*(?=\n*\S)(?!\n*else)", re.M)
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
    """A source without what nothing needs at run time: see above."""
    text = _FOR_TYPES.sub(lambda block: "\n" * block.group().count("\n"), source.decode())
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    starts = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}       # what a statement comes after
    lines, last = text.split("\n"), tokenize.NEWLINE
    inside: set[int] = set()                                            # the lines that begin within a text,
    within: set[int] = set()                                            # or within brackets
    depth = 0
    cuts = list(_annotations(tokens))
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]]):
        if token.type == tokenize.COMMENT:
            cuts.append((token.start, token.end, ""))
        elif token.type == tokenize.STRING and last in starts and following.type == tokenize.NEWLINE:
            cuts.append((token.start, token.end, '""'))
        elif token.type == tokenize.STRING:
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif token.type == tokenize.NL and depth:
            within.add(token.start[0] + 1)
        depth += _deeper(token)
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            last = token.type
    for (row, column), (end_row, end_column), instead in sorted(cuts, reverse=True):
        rest = lines[end_row - 1][end_column:]
        lines[row - 1:end_row] = [lines[row - 1][:column] + instead + rest] + [""] * (end_row - row)
    return "\n".join(line if row in inside else line.strip() if row in within else _outdented(line)
                     for row, line in enumerate(lines, 1)).encode()


def _annotations(tokens: list[tokenize.TokenInfo]) -> Iterator[tuple[tuple[int, int], tuple[int, int], str]]:
    """Of the parameters and the results of functions: from where to where (row, column), and ""."""
    at = 0
    while at < len(tokens):
        if tokens[at].type == tokenize.NAME and tokens[at].string == "def":
            at = yield from _annotations_of_one(tokens, at)
        at += 1


def _annotations_of_one(tokens: list[tokenize.TokenInfo], at: int,
                        ) -> Generator[tuple[tuple[int, int], tuple[int, int], str], None, int]:
    """Of the function whose "def" is at this place; the place of the colon that ends its head."""
    depth, has_result, in_default, end = 0, False, False, (0, 0)
    begin: tuple[int, int] | None = None                                    # of an annotation
    while True:
        at += 1
        token = tokens[at]
        if depth == 1 and not has_result:
            if begin is None and not in_default and token.string == ":":
                begin = token.start
            elif begin is not None and token.string in (",", "=", ")"):
                for row in range(begin[0], end[0] + 1):                 # a default keeps its line
                    yield (row, begin[1] if row == begin[0] else 0), (row, end[1] if row == end[0] else _LINE_END), ""
                begin = None
            in_default = token.string == "=" or in_default and token.string != ","
        elif depth == 0 and token.string == "->":
            has_result, begin = True, token.start
        elif depth == 0 and token.string == ":":
            if begin is not None:
                yield begin, token.start, ""
            return at
        depth += _deeper(token)
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            end = token.end


def _deeper(token: tokenize.TokenInfo) -> int:
    """How many brackets it opens."""
    return 0 if token.type != tokenize.OP else (token.string in "([{") - (token.string in ")]}")


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


def byte_code(name: str, source: bytes) -> bytes:
    """A .pyc of the Python that runs this."""
    code = compile(bare(source), name, "exec", dont_inherit=True, optimize=2)
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
