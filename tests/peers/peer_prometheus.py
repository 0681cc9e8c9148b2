"""/metrics beside a real node_exporter, read by a real Prometheus. `.ci/run metrics` installs both."""
from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

from tests.daemon import TOP, Daemon

NODE_EXPORTER, PROMETHEUS, PROMTOOL = map(shutil.which, ("prometheus-node-exporter", "prometheus", "promtool"))
CHECK = os.environ.get("CHECK_METRICS")
RULES = os.path.join(TOP, "tests", "peers", "node_rules.yml")
SCRAPES_SECONDS = 25
WAIT_SECONDS = 60
# What promtool says of node_exporter's own names.
_OF_NAMES = ("snake_case", "base unit", "counter metrics should have", "non-counter metrics should not have")

# How far what a rule gives over one exporter may be from what it gives over the other: absolute, relative.
RULE_SLACK = {"machine:cpus:count": (0, 0),
              "machine:cpu_busy:ratio": (0.15, 0), "machine:load_per_cpu:ratio": (0.2, 0.1),
              "machine:memory_used:ratio": (0.03, 0), "machine:major_faults:rate": (5, 0.5),
              "machine:context_switches:rate": (200, 0.5), "machine:received_without_lo:rate": (20000, 0.5),
              "machine:tcp_retransmitted:rate": (5, 0.5), "disk:io_time:rate": (0.1, 0),
              "filesystem:used:ratio": (0.01, 0), "filesystem:inodes_used:ratio": (0.01, 0),
              "machine:clock_in_step:bool": (0, 0), "machine:up_for:seconds": (3, 0),
              "machine:collectors_failed:count": (0, 0)}


