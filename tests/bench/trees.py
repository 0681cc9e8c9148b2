"""trees: a made-up host of any size, written as the three trees that --procfs, --sysfs and --rootfs take.

    python3 -m tests.bench.trees DIRECTORY --processes 10000 --cpus 512 --interfaces 1000 --mounts 2000 --disks 500

The same size gives the same bytes. Every counter is its rate times the host's age, so a tree written again at a later
instant (`--instant 1`) is the same host that many seconds later. The files agree with one another: the first line of
/proc/stat is the sum of the others, the threads of loadavg are those of the processes, each mount is of a partition of
diskstats.
"""
from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
from typing import Iterator, NamedTuple

HERTZ = 100
PAGE_BYTES = 4096
BOOT_TIME = 1700000000
UPTIME_SECONDS = 100000                 # at instant 0
MEMORY = "/dev/shm"
USERS = 10
FIRST_UID = 1000
SHARED_INTERRUPTS = ("IO-APIC    2-edge      timer", "PCI-MSI 65536-edge      nvme0q0",
                     "PCI-MSI 81920-edge      eth1-rx-0", "PCI-MSI 81921-edge      eth1-tx-0")
LOCAL_INTERRUPTS = (("NMI", "Non-maskable interrupts"), ("LOC", "Local timer interrupts"),
                    ("RES", "Rescheduling interrupts"), ("CAL", "Function call interrupts"), ("TLB", "TLB shootdowns"))
BLKEXT_MAJOR = 259                      # the kernel's dynamic block major: any number of disks and partitions


class Size(NamedTuple):
    """What the host has. `interfaces` counts lo; `mounts` only file systems with a device of their own."""

    processes: int = 100
    cpus: int = 2
    interfaces: int = 2
    mounts: int = 2
    disks: int = 1


SMALL = Size()

# -- what the host is made of, by number: all that a test needs to know what the answers must be ---------------------


def threads(process: int) -> int:
    """Threads of a process: every fourth has four."""
    return 4 if process % 4 == 3 else 1


def cpu_ticks_per_second(process: int, size: Size) -> int:
    """Five busy processes for each CPU, one tick a second each; the others sleep."""
    return 1 if process < 5 * size.cpus else 0


def traffic_per_second(interface: int) -> tuple[int, int]:
    """Bytes that an interface receives and sends in a second."""
    return 1000 + 10 * interface, 500 + interface


def writes_per_second(disk: int) -> int:
    """Bytes that a disk writes in a second."""
    return 512 * (8 + disk)


def disk_name(disk: int) -> str:
    """sda … sdz, sdaa …, as the kernel counts."""
    name = ""
    disk += 1
    while disk:
        disk, letter = divmod(disk - 1, 26)
        name = chr(ord("a") + letter) + name
    return "sd" + name


def interface_name(interface: int) -> str:
    return "eth%d" % interface if interface else "lo"


def mount_point(mount: int) -> str:
    return "/mnt/data %d" % mount if mount else "/"     # with a space: the kernel writes it as \040


# -- the files -------------------------------------------------------------------------------------------------------


def write(directory: str, size: Size = SMALL, instant: int = 0) -> None:
    """DIRECTORY/proc, /sys and /root of such a host, `instant` seconds after the first."""
    age = UPTIME_SECONDS + instant
    for tree, files in (("proc", _proc(size, age)), ("sys", _sys(size)), ("root", _root(size))):
        made = set()
        for name, text in files:
            path = "/".join((directory, tree, name))
            parent = path if text is None else os.path.dirname(path)
            if parent not in made:
                os.makedirs(parent, exist_ok=True)
                made.add(parent)
            if text is not None:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)


