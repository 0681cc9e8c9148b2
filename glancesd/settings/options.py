"""options: the table of the daemon's own settings.

The command line and its --help, what section [glancesd] of the file may hold, --print-config and the README's table
are made of it.
"""
from __future__ import annotations

from ..typed import Any, NamedTuple, Tuple
from . import readers
from .readers import DAY, Reader, names_out_of, number_within, whole_within, yes_no
from .sections import PLUGINS

# Glances 2's default; here the upper bound, because a point costs 16 bytes in each history.
HISTORY_POINTS_MOST = 28800
APIS = ("2", "3", "4")

USERNAME = "glances"             # of Glances
OWN_SECTION = "glancesd"
Place = Tuple[str, str]          # section, option


class Option(NamedTuple):
    """One setting: a field of Settings, how its text is read, and its place on the command line and in the file."""

    name: str
    reader: Reader
    default: Any
    flags: tuple[str, ...]
    metavar: str                                # "" for a switch
    help: str
    elsewhere: tuple[Place, ...] = ()           # in the file, where that is not its name in [glancesd]
    public: bool = False                        # neither secret nor path: /args and /config show it
    only_flag: bool = False                     # for the command line alone

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the file may have it; the first that has it counts."""
        return () if self.only_flag else self.elsewhere or ((OWN_SECTION, self.name),)


OPTIONS: tuple[Option, ...] = (
    Option("bind_address", readers.address, None, ("-B", "--bind"), "ADDRESS",
           "address to listen on, instead of every one of IPv6 and IPv4; unix:/path for a Unix socket", public=True),
    Option("port", whole_within(0, 65535), 61208, ("-p", "--port"), "PORT",
           "port to listen on; 0 takes a free one", public=True),
    Option("socket_mode", readers.mode, None, ("--socket-mode",), "MODE",
           "who may connect to a Unix socket of --bind, such as 660 or 666, instead of what the umask says"),
    Option("config_file", readers.optional, None, ("-C", "--config"), "FILE",
           "configuration file, instead of glances/glances.conf in $XDG_CONFIG_HOME, ~/.config or /etc",
           only_flag=True),
    Option("procfs", readers.directory, "/proc", ("--procfs",), "DIR", "procfs of the machine to serve"),
    Option("sysfs", readers.directory, "/sys", ("--sysfs",), "DIR", "its sysfs"),
    Option("rootfs", readers.directory, "/", ("--rootfs",), "DIR", "its root file system"),
    Option("cached_time", number_within(0, DAY), 1.0, ("--cached-time",), "SECONDS",
           "how long all callers share one sample", public=True),
    Option("interval", number_within(0, DAY), 10.0, ("--interval",), "SECONDS",
           "how often alerts and history go on when nobody asks; 0 = never", public=True),
    Option("history_size", whole_within(0, HISTORY_POINTS_MOST), 360, ("--history-size",), "POINTS",
           "points kept in each history; 0 = none",
           elsewhere=((OWN_SECTION, "history_size"), ("global", "history_size")), public=True),
    Option("alert_max_events", whole_within(1, 1000), 10, ("--alert-max-events",), "EVENTS",
           "events kept in the alert log", elsewhere=(("alert", "max_events"),), public=True),
    Option("alert_min_duration", number_within(0, DAY), 6.0, ("--alert-min-duration",), "SECONDS",
           "how long an event must last to be kept", elsewhere=(("alert", "min_duration"),), public=True),
    Option("disable_plugin", names_out_of(PLUGINS), (), ("--disable-plugin",), "NAME,...",
           "plugins not to serve, beside those whose section in the file says disable=True", public=True),
    Option("disable_api", names_out_of(APIS), (), ("--disable-api",), "VERSION,...", "versions of the API not to serve",
           public=True),
    Option("disable_webui", yes_no, False, ("--disable-webui",), "", "serve no page", public=True),
    Option("allow_from", readers.networks, (), ("--allow-from",), "NET,...",
           "networks to serve, instead of loopback and the private networks"),
    Option("password_file", readers.file, None, ("--password-file",), "FILE",
           "ask for the password that is in this file, in clear or made by --hash-password"),
    Option("username", readers.user, USERNAME, ("--username",), "NAME", "user name that goes with the password"),
    Option("allowed_host", readers.hosts, (), ("--allowed-host",), "NAME,...",
           "further names that this server may be called by"),
    Option("cors_origin", readers.origins, (), ("--cors-origin",), "ORIGIN,...",
           "origins whose pages may read the answers",
           elsewhere=((OWN_SECTION, "cors_origin"), ("outputs", "cors_origins"))),
    Option("hide_arguments", yes_no, False, ("--hide-arguments",), "", "serve processes without their arguments",
           public=True),
    Option("tls_cert", readers.file, None, ("--tls-cert",), "FILE", "serve HTTPS with this certificate (PEM)",
           elsewhere=((OWN_SECTION, "tls_cert"), ("outputs", "ssl_certfile"))),
    Option("tls_key", readers.file, None, ("--tls-key",), "FILE", "the certificate's private key (PEM)",
           elsewhere=((OWN_SECTION, "tls_key"), ("outputs", "ssl_keyfile"))),
    Option("max_connections", whole_within(1, 10000), 64, ("--max-connections",), "NUMBER",
           "connections at once", public=True),
    Option("max_connections_per_address", whole_within(1, 10000), 16, ("--max-connections-per-address",), "NUMBER",
           "connections at once from one address that is not loopback", public=True),
    Option("exit_idle", number_within(0, DAY), 0.0, ("--exit-idle",), "SECONDS",
           "end when nobody has asked for so long (for socket activation); 0 = never", public=True),
    Option("check", readers.url, None, ("--check",), "URL",
           "ask a running glancesd for its health and answer by the exit status; self: the one of these settings",
           only_flag=True),
    Option("hash_password", yes_no, False, ("--hash-password",), "",
           "read a password and print a line for the password file", only_flag=True),
    Option("print_config", yes_no, False, ("--print-config",), "",
           "print a configuration file that shows every setting", only_flag=True),
)


def text_of(value: Any) -> str:
    """A setting's value as the file would have it; "" for none."""
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return "" if value is None else "%g" % value if isinstance(value, float) else str(value)
