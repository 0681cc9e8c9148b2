"""sources: the one table of what can be asked for, by name. No discovery: who reads a thing, and how often, is here."""
from __future__ import annotations

from typing import Any, Callable, Mapping, Union

from .alerts import Alerts
from .collectors import (
    addresses,
    cpu,
    disks,
    filesystems,
    host,
    interrupts,
    memory,
    network,
    power,
    processes,
    raid,
    sensors,
    wireless,
)
from .log import Log
from .monitor import Derived, Sampled
from .roots import Roots
from .tasks import Tasks


def table(file_systems: Callable[[Roots], Any], alerts: Alerts,
          tasks: Callable[[], Tasks]) -> Mapping[str, Union[Sampled, Derived]]:
    """Every source. Those of the kernel first, then what is derived of them, then the daemon's own."""
    return {
        "stat": Sampled(cpu.sample),
        "memory": Sampled(memory.Sampler()),
        "load": Sampled(host.sample_load),
        "interfaces": Sampled(network.sample),
        "disk_counters": Sampled(disks.Sampler()),
        "filesystems": Sampled(file_systems),
        "pids": Sampled(processes.Sampler(), of="memory"),
        "pid_max": Sampled(processes.sample_pid_max, slow=True),
        "interrupt_counters": Sampled(interrupts.Sampler()),
        "wireless": Sampled(wireless.sample),
        "cores": Sampled(host.sample_cores, slow=True, of="stat"),
        "identity": Sampled(host.sample_identity, slow=True, of="memory"),
        "addresses": Sampled(addresses.sample, slow=True),
        "sensors": Sampled(sensors.Sampler(), slow=True),
        "power": Sampled(power.sample, slow=True),
        "raid": Sampled(raid.sample, slow=True),

        "cpu": Derived("stat", cpu.derive),
        "network": Derived("interfaces", network.derive),
        "disks": Derived("disk_counters", disks.derive),
        "processes": Derived("pids", processes.derive),
        "interrupts": Derived("interrupt_counters", interrupts.derive),

        "clock": Sampled(lambda roots: True, own=True),
        "alerts": Sampled(lambda roots: alerts.events(), own=True),
        "commands": Sampled(lambda roots: tasks().monitored(), own=True),
        "folders": Sampled(lambda roots: tasks().folders(), own=True),
    }


def mounts(allow: tuple[str, ...], log: Log) -> filesystems.Sampler:
    """The sampler of file systems, which says once in the log that a mount does not answer."""
    return filesystems.Sampler(allow, lambda mount_point: log.line("fs: %s does not answer: left out" % mount_point))
