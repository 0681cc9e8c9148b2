"""containers: what a container is to those who ask: what its control group counts, and what an engine says about it.

Engines are asked by tasks/engines.py. A container without a group has ended; one without an engine that
could be asked goes by the first twelve digits of its id.
"""
from __future__ import annotations

from .typed import TYPE_CHECKING, Iterable, Mapping, NamedTuple, Optional

if TYPE_CHECKING:                     # collectors that a start does without: see `sources.Later`
    from .collectors.cgroups import ContainerUse

ID_DIGITS = 12
# The engines' words for a container that has a group.
RUNNING = ("running", "paused", "restarting")


class Published(NamedTuple):
    """A port of a container, and the one of the host that leads to it."""

    private: int
    public: Optional[int]
    protocol: str                       # tcp, udp, sctp


class Told(NamedTuple):
    """What an engine says about one container. All of it is foreign text, cut to a bound."""

    id: str                             # 64 hex digits
    names: tuple[str, ...]              # "/web"
    image: str
    state: str                          # running, paused, exited, …
    health: Optional[str]               # healthy, unhealthy, starting
    created_seconds: Optional[int]      # of the wall clock
    command: str                        # as listed: cut short by the engine
    published: tuple[Published, ...]
    arguments: Optional[tuple[str, ...]] = None    # entry point and command; None: not asked yet
    started_seconds: Optional[float] = None


class Listing(NamedTuple):
    """What an engine said last: its version's words, its containers by id, and whether it answered just now."""

    engine: str
    version: Mapping[str, str]
    told: Mapping[str, Told]
    answers: bool


class Known(NamedTuple):
    """One container. `use` is None of one that has ended, `told` of one that no engine has said anything about."""

    name: str
    engine: str                         # docker, podman, kubernetes, lxc, nspawn
    id: str
    use: Optional[ContainerUse]
    told: Optional[Told]

    @property
    def state(self) -> str:
        """The engine's word, but one that has a group has not ended, whatever the engine said some seconds ago."""
        if self.told is not None and (self.use is None or self.told.state in RUNNING):
            return self.told.state
        return "paused" if self.use is not None and self.use.container.paused else "running"

    def without_arguments(self) -> Known:
        """The same, of whose command only the program is known."""
        told = self.told
        if told is None:
            return self
        return self._replace(told=told._replace(command=told.command.partition(" ")[0],
                                                arguments=told.arguments and told.arguments[:1]))

    @property
    def command_line(self) -> Optional[str]:
        if self.told is None:
            return None
        return " ".join(self.told.arguments) if self.told.arguments else self.told.command


class Containers(NamedTuple):
    """All of them, the busiest first, and the versions of the engines that answered."""

    known: list[Known]
    versions: Mapping[str, Mapping[str, str]]        # by engine


def joined(uses: Iterable[ContainerUse], listings: Iterable[Listing]) -> Containers:
    """The containers that run, in their order, then those that an engine lists as ended."""
    told: dict[str, Told] = {}
    ended: list[Known] = []
    versions = {}
    for listing in listings:
        told.update(listing.told)
        if listing.answers:
            versions[listing.engine] = listing.version
            ended += [Known(_name(entry, entry.id), listing.engine, entry.id, None, entry)
                      for entry in listing.told.values() if entry.state not in RUNNING]
    known = [Known(_name(told.get(use.container.name), use.container.name), use.container.engine, use.container.name,
                   use, told.get(use.container.name)) for use in uses]
    running = {entry.id for entry in known}
    return Containers([*known, *(entry for entry in ended if entry.id not in running)], versions)


def _name(told: Optional[Told], name: str) -> str:
    """The name that the engine gives it, else that of its group, shortened when it is an id.

    Among the names are those that other containers link it by: /other/alias.
    """
    if told is not None and told.names:
        return min(told.names, key=lambda of: of.count("/")).lstrip("/")
    return name[:ID_DIGITS] if len(name) == 64 else name
