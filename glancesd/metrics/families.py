"""families: the table of what /metrics shows: of each collector of node_exporter its families, a row each.

A row reads: this family, of this kind, says this (HELP), and its figure is that field of what its group's rows show.
Names, labels, units, HELP and filters are here, in `rows` (what becomes a row, and its labels), in `rules` (families
whose names the kernel makes) and in `filters`, and nowhere else. Figures are raw: no percentage, no rate, no counter
mended, because Prometheus does that, and a second correction breaks the first.
"""
from __future__ import annotations

import sys

from .. import __version__, sources
from ..collectors.disks import SECTOR_BYTES
from ..typed import Mapping
from . import rules
from .rows import (
    OS_TEXTS,
    SUPPLY_TEXTS,
    Collector,
    Group,
    Ruled,
    always,
    by_name,
    by_number,
    cooling,
    cores,
    cpu_guest_seconds,
    cpu_seconds,
    disk_identities,
    disks,
    family,
    governors,
    interfaces,
    interrupts,
    itself,
    limit_of,
    md_disks,
    md_required,
    md_states,
    mount_names,
    mounts,
    number_of,
    of_file_system,
    one,
    online,
    os_texts,
    os_version,
    packages,
    per,
    process_states,
    queues,
    seconds,
    stalls,
    supply_texts,
    times,
    zones,
)
from .text import COUNTER, GAUGE, Heading

# Values that are made for the page alone: see `scrape`.
MOUNTS, WALL_CLOCK, TEXT_FILES, OWN_PROCESS = "mounts", "wall_clock", "text_files", "own_process"

