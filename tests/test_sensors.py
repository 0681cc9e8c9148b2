"""sensors: what attributes hold, hwmon and thermal as drivers lay them out, slow sensors, and the hddtemp daemon."""
from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
import unittest
from typing import Mapping, Optional

from glancesd.collectors import sensors
from glancesd.collectors.sensors import DiskTemperature, Sampler, Sensor, Sensors, Thresholds, ThresholdSampler
from glancesd.parsing import ParseError
from glancesd.roots import Roots


def chip(number: int, name: str, device: str = "", **attributes: str) -> dict[str, str]:
    """Files of one chip of hwmon; `device`: the directory below sys/devices that its link leads to."""
    directory = "class/hwmon/hwmon%d/" % number
    files = {directory + attribute: text + "\n" for attribute, text in attributes.items()}
    files[directory + "name"] = name + "\n"
    if device:
        files["devices/%s/uevent" % device] = ""
        files[directory + "device"] = "-> ../../../devices/" + device
    return files


class Shown(Sampler):
    """A sampler whose sensors do not tell where they are."""

    def __call__(self, roots: Roots) -> Sensors:
        found = super().__call__(roots)
        return found._replace(temperatures=[sensor._replace(file="") for sensor in found.temperatures],
                              fans=[sensor._replace(file="") for sensor in found.fans])


