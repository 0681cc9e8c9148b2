"""fields: what each field of API 4 means, and its unit in that API's words; None where a field has no unit."""
from __future__ import annotations

from ..typed import Optional

# plugin: a row a field, "name | unit | sentence".
_TABLE = {
    "alert": """
begin | timestamp | When the event began, in seconds since 1970.
end | timestamp | When it ended; -1 while it lasts.
state | string | The worst level it reached, WARNING or CRITICAL.
type | string | What was over its limit.
max | float | The largest value seen.
avg | float | The mean of the values seen.
min | float | The smallest value seen.
sum | float | The sum of the values seen.
count | int | The number of values seen.
top | list | The busiest processes while it was critical.
desc | string | Always empty.
sort | string | What those processes were sorted by.
global_msg | string | One sentence on the event.""",
    "amps": """
name | None | Name of the group of processes.
result | None | What its command printed, or what its processes use.
refresh | second | How often it is looked at.
timer | second | Time since it was looked at last.
count | number | Processes that match.
countmin | number | The least number of processes there should be.
countmax | number | The largest number of processes there should be.
regex | None | Whether processes are found by a regular expression.""",
    "connections": """
net_connections_enabled | None | Whether the table of TCP sockets can be read.
nf_conntrack_enabled | None | Whether the firewall tracks connections.
LISTEN | number | TCP sockets that wait for connections.
ESTABLISHED | number | TCP connections that are open.
SYN_SENT | number | TCP connections that this machine is opening.
SYN_RECV | number | TCP connections that another machine is opening.
initiated | number | TCP connections that are being opened.
FIN_WAIT1 | number | TCP connections that this machine has begun to close.
FIN_WAIT2 | number | TCP connections closed here, and not yet by the other side.
TIME_WAIT | number | TCP connections that are closed and kept for late packets.
CLOSE | number | TCP sockets that are closed.
CLOSE_WAIT | number | TCP connections that the other side has closed.
LAST_ACK | number | TCP connections that wait for the last acknowledgement.
terminated | number | TCP connections that are being closed.
nf_conntrack_count | number | Connections that the firewall tracks.
nf_conntrack_max | number | Connections that the firewall can track at most.
nf_conntrack_percent | percent | How full the firewall's table is.""",
    "containers": """
name | string | Name of the container.
id | string | Its identifier.
status | string | Whether it runs.
image | string | The image it was made from.
created | string | When it was made.
command | string | What runs in it.
uptime | string | For how long it has run.
engine | string | What runs the container.
ports | string | Ports that are published.
cpu_percent | percent | CPU time used, of one CPU.
cpu_limit | number | CPUs that it may use.
memory_usage | byte | Memory in use, caches included.
memory_inactive_file | byte | Memory of caches that can be had back at once.
memory_limit | byte | Memory that it may use.
memory_percent | percent | Memory in use, of its limit.
network_rx | byte | Bytes received each second.
network_tx | byte | Bytes sent each second.
io_rx | byte | Bytes read each second.
io_wx | byte | Bytes written each second.
pids | number | Processes in it.
health | string | What its health check says.
cpu | None | Share of one CPU that it used; empty where the kernel does not account it.
memory | None | Memory in use, its limit, and caches that can be had back; empty where it is not accounted.
network | None | Bytes in the window and since it began; empty on the host's own network.
io | None | Bytes read and written in the window and since it began; empty where they are not accounted.
pod_name | string | Name of its pod; not known.
pod_id | string | Identifier of its pod; not known.""",
    "core": """
phys | number | Physical cores.
log | number | Logical CPUs, the threads of the cores.""",
    "cpu": """
total | percent | CPU time that was neither idle nor waiting for a disk.
user | percent | CPU time of programs.
nice | percent | CPU time of programs with lowered priority.
system | percent | CPU time of the kernel.
idle | percent | CPU time without work.
iowait | percent | CPU time without work while a disk was waited for.
irq | percent | CPU time of hardware interrupts.
softirq | percent | CPU time of software interrupts.
steal | percent | CPU time that other virtual machines had instead.
guest | percent | CPU time of virtual machines run here.
guest_nice | percent | CPU time of virtual machines with lowered priority.
ctx_switches | number | Context switches since the last reading.
interrupts | number | Interrupts since the last reading.
soft_interrupts | number | Software interrupts since the last reading.
syscalls | number | System calls: always 0 on Linux, which does not count them.
cpucore | number | Logical CPUs.
time_since_update | seconds | Length of the window that the figures are of.""",
    "diskio": """
disk_name | None | Name of the disk.
read_count | number | Reads since the last reading.
write_count | number | Writes since the last reading.
read_bytes | byte | Bytes read since the last reading.
write_bytes | byte | Bytes written since the last reading.
read_time | millisecond | Time that those reads took, added up.
write_time | millisecond | Time that those writes took, added up.
read_latency | millisecond | Time that one read took.
write_latency | millisecond | Time that one write took.
alias | string | Another name of the disk.
time_since_update | None | Length of the window that the figures are of, in seconds.""",
    "folders": """
path | None | The folder.
size | byte | Size of all files below it.
refresh | second | How often it is measured.
errno | number | 0, or the number of the error that kept it from being measured.
careful | megabyte | Size from which it deserves care.
warning | megabyte | Size from which it deserves a warning.
critical | megabyte | Size from which it is critical.
indice | None | Number of the entry in the settings.""",
    "fs": """
device_name | None | The device that is mounted.
fs_type | None | Type of the file system.
mnt_point | None | Where it is mounted.
options | None | The options that it is mounted with.
size | byte | Size of the file system.
used | byte | Bytes in use.
free | byte | Bytes that anybody could still use.
percent | percent | Share in use of what anybody could use.
alias | string | Another name of the mount point.""",
    "gpu": """
gpu_id | None | Identifier of the GPU.
name | None | Name of the GPU.
mem | percent | Share of its memory in use.
proc | percent | Share of time that it worked.
temperature | celsius | Its temperature.
fan_speed | rpm | Speed of its fan.""",
    "ip": """
address | None | IPv4 address on the way out.
mask | None | Mask of its network.
mask_cidr | number | Number of one bits in that mask.
gateway | None | The next machine on the way out.""",
    "irq": """
irq_line | None | Name of the interrupt line.
irq_rate | numberpersecond | Interrupts each second.
time_since_update | None | Length of the window that the figures are of, in seconds.""",
    "load": """
min1 | float | Mean number of threads that ran or wanted to, in the last minute.
min5 | float | The same over five minutes.
min15 | float | The same over fifteen minutes.
cpucore | number | Logical CPUs.""",
    "mem": """
total | bytes | Memory of the machine.
available | bytes | Memory that programs could have without swapping.
percent | percent | Share of memory that is not available.
used | bytes | Memory that is not available.
free | bytes | Memory that nothing uses at all.
active | bytes | Memory used lately.
inactive | bytes | Memory not used lately.
buffers | bytes | Caches of disk blocks.
cached | bytes | Caches of files, and of the kernel as far as they can be had back.
shared | bytes | Memory of tmpfs and shared memory.
percent_min | percent | The smallest percentage seen.
percent_max | percent | The largest percentage seen.
percent_mean | percent | The mean of the percentages seen.""",
    "memswap": """
total | bytes | Size of swap.
used | bytes | Swap in use.
free | bytes | Swap that is free.
percent | percent | Share of swap in use.
sin | bytes | Bytes brought back from swap since boot.
sout | bytes | Bytes moved to swap since boot.
time_since_update | seconds | Time since the last reading.""",
    "network": """
interface_name | None | Name of the interface.
alias | None | Another name of the interface.
bytes_recv | byte | Bytes received since the last reading.
bytes_sent | byte | Bytes sent since the last reading.
bytes_all | byte | Bytes received and sent since the last reading.
speed | bitpersecond | Speed of the link; 0 when it is not known.
is_up | bool | Whether the interface is up.
time_since_update | None | Length of the window that the figures are of, in seconds.""",
    "now": """
iso | None | The machine's clock, as ISO 8601.
custom | None | The machine's clock in words.""",
    "percpu": """
cpu_number | None | Number of the CPU.
total | percent | CPU time that was not idle.
user | percent | CPU time of programs.
system | percent | CPU time of the kernel.
idle | percent | CPU time without work.
nice | percent | CPU time of programs with lowered priority.
iowait | percent | CPU time without work while a disk was waited for.
irq | percent | CPU time of hardware interrupts.
softirq | percent | CPU time of software interrupts.
steal | percent | CPU time that other virtual machines had instead.
guest | percent | CPU time of virtual machines run here.
guest_nice | percent | CPU time of virtual machines with lowered priority.
dpc | percent | Never known on Linux.
interrupt | percent | Never known on Linux.""",
    "npu": """
npu_id | None | Identifier of the processor.
name | None | Name of the processor.
load | percent | Share of time that it worked.
freq | percent | Its clock, of the most it can have.
freq_current | hertz | Its clock.
freq_max | hertz | The most that its clock can be.
mem | percent | Never known: it uses the machine's memory.
memory_used | byte | Memory in use.
memory_total | byte | Never known: it uses the machine's memory.
temperature | celsius | Its temperature.
power | watt | Power that it takes.""",
    "ports": """
host | None | The machine that is asked.
port | None | Its port; 0 for an echo request.
url | None | The address that is asked.
description | None | Name of the check.
refresh | None | How often it is asked, in seconds.
timeout | None | How long an answer is waited for, in seconds.
status | second | How long the answer took; false without one; null before it was asked.
elapsed | None | Seconds that the answer took.
rtt_warning | second | Time from which an answer is slow.
indice | None | Identifier of the check.
ssl_verify | None | Whether its certificate must be valid.""",
    "processcount": """
total | number | Processes.
running | number | Processes that run or could run.
sleeping | number | Processes that wait.
thread | number | Threads of all processes.
pid_max | number | Process numbers that the kernel gives out.""",
    "processlist": """
pid | number | Number of the process.
name | string | Name of its program.
cmdline | list | Its command line.
username | string | Its user.
status | string | Its state, one letter.
nice | number | Its priority: 19 gives way to all, -20 to none.
num_threads | number | Its threads.
cpu_percent | percent | CPU time used, of one CPU.
memory_percent | percent | Share of the machine's memory.
memory_info | byte | Its memory by kind.
cpu_times | second | CPU time used since it started, its children's and its waiting for disks.
gids | number | Its groups.
io_counters | byte | Bytes read and written, now and at the last reading.
cpu_num | number | The CPU that it ran on last.
time_since_update | None | Length of the window that the figures are of, in seconds.""",
    "programlist": """
name | string | Name of the program.
cmdline | list | The name once more.
pid | number | Always "_".
childrens | None | Numbers of its processes.
nprocs | number | Number of its processes.
num_threads | number | Threads of all of them.
cpu_percent | percent | CPU time used by all of them, of one CPU.
memory_percent | percent | Share of the machine's memory.
memory_info | byte | Memory of all of them by kind.
cpu_times | second | CPU time of all of them.
io_counters | byte | Bytes that all of them read and wrote.
username | string | Their user, where all have the same.
nice | number | Their priority, where all have the same.
status | string | Their state, where all have the same.
time_since_update | None | Length of the window that the figures are of, in seconds.""",
    "quicklook": """
cpu | percent | CPU time that was neither idle nor waiting for a disk.
mem | percent | Share of memory that is not available.
swap | percent | Share of swap in use.
load | percent | Load of the last fifteen minutes, of one CPU.
percpu | None | The same of each CPU.
cpu_name | None | Name of the CPU.
cpu_hz | hertz | The most that the CPUs may be set to.
cpu_hz_current | hertz | What the CPUs run at.
cpu_log_core | number | Logical CPUs.
cpu_phys_core | number | Physical cores.
gpu_mem | percent | Share of the GPUs' memory in use.
gpu_proc | percent | Share of time that the GPUs worked.""",
    "sensors": """
label | None | Name of the sensor.
value | number | What it measures.
unit | None | Unit of that.
type | None | What kind of sensor it is.
warning | number | Value from which its maker warns.
critical | number | Value that its maker calls critical.
status | None | Whether the battery is charged or discharged.""",
    "system": """
os_name | None | Name of the kernel.
hostname | None | Name of the machine.
platform | None | Length of the kernel's words.
linux_distro | None | Name and version of the distribution.
os_version | None | Version of the kernel.
hr_name | None | All of it in one line.""",
    "wifi": """
ssid | None | Name of the interface.
quality_link | None | Quality of the link, of 70.
quality_level | None | Strength of the signal in dBm.""",
}
_KEY = "Name of the field that tells elements apart."


def describe(plugin: str, field: str) -> tuple[Optional[str], Optional[str]]:
    """Unit and sentence of a field; (None, None) of an unknown one. Gauges and rates have their counter's sentence."""
    fields = dict(_rows(_TABLE.get(plugin, "")))
    if field in fields:
        return fields[field]
    for suffix, kind in (("_gauge", "All of it since boot: %s"), ("_rate_per_sec", "Each second: %s")):
        if field.endswith(suffix) and field[:-len(suffix)] in fields:
            return None, kind % fields[field[:-len(suffix)]][1]
    return None, _KEY if field == "key" and fields else None


def _rows(table: str) -> list[tuple[str, tuple[Optional[str], Optional[str]]]]:
    found: list[tuple[str, tuple[Optional[str], Optional[str]]]] = []
    for row in filter(None, table.split("\n")):
        name, unit, sentence = row.split(" | ")
        found.append((name, (None if unit == "None" else unit, sentence)))
    return found