COLLECTORS: Mapping[str, Collector] = {
    "cpu": Collector((
        Group(sources.CPU_SAMPLE, ("cpu", "mode"), cpu_seconds, (
            family("node_cpu_seconds_total", COUNTER,
                   "Time that this CPU spent in this mode since boot, in seconds.", seconds),)),
        Group(sources.CPU_SAMPLE, ("cpu", "mode"), cpu_guest_seconds, (
            family("node_cpu_guest_seconds_total", COUNTER,
                   "Part of user and nice time that went to virtual machines, in seconds.", seconds),)),
        Group(sources.THROTTLES, ("cpu",), online, (
            family("node_cpu_online", GAUGE, "1 when this CPU is online.", lambda cpu: int(cpu.online)),)),
        Group(sources.THROTTLES, ("package", "core"), cores, (
            family("node_cpu_core_throttles_total", COUNTER,
                   "Times that heat slowed this core down since boot.", "core_throttles"),)),
        Group(sources.THROTTLES, ("package",), packages, (
            family("node_cpu_package_throttles_total", COUNTER,
                   "Times that heat slowed this package down since boot.", "package_throttles"),)),
    )),
    "stat": Collector((Group(sources.CPU_SAMPLE, (), one, (
        family("node_context_switches_total", COUNTER, "Context switches since boot.", "context_switches"),
        family("node_forks_total", COUNTER, "Processes and threads started since boot.", "forks"),
        family("node_intr_total", COUNTER, "Interrupts since boot, of all kinds.", "interrupts"),
        family("node_boot_time_seconds", GAUGE, "When the kernel started, in seconds since 1970.", "boot_time_seconds"),
        family("node_procs_running", GAUGE, "Threads that run or could run at this moment.", "running"),
        family("node_procs_blocked", GAUGE, "Threads that wait for a disk.", "blocked"),
    )),)),
    "loadavg": Collector((Group(sources.LOAD, (), one, (
        family("node_load1", GAUGE, "Load average of the last minute.", "min1"),
        family("node_load5", GAUGE, "Load average of the last 5 minutes.", "min5"),
        family("node_load15", GAUGE, "Load average of the last 15 minutes.", "min15"),
    )),)),
    "meminfo": Collector((Ruled(sources.MEMORY, rules.meminfo),)),
    "vmstat": Collector((Ruled(sources.VMSTAT, rules.vmstat),)),
    "diskstats": Collector((Group(sources.DISKS_SAMPLE, ("device",), disks, (
        family("node_disk_reads_completed_total", COUNTER, "Reads finished since boot.", "reads"),
        family("node_disk_reads_merged_total", COUNTER,
               "Reads joined with a neighbour before they were sent.", "reads_merged"),
        family("node_disk_read_bytes_total", COUNTER, "Bytes read since boot.", times("read_sectors", SECTOR_BYTES)),
        family("node_disk_read_time_seconds_total", COUNTER, "Seconds that all reads took, added up.",
               per("read_ms", 1000)),
        family("node_disk_writes_completed_total", COUNTER, "Writes finished since boot.", "writes"),
        family("node_disk_writes_merged_total", COUNTER,
               "Writes joined with a neighbour before they were sent.", "writes_merged"),
        family("node_disk_written_bytes_total", COUNTER, "Bytes written since boot.",
               times("written_sectors", SECTOR_BYTES)),
        family("node_disk_write_time_seconds_total", COUNTER, "Seconds that all writes took, added up.",
               per("write_ms", 1000)),
        family("node_disk_io_now", GAUGE, "Requests under way.", "in_flight"),
        family("node_disk_io_time_seconds_total", COUNTER, "Seconds in which the disk was busy.", per("io_ms", 1000)),
        family("node_disk_io_time_weighted_seconds_total", COUNTER,
               "Seconds of waiting, each weighted with the requests that waited.", per("weighted_io_ms", 1000)),
        family("node_disk_discards_completed_total", COUNTER, "Discards finished since boot.", "discards"),
        family("node_disk_discards_merged_total", COUNTER,
               "Discards joined with a neighbour before they were sent.", "discards_merged"),
        family("node_disk_discarded_sectors_total", COUNTER, "Sectors of 512 bytes discarded.", "discarded_sectors"),
        family("node_disk_discard_time_seconds_total", COUNTER, "Seconds that all discards took, added up.",
               per("discard_ms", 1000)),
        family("node_disk_flush_requests_total", COUNTER, "Flushes finished since boot.", "flushes"),
        family("node_disk_flush_requests_time_seconds_total", COUNTER, "Seconds that all flushes took, added up.",
               per("flush_ms", 1000)),
    )), Group(
        sources.DISK_IDENTITY, ("device", "major", "minor", "path", "wwn", "model", "serial", "revision", "rotational"),
        disk_identities, (family("node_disk_info", GAUGE, "What this disk is, always 1.", always),)))),
    "filesystem": Collector((
        Group(MOUNTS, ("device", "mountpoint", "fstype", "device_error"), mounts, (
            family("node_filesystem_size_bytes", GAUGE, "File system: size in bytes.", of_file_system("size_bytes")),
            family("node_filesystem_free_bytes", GAUGE, "File system: bytes that root could still use.",
                   of_file_system("root_free_bytes")),
            family("node_filesystem_avail_bytes", GAUGE,
                   "File system: bytes that anybody could still use.", of_file_system("free_bytes")),
            family("node_filesystem_files", GAUGE, "File system: inodes there are.", of_file_system("inodes")),
            family("node_filesystem_files_free", GAUGE, "File system: inodes that are free.",
                   of_file_system("inodes_free")),
            family("node_filesystem_readonly", GAUGE, "File system: 1 when mounted read-only.",
                   lambda usage: int(usage.mount.read_only)),
            family("node_filesystem_device_error", GAUGE, "File system: 1 when it does not answer.",
                   lambda usage: int(bool(usage.error))),
        )),
        Group(MOUNTS, ("device", "major", "minor", "mountpoint"), mount_names, (
            family("node_filesystem_mount_info", GAUGE, "File system: the numbers of its device, always 1.", always),)),
    )),
    "netdev": Collector((
        Group(sources.NET_DEV, ("device",), by_name, tuple(
            family("node_network_%s_total" % column, COUNTER, "%s column of /proc/net/dev, %s, since the interface "
                   "appeared." % (column.partition("_")[2], "received" if column.startswith("receive") else "sent"),
                   column) for column in (
                "receive_bytes", "receive_packets", "receive_errs", "receive_drop", "receive_fifo", "receive_frame",
                "receive_compressed", "receive_multicast", "transmit_bytes", "transmit_packets", "transmit_errs",
                "transmit_drop", "transmit_fifo", "transmit_colls", "transmit_carrier", "transmit_compressed"))),
        Group(sources.NET_STATES, ("device",), by_name, (
            family("node_network_receive_nohandler_total", COUNTER,
                   "Packets that nothing wanted, received, since the interface appeared.", "rx_nohandler"),)),
    )),
    "netclass": Collector((
        Group(sources.NET_STATES, ("device",), by_name, (
            family("node_network_up", GAUGE, "1 when the link is operational.",
                   lambda state: int(state.operstate == "up") if state.operstate is not None else None),
            family("node_network_carrier", GAUGE, "1 when there is a carrier.", "carrier"),
            family("node_network_mtu_bytes", GAUGE, "Largest packet, in bytes.", "mtu_bytes"),
            family("node_network_speed_bytes", GAUGE,
                   "Speed of the link in bytes per second, negative when unknown.",
                   times("speed_mbit_per_second", 125000)),
            family("node_network_carrier_changes_total", COUNTER, "Times that the carrier came or went.",
                   "carrier_changes"),
            family("node_network_carrier_up_changes_total", COUNTER, "Times that the carrier came.",
                   "carrier_up_count"),
            family("node_network_carrier_down_changes_total", COUNTER, "Times that the carrier went.",
                   "carrier_down_count"),
            family("node_network_dormant", GAUGE, "dormant of /sys/class/net/DEVICE.", "dormant"),
            family("node_network_flags", GAUGE, "flags of /sys/class/net/DEVICE.", "flags"),
        )),
        Group(sources.NET_STATES, ("device",), by_name, tuple(
            family("node_network_" + name, GAUGE, "%s of /sys/class/net/DEVICE." % attribute, field)
            for name, attribute, field in (
                ("address_assign_type", "addr_assign_type", "addr_assign_type"), ("device_id", "dev_id", "dev_id"),
                ("iface_id", "ifindex", "ifindex"), ("iface_link", "iflink", "iflink"),
                ("iface_link_mode", "link_mode", "link_mode"),
                ("name_assign_type", "name_assign_type", "name_assign_type"),
                ("net_dev_group", "netdev_group", "netdev_group"), ("protocol_type", "type", "type"),
                ("transmit_queue_length", "tx_queue_len", "tx_queue_packets")))),
        Group(sources.NET_STATES, ("device", "address", "broadcast", "duplex", "operstate", "adminstate", "ifalias"),
              interfaces, (
            family("node_network_info", GAUGE, "Addresses and states of the interface, always 1.", always),)),
    )),
    "netstat": Collector((Ruled(sources.NETSTAT, rules.netstat),)),
    "sockstat": Collector((Ruled(sources.SOCKSTAT, rules.sockstat),)),
    "softnet": Collector((Group(sources.SOFTNET, ("cpu",), by_number, (
        family("node_softnet_processed_total", COUNTER, "Packets that this CPU took in.", "processed"),
        family("node_softnet_dropped_total", COUNTER, "Packets that this CPU dropped, its backlog full.", "dropped"),
        family("node_softnet_times_squeezed_total", COUNTER, "Times that this CPU's turn ended with packets left.",
               "times_squeezed"),
        family("node_softnet_cpu_collision_total", COUNTER, "Times that this CPU found the transmit lock taken.",
               "cpu_collision"),
        family("node_softnet_received_rps_total", COUNTER, "Times that another CPU woke this one for packets.",
               "received_rps"),
        family("node_softnet_flow_limit_count_total", COUNTER, "Times that the limit for one flow was reached.",
               "flow_limit_count"),
        family("node_softnet_backlog_len", GAUGE, "Packets that wait for this CPU.", "backlog_packets"),
    )),)),
    "schedstat": Collector((Group(sources.SCHEDSTAT, ("cpu",), by_number, (
        family("node_schedstat_running_seconds_total", COUNTER, "Seconds that tasks ran on this CPU.",
               per("running_nanoseconds", 10**9)),
        family("node_schedstat_waiting_seconds_total", COUNTER, "Seconds that tasks waited for this CPU.",
               per("waiting_nanoseconds", 10**9)),
        family("node_schedstat_timeslices_total", COUNTER, "Turns given to tasks on this CPU.", "timeslices"),
    )),)),
    "pressure": Collector(tuple(
        Group(sources.PRESSURE, (), stalls(resource, kind), (
            family("node_pressure_%s_%s_seconds_total" % (resource, word_of_kind), COUNTER, text % resource,
                   lambda microseconds: microseconds / 10**6),))
        for resource, kind, word_of_kind, text in (
            ("cpu", "some", "waiting", "Seconds in which at least one task waited for %s."),
            ("io", "some", "waiting", "Seconds in which at least one task waited for %s."),
            ("io", "full", "stalled", "Seconds in which every task that had work waited for %s."),
            ("memory", "some", "waiting", "Seconds in which at least one task waited for %s."),
            ("memory", "full", "stalled", "Seconds in which every task that had work waited for %s."),
            ("irq", "full", "stalled", "Seconds in which every task that had work waited for %s.")))),
    "filefd": Collector((Group(sources.FILEFD, (), one, (
        family("node_filefd_allocated", GAUGE, "Open files of the whole machine.", "allocated"),
        family("node_filefd_maximum", GAUGE, "Most files that may be open.", "maximum"),
    )),)),
    "entropy": Collector((Group(sources.ENTROPY, (), one, (
        family("node_entropy_available_bits", GAUGE, "Entropy at hand, in bits.", "available_bits"),
        family("node_entropy_pool_size_bits", GAUGE, "Size of the pool of entropy, in bits.", "pool_bits"),
    )),)),
    "conntrack": Collector((Group(sources.CONNTRACK, (), one, (
        family("node_nf_conntrack_entries", GAUGE, "Connections tracked.", "entries"),
        family("node_nf_conntrack_entries_limit", GAUGE, "Most connections that can be tracked.", "maximum"),
    )),)),
    "arp": Collector((Group(sources.ARP, ("device",), by_name, (
        family("node_arp_entries", GAUGE, "Neighbours in the ARP table of this interface.", itself),)),)),
    "udp_queues": Collector((Group(sources.UDP_QUEUES, ("queue", "ip"), queues, (
        family("node_udp_queues", GAUGE, "Bytes queued in UDP sockets.", itself),)),)),
    "cpufreq": Collector((
        Group(sources.CPUFREQ, ("cpu",), by_number, (
            family("node_cpu_scaling_frequency_hertz", GAUGE, "Frequency that the governor has set, in hertz.",
                   times("current_khz", 1000)),
            family("node_cpu_scaling_frequency_min_hertz", GAUGE,
                   "Least frequency that the governor may set, in hertz.",
                   times("scaling_minimum_khz", 1000)),
            family("node_cpu_scaling_frequency_max_hertz", GAUGE,
                   "Most frequency that the governor may set, in hertz.",
                   times("scaling_maximum_khz", 1000)),
            family("node_cpu_frequency_min_hertz", GAUGE, "Least frequency of this CPU, in hertz.",
                   times("hardware_minimum_khz", 1000)),
            family("node_cpu_frequency_max_hertz", GAUGE, "Most frequency of this CPU, in hertz.",
                   times("hardware_maximum_khz", 1000)),
        )),
        Group(sources.CPUFREQ, ("cpu", "governor"), governors, (
            family("node_cpu_scaling_governor", GAUGE, "1 for the governor in force, 0 for those that could be.",
                   itself),)),
    )),
    "hwmon": Collector((Ruled(sources.HWMON, rules.hwmon),)),
    "thermal_zone": Collector((
        Group(sources.THERMAL, ("zone", "type"), zones, (
            family("node_thermal_zone_temp", GAUGE, "Temperature of this zone in degrees Celsius.",
                   per("millidegrees", 1000)),)),
        Group(sources.THERMAL, ("name", "type"), cooling, (
            family("node_cooling_device_cur_state", GAUGE, "Step that this cooling device is at.", "current_state"),
            family("node_cooling_device_max_state", GAUGE, "Highest step of this cooling device.", "maximum_state"),
        )),
    )),
    "powersupplyclass": Collector((
        Group(sources.SUPPLIES, ("power_supply",), by_name, tuple(
            family("node_power_supply_" + name, GAUGE, "%s of /sys/class/power_supply%s." % (attribute, unit),
                   number_of(attribute, divisor))
            for name, attribute, divisor, unit in (
                ("online", "online", 1, ""), ("present", "present", 1, ""), ("capacity", "capacity", 1, ", in percent"),
                ("cyclecount", "cycle_count", 1, ""), ("energy_watthour", "energy_now", 10**6, ", in watt hours"),
                ("energy_full", "energy_full", 10**6, ", in watt hours"),
                ("power_watt", "power_now", 10**6, ", in watts"),
                ("charge_ampere", "charge_now", 10**6, ", in ampere hours"),
                ("charge_full", "charge_full", 10**6, ", in ampere hours"),
                ("current_ampere", "current_now", 10**6, ", in amperes"),
                ("voltage_volt", "voltage_now", 10**6, ", in volts"),
                ("voltage_min_design", "voltage_min_design", 10**6, ", in volts")))),
        Group(sources.SUPPLIES, ("power_supply", *SUPPLY_TEXTS), supply_texts, (
            family("node_power_supply_info", GAUGE, "What this power supply is, always 1.", always),)),
    )),
    "mdadm": Collector((
        Group(sources.RAID, ("device", "state"), md_disks, (
            family("node_md_disks", GAUGE, "Disks of this array in this state.", itself),)),
        Group(sources.RAID, ("device",), by_name, (
            family("node_md_disks_required", GAUGE, "Disks that this array is made for.", md_required),
            family("node_md_blocks", GAUGE, "Size of this array, in blocks of 1 KiB.", "blocks"),
            family("node_md_blocks_synced", GAUGE, "Blocks of 1 KiB that are in sync.", "synced_blocks"),
        )),
        Group(sources.RAID, ("device", "state"), md_states, (
            family("node_md_state", GAUGE, "1 for the state that this array is in, 0 for the others.", itself),)),
    )),
    "bonding": Collector((Group(sources.BONDING, ("master",), by_name, (
        family("node_bonding_slaves", GAUGE, "Interfaces in this bond.", lambda bond: len(bond.slaves)),
        family("node_bonding_active", GAUGE, "Interfaces in this bond with a link.", lambda bond: len(bond.active)),
    )),)),
    "time": Collector((
        Group(WALL_CLOCK, (), one, (
            family("node_time_seconds", GAUGE, "The machine's clock, in seconds since 1970.", "seconds"),)),
        Group(WALL_CLOCK, ("time_zone",), lambda clock, filters: [((clock.zone,), clock)], (
            family("node_time_zone_offset_seconds", GAUGE, "Seconds that local time is ahead of UTC.",
                   "offset_seconds"),)),
    )),
    "uname": Collector((Group(
        sources.UNAME, ("sysname", "release", "version", "machine", "nodename", "domainname"),
        lambda names, filters: [(tuple(names), names)], (
            family("node_uname_info", GAUGE, "Names of the system and of its kernel, always 1.", always),)),)),
    "os": Collector((
        Group(sources.OS_RELEASE, OS_TEXTS, os_texts(OS_TEXTS), (
            family("node_os_info", GAUGE, "Names and version of the distribution, always 1.", always),)),
        Group(sources.OS_RELEASE, ("id", "id_like", "name"), os_texts(("id", "id_like", "name")), (
            family("node_os_version", GAUGE, "Version of the distribution, its first one or two numbers.",
                   os_version),)),
    )),
    "timex": Collector((Group(sources.TIMEX, (), one, (
        family("node_timex_sync_status", GAUGE, "Kernel clock: 1 when it is kept in step with a reference.",
               lambda timex: int(timex.synchronised)),
        family("node_timex_status", GAUGE, "Kernel clock: status of adjtimex, bits.", "status"),
        family("node_timex_offset_seconds", GAUGE, "Kernel clock: offset of adjtimex, in seconds.",
               lambda timex: timex.offset / timex.fraction),
        family("node_timex_frequency_adjustment_ratio", GAUGE,
               "Kernel clock: freq of adjtimex, as a ratio: 1 is the clock's own frequency.",
               lambda timex: 1 + timex.freq / 65536 / 10**6),
        family("node_timex_maxerror_seconds", GAUGE, "Kernel clock: maxerror of adjtimex, in seconds.",
               per("maxerror_microseconds", 10**6)),
        family("node_timex_estimated_error_seconds", GAUGE, "Kernel clock: esterror of adjtimex, in seconds.",
               per("esterror_microseconds", 10**6)),
        family("node_timex_loop_time_constant", GAUGE, "Kernel clock: constant of adjtimex.", "constant"),
        family("node_timex_tick_seconds", GAUGE, "Kernel clock: tick of adjtimex, in seconds.",
               per("tick_microseconds", 10**6)),
        family("node_timex_tai_offset_seconds", GAUGE, "Kernel clock: tai of adjtimex, in seconds.", "tai_seconds"),
        family("node_timex_pps_frequency_hertz", GAUGE, "Kernel clock: ppsfreq of adjtimex, in hertz.",
               lambda timex: timex.ppsfreq / 65536 / 10**6),
        family("node_timex_pps_jitter_seconds", GAUGE, "Kernel clock: jitter of adjtimex, in seconds.",
               lambda timex: timex.jitter / timex.fraction),
        family("node_timex_pps_shift_seconds", GAUGE, "Kernel clock: shift of adjtimex, in seconds.", "shift_seconds"),
        family("node_timex_pps_stability_hertz", GAUGE, "Kernel clock: stabil of adjtimex, in hertz.",
               lambda timex: timex.stabil / 65536 / 10**6),
        family("node_timex_pps_jitter_total", COUNTER, "Kernel clock: jitcnt of adjtimex.", "jitcnt"),
        family("node_timex_pps_calibration_total", COUNTER, "Kernel clock: calcnt of adjtimex.", "calcnt"),
        family("node_timex_pps_error_total", COUNTER, "Kernel clock: errcnt of adjtimex.", "errcnt"),
        family("node_timex_pps_stability_exceeded_total", COUNTER, "Kernel clock: stbcnt of adjtimex.", "stbcnt"),
    )),)),
    "edac": Collector((Group(sources.EDAC, ("controller",), by_number, (
        family("node_edac_correctable_errors_total", COUNTER, "Memory errors that this controller corrected.",
               "correctable"),
        family("node_edac_uncorrectable_errors_total", COUNTER, "Memory errors that this controller did not correct.",
               "uncorrectable"),
    )),)),
    "selinux": Collector((Group(sources.SELINUX, (), one, (
        family("node_selinux_enabled", GAUGE, "1 when SELinux is enabled.", lambda selinux: int(selinux.enabled)),)),)),
    "kernel_hung": Collector((Group(sources.KERNEL_HUNG, (), one, (
        family("node_kernel_hung_tasks_total", COUNTER, "Tasks that did not move for two minutes, since boot.",
               itself),)),)),
    "processes": Collector((
        Group(sources.PROCESSES_SAMPLE, (), one, (
            family("node_processes_pids", GAUGE, "Processes there are.", lambda sample: len(sample.processes)),
            family("node_processes_threads", GAUGE, "Threads there are.",
                   lambda sample: sum(process.threads for process in sample.processes.values())),
        )),
        Group(sources.PROCESSES_SAMPLE, ("state",), process_states, (
            family("node_processes_state", GAUGE, "Processes in this state.", itself),)),
        Group(sources.PID_MAX, (), one, (
            family("node_processes_max_processes", GAUGE, "Process ids that the kernel gives out.", itself),)),
        Group(sources.THREADS_MAX, (), one, (
            family("node_processes_max_threads", GAUGE, "Most threads that there may be.", itself),)),
    ), on_request=True),
    "interrupts": Collector((Group(sources.INTERRUPTS_SAMPLE, ("cpu", "type", "info", "devices"), interrupts, (
        family("node_interrupts_total", COUNTER, "Times that this line interrupted this CPU.", itself),)),),
        on_request=True),
    "tcpstat": Collector((Group(
        sources.CONNECTIONS, ("state",),
        lambda value, filters: [((state.lower(),), count) for state, count in value.states.items()], (
            family("node_tcp_connection_states", GAUGE, "TCP sockets in this state.", itself),)),), on_request=True),
    "textfile": Collector((
        Group(TEXT_FILES, (), one, (
            family("node_textfile_scrape_error", GAUGE, "1 when a text file could not be read.",
                   lambda files: int(files.error)),)),
        Group(TEXT_FILES, ("file",), lambda files, filters: [((path,), at) for path, at in files.modified], (
            family("node_textfile_mtime_seconds", GAUGE, "When this text file was written, in seconds since 1970.",
                   itself),)),
    )),
}