class SensorTest(unittest.TestCase):
    def tree(self, *files: Mapping[str, str], procfs: str = "/nowhere") -> Roots:
        """A host whose /sys holds these files by name; text that begins with an arrow is the target of a link."""
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        for group in files:
            for name, text in group.items():
                path = os.path.join(top.name, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                if text.startswith("-> "):
                    os.symlink(text[3:], path)
                else:
                    with open(path, "w") as file:
                        file.write(text)
        return Roots(procfs, top.name, "/nowhere")

    def temperatures(self, *files: Mapping[str, str]) -> list[tuple[str, float]]:
        """What these files show: labels and degrees."""
        return [(reading.label, reading.value) for reading in Shown()(self.tree(*files)).temperatures]


class Parse(unittest.TestCase):
    def test_celsius(self) -> None:
        for name, text, expected in (("usual", "45900", 45.9), ("below zero", "-3700", -3.7), ("zero", "0", 0.0),
                                     ("no file", None, None), ("empty", "", None), ("no number", "NODATA", None),
                                     ("too long for a number", "9" * 400, None), ("0 K", "-273150", None),
                                     ("65535 K", "65261850", None), ("65535 K of NVMe", "65262000", None),
                                     ("2732 tenths of a kelvin", "-273100", None), ("-128", "-128000", None),
                                     ("all ones", "255000", None), ("all ones, and eighths", "255875", None),
                                     ("all ones, and sixteenths", "255937", None), ("an oven", "256000", 256.0),
                                     ("Antarctica", "-89200", -89.2), ("the coldest", "-100000", -100.0),
                                     ("colder", "-100001", None)):
            with self.subTest(name):
                self.assertEqual(sensors.parse_celsius(text), expected)

    def test_zone(self) -> None:
        for text, expected in (("48312", 48.312), ("48", 48.0), ("1", 1.0), ("200", 200.0), ("201", 0.201), ("0", 0.0),
                               ("-5000", -5.0), ("-273150", None), ("x", None), (None, None)):
            with self.subTest(text):
                self.assertEqual(sensors.parse_zone(text), expected)

    def test_fan(self) -> None:
        for text, expected in (("1204", 1204), ("0", 0), ("65534", 65534), ("65535", None), ("1000000", None),
                               ("-1", None), ("x", None), (None, None)):
            with self.subTest(text):
                self.assertEqual(sensors.parse_fan(text), expected)

    def test_hddtemp(self) -> None:
        for name, text, expected in (
                ("no disk", "", []),
                ("one", "|/dev/sda|WDC WD40EFRX-68N32N0|31|C|", [DiskTemperature("sda", 31.0, "C")]),
                ("several", "|/dev/sda|WDC|88|F||/dev/sdb|ST8000|SLP|*||/dev/disk/x|Y|ERR|*|\n",
                 [DiskTemperature("sda", 88.0, "F"), DiskTemperature("sdb", "SLP", "*"),
                  DiskTemperature("x", "ERR", "*")]),
                ("no number of this world", "|/dev/sda|X|nan|C|", [DiskTemperature("sda", "nan", "C")])):
            with self.subTest(name):
                self.assertEqual(sensors.parse_hddtemp(text), expected)

    def test_hddtemp_malformed(self) -> None:
        for name, text in (("no bars", "SSH-2.0-OpenSSH_9.2"), ("cut", "|/dev/sda|WDC|31|C||/dev/sdb|ST"),
                           ("shifted", "x|/dev/sda|WDC|31|C|"),
                           ("something behind", "|/dev/sda|WDC|31|C|x"), ("no device", "||WDC|31|C|"),
                           ("a directory", "|/dev/|W|31|C|")):
            with self.subTest(name), self.assertRaises(ParseError) as caught:
                sensors.parse_hddtemp(text)
            self.assertTrue(str(caught.exception).startswith("hddtemp:1: "), caught.exception)


class Figures(unittest.TestCase):
    def test_rounded(self) -> None:
        for value, expected in ((48.312, 48.3), (-0.04, 0.0), (45.0, 45.0), (1204, 1204)):
            with self.subTest(value):
                rounded = Sensor("chip", "label", value).rounded
                self.assertEqual((rounded, repr(rounded)[:1] == "-"), (expected, expected < 0))

    def test_disks(self) -> None:
        for value, unit, rounded, celsius in ((38.85, "C", 38.9, 38.9), (88.0, "F", 88.0, 31.1),
                                              ("SLP", "*", "SLP", None), (31.0, "C", 31.0, 31.0)):
            with self.subTest(value, unit=unit):
                disk = DiskTemperature("sda", value, unit)
                self.assertEqual((disk.rounded, disk.celsius), (rounded, celsius))


class Hwmon(SensorTest):
    def test_nothing(self) -> None:
        self.assertEqual(Shown()(self.tree()), ([], [], []))

    def test_laptop(self) -> None:
        found = Shown()(self.tree(
            chip(0, "acpitz", temp1_input="27800", temp2_input="29800"),
            chip(1, "coretemp", temp1_label="Package id 0", temp1_input="45900", temp2_label="Core 0",
                 temp2_input="44000"),
            chip(2, "thinkpad", fan1_input="1204", fan2_label="CPU Fan", fan2_input="0", temp1_input="46000")))
        self.assertEqual(found.temperatures, [
            Sensor("acpitz", "acpitz 1", 27.8), Sensor("acpitz", "acpitz 2", 29.8),
            Sensor("coretemp", "Package id 0", 45.9), Sensor("coretemp", "Core 0", 44.0),
            Sensor("thinkpad", "thinkpad 1", 46.0)])
        self.assertEqual(found.fans, [Sensor("thinkpad", "thinkpad 1 (2)", 1204), Sensor("thinkpad", "CPU Fan", 0)])
        self.assertEqual(found.disks, [])

    def test_natural_order(self) -> None:
        inputs = {"temp%d_input" % number: "%d000" % number for number in (10, 9, 2, 1)}
        self.assertEqual(self.temperatures(chip(0, "it87", **inputs)),
                         [("it87 1", 1.0), ("it87 2", 2.0), ("it87 3", 9.0), ("it87 4", 10.0)])

    def test_by_place_in_the_machine_not_by_number(self) -> None:
        found = self.temperatures(chip(0, "coretemp", "platform/coretemp.10", temp1_input="1000"),
                                  chip(1, "coretemp", "platform/coretemp.9", temp1_input="2000"),
                                  chip(10, "zz", temp1_input="4000"), chip(9, "zz", temp1_input="3000"))
        self.assertEqual(found, [("zz 1", 3.0), ("zz 2", 4.0), ("coretemp 1", 2.0), ("coretemp 2", 1.0)])

    def test_label_that_repeats(self) -> None:
        found = self.temperatures(chip(0, "coretemp", "p/0", temp1_label="Core 0", temp1_input="1000"),
                                  chip(1, "coretemp", "p/1", temp1_label="Core 0", temp1_input="2000"),
                                  chip(2, "odd", "p/2", temp1_label="Core 0 (2)", temp1_input="3000"),
                                  chip(3, "odd", "p/3", temp1_label="Core 0", temp1_input="4000"))
        self.assertEqual(found, [("Core 0", 1.0), ("Core 0 (2)", 2.0), ("Core 0 (2) (2)", 3.0), ("Core 0 (3)", 4.0)])

    def test_files_below_device(self) -> None:
        self.assertEqual(self.temperatures({"class/hwmon/hwmon0/device/name": "lm75\n",
                                            "class/hwmon/hwmon0/device/temp1_input": "21500\n"}), [("lm75 1", 21.5)])

    def test_chip_without_a_name(self) -> None:
        self.assertEqual(self.temperatures({"class/hwmon/hwmon3/temp1_input": "21500\n"}), [("hwmon3 1", 21.5)])

    def test_sensor_without_a_value_is_counted_and_left_out(self) -> None:
        for name, bad in (("fault", {"temp1_fault": "1", "temp1_input": "20000"}),
                          ("no data", {"temp1_input": "NODATA"}),
                          ("0 K", {"temp1_input": "-273150"}), ("65535 K", {"temp1_input": "65261850"})):
            with self.subTest(name):
                self.assertEqual(self.temperatures(chip(0, "it87", temp2_fault="0", temp2_input="-5000", **bad)),
                                 [("it87 2", -5.0)])

    def test_driver_that_refuses(self) -> None:
        files = chip(0, "iwlwifi_1", fan1_input="0", temp2_input="20000")
        files["class/hwmon/hwmon0/temp1_input"] = "-> temp1_input"      # ELOOP stands for EIO, ENODATA, EAGAIN, …
        self.assertEqual(self.temperatures(files), [("iwlwifi_1 2", 20.0)])

    def test_faulty_fan(self) -> None:
        tree = self.tree(chip(0, "it87", fan1_input="900", fan1_fault="1", fan2_input="x", fan3_input="700"))
        self.assertEqual(Shown()(tree).fans, [Sensor("it87", "it87 3", 700)])

    def test_other_files_are_no_sensors(self) -> None:
        files = chip(0, "it87", temp1_max="80000", temp1_crit="90000", in0_input="12", fan1_min="3", temp1_input="1000",
                     xtemp1_input="5", temp1_input_x="6", temp_input="7")
        found = Shown()(self.tree(files))
        self.assertEqual((found.temperatures, found.fans), ([Sensor("it87", "it87 1", 1.0)], []))


class Thermal(SensorTest):
    ZONES = {"class/thermal/thermal_zone0/type": "cpu-thermal\n", "class/thermal/thermal_zone0/temp": "48312\n",
             "class/thermal/thermal_zone10/temp": "30000\n", "class/thermal/thermal_zone2/temp": "20000\n",
             "class/thermal/thermal_zone3/type": "broken\n", "class/thermal/cooling_device0/type": "Processor\n"}

    def test_zones_without_hwmon(self) -> None:
        self.assertEqual(Shown()(self.tree(self.ZONES)).temperatures, [
            Sensor("thermal_zone0", "cpu-thermal", 48.312), Sensor("thermal_zone2", "thermal_zone2", 20.0),
            Sensor("thermal_zone10", "thermal_zone10", 30.0)])

    def test_two_zones_of_a_type(self) -> None:
        zones = {"class/thermal/thermal_zone%d/%s" % (number, name): text
                 for number in (0, 1) for name, text in (("type", "gpu"), ("temp", "1000"))}
        self.assertEqual(self.temperatures(zones), [("gpu", 1.0), ("gpu (2)", 1.0)])

    def test_hwmon_has_the_cpu(self) -> None:
        for name, label in (("coretemp", "Package id 0"), ("k10temp", "Tctl"), ("cpu_thermal", None),
                            ("soc_thermal", None), ("nct6775", "CPUTIN")):
            with self.subTest(name):
                attributes = {"temp1_input": "1000", **({"temp1_label": label} if label else {})}
                self.assertEqual(self.temperatures(self.ZONES, chip(0, name, **attributes)),
                                 [(label or name + " 1", 1.0)])

    def test_hwmon_has_others_than_the_cpu(self) -> None:
        """A Wi-Fi chip or the firmware's own thermometer (acpitz) must not take the CPU's zone away."""
        others = {"class/thermal/thermal_zone4/type": "acpitz\n", "class/thermal/thermal_zone4/temp": "27800\n",
                  "class/thermal/thermal_zone5/type": "iwlwifi-1\n", "class/thermal/thermal_zone5/temp": "40000\n",
                  "class/thermal/thermal_zone6/type": "x86_pkg_temp\n", "class/thermal/thermal_zone6/temp": "50000\n"}
        chips = chip(0, "acpitz", temp1_input="27800"), chip(1, "iwlwifi_1", temp1_input="40000")
        shown = [("acpitz 1", 27.8), ("iwlwifi_1 1", 40.0)]
        self.assertEqual(self.temperatures(others, *chips), [*shown, ("x86_pkg_temp", 50.0)])
        self.assertEqual(self.temperatures(self.ZONES, others, *chips),
                         [*shown, ("cpu-thermal", 48.312), ("x86_pkg_temp", 50.0)])

    def test_hwmon_and_no_zone_says_cpu(self) -> None:
        zones = {"class/thermal/thermal_zone0/temp": "48000\n", "class/thermal/thermal_zone1/temp": "52\n"}
        self.assertEqual(self.temperatures(zones, chip(0, "ath10k_hwmon", temp1_input="60000")),
                         [("ath10k_hwmon 1", 60.0), ("thermal_zone0", 48.0), ("thermal_zone1", 52.0)])

    def test_a_zone_that_a_chip_shows(self) -> None:
        zones = {"class/thermal/thermal_zone0/type": "acpitz\n", "class/thermal/thermal_zone0/temp": "27800\n",
                 "class/thermal/thermal_zone1/type": "iwlwifi-1\n", "class/thermal/thermal_zone1/temp": "40000\n"}
        chips = chip(0, "acpitz", temp1_input="27800"), chip(1, "iwlwifi_1", temp1_input="40000")
        self.assertEqual(self.temperatures(zones, *chips), [("acpitz 1", 27.8), ("iwlwifi_1 1", 40.0)])

    def test_hwmon_has_fans_only(self) -> None:
        found = Shown()(self.tree(self.ZONES, chip(0, "pwmfan", fan1_input="900")))
        self.assertEqual((len(found.temperatures), found.fans), (3, [Sensor("pwmfan", "pwmfan 1", 900)]))

    def test_hwmon_has_a_dead_temperature(self) -> None:
        found = self.temperatures(self.ZONES, chip(0, "iwlwifi_1", temp1_input=""))
        self.assertEqual([label for label, _ in found], ["cpu-thermal", "thermal_zone2", "thermal_zone10"])


class Disks(SensorTest):
    def disks(self, *files: Mapping[str, str]) -> list[DiskTemperature]:
        return Shown()(self.tree(*files)).disks

    def test_drivetemp(self) -> None:
        found = Shown()(self.tree(chip(0, "drivetemp", "pci/ata1/1:0:0:0", temp1_input="31000"),
                                    {"devices/pci/ata1/1:0:0:0/block/sdb/dev": ""}))
        self.assertEqual(found.disks, [DiskTemperature("sdb", 31.0, "C")])
        self.assertEqual(found.temperatures, [Sensor("drivetemp", "drivetemp 1", 31.0)])

    def test_nvme(self) -> None:
        for name, below, expected in (
                ("its controller", "nvme0n1/dev", "nvme0n1"),
                ("the first of its disks", "nvme0n10/dev nvme0n2/dev", "nvme0n2"),
                ("one of several paths", "nvme0c1n1/dev", "nvme0n1"),
                ("the PCI device", "nvme/nvme1/nvme1n1/dev", "nvme1n1"),
                ("no disk", "ng0n1/dev", None)):
            with self.subTest(name):
                files = chip(0, "nvme", "pci/nvme0", temp1_label="Composite", temp1_input="38850", temp2_input="50000")
                files.update(("devices/pci/nvme0/" + file, "") for file in below.split())
                self.assertEqual(self.disks(files), [DiskTemperature(expected, 38.85, "C")] if expected else [])

    def test_no_temperature(self) -> None:
        disk = {"devices/pci/1/block/sda/dev": ""}
        self.assertEqual(self.disks(chip(0, "drivetemp", "pci/1", temp1_input="NODATA"), disk), [])
        self.assertEqual(self.disks(chip(0, "drivetemp", "pci/1", temp2_input="1000"), disk), [])
        self.assertEqual(self.disks(chip(0, "lm75", "pci/1", temp1_input="1000"), disk), [])


class SlowRoots(Roots):
    """Values of the chip hwmon1 are not to be had before the event is set."""

    def __init__(self, sysfs: str) -> None:
        super().__init__("/nowhere", sysfs, "/nowhere")
        self.released = threading.Event()

    def attribute(self, name: str) -> Optional[str]:
        if name.startswith("class/hwmon/hwmon1/") and name.endswith("_input"):
            self.released.wait()
        return super().attribute(name)


class Slow(SensorTest):
    def slow(self, *files: Mapping[str, str]) -> SlowRoots:
        roots = SlowRoots(self.tree(*files).sysfs)
        self.addCleanup(roots.released.set)
        return roots

    def test_slow_sensor_keeps_its_value_and_nobody_waiting(self) -> None:
        roots = self.slow(chip(0, "lm75", temp1_input="1000"), chip(1, "w1_slave_temp", temp1_input="2000"))
        sampler = Shown()
        for _ in range(3):
            self.assertEqual(sampler(roots).temperatures, [Sensor("lm75", "lm75 1", 1.0)])
        roots.released.set()
        for _ in range(1000):                                       # until its thread has had a turn
            if len(sampler(roots).temperatures) == 2:
                break
        roots.released.clear()
        for _ in range(2):
            self.assertEqual([reading.value for reading in sampler(roots).temperatures], [1.0, 2.0])

    def test_late_chip_is_not_replaced_by_zones(self) -> None:
        roots = self.slow(chip(1, "cpu_thermal", temp1_input="2000"), Thermal.ZONES)
        self.assertEqual(Sampler()(roots).temperatures, [])


class HighAndCritical(SensorTest):
    def test_thresholds(self) -> None:
        tree = self.tree(chip(0, "coretemp", temp1_label="Core 0", temp1_input="1000", temp1_max="80000",
                              temp1_crit="100000", temp2_input="2000", temp2_max="NODATA", temp2_crit="65261850",
                              temp3_input="3000", temp3_crit="90000"))
        sampler = ThresholdSampler()
        expected = {"Core 0": Thresholds(80.0, 100.0), "coretemp 2": Thresholds(None, None),
                    "coretemp 3": Thresholds(None, 90.0)}
        for _ in range(2):
            self.assertEqual(sampler(tree, Sampler()(tree)), expected)
        self.assertEqual(sampler(tree, None), {})

    def test_zones_have_none(self) -> None:
        tree = self.tree(Thermal.ZONES)
        self.assertEqual(set(ThresholdSampler()(tree, Sampler()(tree)).values()), {Thresholds(None, None)})


class Daemon:
    """hddtemp on a free port: sends one of the answers to each caller, in turn, and hangs up (or does not)."""

    def __init__(self, *answers: bytes, hangs_up: bool = True) -> None:
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(5)
        self.port: int = self.listener.getsockname()[1]
        self.answers = answers
        self.hangs_up = hangs_up
        self.callers: list[socket.socket] = []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        for answer in self.answers:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            self.callers.append(caller)
            with contextlib.suppress(OSError):
                caller.sendall(answer)
            if self.hangs_up:
                caller.close()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        for caller in self.callers:
            caller.close()


class Hddtemp(SensorTest):
    SDA = DiskTemperature("sda", 31.0, "C")

    def daemon(self, *answers: bytes, hangs_up: bool = True) -> int:
        daemon = Daemon(*answers, hangs_up=hangs_up)
        self.addCleanup(daemon.close)
        return daemon.port

    def test_disks(self) -> None:
        sampler = Shown(self.daemon(b"|/dev/sda|WDC|31|C||/dev/sdb|ST8000|SLP|*|"))
        self.assertEqual(sampler(self.tree(procfs="/proc")).disks, [self.SDA, DiskTemperature("sdb", "SLP", "*")])

    def test_another_host_has_no_daemon_here(self) -> None:
        daemon = Daemon(b"|/dev/sda|WDC|31|C|")
        self.addCleanup(daemon.close)
        self.assertEqual(Shown(daemon.port)(self.tree()).disks, [])
        self.assertEqual(daemon.callers, [])

    def test_answer_in_pieces_and_long(self) -> None:
        disks = b"".join(b"|/dev/sd%d|%s|31|C|" % (number, b"m" * 40) for number in range(500))
        sampler = Shown(self.daemon(disks))
        self.assertEqual(len(sampler(self.tree(procfs="/proc")).disks), 500)

    def test_no_daemon(self) -> None:
        unused = socket.socket()
        unused.bind(("127.0.0.1", 0))
        self.addCleanup(unused.close)
        self.assertEqual(Shown(unused.getsockname()[1])(self.tree(procfs="/proc")).disks, [])

    def test_nonsense_then_sense_then_nothing_then_gone(self) -> None:
        daemon = Daemon(b"SSH-2.0-OpenSSH_9.2\r\n", b"|/dev/sda|WDC|31|C|", b"")
        sampler, tree = Shown(daemon.port), self.tree(procfs="/proc")
        self.assertEqual([sampler(tree).disks for _ in range(3)], [[], [self.SDA], [self.SDA]])
        daemon.close()
        self.assertEqual(sampler(tree).disks, [])

    def test_endless_answer(self) -> None:
        sampler = Shown(self.daemon(b"x" * (1 << 20)))
        self.assertEqual(sampler(self.tree(chip(0, "lm75", temp1_input="1000"), procfs="/proc")),
                         ([Sensor("lm75", "lm75 1", 1.0)], [], []))

    def test_silent_daemon_keeps_nobody_waiting(self) -> None:
        sampler = Shown(self.daemon(b"|/dev/sda|", hangs_up=False))
        tree = self.tree(chip(0, "lm75", temp1_input="1000"), procfs="/proc")
        for _ in range(2):
            self.assertEqual(sampler(tree), ([Sensor("lm75", "lm75 1", 1.0)], [], []))

    def test_disk_that_the_kernel_shows_too(self) -> None:
        files = {**chip(0, "drivetemp", "pci/1", temp1_input="40000"), "devices/pci/1/block/sda/dev": "",
                 **chip(1, "nvme", "pci/2", temp1_input="50000"), "devices/pci/2/nvme0n1/dev": ""}
        kernels = [DiskTemperature("sda", 40.0, "C"), DiskTemperature("nvme0n1", 50.0, "C")]
        for name, answer, expected in (
                ("both have a number", b"|/dev/sda|WDC|31|C|", [self.SDA, kernels[1]]),
                ("one has a word", b"|/dev/sda|WDC|SLP|*|", kernels),
                ("another", b"|/dev/sdb|WDC|SLP|*|", [DiskTemperature("sdb", "SLP", "*"), *kernels])):
            with self.subTest(name):
                self.assertEqual(Shown(self.daemon(answer))(self.tree(files, procfs="/proc")).disks, expected)


if __name__ == "__main__":
    unittest.main()
