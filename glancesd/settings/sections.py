"""sections: the plugins, and what each section of the configuration file may hold.

    [cpu]                               [fs]                        [monitor]
    user_careful=50                     hide=/boot.*                list_1_description=Web server
    user_log=False                      /_careful=40                list_1_regex=.*nginx.*

PLUGINS is the list of names that every setting knows; which of them an API serves is the API's own table.
"""
from __future__ import annotations

import re

from ..typed import Mapping, NamedTuple

# Those of API 2's document, those that later Glances 2 added, those of API 3 and 4.
PLUGINS = ("load", "core", "uptime", "fs", "memswap", "monitor", "percpu", "mem", "sensors", "system", "alert",
           "psutilversion", "processlist", "diskio", "hddtemp", "processcount", "batpercent", "now", "cpu", "network",
           "help", "quicklook", "ip", "folders", "ports", "irq", "raid", "wifi", "gpu", "docker", "cloud", "amps",
           "containers", "connections", "programlist", "smart", "version", "vms", "npu", "mpp")
# One plugin under the names of two APIs: what either section says counts for both.
SAME = (("docker", "containers"),)
# Sections of Glances without a counterpart here: its client, its exports.
FOREIGN = frozenset((
    "serverlist", "passwords", "export", "graph", "csv", "json", "influxdb", "influxdb2", "influxdb3", "cassandra",
    "opentsdb", "statsd", "elasticsearch", "riemann", "rabbitmq", "mqtt", "couchdb", "mongodb", "kafka", "zeromq",
    "prometheus", "restful", "graphite", "timescaledb", "nats", "duckdb", "clickhouse"))


class Section(NamedTuple):
    """What a section may hold: regular expressions for the names of its options.

    Every section takes besides: `disable`, `log`, `careful`, `warning`, `critical`, and `refresh` in silence.
    """

    stats: str = ""       # what stands before _careful, _warning, _critical (numbers) and before _log
    texts: str = ""       # options that hold text between commas
    own: str = ""         # options that become a typed value of their own (`lists`): never in limits and /config
    switches: str = ""    # True or False
    numbers: str = ""
    inert: str = ""       # options of Glances that mean nothing to a server of its API: passed over
    missed: str = ""      # options of Glances that glancesd has not got: named in one warning
    about: str = ""       # for --print-config


_FILTER = "hide|show|alias|.+_alias"
_NAMES = "hide, show: regular expressions of whole names, any case; where there is a show, it decides alone."
_ZERO = "hide_zero, hide_threshold_bytes: views hide rates that were never above it. "
_CONTAINERS = Section(".+_cpu|.+_mem|cpu|mem", _FILTER + "|disable_stats", own="all|podman_sock", inert="max_name_size",
                      about=("Percent of one CPU, percent of the memory limit; web_cpu_careful and so on for one "
                             "container. all = True: stopped ones too. podman_sock = unix:///path. " + _NAMES))