@contextlib.contextmanager
def folder() -> Iterator[str]:
    """A folder for trees while the block runs: in memory where the machine has such a place, as /proc itself is."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="glancesd-", dir=where) as directory:
        yield directory


def options(directory: str) -> list[str]:
    """The options that point glancesd at a tree written there."""
    return ["--procfs", directory + "/proc", "--sysfs", directory + "/sys", "--rootfs", directory + "/root"]


# Each of the following yields (name, text), or (name, None) for a directory.
Files = Iterator["tuple[str, str | None]"]


def _proc(size: Size, age: int) -> Files:
    thread_count = sum(threads(process) for process in range(size.processes))
    yield "stat", _stat(size, age)
    yield "loadavg", "0.50 0.40 0.30 1/%d %d\n" % (thread_count, size.processes)
    yield "uptime", "%d.00 %d.00\n" % (age, sum(_idle_per_second(cpu) for cpu in range(size.cpus)) * age // HERTZ)
    yield "cpuinfo", "".join("processor\t: %d\nphysical id\t: 0\ncore id\t\t: %d\n\n" % (cpu, cpu // 2)
                             for cpu in range(size.cpus))
    yield "interrupts", _interrupts(size, age)
    memory = _memory(size)
    yield "meminfo", "".join("%-15s %8d kB\n" % (name + ":", kilobytes) for name, kilobytes in memory.items())
    yield "vmstat", "nr_free_pages %d\npswpin 0\npswpout 0\n" % (memory["MemFree"] * 1024 // PAGE_BYTES)
    yield "filesystems", "nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tautofs\n\text4\n\txfs\n"
    yield "sys/kernel/ostype", "Linux\n"
    yield "sys/kernel/hostname", "large\n"
    yield "sys/kernel/osrelease", "6.1.0\n"
    yield "sys/kernel/pid_max", "4194304\n"
    for place in ("1/net/dev", "net/dev"):
        yield place, _net_dev(size, age)
    yield "diskstats", "".join(_diskstats(size, age))
    yield "partitions", "major minor  #blocks  name\n\n" + "".join(
        "%4d %8d %10d %s\n" % (BLKEXT_MAJOR, minor, blocks, name) for minor, name, blocks in _blocks(size))
    for place in ("1", "self"):
        yield place + "/mountinfo", _mountinfo(size)
        yield place + "/mounts", _mounts(size)
    yield "mounts", _mounts(size)
    for process in range(size.processes):
        yield from _process(process, size, age)


def _sys(size: Size) -> Files:
    yield "devices/system/cpu/online", "0-%d\n" % (size.cpus - 1)
    for cpu in range(size.cpus):
        first = cpu // 2 * 2
        siblings = "%d-%d\n" % (first, first + 1) if first + 1 < size.cpus else "%d\n" % first
        topology = "devices/system/cpu/cpu%d/topology/" % cpu
        yield topology + "core_cpus_list", siblings
        yield topology + "thread_siblings_list", siblings
    for interface in range(size.interfaces):
        directory = "class/net/" + interface_name(interface)
        yield directory + "/flags", "0x9\n" if interface == 0 else "0x1003\n"
        for name, text in (("operstate", "up"), ("carrier", "1"), ("carrier_changes", "1"), ("mtu", "1500"),
                           ("address", "02:00:5e:10:00:01"), ("statistics/rx_nohandler", "0")):
            yield "%s/%s" % (directory, name), text + "\n"
        if interface:
            yield directory + "/speed", "10000\n"
    yield "block", None
    for disk in range(size.disks):
        yield "block/%s/size" % disk_name(disk), "%d\n" % (2 * _disk_kilobytes(size))
    yield "class/hwmon", None
    yield "class/power_supply", None


def _root(size: Size) -> Files:
    yield "etc/os-release", 'NAME="Large Linux"\nVERSION_ID="1"\n'
    yield "etc/passwd", "root:x:0:0::/root:/bin/sh\n" + "".join(
        "user%d:x:%d:%d::/:/bin/sh\n" % (uid, uid, uid) for uid in range(FIRST_UID, FIRST_UID + USERS))
    for mount in range(size.mounts):
        yield mount_point(mount).lstrip("/"), None


def _idle_per_second(cpu: int) -> int:
    return HERTZ - 10 - cpu % 40


def _stat(size: Size, age: int) -> str:
    # user nice system idle iowait irq softirq steal guest guest_nice, in ticks a second
    rates = [(HERTZ - 5 - _idle_per_second(cpu), 0, 3, _idle_per_second(cpu), 1, 0, 1, 0, 0, 0)
             for cpu in range(size.cpus)]
    rows = ["cpu  " + " ".join(str(age * sum(column)) for column in zip(*rates))]
    rows += ["cpu%d %s" % (cpu, " ".join(str(age * rate) for rate in row)) for cpu, row in enumerate(rates)]
    rows += ["intr %d 0 0 0" % (age * 1000 * size.cpus), "ctxt %d" % (age * 3000 * size.cpus), "btime %d" % BOOT_TIME,
             "processes %d" % (10 * size.processes), "procs_running 1", "procs_blocked 0",
             "softirq %d 0 0 0" % (age * 500 * size.cpus)]
    return "\n".join(rows) + "\n"


def _interrupts(size: Size, age: int) -> str:
    rows = [" " * 11 + "".join("CPU%-8d" % cpu for cpu in range(size.cpus))]
    for number, what in enumerate(SHARED_INTERRUPTS):
        counts = (age * (number + 1) if cpu == number % size.cpus else 0 for cpu in range(size.cpus))
        rows.append("%4d: %s  %s" % (number, " ".join("%10d" % count for count in counts), what))
    for weight, (name, what) in enumerate(LOCAL_INTERRUPTS):
        rows.append("%4s: %s   %s" % (name, " ".join("%10d" % (age * 10 * weight) for _ in range(size.cpus)), what))
    return "\n".join(rows) + "\n"


def _memory(size: Size) -> dict[str, int]:
    total = (16 << 20) + 1024 * size.processes            # kilobytes: more than what all processes hold
    free, buffers, cached, reclaimable = total // 2, total // 32, total // 8, total // 64
    return {"MemTotal": total, "MemFree": free, "MemAvailable": free + buffers + cached + reclaimable,
            "Buffers": buffers, "Cached": cached, "SwapCached": 0, "Active": total // 4, "Inactive": total // 8,
            "SwapTotal": 1 << 20, "SwapFree": 1 << 20, "Shmem": total // 128, "SReclaimable": reclaimable,
            "VmallocTotal": 34359738367}


def _net_dev(size: Size, age: int) -> str:
    rows = ["Inter-|   Receive                                                |  Transmit",
            " face |bytes    packets errs drop fifo frame compressed multicast"
            "|bytes    packets errs drop fifo colls carrier compressed"]
    for interface in range(size.interfaces):
        received, sent = (age * rate for rate in traffic_per_second(interface))
        rows.append("%6s: %d %d 0 0 0 0 0 0 %d %d 0 0 0 0 0 0"
                    % (interface_name(interface), received, received // 1000, sent, sent // 500))
    return "\n".join(rows) + "\n"


# -- disks, their partitions and what is mounted ---------------------------------------------------------------------


def _partitions(size: Size) -> int:
    """Partitions of each disk: enough for every mount to have one."""
    return -(-size.mounts // size.disks) if size.disks else 0


def _disk_kilobytes(size: Size) -> int:
    return (1 << 20) * max(1, _partitions(size))


def _blocks(size: Size) -> Iterator[tuple[int, str, int]]:
    """Minor number, name and 1 KiB blocks of each disk and partition, in the kernel's order."""
    step = _partitions(size) + 1
    for disk in range(size.disks):
        yield disk * step, disk_name(disk), _disk_kilobytes(size)
        for partition in range(1, step):
            yield disk * step + partition, "%s%d" % (disk_name(disk), partition), 1 << 20