SUCCESS = Heading("node_scrape_collector_success", GAUGE,
                  "Whether this collector worked: 0 when it failed or the kernel has no such thing.", ("collector",))
DURATION = Heading("node_scrape_collector_duration_seconds", GAUGE, "Seconds that this collector took.", ("collector",))

# What the daemon tells of itself, in every answer.
OWN = Collector((
    Group(OWN_PROCESS, (), one, (
        family("process_cpu_seconds_total", COUNTER, "Of glancesd itself: CPU time in seconds.", "cpu_seconds"),
        family("process_open_fds", GAUGE, "Of glancesd itself: open file descriptors.", "open_files"),
        family("process_max_fds", GAUGE, "Of glancesd itself: most file descriptors that may be open.",
               limit_of("open_files")),
        family("process_virtual_memory_bytes", GAUGE, "Of glancesd itself: addresses in use, in bytes.",
               "virtual_bytes"),
        family("process_virtual_memory_max_bytes", GAUGE, "Of glancesd itself: most addresses that may be in use.",
               limit_of("virtual_bytes")),
        family("process_resident_memory_bytes", GAUGE, "Of glancesd itself: memory in use, in bytes.",
               "resident_bytes"),
        family("process_start_time_seconds", GAUGE, "Of glancesd itself: when it started, in seconds since 1970.",
               "start_seconds"),
    )),
    Group(OWN_PROCESS, ("version", "branch"), lambda process, filters: [((__version__, "glancesd"), process)], (
        family("node_exporter_build_info", GAUGE, "The version that answers here, always 1.", always),)),
    Group(OWN_PROCESS, ("version", "python"),
          lambda process, filters: [((__version__, "%d.%d.%d" % sys.version_info[:3]), process)], (
        family("glancesd_build_info", GAUGE, "The version of glancesd and of its Python, always 1.", always),)),
))
