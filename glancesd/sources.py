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
from .readings import Derived, Sampled
from .roots import Roots
from .tasks import Tasks


def table(file_systems: Callable[[Roots], Any], alerts: Alerts,
          tasks: Callable[[], Tasks]) -> Mapping[str, Union[Sampled, Derived]]:
    """Every source. Those of the kernel first, then what is derived of them, then the daemon's own."""
    return {
        "cpu_sample": Sampled(cpu.sample),
        "memory": Sampled(memory.Sampler()),
        "load": Sampled(host.sample_load),
        "network_sample": Sampled(network.sample),
        "disks_sample": Sampled(disks.Sampler()),
        "filesystems": Sampled(file_systems),
        "processes_sample": Sampled(processes.Sampler(), given="memory"),
        "pid_max": Sampled(processes.sample_pid_max, slow=True),
        "interrupts_sample": Sampled(interrupts.Sampler()),
        "wireless": Sampled(wireless.sample),
        "cores": Sampled(host.sample_cores, slow=True, given="cpu_sample"),
        "identity": Sampled(host.sample_identity, slow=True, given="memory"),
        "addresses": Sampled(addresses.sample, slow=True),
        "sensors": Sampled(sensors.Sampler(), slow=True),
        "power": Sampled(power.sample, slow=True),
        "raid": Sampled(raid.sample, slow=True),

        "cpu": Derived("cpu_sample", cpu.derive),
        "network": Derived("network_sample", network.derive),
        "disks": Derived("disks_sample", disks.derive),
        "processes": Derived("processes_sample", processes.derive),
        "interrupts": Derived("interrupts_sample", interrupts.derive),

        "clock": Sampled(lambda roots: True, own=True),
        "alerts": Sampled(lambda roots: alerts.events(), own=True),
        "commands": Sampled(lambda roots: tasks().monitored(), own=True),
        "folders": Sampled(lambda roots: tasks().folders(), own=True),
    }


def mounts(allow: tuple[str, ...], log: Log) -> filesystems.Sampler:
    """The sampler of file systems, which says once in the log that a mount does not answer."""
    return filesystems.Sampler(allow, lambda mount_point: log.line("fs: %s does not answer: left out" % mount_point))