def _diskstats(size: Size, age: int) -> Iterator[str]:
    step = _partitions(size) + 1
    for minor, name, _ in _blocks(size):
        disk, partition = divmod(minor, step)
        busy = partition < 2            # what a disk does, its first partition does
        reads, written = (age, age * writes_per_second(disk) // 512) if busy else (0, 0)
        yield "%4d %7d %s %d 0 %d 10 %d 0 %d 20 0 30 30 0 0 0 0 0 0\n" % (
            BLKEXT_MAJOR, minor, name, reads, 8 * reads, written // 8, written)


def _devices(size: Size) -> Iterator[tuple[str, str, str, str]]:
    """Device number, source, mount point (as the kernel escapes it) and type of each mounted file system."""
    for mount in range(size.mounts):
        kind = "xfs" if mount % 2 else "ext4"
        where = mount_point(mount).replace(" ", "\\040")
        if size.disks:
            disk, partition = mount % size.disks, 1 + mount // size.disks
            number = "%d:%d" % (BLKEXT_MAJOR, disk * (_partitions(size) + 1) + partition)
            yield number, "/dev/%s%d" % (disk_name(disk), partition), where, kind
        else:
            yield "253:%d" % mount, "/dev/mapper/data-%d" % mount, where, kind


# What no answer may hold: kernel file systems, an automounter's trap, and one device at a second place.
_OTHERS = (("0:5", "proc", "/proc", "proc"), ("0:6", "sysfs", "/sys", "sysfs"), ("0:7", "tmpfs", "/run", "tmpfs"),
           ("0:8", "systemd-1", "/mnt/trap", "autofs"))


def _all_mounts(size: Size) -> list[tuple[str, str, str, str]]:
    devices = list(_devices(size))
    again = [(number, source, "/srv/again", kind) for number, source, _, kind in devices[:1]]
    return devices[:1] + list(_OTHERS) + devices[1:] + again


def _mountinfo(size: Size) -> str:
    form = "%d %d %s / %s rw,relatime shared:%d - %s %s rw\n"
    return "".join(form % (20 + i, 20 if i else 1, number, where, i + 1, kind, source)
                   for i, (number, source, where, kind) in enumerate(_all_mounts(size)))


def _mounts(size: Size) -> str:
    return "".join("%s %s %s rw,relatime 0 0\n" % (source, where, kind) for _, source, where, kind in _all_mounts(size))


# -- processes -------------------------------------------------------------------------------------------------------


def _process(process: int, size: Size, age: int) -> Files:
    pid = process + 1
    name = "worker-%d" % process if process else "init"
    state = "R" if pid == size.processes and process else "S"
    uid = FIRST_UID + process % USERS if process else 0
    resident_pages = 100 + process % 100
    start = min(process, UPTIME_SECONDS - 1) * HERTZ
    ticks = cpu_ticks_per_second(process, size) * (age - start // HERTZ)
    parent = 1 if process else 0
    fields = [state, parent, pid, pid, 0, -1, 4194304, 100, 0, 0, 0, ticks - ticks // 4, ticks // 4, 0, 0, 20, 0,
              threads(process), 0, start, 10 * resident_pages * PAGE_BYTES, resident_pages, (1 << 64) - 1,
              *[0] * 12, 17, process % size.cpus, *[0] * 13]
    directory = "%d/" % pid
    yield directory + "stat", "%d (%s) %s\n" % (pid, name, " ".join(map(str, fields)))
    yield directory + "io", ("rchar: %d\nwchar: %d\nsyscr: 1\nsyscw: 1\nread_bytes: %d\nwrite_bytes: %d\n"
                             "cancelled_write_bytes: 0\n" % (age, age, 4096 * process, 4096 * process))
    yield directory + "cmdline", "/usr/bin/%s\0--number\0%d\0" % (name, process)
    yield directory + "status", (
        "Name:\t%s\nState:\t%s\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nUid:\t%d\t%d\t%d\t%d\nThreads:\t%d\n"
        % (name, state, pid, pid, parent, uid, uid, uid, uid, threads(process)))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a made-up host of any size as procfs, sysfs and rootfs.")
    parser.add_argument("directory")
    for name, default in zip(Size._fields, SMALL):
        parser.add_argument("--" + name, type=int, default=default, metavar="N")
    parser.add_argument("--instant", type=int, default=0, metavar="SECONDS", help="how long after the first writing")
    chosen = parser.parse_args()
    write(chosen.directory, Size(*(getattr(chosen, name) for name in Size._fields)), chosen.instant)
    print(" ".join(options(chosen.directory)))


if __name__ == "__main__":
    main()
