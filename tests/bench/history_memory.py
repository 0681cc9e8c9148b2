"""Memory of a full history for 20 interfaces, 20 disks and 20 mounts: python3 -m tests.bench.history_memory [POINTS]"""
from __future__ import annotations

import sys
import tracemalloc

from glancesd.history import Figure, History

LIMIT_BYTES = 1500000


def items() -> list[tuple[str, str]]:
    """What an API 2 daemon records on such a machine."""
    found = [("cpu", "user"), ("cpu", "system"), ("load", "min1"), ("load", "min5"), ("load", "min15"),
             ("mem", "percent"), ("memswap", "percent"), ("sensors", "Core 0_value")]
    for number in range(20):
        found += [("network", "eth%d_%s" % (number, way)) for way in ("rx", "tx")]
        found += [("diskio", "nvme%dn1_%s" % (number, way)) for way in ("read_bytes", "write_bytes")]
        found.append(("fs", "/srv/data%d_percent" % number))
    return found


def main() -> int:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 360
    found = items()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    history = History(size, 10.0)
    for number in range(size + size // 2):                       # over its bound, as after an hour and a half
        for plugin, item in found:
            history.add(plugin, 10.0 * number, 1.7e9 + 10 * number, [(Figure("", item), number / 3)])
    used = tracemalloc.get_traced_memory()[0] - before
    print("history: %d items of %d points: %d bytes, %.1f a point (limit %d at 360 points)" % (
        len(found), size, used, used / (len(found) * size), LIMIT_BYTES))
    return int(size == 360 and used > LIMIT_BYTES)


if __name__ == "__main__":
    sys.exit(main())
