"""fuzz: mutated input for everything that reads what others wrote. `make fuzz`: long; tests/test_fuzz.py: short.

    python3 -m tests.fuzz [--seed N] [--mutants N] [--requests N] [PART …]

Parts: parsers heads settings faults server.

A parser gives a value or a ParseError; the reader of request heads a Request or Refused; the reader of a settings file
its settings or a SettingsError; the running server answers of the contract or a closed connection, and logs nothing; a
file that fails costs what tests/test_faults.py says. What breaks that rule is an AssertionError which holds the input;
the same seed finds it again.
"""
from __future__ import annotations

import argparse
import errno
import glob
import importlib
import inspect
import math
import os
import pkgutil
import re
import socket
import sys
import tempfile
import time
from functools import partial
from random import Random
from typing import Any, Callable, Iterator, NamedTuple, Optional

import glancesd.collectors
from glancesd.answers import Refused, Request
from glancesd.collectors import cpu, disks, interrupts, network
from glancesd.parsing import ParseError, decode
from glancesd.roots import Roots
from glancesd.server import http1
from glancesd.settings import SettingsError, read_settings
from tests import test_faults, test_metrics_faults
from tests.daemon import TOP, Daemon, strict_json

HOSTS = os.path.join(TOP, "tests", "hosts")
SEED_BYTES = 16384                # of a recorded file: a longer one is cut, or each of its mutants takes its time
SEED_FILES = 24                   # of the recorded files that fit a row of SEEDS


# -- mutation ----------------------------------------------------------------------------------------------------------

# What has been taken for a number, a line's end or a name's end, and should not have been.
_TOKENS = (b"\0", b"\n", b"\r", b"\r\n", b"\t", b" ", b":", b"(", b")", b"|", b"/", b"-", b"\\040", b"\\777", b'"',
           b"'", b"#", b"-1", b"0", b"1_0", b"+1", b"1e3", b"1e999", b"nan", b"-inf", b"0x10", b"4294967296",
           b"18446744073709551616", b"9" * 400, "\u0663".encode(), "\u00b2".encode(), "\u0085".encode(),
           "\u2028".encode(), b"\x1c", b"\xff\xfe", b"\xed\xb2\x80", b"\x0b", b" " * 2000, b"kB", b"%s", b"%", b"\\")


def mutate(seed: bytes, random: Random, others: tuple[bytes, ...] = ()) -> bytes:
    """One to four changes to a sample of the format. `others`: further samples, to take pieces from."""
    data = seed
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        data = random.choice(_CHANGES)(data, random, others)
    return data


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + int(random.expovariate(0.1)))


def _flip(data: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    if not data:
        return b"\x80"
    at = random.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << random.randrange(8),)) + data[at + 1:]


