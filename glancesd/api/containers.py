"""containers: the wire names of API 2's `docker`, and of API 3's and 4's `containers`.

A figure whose controller is not enabled is absent from the nested objects and null in the flat fields, never 0: a
client (glances-api 0.8) adds up `container["cpu"].get("total", 0)`, and a null there ends its whole update.
"""
from __future__ import annotations

import time

from ..collectors.host import Cores
from ..containers import Containers, Known
from ..readings import Reading
from ..settings import Settings
from ..typed import TYPE_CHECKING, Iterable, Mapping, Optional
from .alike import aliased
from .dialect import JSONValue

if TYPE_CHECKING:                     # a collector that a start does without: see `sources.Later`
    from ..collectors.cgroups import ContainerUse


def docker(settings: Settings, containers: Reading[Containers]) -> JSONValue:
    """Of API 2: {} when nothing is found."""
    return _of_engines(containers.value, [_with_alias(settings, entry, _docker(entry))
                                          for entry in _shown(settings, containers.value)])


def _docker(entry: Known) -> dict[str, JSONValue]:
    told = entry.told
    return {"key": "name", "name": entry.name, "Id": entry.id, "Image": told.image if told is not None else "",
            "Status": entry.state, "Created": told.created_seconds if told is not None else None,
            "Command": told.command if told is not None else None, "Names": _names(entry), "pids": _processes(entry),
            "cpu": _cpu(entry.use), "memory": _memory(entry.use, max_usage="memory_peak_bytes"),
            "network": _network(entry.use), "io": _io(entry.use)}


def containers3(settings: Settings, containers: Reading[Containers]) -> JSONValue:
    """Of API 3: {} when nothing is found."""
    return _of_engines(containers.value, [_with_alias(settings, entry, _container3(entry, containers.wall))
                                          for entry in _shown(settings, containers.value)])


def _container3(entry: Known, wall: float) -> dict[str, JSONValue]:
    told, use = entry.told, entry.use
    return {"key": "name", "name": entry.name, "Id": entry.id, "Image": [told.image] if told is not None else [],
            "Status": entry.state, "Created": _iso(told.created_seconds if told is not None else None),
            "Command": list(told.arguments or ([told.command] if told.command else [])) if told is not None else [],
            "Names": _names(entry), "Uptime": _uptime(entry, wall), "engine": entry.engine, "pids": _processes(entry),
            "cpu": _cpu(use), "cpu_percent": use.cpu_percent if use is not None else None,
            "memory": _memory(use, rss="anonymous_bytes", cache="file_bytes", max_usage="memory_peak_bytes"),
            "memory_usage": use.container.memory_bytes if use is not None else None,
            "network": _network(use), "network_rx": use.rx_bytes if use is not None else None,
            "network_tx": use.tx_bytes if use is not None else None,
            "io": _io(use), "io_r": use.read_bytes if use is not None else None,
            "io_w": use.written_bytes if use is not None else None}


def containers4(settings: Settings, containers: Reading[Containers],
                cores: Reading[Optional[Cores]]) -> JSONValue:
    """Of API 4: a list."""
    cpus = cores.value.logical if cores.value is not None else None
    return [_with_alias(settings, entry, _container4(entry, containers.wall, cpus))
            for entry in _shown(settings, containers.value)]


def _container4(entry: Known, wall: float, cpus: Optional[int]) -> dict[str, JSONValue]:
    from ..collectors.cgroups import Container  # here, because a start without containers does without it

    told, use = entry.told, entry.use
    held = use.container if use is not None else Container(entry.engine, entry.id)
    return {"key": "name", "name": entry.name, "id": entry.id, "engine": entry.engine,
            "image": told.image if told is not None else "", "status": entry.state,
            "health": told.health if told is not None else None,
            "created": _iso(told.created_seconds if told is not None else None), "command": entry.command_line,
            "uptime": _uptime(entry, wall), "ports": _ports(entry), "pod_name": None, "pod_id": None,
            "pids": held.processes, "cpu": _cpu(use), "cpu_percent": use.cpu_percent if use is not None else None,
            "cpu_limit": cpus if held.cpu_limit == 0.0 else held.cpu_limit,
            "memory": _memory(use, inactive_file="inactive_file_bytes"), "memory_usage": held.memory_bytes,
            "memory_inactive_file": held.inactive_file_bytes, "memory_limit": held.memory_limit_bytes,
            "memory_percent": None,
            "network": _network(use), "network_rx": _rate(use and use.rx_bytes_per_second),
            "network_tx": _rate(use and use.tx_bytes_per_second),
            "io": _io(use), "io_rx": _rate(use and use.read_bytes_per_second),
            "io_wx": _rate(use and use.written_bytes_per_second)}


