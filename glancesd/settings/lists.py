"""lists: what the file has the daemon look at besides: [monitor], [folders], [amp_…], [ports], [containers], [gpu]."""
from __future__ import annotations

import re

from ..typed import Any, Mapping, NamedTuple, Union
from .expressions import Expression, compiled
from .inifile import Entry, Options, Sections
from .readers import DAY, Reader, number, number_within, read, whole_within, yes_no

# Entries of [monitor] and of [folders], as in Glances.
LIST_ENTRIES = 10
PORT_ENTRIES = 255

_COUNT = whole_within(0, 999999999)


def _entry(options: Mapping[str, Entry], prefix: str, readers: Mapping[str, Reader]) -> dict[str, Entry]:
    """The options of one entry that the file has and that are not empty, each checked by its reader."""
    found = {key: options[prefix + key] for key in readers if prefix + key in options and options[prefix + key].text}
    for key, entry in found.items():
        read(readers[key], entry.text, entry.where)
    return found


def _values(options: Mapping[str, Entry], prefix: str, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """The same options, as the values that the readers make of them."""
    return {key: readers[key](entry.text) for key, entry in _entry(options, prefix, readers).items()}


# -- [monitor] and [folders] -------------------------------------------------------------------------------------------


class Monitored(NamedTuple):
    """One entry of [monitor]: processes to count, a command to run while there are some. Bounds as the file's text."""

    description: str
    regex: Expression                # to be searched for in the command line
    pattern: str
    command: str | None
    countmin: str | None
    countmax: str | None


def monitored(file: Sections, warnings: list[str]) -> tuple[Monitored, ...]:
    """The entries of [monitor]; a warning for each that has no description or no regex."""
    made = []
    readers: dict[str, Reader] = {"description": str, "regex": compiled, "command": str,
                                  "countmin": _COUNT, "countmax": _COUNT}
    for position in range(1, LIST_ENTRIES + 1):
        found = _entry(file.get("monitor", {}), "list_%d_" % position, readers)
        if "description" in found and "regex" in found:
            text = {key: entry.text for key, entry in found.items()}
            made.append(Monitored(text["description"], compiled(text["regex"]), text["regex"], text.get("command"),
                                  text.get("countmin"), text.get("countmax")))
        elif found:
            warnings.append("%s: has no effect without list_%d_description and list_%d_regex"
                            % (next(iter(found.values())).where, position, position))
    return tuple(made)


class Folder(NamedTuple):
    """One entry of [folders]; thresholds in MB (10^6 bytes), as the file's text."""

    path: str
    careful: str | None
    warning: str | None
    critical: str | None


def folders(file: Sections) -> tuple[Folder, ...]:
    """The entries of [folders]."""
    made = []
    readers: dict[str, Reader] = {"path": str, "careful": number, "warning": number, "critical": number}
    for position in range(1, LIST_ENTRIES + 1):
        found = _entry(file.get("folders", {}), "folder_%d_" % position, readers)
        text = {key: entry.text for key, entry in found.items()}
        if "path" in text:
            made.append(Folder(text["path"], text.get("careful"), text.get("warning"), text.get("critical")))
    return tuple(made)


# -- [amp_…] -----------------------------------------------------------------------------------------------------------


class Amp(NamedTuple):
    """One [amp_<name>] that is enabled: processes to count, and a command to run while there are some."""

    name: str                          # of the section, without amp_
    regex: Expression | None         # to be searched for in a process's name or command line
    refresh_seconds: float
    countmin: float | None
    countmax: float | None
    command: str | None
    one_line: bool


_AMP: Mapping[str, Reader] = {
    "regex": compiled, "refresh": number_within(1, DAY), "countmin": number, "countmax": number, "command": str,
    "one_line": yes_no}


def amp_enabled(options: Options) -> bool:
    """Whether the section of an AMP says enable=True, without which Glances passes it over too."""
    return bool(_values(options, "", {"enable": yes_no}).get("enable", False))


def amps(file: Sections, warnings: list[str]) -> tuple[Amp, ...]:
    """The AMPs that are enabled; a warning for each that has nothing to count and nothing to run."""
    made = []
    for section, options in file.items():
        if not section.startswith("amp_") or not amp_enabled(options):
            continue
        found = _values(options, "", _AMP)
        if found.keys() & {"regex", "command"}:
            made.append(Amp(section[len("amp_"):], found.get("regex"), found.get("refresh", 3.0), found.get("countmin"),
                            found.get("countmax"), found.get("command"), found.get("one_line", False)))
        else:
            warnings.append("%s: has no effect without regex or command" % options.where)
    return tuple(made)


# -- [ports] -----------------------------------------------------------------------------------------------------------


class Port(NamedTuple):
    """A host whose answer is timed: by a TCP connection, or by an ICMP echo where the port is 0."""

    indice: str                        # "port_1"
    host: str
    port: int
    description: str
    timeout_seconds: float
    rtt_warning_seconds: float | None


class Web(NamedTuple):
    """A URL whose answer is timed. The URL may hold a password."""

    indice: str                        # "web_1"
    url: str
    description: str
    timeout_seconds: float
    rtt_warning_seconds: float | None
    ssl_verify: bool | str             # a text is the file of the certificates to trust


class Ports(NamedTuple):
    """Section [ports]."""

    refresh_seconds: float = 30.0
    default_gateway: bool = False      # the default gateway is one of the hosts
    timeout_seconds: float = 3.0
    checks: tuple[Union[Port, Web], ...] = ()


def _host(text: str) -> str:
    if not re.fullmatch(r"[^\s/]+", text) or not text.isprintable():
        raise ValueError("needs a host's name or address")
    return text


def _web_url(text: str) -> str:
    if not re.match(r"https?://[^\s/]", text) or not text.isprintable() or " " in text:
        raise ValueError("needs a URL that begins with http:// or https://")
    return text


def _host_of(url: str) -> str:
    """Host and port, without the login: what a check without a description is called."""
    return re.split("[/?#]", url.split("://", 1)[1], maxsplit=1)[0].rpartition("@")[2]


def _verify(text: str) -> bool | str:
    return text if "/" in text else yes_no(text)


_TIMEOUT = number_within(0.001, 60)
_PORTS: Mapping[str, Reader] = {"refresh": number_within(1, DAY), "port_default_gateway": yes_no, "timeout": _TIMEOUT}
_CHECK: Mapping[str, Reader] = {"description": str, "timeout": _TIMEOUT, "rtt_warning": number}
_PORT: Mapping[str, Reader] = {"host": _host, "port": whole_within(0, 65535), **_CHECK}
_WEB: Mapping[str, Reader] = {"url": _web_url, "ssl_verify": _verify, **_CHECK}


def ports(file: Sections, warnings: list[str]) -> Ports:
    """Section [ports]; a warning for each entry without a host or a URL."""
    options = file.get("ports", Options(""))
    general = _values(options, "", _PORTS)
    timeout = general.get("timeout", Ports().timeout_seconds)
    checks: list[Port | Web] = []
    for word, needed, readers in (("port", "host", _PORT), ("web", "url", _WEB)):
        for position in range(1, PORT_ENTRIES + 1) if options else ():
            indice = "%s_%d" % (word, position)
            found = _values(options, indice + "_", readers)
            if needed in found:
                checks.append(_check(indice, found, timeout))
            elif found:
                warnings.append("%s: %s_… has no effect without %s_%s" % (options.where, indice, indice, needed))
    return Ports(general.get("refresh", Ports().refresh_seconds), general.get("port_default_gateway", False), timeout,
                 tuple(checks))


def _check(indice: str, found: Mapping[str, Any], timeout: float) -> Port | Web:
    rtt_warning = found["rtt_warning"] / 1000 if "rtt_warning" in found else None
    timeout = found.get("timeout", timeout)
    if "url" in found:
        return Web(indice, found["url"], found.get("description", _host_of(found["url"])), timeout, rtt_warning,
                   found.get("ssl_verify", True))
    port = found.get("port", 0)
    description = found.get("description", "%s:%d" % (found["host"], port) if port else found["host"])
    return Port(indice, found["host"], port, description, timeout, rtt_warning)


# -- [containers], [gpu] -----------------------------------------------------------------------------------------------


class Containers(NamedTuple):
    """Section [containers], or [docker]: what an engine is asked for."""

    stopped_too: bool = False
    podman_socket: str | None = None


def _socket(text: str) -> str:
    path = text[len("unix://"):] if text.startswith("unix://") else text
    if not path.startswith("/"):
        raise ValueError("needs the path of a socket, such as unix:///run/podman/podman.sock")
    return path


def containers(file: Sections) -> Containers:
    """Sections [containers] and [docker]; where both say something, the former counts."""
    readers: Mapping[str, Reader] = {"all": yes_no, "podman_sock": _socket}
    found = {**_values(file.get("docker", {}), "", readers), **_values(file.get("containers", {}), "", readers)}
    return Containers(found.get("all", False), found.get("podman_sock"))


def nvidia_smi(file: Sections) -> bool:
    """Whether [gpu] lets nvidia-smi be run."""
    return bool(_values(file.get("gpu", {}), "", {"nvidia_smi": yes_no}).get("nvidia_smi", False))
