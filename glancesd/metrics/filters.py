"""filters: what /metrics leaves out: mounts and disks by settings whose defaults are node_exporter's, and fields."""
from __future__ import annotations

import re

from ..lazy import pattern
from ..settings import Settings
from ..typed import TYPE_CHECKING, Callable, NamedTuple

if TYPE_CHECKING:                     # collectors that a start does without: see `sources.Later`
    from ..collectors.filesystems import Mount

# Fields of /proc/net/netstat, snmp and snmp6 that are shown, as PROTOCOL_NAME, and lines of /proc/vmstat.
_NETSTAT = pattern(
    r".*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|"
    r"TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|"
    r"Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|"
    r"Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors)")
SHOWN_VMSTAT = pattern(r"^((?:oom_kill|pgpg|pswp|pg\S*fault)\S*) (\d{1,20})$", re.ASCII | re.MULTILINE)

Excludes = Callable[[str], bool]


class Filters(NamedTuple):
    """Whether a mount point, a type of file system or a disk is left out."""

    mount_point: Excludes
    fs_type: Excludes
    disk: Excludes

    def shows_mount(self, mount: Mount) -> bool:
        """Whether a row of the mount table is shown."""
        return not self.fs_type(mount.type) and not self.mount_point(mount.mount_point)


NONE = Filters(*(lambda name: False,) * 3)


def of(settings: Settings) -> Filters:
    """Those of the settings."""
    own = settings.metrics
    return Filters(*map(_excludes, (own.mount_points_exclude, own.fs_types_exclude, own.disks_exclude)))


def shown_netstat(protocol: str, name: str) -> bool:
    """Whether a field of a protocol is shown."""
    return _NETSTAT.fullmatch("%s_%s" % (protocol, name)) is not None


def _excludes(pattern: str) -> Excludes:
    search = re.compile(pattern).search
    return lambda name: bool(pattern) and search(name) is not None