SECTIONS: Mapping[str, Section] = {
    **{name: Section() for name in PLUGINS},
    "quicklook": Section("cpu|mem|swap|load|gpu_proc|gpu_mem", inert="list|bar_char|percentage_char"),
    "system": Section(inert="system_info_msg"),
    "cpu": Section("user|system|iowait|steal|total|ctx_switches", about="Percent; ctx_switches: a second and CPU."),
    "percpu": Section("user|system|iowait", inert="max_cpu_display", about="Percent."),
    "load": Section(about="Load of each CPU."),
    "mem": Section(inert="available", about="Percent."),
    "memswap": Section(about="Percent."),
    "network": Section("(?:.+_)?[rt]x", _FILTER, switches="hide_no_up|hide_no_ip|hide_zero",
                       numbers="hide_threshold_bytes", about=(
        "Percent of the link's speed; eth0_rx_careful and so on: bits a second. eth0_alias. hide_no_up, hide_no_ip: "
        "leave out interfaces that are down or without an address. " + _ZERO + _NAMES)),
    "diskio": Section(".+_[rt]x|(?:.+_)?[rt]x_latency", _FILTER, switches="hide_zero",
                      numbers="hide_threshold_bytes", about=(
        "sda_rx_careful (reads), sda_tx_careful (writes) and so on: bytes a second. sda_alias. " + _ZERO + _NAMES)),
    "fs": Section("/.*", _FILTER + "|allow", inert="free_space", about=(
        "Percent; /home_careful and so on. /home_alias. allow: types of file systems to serve besides. " + _NAMES)),
    "sensors": Section("(?:temperature_core|temperature_hdd|fan_speed|battery)(?:_.+)?", _FILTER, about=(
        "Degrees Celsius, and 100 minus a battery's percent; temperature_core_<label>_careful and so on. <label>_alias."
        " " + _NAMES)),
    "processlist": Section("cpu|mem", "(?:nice|status)_(?:ok|careful|warning|critical)|disable_stats",
                           inert="sort_key|disable_virtual_memory|export|focus", about=(
        "Percent. disable_stats: fields that API 4 leaves out, such as cpu_num.")),
    "programlist": Section("cpu|mem", about="Percent."),
    "monitor": Section(own="list_([1-9]|10)_(description|regex|command|countmin|countmax)", about=(
        "list_1_description, list_1_regex, list_1_command, list_1_countmin, list_1_countmax; up to list_10_….")),
    "folders": Section(own="folder_([1-9]|10)_(path|careful|warning|critical|refresh)", about=(
        "folder_1_path, folder_1_careful, folder_1_warning, folder_1_critical (MB), up to folder_10_path.")),
    "alert": Section(missed="min_interval"),
    "wifi": Section(texts="hide|show"),
    "raid": Section(texts="hide|show"),
    "irq": Section(texts="hide|show"),
    "smart": Section(inert="hide|show|hide_attributes"),
    "gpu": Section("proc|mem|temperature", _FILTER, own="nvidia_smi", about=(
        "Percent, degrees Celsius. nvidia_smi = True: run nvidia-smi for what NVIDIA's driver shows nowhere else.")),
    "npu": Section("load|freq|temperature"),
    "mpp": Section("load"),
    "vms": Section("(?:.+_)?(?:cpu|mem|load)", inert="all|max_name_size"),
    "connections": Section("nf_conntrack_percent", about="Percent of the entries that there may be."),
    "hddtemp": Section(inert="host|port"),
    "ip": Section(inert="(?:public|censys)_.*"),
    "ports": Section(own=(
        "refresh|timeout|port_default_gateway|port_[0-9]+_(host|port|description|timeout|rtt_warning)"
        "|web_[0-9]+_(url|description|timeout|rtt_warning|ssl_verify)"), inert="web_[0-9]+_https?_proxy", about=(
        "port_1_host, port_1_port (0 or none: ping), port_1_description, port_1_timeout (seconds), port_1_rtt_warning "
        "(ms); web_1_url, web_1_ssl_verify and the same; up to 255. refresh = 30, timeout = 3 (seconds). "
        "port_default_gateway = True: the default gateway too.")),
    "docker": _CONTAINERS,
    "containers": _CONTAINERS,
    "amps": Section(about=(
        "Each in a section of its own: [amp_web] enable = True, regex, refresh (seconds), countmin, countmax, command, "
        "one_line.")),
    "global": Section(inert="check_update|strftime_format|plugin_dir"),
    "outputs": Section(inert=(
        "separator|left_menu|max_processes_display|disable_bg|curse_theme|cors_credentials|cors_methods|cors_headers"
        "|jwt_.*|mcp_.*|xmlrpc_.*"), missed="url_prefix|webui_root_path|webui_allowed_hosts|ssl_keyfile_password"),
}
AMP = Section(own="enable|regex|refresh|countmin|countmax|command|one_line", missed=".*")


def section_of(name: str) -> Section | None:
    """What a section of this name may hold; None for one that is none."""
    return AMP if name.startswith("amp_") else SECTIONS.get(name)


def kind(may: Section, option: str) -> str:
    """What an option is, by its name: switch, own, text, expressions, number, action, inert, missed, unknown."""
    stat = "(?:(?:%s)_)?" % may.stats if may.stats else ""
    level = "(?:careful|warning|critical)"
    for name, pattern in (("switch", "disable|" + may.switches), ("own", may.own), ("text", may.texts),
                          ("number", stat + level), ("number", may.numbers), ("text", stat + "log"),
                          ("action", stat + level + "_action(?:_repeat)?"), ("inert", "refresh|" + may.inert),
                          ("missed", may.missed)):
        if re.fullmatch(pattern, option):
            return "expressions" if name == "text" and option in ("hide", "show") else name
    return "unknown"
