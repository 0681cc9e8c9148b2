"""sources: the one table of what can be asked for, by name. No discovery: who reads a thing, and how often, is here."""
from __future__ import annotations

import time

from .alerts import Alerts, Event
from .collectors import (
    cpu,
    disks,
    filesystems,
    host,
    interrupts,
    memory,
    network,
    processes,
    vmstat,
)
from .containers import Containers, joined
from .lazy import module
from .log import Log
from .readings import Derived, Sampled, Source
from .roots import Roots
from .tasks import Tasks
from .typed import TYPE_CHECKING, Any, Callable, Mapping, Optional, Union

if TYPE_CHECKING:                  # what nobody has in the settings file is not imported
    from .tasks.amps import AmpResult
    from .tasks.commands import MonitorResult
    from .tasks.folders import FolderSize
    from .tasks.ports import Checked

if TYPE_CHECKING:                     # collectors that a start does without: see `Later`
    from .collectors import (
        addresses,
        bonding,
        cgroups,
        connections,
        conntrack,
        cpufreq,
        cpumodel,
        disk_identity,
        edac,
        entropy,
        filefd,
        gpu,
        hwmon,
        netclass,
        npu,
        power,
        pressure,
        process_details,
        raid,
        schedstat,
        selinux,
        sensors,
        sockstat,
        softnet,
        supplies,
        thermal,
        throttles,
        timex,
        udp_queues,
        uname,
        wireless,
    )

# Samples of the kernel.
CPU_SAMPLE: Source[cpu.Stat] = Source("cpu_sample")
VMSTAT: Source[vmstat.VmStat] = Source("vmstat")
MEMORY: Source[memory.Memory] = Source("memory")
LOAD: Source[host.Load] = Source("load")
NETWORK_SAMPLE: Source[dict[str, network.Interface]] = Source("network_sample")
DISKS_SAMPLE: Source[disks.DiskStats] = Source("disks_sample")
FILESYSTEMS: Source[list[filesystems.FileSystem]] = Source("filesystems")
PROCESSES_SAMPLE: Source[processes.Sample] = Source("processes_sample")
PID_MAX: Source[Optional[int]] = Source("pid_max")
INTERRUPTS_SAMPLE: Source[interrupts.Table] = Source("interrupts_sample")
WIRELESS: Source[dict[str, wireless.Station]] = Source("wireless")
CORES: Source[host.Cores] = Source("cores")
STARTED: Source[float] = Source("started")
IDENTITY: Source[host.Identity] = Source("identity")
ADDRESSES: Source[addresses.Route] = Source("addresses")
SENSORS: Source[sensors.Sensors] = Source("sensors")
SENSOR_THRESHOLDS: Source[dict[str, sensors.Thresholds]] = Source("sensor_thresholds")
POWER: Source[list[power.Battery]] = Source("power")
RAID: Source[dict[str, raid.Array]] = Source("raid")
CONTAINERS_SAMPLE: Source[dict[str, cgroups.Container]] = Source("containers_sample")
GPU_SAMPLE: Source[list[gpu.CardSample]] = Source("gpu_sample")
NPU_SAMPLE: Source[list[npu.Processor]] = Source("npu_sample")
PROCESS_DETAILS: Source[dict[int, process_details.Detail]] = Source("process_details")
CPUFREQ: Source[dict[int, cpufreq.Frequency]] = Source("cpufreq")
CPU_MODEL: Source[cpumodel.Model] = Source("cpu_model")
CONNECTIONS: Source[connections.Connections] = Source("connections")
CONNTRACK: Source[conntrack.Tracked] = Source("conntrack")
# For /metrics.
NET_DEV: Source[dict[str, network.Counters]] = Source("net_dev")
DISK_IDENTITY: Source[dict[str, disk_identity.Identity]] = Source("disk_identity")
NET_STATES: Source[dict[str, netclass.State]] = Source("net_states")
NETSTAT: Source[dict[str, dict[str, int]]] = Source("netstat")
SOCKSTAT: Source[sockstat.Sockets] = Source("sockstat")
SOFTNET: Source[dict[int, softnet.Softnet]] = Source("softnet")
SCHEDSTAT: Source[dict[int, schedstat.Schedule]] = Source("schedstat")
PRESSURE: Source[dict[str, pressure.Pressure]] = Source("pressure")
FILEFD: Source[filefd.OpenFiles] = Source("filefd")
ENTROPY: Source[entropy.Entropy] = Source("entropy")
ARP: Source[dict[str, int]] = Source("arp")
UDP_QUEUES: Source[udp_queues.UdpQueues] = Source("udp_queues")
THROTTLES: Source[dict[int, throttles.Throttles]] = Source("throttles")
HWMON: Source[list[hwmon.Chip]] = Source("hwmon")
THERMAL: Source[thermal.Thermal] = Source("thermal")
SUPPLIES: Source[dict[str, supplies.Supply]] = Source("supplies")
BONDING: Source[dict[str, bonding.Bond]] = Source("bonding")
UNAME: Source[uname.Names] = Source("uname")
OS_RELEASE: Source[dict[str, str]] = Source("os_release")
TIMEX: Source[timex.Timex] = Source("timex")
EDAC: Source[dict[int, edac.Errors]] = Source("edac")
SELINUX: Source[selinux.SELinux] = Source("selinux")
KERNEL_HUNG: Source[int] = Source("kernel_hung")
THREADS_MAX: Source[int] = Source("threads_max")