# What dashboards ask, panel by panel, of one job: load, processors, memory, disks, network, the rest of the kernel.
PANELS = (
    '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle",JOB}[15s]))',
    'sum by (instance, mode) (rate(node_cpu_seconds_total{JOB}[15s]))',
    'sum by (instance) (rate(node_cpu_guest_seconds_total{JOB}[15s]))',
    'count(count by (cpu) (node_cpu_seconds_total{JOB}))', 'node_load1{JOB}', 'node_load5{JOB}', 'node_load15{JOB}',
    'node_time_seconds{JOB} - node_boot_time_seconds{JOB}', 'node_uname_info{JOB}',
    'node_memory_MemTotal_bytes{JOB} - node_memory_MemFree_bytes{JOB} - (node_memory_Cached_bytes{JOB}'
    ' + node_memory_Buffers_bytes{JOB} + node_memory_SReclaimable_bytes{JOB})',
    'node_memory_SwapTotal_bytes{JOB} - node_memory_SwapFree_bytes{JOB}', 'node_memory_HugePages_Total{JOB}',
    'node_memory_Committed_AS_bytes{JOB}', 'node_memory_Active_anon_bytes{JOB}', 'node_memory_Percpu_bytes{JOB}',
    'node_memory_HardwareCorrupted_bytes{JOB}', 'node_memory_DirectMap4k_bytes{JOB}',
    'rate(node_vmstat_pgpgin{JOB}[15s])', 'rate(node_vmstat_pswpout{JOB}[15s])', 'node_vmstat_oom_kill{JOB}',
    'rate(node_vmstat_pgfault{JOB}[15s]) - rate(node_vmstat_pgmajfault{JOB}[15s])',
    '100 - node_filesystem_avail_bytes{mountpoint="/",fstype!="rootfs",JOB} * 100'
    ' / node_filesystem_size_bytes{mountpoint="/",fstype!="rootfs",JOB}',
    'node_filesystem_readonly{device!~"rootfs",JOB}', 'node_filesystem_device_error{device!~"rootfs",JOB}',
    'node_filesystem_files_free{device!~"rootfs",JOB}',
    'rate(node_disk_reads_completed_total{device=~"[a-z]+[0-9]*",JOB}[15s])', 'node_disk_io_now{JOB}',
    'rate(node_disk_read_time_seconds_total{JOB}[15s]) / rate(node_disk_reads_completed_total{JOB}[15s])',
    'rate(node_disk_written_bytes_total{JOB}[15s])', 'rate(node_disk_discards_completed_total{JOB}[15s])',
    'rate(node_disk_flush_requests_total{JOB}[15s])', 'rate(node_disk_io_time_weighted_seconds_total{JOB}[15s])',
    'rate(node_network_receive_bytes_total{JOB}[15s]) * 8', 'rate(node_network_transmit_packets_total{JOB}[15s])',
    'rate(node_network_receive_errs_total{JOB}[15s])', 'rate(node_network_receive_nohandler_total{JOB}[15s])',
    'node_network_up{JOB}', 'node_network_carrier{JOB}', 'node_network_mtu_bytes{JOB}',
    'node_network_speed_bytes{JOB}',
    'node_sockstat_TCP_mem_bytes{JOB}', 'node_sockstat_sockets_used{JOB}', 'node_sockstat_FRAG_memory{JOB}',
    'rate(node_netstat_Tcp_InSegs{JOB}[15s])', 'rate(node_netstat_TcpExt_ListenOverflows{JOB}[15s])',
    'rate(node_netstat_Udp_InDatagrams{JOB}[15s])', 'rate(node_netstat_IpExt_InOctets{JOB}[15s])',
    'node_netstat_Tcp_CurrEstab{JOB}', 'rate(node_netstat_Icmp_InErrors{JOB}[15s])',
    'rate(node_softnet_processed_total{JOB}[15s])', 'rate(node_softnet_times_squeezed_total{JOB}[15s])',
    'rate(node_pressure_cpu_waiting_seconds_total{JOB}[15s])',
    'rate(node_pressure_memory_stalled_seconds_total{JOB}[15s])',
    'rate(node_context_switches_total{JOB}[15s])', 'rate(node_intr_total{JOB}[15s])',
    'rate(node_forks_total{JOB}[15s])',
    'node_procs_running{JOB}', 'node_procs_blocked{JOB}', 'node_filefd_allocated{JOB}', 'node_filefd_maximum{JOB}',
    'node_entropy_available_bits{JOB}', 'node_timex_offset_seconds{JOB}', 'node_timex_sync_status{JOB}',
    'node_timex_tick_seconds{JOB}', 'node_nf_conntrack_entries{JOB}', 'node_arp_entries{JOB}',
    'node_scrape_collector_success{collector=~"cpu|stat|meminfo|netdev|timex",JOB}', 'node_textfile_scrape_error{JOB}',
    'process_resident_memory_bytes{JOB}', 'rate(process_cpu_seconds_total{JOB}[15s])', 'process_open_fds{JOB}',
)