# -- parts -------------------------------------------------------------------------------------------------------------


def _shown(settings: Settings, containers: Containers) -> Iterable[Known]:
    shown = [entry for entry in containers.known if settings.shown("containers", entry.name)]
    return [entry.without_arguments() for entry in shown] if settings.hide_arguments else shown


def _with_alias(settings: Settings, entry: Known, element: dict[str, JSONValue]) -> dict[str, JSONValue]:
    return aliased(settings, "containers", entry.name, element)


def _of_engines(containers: Containers, elements: list[JSONValue]) -> JSONValue:
    """The version is that of Docker where it answers, as in Glances."""
    versions = containers.versions
    version: Mapping[str, str] = versions.get("docker") or next(iter(versions.values()), {})
    return {"version": dict(version), "containers": elements} if containers.known or versions else {}


def _present(**members: JSONValue) -> dict[str, JSONValue]:
    return {name: value for name, value in members.items() if value is not None}


def _cpu(use: Optional[ContainerUse]) -> dict[str, JSONValue]:
    return _present(total=use.cpu_percent) if use is not None else {}


def _memory(use: Optional[ContainerUse], **members: str) -> dict[str, JSONValue]:
    """The nested object of memory: usage, limit, and these members of the container's figures."""
    if use is None or use.container.memory_bytes is None:
        return {}
    held = use.container
    return _present(usage=held.memory_bytes, limit=held.memory_limit_bytes,
                    **{name: getattr(held, figure) for name, figure in members.items()})


def _network(use: Optional[ContainerUse]) -> dict[str, JSONValue]:
    if use is None or use.container.rx_bytes is None:
        return {}
    return _present(time_since_update=use.elapsed_seconds, rx=use.rx_bytes, tx=use.tx_bytes,
                    cumulative_rx=use.container.rx_bytes, cumulative_tx=use.container.tx_bytes)


def _io(use: Optional[ContainerUse]) -> dict[str, JSONValue]:
    if use is None or use.container.read_bytes is None:
        return {}
    return _present(time_since_update=use.elapsed_seconds, ior=use.read_bytes, iow=use.written_bytes,
                    cumulative_ior=use.container.read_bytes, cumulative_iow=use.container.written_bytes)


def _rate(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, 1)


def _processes(entry: Known) -> Optional[int]:
    return entry.use.container.processes if entry.use is not None else None


def _names(entry: Known) -> list[str]:
    return list(entry.told.names) if entry.told is not None and entry.told.names else ["/" + entry.name]


def _ports(entry: Known) -> str:
    """ "8080->80/tcp,443/tcp" """
    published = entry.told.published if entry.told is not None else ()
    return ",".join("%s%d/%s" % ("" if port.public is None else "%d->" % port.public, port.private, port.protocol)
                    for port in published)


def _iso(seconds: Optional[float]) -> Optional[str]:
    return None if seconds is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _uptime(entry: Known, wall: float) -> Optional[str]:
    """ "3 hours", as the engines' own tools say; None of one that does not run, or whose start nobody told."""
    started = entry.told.started_seconds if entry.told is not None else None
    if started is None or entry.use is None:
        return None
    seconds = max(0, int(wall - started))
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = seconds // length
            return "%d %s%s" % (number, unit, "" if number == 1 else "s")
    return "%d second%s" % (seconds, "" if seconds == 1 else "s")