# What happened between two samples.
CPU: Source[cpu.Usage] = Source("cpu")
NETWORK: Source[dict[str, network.Traffic]] = Source("network")
DISKS: Source[dict[str, disks.DiskActivity]] = Source("disks")
PROCESSES: Source[list[processes.Activity]] = Source("processes")
INTERRUPTS: Source[list[interrupts.Interrupt]] = Source("interrupts")
NPU: Source[list[npu.Processor]] = Source("npu")

# With what engines and nvidia-smi said last.
CONTAINERS: Source[Containers] = Source("containers")
GPU: Source[list[gpu.Card]] = Source("gpu")

# The daemon's own state.
CLOCK: Source[bool] = Source("clock")
ALERTS: Source[list[Event]] = Source("alerts")
COMMANDS: Source[list[MonitorResult]] = Source("commands")
FOLDERS: Source[list[FolderSize]] = Source("folders")
PORTS: Source[list[Checked]] = Source("ports")
AMPS: Source[list[AmpResult]] = Source("amps")


class Later:
    """A function of a collector that is imported when somebody first asks: what few want costs the others nothing."""

    def __init__(self, collector: str, name: str = "sample", *made_of: Any) -> None:
        """`name`: of the collector's function, or of a class that is made once, of `made_of`, because it remembers."""
        self._collector = collector
        self._name = name
        self._made_of = made_of
        self._sample: Optional[Callable[..., Any]] = None

    def __call__(self, *given: Any) -> Any:
        if self._sample is None:
            found = getattr(module("glancesd.collectors." + self._collector), self._name)
            self._sample = found(*self._made_of) if isinstance(found, type) else found
        return self._sample(*given)


