r"""cgroup_names: whose container a control group is, by its name.

A container is known by the name of its group, at any depth:

    docker-<64 hex>.scope  docker/<64 hex>                                    docker
    libpod-<64 hex>.scope  libpod-<64 hex>                                    podman
    cri-containerd-<64 hex>.scope  crio-<64 hex>.scope  kubepods…/<64 hex>    kubernetes
    lxc.payload.<name>  lxc/<name>                                            lxc (also incus)
    machine.slice/systemd-nspawn@<name>.service  machine.slice/machine-<name>.scope    nspawn ("-" as \x2d)

What stands beside a container for its engine is none: libpod-conmon-…, crio-conmon-…, lxc.monitor…, docker.service. A
virtual machine of libvirt's (machine-qemu…) is none either.
"""
from __future__ import annotations

import re

from ..lazy import pattern
from ..typed import Iterable, Optional

_ID = "[0-9a-f]{64}"
_SCOPE = pattern(r"(?:(docker)|(libpod)|(?:cri-containerd|crio))-(%s)(?:\.scope)?" % _ID)
_BARE = pattern(_ID)
_MACHINE = pattern(r"systemd-nspawn@(.+)\.service|machine-(?!qemu)(.+)\.scope", re.DOTALL)
_ESCAPE = pattern(rb"\\x([0-9a-f]{2})")


def identify(path: Iterable[str]) -> Optional[tuple[str, str]]:
    """Engine and name of the container that a group is, by the names from the top down to its own; None: it is none."""
    *above, name = path
    parent = above[-1] if above else ""
    scope = _SCOPE.fullmatch(name)
    if scope is not None:
        return "docker" if scope.group(1) else "podman" if scope.group(2) else "kubernetes", scope.group(3)
    if _BARE.fullmatch(name):
        if parent == "docker":
            return "docker", name
        return ("kubernetes", name) if any(part.startswith("kubepods") for part in above) else None
    if name.startswith("lxc.payload.") and name != "lxc.payload.":
        return "lxc", name[len("lxc.payload."):]
    if parent == "lxc":
        return "lxc", name
    machine = _MACHINE.fullmatch(name) if parent == "machine.slice" else None
    if machine is not None:
        return "nspawn", _unescaped(machine.group(1) or machine.group(2))
    return None


def _unescaped(name: str) -> str:
    """As systemd-escape --unescape: a name of a unit holds what is no letter as \\xHH, byte by byte."""
    if "\\" not in name:
        return name
    raw = _ESCAPE.sub(lambda found: bytes((int(found.group(1), 16),)), name.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")