def _insert(data: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    start, end = _span(data, random)
    return data[:start] + random.choice(_TOKENS) + data[random.choice((start, end)):]


def _number(data: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    numbers = list(re.finditer(rb"[0-9]+", data))
    if not numbers:
        return _insert(data, random, others)
    number = random.choice(numbers)
    return data[:number.start()] + random.choice(_TOKENS) + data[number.end():]


def _delete(data: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end:]


def _truncate(data: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    return data[:random.randrange(len(data) + 1)]


def _repeat(data: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    start, end = _span(data, random)
    return data[:end] + data[start:end] * random.choice((1, 2, 50)) + data[end:]


def _lines(data: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    """A line is lost, or stands twice, or somewhere else."""
    lines = data.split(b"\n")
    line = lines.pop(random.randrange(len(lines)))
    for _ in range(random.randrange(3)):
        lines.insert(random.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _splice(data: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    other = random.choice(others) if others else data
    start, end = _span(other, random)
    at = random.randrange(len(data) + 1)
    return data[:at] + (other[start:end] if random.random() < 0.5 else other[start:]) + data[at:]


def _noise(data: bytes, random: Random, others: tuple[bytes, ...]) -> bytes:
    start, end = _span(data, random)
    return data[:start] + bytes(random.randrange(256) for _ in range(random.randrange(1, 20))) + data[end:]


_CHANGES = (_flip, _insert, _insert, _number, _number, _delete, _truncate, _repeat, _lines, _splice, _noise)


# -- parsers -----------------------------------------------------------------------------------------------------------


class Seeds(NamedTuple):
    """Valid input of a parser: files of the fixture hosts by glob (below tests/hosts/<host>/), and samples."""

    files: tuple[str, ...]
    samples: tuple[bytes, ...]
    binary: bool = False          # the parser takes bytes


_MOUNTINFO = (b"27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n"
              b"98 27 0:45 /@home /home/my\\040files rw,relatime - btrfs /dev/mapper/home rw,subvol=/@home\n")
_DISKSTATS = (b" 254 0 vda 4321 12 345678 900 1234 56 789012 345 0 678 1245 0 0 0 0 5 6\n   8 1 sda1 35 38 50 60\n"
              b"   7 0 loop0 1 0 8 1 0 0 0 0 0 0 0\n")
_SNMP = b"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"

# Every `parse…` of glancesd/collectors stands here; a test says which one does not.
SEEDS = {
    "addresses.parse_routes": Seeds(("proc/*net/route",), (
        _SNMP + b"eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        b"eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n",)),
    "addresses.parse_local_addresses": Seeds(("proc/*net/fib_trie",), (
        b"Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n     +-- 10.0.0.0/24 2 0 2\n"
        b"        |-- 10.0.0.0\n           /24 link UNICAST\n        |-- 10.0.0.7\n           /32 host LOCAL\n",)),
    "arp.parse": Seeds(("proc/*net/arp",), (
        b"IP address       HW type     Flags       HW address            Mask     Device\n"
        b"192.168.1.9      0x1         0x2         00:00:5e:00:53:01     *        br-lan\n",)),
    "cgroups.parse_limit": Seeds(("sys/fs/cgroup/*/*/memory.max", "sys/fs/cgroup/*/*/*/memory.max"), (
        b"max", b"16384000")),
    "cgroups.parse_quota": Seeds(("sys/fs/cgroup/*/*/cpu.max",), (b"max 100000", b"50000 100000")),
    "cgroups.parse_table": Seeds(("sys/fs/cgroup/*/*/memory.stat",), (b"anon 4096\nfile 8192\ninactive_file 4096\n",)),
    "cgroups.parse_io": Seeds(("sys/fs/cgroup/*/*/io.stat",), (
        b"254:0 \n259:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n", b"")),
    "cgroups.parse_service_bytes": Seeds(("sys/fs/cgroup/blkio/*/*/blkio.*",), (
        b"8:0 Read 4096\n8:0 Write 0\n8:0 Total 4096\nTotal 4096\n",)),
    "connections.parse_rows": Seeds(("proc/*net/tcp*",), (
        b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        b"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18402 1\n",)),
    "cpu.parse": Seeds(("proc/stat",), (
        b"cpu  2027 0 2232 327553 145 0 38 772 0 0\ncpu0 696 0 1064 164082 8 0 5 428 0 0\n"
        b"cpu1 1330 0 1168 163471 137 0 32 343 0 0\nintr 128905 0 9 0\nctxt 251123\nbtime 1795423523\nprocesses 900\n"
        b"softirq 96519 0 19390 1\n",)),
    "cpumodel.parse": Seeds(("proc/cpuinfo",), (
        b"processor\t: 0\nmodel name\t: AMD Ryzen 5\ncpu MHz\t\t: 3892.717\n",)),
    "process_details.parse_arguments": Seeds(("proc/*/cmdline",), (b"/bin/sh\0-c\0\0x y\0", b"nginx: worker\0\0"),
                                             binary=True),
    "process_details.parse_gids": Seeds(("proc/*/status",), (b"Name:\tbash\nGid:\t7\t8\t9\t7\n",), binary=True),
    "process_details.parse_statm": Seeds(("proc/*/statm",), (b"1283 955 842 226 0 139 0\n",), binary=True),
    "cpu.parse_cpus": Seeds(("sys/devices/system/cpu/offline",), (b"0,2-3\n", b"\n")),
    "disk_identity.parse": Seeds(("proc/diskstats",), (_DISKSTATS,)),
    "disk_identity.parse_udev": Seeds((), (b"S:disk/by-id/x\nE:ID_MODEL=WDC_WD40\nE:ID_WWN=0x5000\nG:systemd\n",)),
    "disks.parse": Seeds(("proc/diskstats",), (_DISKSTATS,)),
    "disks.parse_partitions": Seeds(("proc/partitions",), (
        b"major minor  #blocks  name\n\n 254        0   20971520 vda\n   8        1     102400 sda1\n",)),
    "filefd.parse": Seeds(("proc/sys/fs/file-nr",), (b"599\t0\t2466177\n",)),
    "filesystems.parse_mountinfo": Seeds(("proc/*/mountinfo",), (_MOUNTINFO,), binary=True),
    "filesystems.parse_mounts": Seeds(("proc/*mounts", "proc/*/mounts"), (
        b"/dev/root / ext3 rw,relatime 0 0\nproc /proc proc rw 0 0\nnas:/a\\040b /mnt/a\\134 nfs4 rw 0 0\n",),
        binary=True),
    "filesystems.parse_types": Seeds(("proc/filesystems",), (b"nodev\tsysfs\nnodev\ttmpfs\n\text3\n\text4\n",)),
    "gpu.parse_load": Seeds(("sys/class/devfreq/*/load",), (b"42@800000000Hz", b"42")),
    "host.parse_load": Seeds(("proc/loadavg",), (b"0.31 0.18 0.05 1/220 12345\n",)),
    "host.parse_uptime": Seeds(("proc/uptime",), (b"5025.33 8704.45\n",)),
    "host.parse_hostname": Seeds((), (b"# comment\nweb1\n",)),
    "host.parse_assignments": Seeds(("root/etc/os-release",), (b"NAME=\"Debian GNU/Linux\"\nVERSION_ID='12'\n",)),
    "host.parse_os_release": Seeds(("root/etc/os-release", "root/usr/lib/os-release"), (
        b'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'
        b"# comment\nHOME_URL='https://www.debian.org/'\n",)),
    "host.parse_cpuinfo": Seeds(("proc/cpuinfo",), (
        b"processor\t: 0\nphysical id\t: 0\ncore id\t\t: 0\ncpu cores\t: 2\n\n"
        b"processor\t: 1\nphysical id\t: 0\ncore id\t\t: 1\ncpu cores\t: 2\n",
        b"system type\t\t: MediaTek MT7621\nprocessor\t\t: 0\npackage\t\t\t: 0\ncore\t\t\t: 0\n",)),
    "host.parse_redhat_release": Seeds(("root/etc/redhat-release",), (b"CentOS release 6.10 (Final)\n",)),
    "hwmon.parse_file_name": Seeds((), (b"temp1_crit_alarm", b"pwm2", b"beep_enable", b"name")),
    "interface_addresses.parse_inet6": Seeds(("proc/*net/if_inet6",), (
        b"fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n"
        b"00000000000000000000000000000001 01 80 10 80       lo\n",)),
    "interrupts.parse": Seeds(("proc/interrupts",), (
        b"           CPU0       CPU1       \n  0:         36          0   IO-APIC   2-edge      timer\n"
        b" 36:       5000        100   PCI-MSI 65537-edge      virtio1-req.0\n"
        b"NMI:          0          0   Non-maskable interrupts\n"
        b"LOC:     700000     600000   Local timer interrupts\nERR:          0\n",)),
    "memory.parse": Seeds(("proc/meminfo",), (
        b"MemTotal:        2048000 kB\nMemFree:          512000 kB\nMemAvailable:    1024000 kB\n"
        b"HugePages_Total:       0\n"
        b"SwapTotal:             0 kB\n",)),
    "memory.parse_watermarks": Seeds(("proc/zoneinfo",), (
        b"Node 0, zone      DMA\n  pages free     3968\n        min      67\n        low      83\n"
        b"        high     99\n",)),
    "memory.parse_arc": Seeds(("proc/spl/kstat/zfs/arcstats",), (
        b"13 1 0x01 98 26656 1 2\nname                            type data\nhits                            4    100\n"
        b"c_min                           4    33554432\nsize                            4    1073741824\n",)),
    "netstat.parse": Seeds(("proc/*net/netstat", "proc/*net/snmp"), (
        b"TcpExt: SyncookiesSent ListenDrops\nTcpExt: 0 3\nIpExt: InNoRoutes InOctets\nIpExt: 0 9012591\n",
        b"Tcp: RtoMax MaxConn CurrEstab\nTcp: 120000 -1 4\nIcmpMsg:\nIcmpMsg:\n")),
    "netstat.parse_snmp6": Seeds(("proc/*net/snmp6",), (
        b"Ip6InReceives                   \t73\nIcmp6OutType136                 \t2\n",)),
    "network.parse": Seeds(("proc/*net/dev",), (
        b"Inter-|   Receive                                                |  Transmit\n"
        b" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs "
        b"drop fifo colls carrier compressed\n"
        b"  eth0: 9012591     220    0    0    0     0          0         0    12933     144    0   "
        b" 0    0     0       0          0\n"
        b"bond0:1:      0       0    0    0    0     0          0         0        0       0    0   "
        b" 0    0     0       0          0\n",)),
    "own_process.parse_limits": Seeds((), (
        b"Limit                     Soft Limit           Hard Limit           Units     \n"
        b"Max open files            1024                 524288               files     \n"
        b"Max address space         unlimited            unlimited            bytes     \n",)),
    "pressure.parse": Seeds(("proc/pressure/*",), (
        b"some avg10=0.25 avg60=1.64 avg300=1.55 total=13211557\nfull avg10=0.00 avg60=0.50 avg300=9.00 total=7\n",)),
    "process_files.parse_stat": Seeds(("proc/[0-9]*/stat",), (
        b"4321 (tmux: (a) b\n) S 1 4321 4321 0 -1 4194304 500 0 0 0 120 34 0 0 20 0 3 0 98765 12345678 900"
        b" 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n",), binary=True),
    "process_files.parse_more": Seeds(("proc/[0-9]*/stat",), (
        b"4321 (tmux: (a) b\n) S 1 4321 4321 0 -1 4194304 500 0 0 0 120 34 0 0 20 0 3 0 98765 12345678 900"
        b" 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n",), binary=True),
    "process_files.parse_io": Seeds(("proc/[0-9]*/io",), (
        b"rchar: 323934931\nwchar: 323929600\nsyscr: 632687\nsyscw: 632675\nread_bytes: 4096\nwrite_bytes: 323932160\n"
        b"cancelled_write_bytes: 0\n",), binary=True),
    "process_files.parse_status_uid": Seeds(("proc/[0-9]*/status",), (
        b"Name:\tbash\nUmask:\t0022\nState:\tS (sleeping)\nUid:\t1000\t1000\t1000\t1000\n"
        b"Gid:\t1000\t1000\t1000\t1000\n",), binary=True),
    "process_files.parse_command_line": Seeds(("proc/[0-9]*/cmdline",), (
        b"/usr/sbin/sshd\0-D\0\0\0", b"nginx: worker process\0\0"), binary=True),
    "users.parse": Seeds(("root/etc/passwd",), (
        b"root:x:0:0:root:/root:/bin/bash\n# comment\n+::::::\nuser:x:1000:1000:,,,:/home/user:/bin/sh\n",)),
    "raid.parse": Seeds(("proc/mdstat",), (
        b"Personalities : [raid1] [raid6] [raid5] [raid4]\nmd1 : active raid1 sdb2[1] sda2[0]\n"
        b"      136448 blocks [2/2] [UU]\n\nmd3 : inactive sdb1[1](S)\n      1 blocks super 1.2\n\n"
        b"unused devices: <none>\n",)),
    "schedstat.parse": Seeds(("proc/schedstat",), (
        b"version 15\ntimestamp 4294952300\ncpu0 0 0 0 0 0 0 7349872341 1099847812 93231\ndomain0 3 0 0 0\n",)),
    "sensors.parse_celsius": Seeds(("sys/class/hwmon/*/temp*_input", "sys/class/thermal/*/temp"), (
        b"45900", b"-273150")),
    "sensors.parse_zone": Seeds(("sys/class/thermal/*/temp",), (b"48312", b"48", b"-273150")),
    "sensors.parse_fan": Seeds(("sys/class/hwmon/*/fan*_input",), (b"1204", b"65535", b"NODATA")),
    "sensors.parse_hddtemp": Seeds((), (
        b"|/dev/sda|WDC WD40EFRX-68N32N0|31|C||/dev/sdb|ST8000VN004|SLP|*|",)),
    "sockstat.parse": Seeds(("proc/*net/sockstat*",), (
        b"sockets: used 104\nTCP: inuse 5 orphan 0 tw 0 alloc 7 mem 1\nFRAG: inuse 0 memory 0\n",)),
    "softnet.parse": Seeds(("proc/*net/softnet_stat",), (
        b"00008c7f 00000000 00000002 0 0 0 0 0 00000000 00000000 00000000 00000000 00000001 00000000 00000000\n",)),
    "udp_queues.parse": Seeds(("proc/*net/udp", "proc/*net/udp6"), (
        b"   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        b"   42: 00000000:0044 00000000:0000 07 00000010:00000300 00:00000000 00000000     0        0 11823 2\n",)),
    "wireless.parse": Seeds(("proc/*net/wireless",), (
        b"Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
        b" face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n"
        b" wlan0: 0000   56.  -54.  -256        0      0      0      0      0        0\n",)),
}


def parsers() -> dict[str, Callable[[Any], Any]]:
    """Every function of glancesd/collectors whose name begins with `parse`, by "module.name"."""
    found: dict[str, Callable[[Any], Any]] = {}
    for entry in pkgutil.iter_modules(glancesd.collectors.__path__):
        module = importlib.import_module("glancesd.collectors." + entry.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("parse") and function.__module__ == module.__name__:
                found["%s.%s" % (entry.name, name)] = function
    return found


def samples(seeds: Seeds) -> tuple[bytes, ...]:
    """The valid inputs of a row of SEEDS."""
    found = list(seeds.samples)
    paths = sorted(path for pattern in seeds.files for path in glob.glob(os.path.join(HOSTS, "*", pattern))
                   if os.path.isfile(path))
    for path in paths[::max(1, len(paths) // SEED_FILES)]:
        with open(path, "rb") as file:
            found.append(file.read(SEED_BYTES))
    return tuple(found)


def fuzz_parser(name: str, parse: Callable[[Any], Any], random: Random, mutants: int) -> None:
    """Samples are values; mutants of them are values or a ParseError that names file and line."""
    seeds = SEEDS[name]
    valid = samples(seeds)
    for data in valid[:len(seeds.samples)]:
        parse(data if seeds.binary else decode(data))
    for _ in range(mutants):
        data = mutate(random.choice(valid), random, valid)
        try:
            value = parse(data if seeds.binary else decode(data))
        except ParseError as problem:
            if not re.match(r".+:\d+: .", str(problem)) or len(str(problem)) > 400:
                raise AssertionError("%s: the message %r of %r" % (name, str(problem), data)) from problem
        except Exception as problem:
            raise AssertionError("%s: %s: %s of %r" % (name, type(problem).__name__, problem, data)) from problem
        else:
            if not _finite(value):
                raise AssertionError("%s: no finite number in %r of %r" % (name, value, data))


def _finite(value: Any) -> bool:
    return all(math.isfinite(number) for number in _numbers(value) if isinstance(number, float))


def _numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, (int, float)):
        yield value
    elif isinstance(value, (dict, list, tuple, frozenset)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)


class _Table(Roots):
    """A host that shows one table of text, whatever is asked for, and no links and disks in /sys."""

    def __init__(self, text: str) -> None:
        super().__init__("/nowhere", "/nowhere", "/nowhere")
        self.text = text

    def proc(self, *names: str, default: Optional[str] = None) -> str:
        return self.text if default is None else default


# Two samples a time apart, and what happens between them, by the parser that reads them.
DERIVES: dict[str, tuple[Callable[[Callable[[], float]], Callable[[Roots], Any]], Callable[[Any, Any, float], Any]]] = {
    "cpu.parse": (lambda clock: cpu.sample, cpu.derive),
    "network.parse": (network.Sampler, network.derive),
    "disks.parse": (disks.Sampler, disks.derive),
    "interrupts.parse": (lambda clock: interrupts.Sampler(), interrupts.derive)}


def fuzz_derive(name: str, random: Random, mutants: int) -> None:
    """Between any two samples that parse, every derived figure is finite and not negative, shares within 100."""
    sampler, derive = DERIVES[name]
    valid = samples(SEEDS[name])
    for _ in range(mutants):
        seed = random.choice(valid)
        texts = [decode(mutate(seed, random, valid)), decode(random.choice((seed, mutate(seed, random, valid))))]
        elapsed = random.choice((0.0, 0.25, 10.0, 1e6))
        try:
            before, now = map(sampler(iter((0.0, elapsed)).__next__), map(_Table, texts))
            derived = derive(now, before, elapsed)
        except ParseError:
            continue
        except OverflowError:              # of more digits than a float has: for the monitor to catch, as any bug
            if any(re.search("[0-9]{100}", text) for text in texts):
                continue
            raise
        figures = list(_numbers(_made(derived)))
        if not _finite(derived) or any(figure < 0 for figure in figures):
            raise AssertionError("%s: %r of %r" % (name, derived, texts))
        if name == "cpu.parse" and any(isinstance(figure, float) and figure > 100 for figure in _numbers(derived[:2])):
            raise AssertionError("%s: %r of %r" % (name, derived, texts))


def _made(derived: Any) -> Any:
    """Derived values without the samples that they carry."""
    if isinstance(derived, dict):
        return {key: value[1:] for key, value in derived.items()}
    return derived


# -- request heads -----------------------------------------------------------------------------------------------------

STATUSES = frozenset((200, 400, 401, 403, 404, 405, 408, 411, 413, 414, 421, 431, 503, 505))

_PATHS = (b"/api/2/all", b"/api/2/cpu", b"/api/2/mem/used", b"/api/2/processlist/pid/1", b"/api/2/fs/mnt_point/%2F",
          b"/api/2/network/interface_name/lo", b"/api/2/cpu/user/history/3", b"/api/2/all/views", b"/api/2/mem/limits",
          b"/api/2/args", b"/api/2/config", b"/api/v2/load", b"/api/2/pluginslist", b"/healthz", b"/livez",
          b"/api/2/help?x=y", b"http://127.0.0.1/api/2/now", b"*", b"/", b"/api/3/mem",
          b"/api/2/processlist/cpu_percent/1e5", b"/api/2/diskio/history/2", b"/api/2/alert/0")
_UNSAFE = re.compile(rb"[\x00-\x20\x7f-\xff]")
_METHODS = (b"GET", b"GET", b"GET", b"GET", b"GET", b"HEAD", b"OPTIONS", b"POST", b"PRI", b"get", b"M-SEARCH")
_VERSIONS = (*(b"HTTP/1.1",) * 9, b"HTTP/1.0", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/0.9", b"HTTP/1.10", b"http/1.1")
_HEADERS = (b"Connection: close", b"Connection: keep-alive", b"Connection: upgrade, close",
            b"Accept-Encoding: gzip;q=0.5, br", b"Content-Length: 0", b"TE: trailers",
            b"Authorization: Basic Z2xhbmNlczp4", b"Authorization: Basic \xff",
            b"Authorization: x", b"Origin: https://a.example", b"Origin: null", b"X: " + b"a" * 5000,
            b"X:" + b" " * 5000, b"Upgrade: h2c", b"If-None-Match: *", b"Range: bytes=0-0", b"Cookie: a=b; c=d",
            b"Access-Control-Request-Method: GET", b"X-Forwarded-For: 127.0.0.1")
_HOSTILE = (b"Host: 127.0.0.1", b"Host: evil.example", b"Host:", b"Content-Length: 5", b"Content-Length: 05",
            b"Content-Length: -1", b"Content-Length: 99999999999", b"Transfer-Encoding: chunked",
            b"Transfer-Encoding : chunked", b"Expect: 100-continue", b" folded: line", b"X:" + b" " * 5000 + b"\x01",
            b"X: a\rb", b"no colon")
_HOSTS = (*(b"Host: localhost",) * 6, b"Host: 127.0.0.1", b"Host: [::1]:61208", b"Host: evil.example", b"Host:")
_BODIES = (b"", b"", b"", b"abcde", b"5\r\nabcde\r\n0\r\n\r\n", b"\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")


def request(random: Random) -> bytes:
    """A request that is well formed or nearly so, and what may stand behind it."""
    path = random.choice(_PATHS)
    if random.random() < 0.5:           # one that is well formed, whatever it says
        path = b"/" + _UNSAFE.sub(lambda byte: b"%%%02X" % byte.group()[0], mutate(path, random, _PATHS))
    lines = [b" ".join((random.choice(_METHODS), path, random.choice(_VERSIONS)))]
    lines += random.sample(_HEADERS, random.choice((0, 1, 2, 2, 3, 5)))
    if random.random() < 0.95:
        lines.append(random.choice(_HOSTS))
    if random.random() < 0.2:
        lines.append(random.choice(_HOSTILE))
    return b"\r\n".join(lines) + b"\r\n\r\n" + random.choice(_BODIES)


def requests(random: Random) -> Iterator[bytes]:
    """What hostile clients send: one request or several, as they are or mutated."""
    while True:
        data = request(random) if random.random() < 0.8 else request(random) + request(random)
        yield mutate(data, random, (request(random),)) if random.random() < 0.5 else data


def read_head(pieces: list[bytes]) -> tuple[Any, bytes]:
    """What the server makes of a head that arrives in pieces: (Request, what follows), (a status, b"") or (None, …)."""
    received = b""
    try:
        for number, piece in enumerate(pieces, 1):
            head, received = http1.split(received + piece)
            if head is not None:
                return http1.parse(head), b"".join((received, *pieces[number:]))
    except Refused as refused:
        return refused.status, b""
    return None, received


def fuzz_heads(random: Random, mutants: int) -> None:
    """A Request or Refused, and the same one however the head was cut in pieces."""
    for _, data in zip(range(mutants), requests(random)):
        at, more = sorted(random.randrange(len(data) + 1) for _ in range(2))
        try:
            whole, rest = read_head([data])
            cut, cut_rest = read_head([data[:at], data[at:more], data[more:]])
        except Exception as problem:
            raise AssertionError("%s: %s of %r" % (type(problem).__name__, problem, data)) from problem
        if isinstance(whole, int):
            right = whole in STATUSES and isinstance(cut, int)      # which fault is seen first may depend on the cut
        elif isinstance(whole, Request):
            right = (cut, cut_rest) == (whole, rest) and _plain(whole)
        else:
            right = cut is None
        if not right:
            raise AssertionError("%r is %r, cut at %d and %d it is %r" % (data, whole, at, more, cut))


def _plain(request: Request) -> bool:
    return (request.method.isascii() and request.body_bytes >= 0 and bool(request.path)
            and all(isinstance(part, str) for part in request.path)
            and (request.host is None or request.host == request.host.lower()))


# -- the settings file -------------------------------------------------------------------------------------------------

_SETTINGS = (
    b"# Glances\n[global]\nrefresh=2\nhistory_size=1200\n\n[glancesd]\ncached_time = 1\n[cpu]\n"
    b"user_careful=50\nuser_log=True\n"
    b"[network]\nhide = docker.*,\n    lo\neth0:1_rx_careful=4000000\neth0_alias=LAN\n"
    b"rx_critical: 90\n[fs]\nhide=/boot.*\nallow=zfs,nfs\n"
    b"/_careful=40\n[monitor]\nlist_1_description=Web\nlist_1_regex=.*nginx.*\n"
    b"list_1_command=nginx -v\nlist_1_countmin=1\n"
    b"[folders]\nfolder_1_path=/tmp\nfolder_1_careful=2500\n[alert]\nmax_events=10\n[sensors]\n"
    b"temperature_core_careful=60\n"
    b"[quicklook]\ndisable=False\n[docker]\nmax_name_size=20\n[amp_x]\nregex=.*\n; end\n",)


def fuzz_settings(random: Random, mutants: int) -> None:
    """Settings, or a SettingsError of one line that names the file."""
    with tempfile.TemporaryDirectory(prefix="glancesd-fuzz-") as folder:
        path = os.path.join(folder, "glances.conf")
        for number in range(mutants):
            data = mutate(random.choice(_SETTINGS), random, _SETTINGS) if number else _SETTINGS[0]
            with open(path, "wb") as file:
                file.write(data)
            try:
                read_settings(["-C", path], {})
            except SettingsError as problem:
                if not number or path not in str(problem) or not str(problem).isprintable():
                    raise AssertionError("the message %r of %r" % (str(problem), data)) from problem
            except Exception as problem:
                raise AssertionError("%s: %s of %r" % (type(problem).__name__, problem, data)) from problem


# -- the running server ------------------------------------------------------------------------------------------------


def exchange(port: int, data: bytes, pieces: int = 1) -> bytes:
    """All that comes back for what is sent, the sending side closed behind it. A reset connection ends it."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), 20) as client:
        try:
            for at in range(pieces):
                client.sendall(data[len(data) * at // pieces:len(data) * (at + 1) // pieces])
            client.shutdown(socket.SHUT_WR)
            while True:
                piece = client.recv(65536)
                if not piece:
                    break
                received += piece
        except OSError as problem:           # ENOTCONN: reset before the sending side was closed
            if not isinstance(problem, ConnectionError) and problem.errno != errno.ENOTCONN:
                raise
    return received


_ANSWER = re.compile(rb"HTTP/1\.1 ([0-9]{3}) [^\r\n]+\r\n((?:[!-9;-~]+: [ -~]*\r\n)+)\r\n")
_EVERY_ANSWER_HAS = ("content-length", "content-type", "cache-control", "x-content-type-options", "date")


def answers(received: bytes) -> Iterator[tuple[int, dict[str, str], Optional[bytes]]]:
    """Status, headers and body (None: of a HEAD) of each answer. AssertionError for anything else."""
    while received:
        match = _ANSWER.match(received)
        if not match:
            raise AssertionError("no answer of HTTP: %r" % received[:200])
        headers = {line.split(": ", 1)[0].lower(): line.split(": ", 1)[1]
                   for line in match.group(2).decode("ascii").split("\r\n")[:-1]}
        for name in _EVERY_ANSWER_HAS:
            assert name in headers, "no %s in %r" % (name, match.group())
        length = int(headers["content-length"])
        received = received[match.end():]
        if received and not received.startswith(b"HTTP/1.1 "):
            assert len(received) >= length, "a body is cut short: %r" % received[:200]
            yield int(match.group(1)), headers, received[:length]
            received = received[length:]
        else:
            yield int(match.group(1)), headers, None


def fuzz_server(daemon: Daemon, random: Random, count: int) -> dict[int, int]:
    """Answers of the contract, or none. How often each status came."""
    statuses: dict[int, int] = {}
    for _, data in zip(range(count), requests(random)):
        received = exchange(daemon.port, data, random.choice((1, 1, 1, 2, 3)))
        try:
            for status, headers, body in answers(received):
                statuses[status] = statuses.get(status, 0) + 1
                assert status in STATUSES, "status %d" % status
                if body and "content-encoding" not in headers and "json" in headers["content-type"]:
                    value = strict_json(body)
                    assert status == 200 or value["error"]["status"] == status, body
        except Exception as problem:
            raise AssertionError("%s: %s: %r is answered with %r" % (
                type(problem).__name__, problem, data, received[:500])) from problem
    if daemon.process.poll() is not None or daemon.log[1:]:
        raise AssertionError("the daemon %s; its log: %s" % (
            "ended" if daemon.process.poll() is not None else "had something to say", daemon.log))
    return statuses


def _held(pid: int) -> str:
    with open("/proc/%d/status" % pid) as file:
        fields = dict(line.split(":", 1) for line in file)
    time.sleep(0.5)                        # the last connections are being closed
    return "%s resident, %s threads, %d descriptors" % (
        fields["VmRSS"].strip(), fields["Threads"].strip(), len(os.listdir("/proc/%d/fd" % pid)))


# -- the long run ------------------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time; it is printed")
    parser.add_argument("--mutants", type=int, default=20000, help="of each parser")
    parser.add_argument("--requests", type=int, default=100000)
    parser.add_argument("parts", nargs="*", metavar="PART", help="parsers heads settings faults server (default: all)")
    chosen = parser.parse_args()
    seed = chosen.seed if chosen.seed is not None else int.from_bytes(os.urandom(4), "big")
    print("seed %d" % seed)
    began = time.monotonic()

    def say(text: str) -> None:
        print("%7.1f s  %s" % (time.monotonic() - began, text), flush=True)

    def run(what: str, fuzz: Callable[[Random, int], Any], count: int) -> bool:
        try:
            say("%s: %d%s" % (what, count, fuzz(Random("%d %s" % (seed, what)), count) or ""))
            return True
        except AssertionError as broken:
            say("%s: %s" % (what, broken))
            return False

    table: list[tuple[str, str, Callable[[Random, int], Any], int]] = [
        ("parsers", name, partial(fuzz_parser, name, parse), chosen.mutants)
        for name, parse in sorted(parsers().items())]
    table += [("parsers", "between two samples of " + name, partial(fuzz_derive, name), chosen.mutants)
              for name in DERIVES]
    table += [("heads", "request heads", fuzz_heads, chosen.mutants * 5),
              ("settings", "settings files", fuzz_settings, chosen.mutants // 4),
              *(("faults", "faults of each file of " + host, partial(fuzz_faults, host), chosen.mutants // 500)
                for host in test_faults.HOST_NAMES),
              *(("faults", "faults of each file of /metrics of " + host, partial(fuzz_metrics_faults, host),
                 chosen.mutants // 500) for host in test_faults.HOST_NAMES),
              ("server", "requests to a server", _fuzz_own_server, chosen.requests)]
    results = [run(what, fuzz, count) for part, what, fuzz, count in table if part in (chosen.parts or [part])]
    return 0 if all(results) else 1


def fuzz_faults(host: str, random: Random, count: int) -> str:
    """So many different faults of each file that is read over a host, one at a time: see tests/test_faults.py."""
    def choose(path: str) -> list[test_faults.Fault]:
        faults = test_faults.faults_of(path)
        return random.sample(faults, min(count, len(faults)))

    return "; %d tried" % test_faults.check_host(host, choose)


def fuzz_metrics_faults(host: str, random: Random, count: int) -> str:
    """As `fuzz_faults`, of what a scrape reads: see tests/test_metrics_faults.py."""
    def choose(path: str) -> list[test_faults.Fault]:
        faults = test_faults.faults_of(path)
        return random.sample(faults, min(count, len(faults)))

    return "; %d tried" % test_metrics_faults.check_host(host, choose)


def _fuzz_own_server(random: Random, count: int) -> str:
    with Daemon() as daemon:
        fuzz_server(daemon, random, 200)
        before = _held(daemon.pid)
        statuses = fuzz_server(daemon, random, count)
        return "; answers by status %s; before %s; after %s" % (
            ", ".join("%d: %d" % item for item in sorted(statuses.items())), before, _held(daemon.pid))


if __name__ == "__main__":
    sys.exit(main())