def table(file_systems: Callable[[Roots], Any], interfaces: Callable[[Roots], Any], alerts: Alerts,
          tasks: Callable[[], Tasks],
          clock: Callable[[], float] = time.monotonic) -> Mapping[str, Union[Sampled, Derived]]:
    """How each source is had. What is derived stands behind what it compares."""
    compared_containers = Later("cgroups", "derive")
    compared_cards, merged = Later("gpu", "derive"), Later("gpu", "merged")
    return {
        CPU_SAMPLE: Sampled(cpu.Sampler(clock)),
        VMSTAT: Sampled(vmstat.sample),
        MEMORY: Sampled(memory.Sampler(clock), given=VMSTAT),
        LOAD: Sampled(host.sample_load),
        NETWORK_SAMPLE: Sampled(interfaces),
        DISKS_SAMPLE: Sampled(disks.Sampler(clock)),
        FILESYSTEMS: Sampled(file_systems),
        PROCESSES_SAMPLE: Sampled(processes.Sampler(), given=MEMORY),
        PID_MAX: Sampled(host.sample_pid_max, slow=True),
        INTERRUPTS_SAMPLE: Sampled(interrupts.Sampler()),
        WIRELESS: Sampled(Later("wireless")),
        CORES: Sampled(host.sample_cores, slow=True, given=CPU_SAMPLE),
        STARTED: Sampled(host.StartSampler(), slow=True, given=CPU_SAMPLE),
        IDENTITY: Sampled(host.sample_identity, slow=True, given=MEMORY),
        ADDRESSES: Sampled(Later("addresses", "Sampler", clock), slow=True),
        SENSORS: Sampled(Later("sensors", "Sampler"), slow=True),
        SENSOR_THRESHOLDS: Sampled(Later("sensors", "ThresholdSampler"), slow=True, given=SENSORS),
        POWER: Sampled(Later("power", "Sampler"), slow=True),
        RAID: Sampled(Later("raid"), slow=True),
        CONTAINERS_SAMPLE: Sampled(Later("cgroups", "Sampler", clock), given=MEMORY, optional=True),
        GPU_SAMPLE: Sampled(Later("gpu", "Sampler"), optional=True),
        NPU_SAMPLE: Sampled(Later("npu"), optional=True),
        PROCESS_DETAILS: Sampled(Later("process_details", "Sampler"), given=PROCESSES_SAMPLE, follows=True),
        CPUFREQ: Sampled(Later("cpufreq", "Sampler"), slow=True),
        CPU_MODEL: Sampled(Later("cpumodel"), slow=True, given=CPUFREQ),
        CONNECTIONS: Sampled(Later("connections"), slow=True),
        CONNTRACK: Sampled(Later("conntrack"), slow=True),
        NET_DEV: Sampled(network.sample_counters),
        DISK_IDENTITY: Sampled(Later("disk_identity"), slow=True),
        NET_STATES: Sampled(Later("netclass", "Sampler")),
        NETSTAT: Sampled(Later("netstat")),
        SOCKSTAT: Sampled(Later("sockstat"), given=MEMORY),
        SOFTNET: Sampled(Later("softnet")),
        SCHEDSTAT: Sampled(Later("schedstat")),
        PRESSURE: Sampled(Later("pressure")),
        FILEFD: Sampled(Later("filefd")),
        ENTROPY: Sampled(Later("entropy")),
        ARP: Sampled(Later("arp")),
        UDP_QUEUES: Sampled(Later("udp_queues")),
        THROTTLES: Sampled(Later("throttles", "Sampler")),
        HWMON: Sampled(Later("hwmon", "Sampler"), slow=True),
        THERMAL: Sampled(Later("thermal", "Sampler"), slow=True),
        SUPPLIES: Sampled(Later("supplies", "Sampler"), slow=True),
        BONDING: Sampled(Later("bonding")),
        UNAME: Sampled(Later("uname"), slow=True),
        OS_RELEASE: Sampled(host.sample_os_release, slow=True),
        TIMEX: Sampled(Later("timex", "Sampler")),
        EDAC: Sampled(Later("edac")),
        SELINUX: Sampled(Later("selinux")),
        KERNEL_HUNG: Sampled(Later("kernel_hung")),
        THREADS_MAX: Sampled(Later("threads_max")),

        CPU: Derived(CPU_SAMPLE, cpu.derive),
        NETWORK: Derived(NETWORK_SAMPLE, network.derive),
        DISKS: Derived(DISKS_SAMPLE, disks.derive),
        PROCESSES: Derived(PROCESSES_SAMPLE, processes.derive),
        INTERRUPTS: Derived(INTERRUPTS_SAMPLE, interrupts.derive),
        NPU: Derived(NPU_SAMPLE, Later("npu", "derive")),

        CONTAINERS: Derived(CONTAINERS_SAMPLE,
                            lambda *window: joined(compared_containers(*window), tasks().engines())),
        GPU: Derived(GPU_SAMPLE, lambda *window: merged(compared_cards(*window), tasks().nvidia_cards())),

        CLOCK: Sampled(lambda roots: True, own=True),
        ALERTS: Sampled(lambda roots: alerts.events(), own=True),
        COMMANDS: Sampled(lambda roots: tasks().monitored(), own=True),
        FOLDERS: Sampled(lambda roots: tasks().folders(), own=True),
        PORTS: Sampled(lambda roots: tasks().ports(), own=True),
        AMPS: Sampled(lambda roots: tasks().amps(), own=True),
    }


def mounts(allow: tuple[str, ...], log: Log) -> filesystems.Sampler:
    """The sampler of file systems, which says once in the log that a mount does not answer."""
    return filesystems.Sampler(allow, lambda mount_point: log.line("fs: %s does not answer: left out" % mount_point))