def flags() -> list[str]:
    """Options that make Debian's node_exporter choose as upstream's does by default."""
    if not CHECK:
        return []
    done = subprocess.run([sys.executable, CHECK, "--flags"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(30)


@unittest.skipUnless(NODE_EXPORTER and PROMETHEUS and PROMTOOL, "no prometheus-node-exporter and prometheus here")
class Beside(unittest.TestCase):
    daemon: Daemon
    exporter: str
    prometheus: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.daemon = Daemon()
        cls.addClassCleanup(cls.daemon.end)
        cls.daemon.__enter__()
        port = free_port()
        exporter = subprocess.Popen([str(NODE_EXPORTER), *flags(), "--web.listen-address=127.0.0.1:%d" % port],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(stop, exporter)
        cls.exporter = "127.0.0.1:%d" % port
        folder = tempfile.mkdtemp(prefix="glancesd-prometheus-")
        cls.addClassCleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w") as file:
            file.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\nrule_files: [%s]\nscrape_configs:\n" % RULES)
            for job, target in (("glancesd", "127.0.0.1:%d" % cls.daemon.port), ("node", cls.exporter)):
                file.write("  - {job_name: %s, static_configs: [{targets: ['%s']}]}\n" % (job, target))
        cls.prometheus = "127.0.0.1:%d" % free_port()
        prometheus = subprocess.Popen([str(PROMETHEUS), "--config.file=" + config, "--storage.tsdb.path=" + folder,
                                       "--web.listen-address=" + cls.prometheus],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(stop, prometheus)

    def query(self, expression: str) -> list[Any]:
        with urlopen("http://%s/api/v1/query?query=%s" % (self.prometheus, quote(expression)), timeout=10) as answer:
            found: list[Any] = json.load(answer)["data"]["result"]
            return found

    def until(self, expression: str, seconds: float = WAIT_SECONDS) -> list[Any]:
        """What Prometheus says, as soon as it says something."""
        give_up = time.monotonic() + seconds
        while True:
            try:
                found = self.query(expression)
            except OSError:
                found = []
            if found or time.monotonic() > give_up:
                return found
            time.sleep(0.5)

    def test_prometheus_reads_it(self) -> None:
        self.assertTrue(self.until('up{job="glancesd"} == 1'))
        self.assertTrue(self.until('count_over_time(up{job="glancesd"}[1m]) > %d' % SCRAPES_SECONDS))
        self.assertEqual(self.query('min_over_time(up{job="glancesd"}[1m])')[0]["value"][1], "1")
        self.assertGreater(int(self.query('scrape_samples_scraped{job="glancesd"}')[0]["value"][1]), 300)

    def test_rules_give_the_same(self) -> None:
        self.until('count_over_time(up{job="node"}[1m]) > %d' % SCRAPES_SECONDS)
        for rule, (absolute, relative) in RULE_SLACK.items():
            with self.subTest(rule):
                self.until('%s{job="glancesd"}' % rule)
                ours, theirs = ({self.labels(found["metric"]): float(found["value"][1])
                                 for found in self.query('%s{job="%s"}' % (rule, job))} for job in ("glancesd", "node"))
                for labels, value in theirs.items():
                    self.assertIn(labels, ours)
                    self.assertLessEqual(abs(value - ours[labels]), absolute + relative * abs(value) + 1e-9, labels)
                print("%s: %d as over node_exporter" % (rule, len(theirs)))

    def test_panels_have_the_same_series(self) -> None:
        self.until('count_over_time(up{job="node"}[1m]) > %d' % SCRAPES_SECONDS)
        drawn = 0
        for panel in PANELS:
            with self.subTest(panel):
                ours, theirs = (sorted(sorted(self.labels(found["metric"])) for found in self.query(
                    panel.replace("JOB", 'job="%s"' % job))) for job in ("glancesd", "node"))
                # The mount on top of / is shown whatever its type.
                left_out = [labels for labels in ours if labels not in theirs and ("mountpoint", "/") not in labels]
                if "uname" not in panel:
                    self.assertEqual((left_out, [labels for labels in theirs if labels not in ours]), ([], []))
                drawn += bool(ours)
        print("%d of %d panels have series, the same as over node_exporter" % (drawn, len(PANELS)))

    def labels(self, metric: dict[str, str]) -> frozenset[tuple[str, str]]:
        return frozenset((name, value) for name, value in metric.items() if name not in ("job", "instance", "__name__"))

    def test_promtool(self) -> None:
        page = self.daemon.ask("/metrics").body
        done = subprocess.run([str(PROMTOOL), "check", "metrics"], input=page, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        said = [line for line in done.stdout.decode().split("\n")
                if line and not any(word in line for word in _OF_NAMES)]
        self.assertEqual(said, [])
        done = subprocess.run([str(PROMTOOL), "check", "rules", RULES], stdout=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    @unittest.skipUnless(CHECK, "no check_metrics.py in ../shared/tools")
    def test_family_by_family(self) -> None:
        said = ""
        for _ in range(2):                             # a level that moved while it looked is another one the next time
            done = subprocess.run([sys.executable, str(CHECK), "http://127.0.0.1:%d" % self.daemon.port, "--against",
                                   "http://" + self.exporter], stdout=subprocess.PIPE, text=True, check=False)
            said = done.stdout
            if done.returncode == 0:
                break
        self.assertEqual(done.returncode, 0, said)
        print(said.strip().split("\n")[-2])


if __name__ == "__main__":
    unittest.main()
