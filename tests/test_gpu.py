"""gpu: cards of each driver in trees of the test's own, and how busy they were between two samples."""
from __future__ import annotations

import os
import shutil
import tempfile
import unittest

from glancesd.collectors.gpu import Card, CardSample, Sampler, derive, marketing_name, mean_percent, merged, parse_load
from glancesd.roots import Roots
from tests.assembly import HOSTS

IDS = ("# comment\n1.0.0\n15DD,\tC3,\tAMD Radeon Vega 3 Graphics\n1638,\tC6,\tAMD Radeon Graphics\n"
       "1638,\tC7,\tOther, with a comma\n")


class Tree(unittest.TestCase):
    def setUp(self) -> None:
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)
        self.sampler = Sampler()

    def put(self, folder: str, **files: str) -> None:
        for name, text in files.items():
            path = os.path.join(self.top, folder, name.replace("__", "/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(text + "\n")

    def card(self, number: int, driver: str, **files: str) -> None:
        folder = "sys/class/drm/card%d/device" % number
        os.makedirs(os.path.join(self.top, folder))
        if driver:
            os.symlink("../../../../bus/pci/drivers/" + driver, os.path.join(self.top, folder, "driver"))
        self.put(folder, **files)

    def cards(self) -> list[CardSample]:
        return self.sampler(Roots(self.top + "/proc", self.top + "/sys", self.top + "/root"))


class Cards(Tree):
    def test_none(self) -> None:
        self.assertEqual(self.cards(), [])

    def test_kinds_and_numbers(self) -> None:
        for number, driver in ((0, "simple-framebuffer"), (10, "amdgpu"), (2, "i915"), (3, "virtio_gpu"), (4, "amdgpu"),
                               (5, "xe"), (6, "nouveau"), (7, "bochs-drm"), (8, "nvidia"), (9, "ast")):
            self.card(number, driver)
        self.put("sys/class/drm/card2-HDMI-A-1", status="connected")
        self.put("sys/class/drm/renderD128", dev="226:128")
        self.assertEqual([card.id for card in self.cards()], ["intel0", "amd0", "intel1", "nvidia0", "nvidia1", "amd1"])

    def test_a_tree_without_links(self) -> None:
        self.card(0, "", gpu_busy_percent="7")
        self.card(1, "")
        self.assertEqual([(card.id, card.busy_percent) for card in self.cards()], [("amd0", 7)])

    def test_amdgpu(self) -> None:
        self.card(0, "amdgpu", vendor="0x1002", device="0x1638", revision="0xc6", gpu_busy_percent="37",
                  mem_info_vram_used="100", mem_info_vram_total="400",
                  mem_info_gtt_used="900", mem_info_gtt_total="300",
                  hwmon__hwmon4__temp1_input="54600", hwmon__hwmon4__fan1_input="1200", hwmon__hwmon4__fan1_max="3300")
        self.put("root/usr/share/libdrm", **{"amdgpu.ids": IDS})
        self.assertEqual(self.cards(), [CardSample("amd0", "AMD Radeon Graphics", 37, 25, 55, 36)])

    def test_an_apu_takes_of_the_machines_memory(self) -> None:
        self.card(0, "amdgpu", mem_info_vram_used="300", mem_info_vram_total="512", mem_info_gtt_used="100",
                  mem_info_gtt_total="3584", product_name="Own name")
        self.assertEqual(self.cards(), [CardSample("amd0", "Own name", None, 10)])

    def test_fans(self) -> None:
        self.card(0, "nouveau", hwmon__hwmon1__fan1_input="1200", hwmon__hwmon1__temp1_input="41000")
        self.card(1, "nouveau", hwmon__hwmon2__fan1_input="x", hwmon__hwmon2__temp1_input="y")
        self.assertEqual([(card.temperature_celsius, card.fan) for card in self.cards()], [(41, 1200), (None, None)])

    def test_names_are_of_amds_own_ids(self) -> None:
        self.card(0, "amdgpu", vendor="0x1234", device="0x1638", revision="0xc6")
        self.put("root/usr/share/libdrm", **{"amdgpu.ids": IDS})
        self.assertEqual(self.cards(), [CardSample("amd0", "AMD GPU")])

    def test_the_driver_tells_the_kind(self) -> None:
        self.card(0, "nouveau", gpu_busy_percent="7")
        self.assertEqual([(card.id, card.busy_percent) for card in self.cards()], [("nvidia0", 7)])

    def test_memory_that_is_told_in_part(self) -> None:
        for number, (told, expected) in enumerate((
                ({"vram_used": "1"}, None), ({"vram_total": "4"}, None), ({"vram_used": "0", "vram_total": "0"}, None),
                ({"vram_used": "1", "vram_total": "4", "gtt_used": "900"}, 25),
                ({"vram_used": "1", "vram_total": "4", "gtt_total": "900"}, 25))):
            with self.subTest(told):
                self.card(number, "amdgpu", **{"mem_info_" + name: text for name, text in told.items()})
                self.assertEqual(self.cards()[number].memory_percent, expected)

    def test_what_no_sensor_shows(self) -> None:
        self.card(0, "amdgpu", gpu_busy_percent="9" * 400, mem_info_vram_used="9" * 400, mem_info_vram_total="4",
                  hwmon__hwmon4__temp1_input="9" * 400, hwmon__hwmon4__fan1_input="9" * 400,
                  hwmon__hwmon4__fan1_max="3300")
        for number, text in enumerate(("65261850", "-273150", "255000"), 1):
            self.card(number, "nouveau", hwmon__hwmon1__temp1_input=text, hwmon__hwmon1__fan1_input="-1")
        self.assertEqual(self.cards(), [CardSample("amd0", "AMD GPU"), *(
            CardSample("nvidia%d" % number, "NVIDIA GPU") for number in range(3))])

    def test_a_sleeping_card_is_not_woken(self) -> None:
        self.card(0, "amdgpu", gpu_busy_percent="3", power__runtime_status="suspended",
                  hwmon__hwmon1__temp1_input="41000")
        self.assertEqual(self.cards(), [CardSample("amd0", "AMD GPU")])

    def test_idle_counters_of_intel(self) -> None:
        for number, (folder, driver) in enumerate((
                ("gt/gt0/rc6_residency_ms", "i915"), ("power/rc6_residency_ms", "i915"),
                ("device/tile0/gt0/gtidle/idle_residency_ms", "xe"))):
            self.card(number, driver)
            self.put("sys/class/drm/card%d" % number, **{folder.replace("/", "__"): str(1000 + number)})
        self.put("sys/class/drm/card0", gt__gt1__rc6_residency_ms="7", power__rc6_residency_ms="8")
        self.card(3, "i915")
        self.assertEqual([card.idle_milliseconds for card in self.cards()], [1000, 1001, 1002, None])

    def test_arm(self) -> None:
        self.put("sys/class/devfreq/fb000000.gpu", load="42@800000000Hz")
        self.put("sys/class/devfreq/dmc", load="90@1Hz")
        self.put("sys/class/devfreq/1c40000.gpu", cur_freq="1")
        self.assertEqual(self.cards(), [CardSample("arm0", "GPU"), CardSample("arm1", "GPU", 42)])

    def test_tegra(self) -> None:
        self.put("sys/devices/platform/gpu.0", load="370")
        self.put("sys/class/devfreq/17000000.gv11b.gpu", load="0")
        self.put("sys/class/thermal/thermal_zone0", type="cpu-thermal", temp="50000")
        self.put("sys/class/thermal/thermal_zone1", type="GPU-thermal", temp="46400")
        expected = [CardSample("nvidia0", "Tegra GPU", 37, temperature_celsius=46)]
        self.assertEqual((self.cards(), self.cards()), (expected, expected))
        self.put("sys/devices/platform/gpu.0", load="?")
        self.assertEqual(self.cards()[0].busy_percent, None)

    def test_tegra_without_its_zone(self) -> None:
        self.put("sys/devices/platform/gpu.0", load="2000")
        self.put("sys/temp", temp="50000")
        self.assertEqual(self.cards(), [CardSample("nvidia0", "Tegra GPU", 100)])

    def test_fixture_hosts(self) -> None:
        for host, expected in (("docker", ["amd0"]), ("laptop", ["intel0", "nvidia0"]), ("jetson", ["nvidia0"]),
                               ("proxmox", []), ("server", []), ("router", [])):
            with self.subTest(host):
                roots = Roots(*(os.path.join(HOSTS, host, name) for name in ("proc", "sys", "root")))
                self.assertEqual([card.id for card in Sampler()(roots)], expected)


class Texts(unittest.TestCase):
    def test_load(self) -> None:
        for text, expected in (("42@800000000Hz", 42), ("42@800 MHz", 42), ("42", 42), ("42%", 42), ("0@0Hz", 0),
                               ("101", 100), ("", None), ("x", None), ("-1", None), ("1 2", None)):
            with self.subTest(text):
                self.assertEqual(parse_load(text), expected)

    def test_names(self) -> None:
        for device, revision, expected in (
                ("0x1638", "0xc6", "AMD Radeon Graphics"), ("0x15dd", "0xc3", "AMD Radeon Vega 3 Graphics"),
                ("0x1638", "0xc7", "Other, with a comma"), ("0x1638", "0xc8", None), ("0x9999", "0xc6", None),
                ("", "", None), ("x", "0xc6", None)):
            with self.subTest(device, revision=revision):
                self.assertEqual(marketing_name(IDS, device, revision), expected)
        self.assertIsNone(marketing_name("", "0x1638", "0xc6"))


class Derived(unittest.TestCase):
    def busy(self, now: int, before: int, elapsed: float) -> object:
        return derive([CardSample("intel0", "x", idle_milliseconds=now)],
                      [CardSample("intel0", "x", idle_milliseconds=before)], elapsed)[0].busy_percent

    def test_what_the_card_did_not_sleep(self) -> None:
        for now, before, elapsed, expected in (
                (17500, 10000, 10.0, 25), (20000, 10000, 10.0, 0), (20900, 10000, 10.0, 0),
                (10000, 10000, 10.0, 100), (9000, 10000, 10.0, None), (2, 1, 0.0, None)):
            with self.subTest((now, before, elapsed)):
                self.assertEqual(self.busy(now, before, elapsed), expected)

    def test_without_an_earlier_sample(self) -> None:
        card = CardSample("intel0", "x", idle_milliseconds=5)
        for before in (None, [], [CardSample("intel0", "x")]):
            self.assertIsNone(derive([card], before, 10.0)[0].busy_percent)

    def test_others_say_it_themselves(self) -> None:
        self.assertEqual(derive([CardSample("amd0", "x", 7, 8, 9, 10)], None, 0.0), [Card("amd0", "x", 7, 8, 9, 10)])

    def test_mean(self) -> None:
        cards = [Card("a", "x", busy, None, None, None) for busy in (10, None, 25)]
        self.assertEqual((mean_percent(cards, "busy_percent"), mean_percent(cards, "memory_percent")), (18, None))

    def test_nvidia_smi_tells_more(self) -> None:
        kernel, told = Card("nvidia0", "NVIDIA GPU", None, None, None, None), Card("nvidia0", "Tesla T4", 5, 6, 7, None)
        amd = Card("amd0", "x", 1, 2, 3, 4)
        self.assertEqual(merged([amd, kernel], [told]), [amd, told])
        self.assertEqual(merged([amd, kernel], []), [amd, kernel])


if __name__ == "__main__":
    unittest.main()
