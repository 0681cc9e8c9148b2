"""values: Settings, the one typed value that the command line, the file and the defaults come to."""
from __future__ import annotations

from ..typed import Iterable, Mapping, NamedTuple
from .filters import NO_FILTER, Filter
from .lists import Amp, Containers, Folder, Monitored, Ports
from .metrics import Metrics
from .options import OPTIONS, text_of
from .readers import Network
from .thresholds import Limits, default_cpu_limits, served_limits


class Settings(NamedTuple):
    """Everything that can be set: the rows of OPTIONS, then what the plugins' sections of the file come to.

    `bind_address` None is every address, `allow_from` () the private networks. `config_file` is the file that was read,
    None without one. `disable_plugin` holds the plugins whose section says so, too.
    """

    bind_address: str | None
    port: int
    socket_mode: int | None
    config_file: str | None
    procfs: str
    sysfs: str
    rootfs: str
    cached_time: float
    interval: float
    history_size: int
    alert_max_events: int
    alert_min_duration: float
    disable_plugin: tuple[str, ...]
    disable_api: tuple[str, ...]
    disable_webui: bool
    allow_from: tuple[Network, ...]
    password_file: str | None
    username: str
    allowed_host: tuple[str, ...]
    cors_origin: tuple[str, ...]
    hide_arguments: bool
    tls_cert: str | None
    tls_key: str | None
    max_connections: int
    max_connections_per_address: int
    exit_idle: float
    check: str | None
    hash_password: bool
    print_config: bool

    plugins: Mapping[str, Mapping[str, str]]   # section → option → text: the file's first, then the defaults
    limits: Limits                             # plugin → what /:plugin/limits serves
    filters: Mapping[str, Filter]              # of the plugins that have one
    fs_allow: tuple[str, ...]                  # further types of file systems to serve
    monitored: tuple[Monitored, ...]
    folders: tuple[Folder, ...]
    amps: tuple[Amp, ...]
    ports: Ports
    containers: Containers
    nvidia_smi: bool                           # it may be run
    metrics: Metrics
    commands_allowed: bool                     # nobody but root and ourselves may have written the file
    warnings: tuple[str, ...]                  # a line for each option that has no effect

    def for_cpus(self, cpus: int) -> Settings:
        """These settings, with the default limits that depend on how many CPUs the served machine has."""
        given = self.plugins["cpu"]
        defaults = {option: text for option, text in default_cpu_limits(cpus).items() if option not in given}
        plugins = {**self.plugins, "cpu": {**given, **defaults}}
        return self._replace(plugins=plugins, limits=served_limits(plugins, self.history_size))

    def shown(self, plugin: str, *names: str) -> bool:
        """Whether show= and hide= let an element be served; `names` are all that it goes by."""
        found = self.filter(plugin)
        patterns = found.show or found.hide
        return any(pattern.matches(name) for pattern in patterns for name in names) == bool(found.show)

    def filter(self, plugin: str) -> Filter:
        """The filter of a plugin; one that leaves nothing out where its section has none."""
        return self.filters.get(plugin, NO_FILTER)

    def alias(self, plugin: str, name: str) -> str | None:
        """The alias that the file gives an element, or None."""
        return self.filter(plugin).aliases.get(name.lower())

    def public_config(self) -> dict[str, dict[str, str]]:
        """Section → option → text for /config. A text with a slash is left out, so no path, command or URL is told."""
        config: dict[str, dict[str, str]] = {"global": {"history_size": str(self.history_size)}}
        for option in OPTIONS:
            if option.public:
                section, key = option.places[0]
                config.setdefault(section, {})[key] = text_of(getattr(self, option.name))
        for section, options in self.plugins.items():
            config.setdefault(section, {}).update(options)
        config = {section: {option: text for option, text in options.items() if "/" not in option + text}
                  for section, options in config.items()}
        return {section: options for section, options in config.items() if options}

    def public_args(self, plugins: Iterable[str]) -> dict[str, bool | float | str]:
        """Option → value for /args of an API with these plugins, under Glances' names where it has the option."""
        args = {option.name: getattr(self, option.name) for option in OPTIONS if option.public}
        del args["disable_plugin"], args["disable_api"]
        args.update(("disable_" + plugin, plugin in self.disable_plugin) for plugin in plugins)
        args.update(disable_history=not self.history_size, time=self.interval, webserver=True)
        return {name: value for name, value in args.items() if value is not None and "/" not in str(value)}
