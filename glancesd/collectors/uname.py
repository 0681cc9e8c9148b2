"""uname: the names of a machine and of its kernel, from /proc/sys/kernel: what uname(2) says, without its processor.

    ostype         Linux
    osrelease      6.8.0-45-generic
    version        #45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024
    hostname       web1                     of another host: its etc/hostname, see `host`
    domainname     (none)                   of NIS; nobody has set it
    arch           x86_64                   6.1
"""
from __future__ import annotations

import os

from ..roots import Roots
from ..typed import NamedTuple
from .host import hostname

DIRECTORY = "sys/kernel/"


class Names(NamedTuple):
    """As struct utsname has them; "" for one that is not told."""

    sysname: str
    release: str
    version: str
    machine: str
    nodename: str
    domainname: str


def sample(roots: Roots) -> Names:
    """The files of /proc/sys/kernel; the machine's own uname(2) tells the processor when it runs the same kernel."""
    ostype, release, version, domainname, arch = (
        roots.proc(DIRECTORY + name, default="").strip()
        for name in ("ostype", "osrelease", "version", "domainname", "arch"))
    nodename = hostname(roots)
    own = os.uname()
    machine = own.machine if roots.live or release == own.release else arch
    if roots.live:
        return Names(ostype or own.sysname, release or own.release, version or own.version, machine,
                     nodename or own.nodename, domainname or "(none)")
    return Names(ostype or "Linux", release, version, machine, nodename or "(none)", domainname or "(none)")
