"""gpu: graphics cards and how busy they are, from /sys/class/drm, /sys/class/devfreq and Tegra's own device.

    class/drm/card0/device/                          amdgpu
        driver → …/drivers/amdgpu                    vendor 0x1002  device 0x1638  revision 0xc6  product_name
        gpu_busy_percent 37                          mem_info_vram_used 536870912  mem_info_vram_total …  mem_info_gtt_…
        hwmon/hwmon4/temp1_input 54000               fan1_input 1200  fan1_max 3300
    class/drm/card1/gt/gt0/rc6_residency_ms 120000   i915: milliseconds that the render engine slept
        power/rc6_residency_ms                       before 5.18
    class/drm/card1/device/tile0/gt0/gtidle/idle_residency_ms     xe
    class/devfreq/fb000000.gpu/load 42@800000000Hz   Mali and others: percent of the time at that clock
    devices/platform/gpu.0/load 370                  Tegra: per mille

gt1 of Intel's cards is the media engine, and is left out. A card that is asleep is left asleep: reading most of these
files would wake it. Where a recorded tree has lost its links, a card with gpu_busy_percent is amdgpu's. The kernel
shows no load of nouveau's and NVIDIA's cards: temperature and fan at the most.
"""
from __future__ import annotations

from ..delta import rate
from ..lazy import pattern
from ..parsing import optional_number
from ..roots import Roots
from ..typed import Mapping, NamedTuple, Optional, Sequence
from .sensors import parse_celsius

CARDS_MOST = 64
IDS_FILE = "usr/share/libdrm/amdgpu.ids"

_CARD = pattern("card([0-9]+)")
_KINDS = {"amdgpu": "amd", "radeon": "amd", "i915": "intel", "xe": "intel", "nouveau": "nvidia", "nvidia": "nvidia"}
_NAMES = {"amd": "AMD GPU", "intel": "Intel GPU", "nvidia": "NVIDIA GPU", "arm": "GPU"}
_RESIDENCIES = ("gt/gt0/rc6_residency_ms", "power/rc6_residency_ms", "device/tile0/gt0/gtidle/idle_residency_ms")
_TEGRA = "devices/platform/gpu.0"
_TEGRA_ZONE = "gpu-thermal"
_LOAD = pattern(r"([0-9]{1,3})(?:@[0-9]+ ?(?:[kMG]?Hz)?|%)?")


class CardSample(NamedTuple):
    """A card as the kernel shows it now. None: its driver does not tell."""

    id: str                                    # "amd0": its kind, and its number among those of that kind
    name: str
    busy_percent: Optional[int] = None
    memory_percent: Optional[int] = None
    temperature_celsius: Optional[int] = None
    fan: Optional[int] = None                  # percent of the fan's most where that is known, else turns a minute
    idle_milliseconds: Optional[int] = None    # a counter, of cards that have no busy_percent


class Card(NamedTuple):
    """A card, and how busy it was."""

    id: str
    name: str
    busy_percent: Optional[int]
    memory_percent: Optional[int]
    temperature_celsius: Optional[int]
    fan: Optional[int]


class Sampler:
    """Samples the cards. State: the names of AMD's cards and the thermal zone of Tegra's, looked up once."""

    def __init__(self) -> None:
        self._zone: Optional[str] = None           # "": there is none
        self._marketed: dict[tuple[str, str], Optional[str]] = {}

    def __call__(self, roots: Roots) -> list[CardSample]:
        """Every card, in the kernel's order; [] of a machine without one."""
        found: list[CardSample] = []
        numbers: dict[str, int] = {}
        for folder, kind in [*_cards(roots), *_others(roots)]:
            card_id = "%s%d" % (kind, numbers.get(kind, 0))
            numbers[kind] = numbers.get(kind, 0) + 1
            found.append(self._sample(roots, folder, kind, card_id))
        return found

    def _sample(self, roots: Roots, folder: str, kind: str, card_id: str) -> CardSample:
        if folder == _TEGRA:
            return self._tegra(roots, card_id)
        if kind == "arm":
            return CardSample(card_id, _NAMES[kind], parse_load(roots.attribute(folder + "/load") or ""))
        name, idle = _NAMES[kind], None
        if kind == "amd":
            name = roots.attribute(folder + "/device/product_name") or self._marketing_name(roots, folder) or name
        if roots.attribute(folder + "/device/power/runtime_status") == "suspended":
            return CardSample(card_id, name)
        if kind == "intel":
            idle = next((number for number in (_whole(roots.attribute("%s/%s" % (folder, file)))
                                               for file in _RESIDENCIES) if number is not None), None)
        temperature, fan = _hwmon(roots, folder + "/device/hwmon")
        return CardSample(card_id, name, _whole(roots.attribute(folder + "/device/gpu_busy_percent")),
                          _memory_percent(roots, folder + "/device/mem_info_"), temperature, fan, idle)

    def _tegra(self, roots: Roots, card_id: str) -> CardSample:
        load = _whole(roots.attribute(_TEGRA + "/load"))
        if self._zone is None:
            self._zone = _zone(roots, _TEGRA_ZONE)
        temperature = _celsius(roots.attribute(self._zone + "/temp")) if self._zone else None
        return CardSample(card_id, "Tegra GPU", None if load is None else min(100, round(load / 10)),
                          temperature_celsius=temperature)

    def _marketing_name(self, roots: Roots, folder: str) -> Optional[str]:
        if roots.attribute(folder + "/device/vendor") != "0x1002":
            return None
        key = roots.attribute(folder + "/device/device") or "", roots.attribute(folder + "/device/revision") or ""
        if key not in self._marketed:
            self._marketed = {key: marketing_name(roots.root_file(IDS_FILE, default=""), *key), **self._marketed}
        return self._marketed[key]


def derive(now: list[CardSample], before: Optional[list[CardSample]], elapsed: float) -> list[Card]:
    """The cards; what the kernel counts as idle milliseconds is busy percent of the window."""
    earlier = {card.id: card for card in before or ()}
    return [Card(card.id, card.name, card.busy_percent if card.idle_milliseconds is None
                 else _busy(card, earlier.get(card.id), elapsed),
                 card.memory_percent, card.temperature_celsius, card.fan) for card in now]


def mean_percent(cards: Sequence[Card], figure: str) -> Optional[int]:
    """The mean of a figure over the cards that tell it; None when none does."""
    told = [value for value in (getattr(card, figure) for card in cards) if value is not None]
    return round(sum(told) / len(told)) if told else None


def merged(cards: list[Card], others: list[Card]) -> list[Card]:
    """The cards, with what nvidia-smi tells in place of what the kernel does not."""
    told = {card.id for card in others}
    return [*(card for card in cards if card.id not in told), *others]


def _busy(now: CardSample, before: Optional[CardSample], elapsed: float) -> Optional[int]:
    """None without an earlier sample, and where the counter stepped back: it began anew."""
    if before is None or before.idle_milliseconds is None or now.idle_milliseconds is None or elapsed <= 0:
        return None
    slept = now.idle_milliseconds - before.idle_milliseconds
    return None if slept < 0 else round(min(100.0, max(0.0, 100 - rate(slept, elapsed) / 10)))


def parse_load(text: str) -> Optional[int]:
    """Percent out of "42@800000000Hz" or "42"; None of anything else."""
    found = _LOAD.fullmatch(text.strip())
    return min(100, int(found.group(1))) if found is not None else None


def marketing_name(text: str, device: str, revision: str) -> Optional[str]:
    """A card's name by its PCI ids ("0x1638", "0xc6") out of the lines `1638,\\tC6,\\tAMD Radeon Graphics`."""
    wanted = _pci(device), _pci(revision)
    for line in text.split("\n"):
        words = line.split(",", 2)
        if len(words) == 3 and (_pci(words[0]), _pci(words[1])) == wanted and None not in wanted:
            return words[2].strip() or None
    return None


def _pci(text: str) -> Optional[int]:
    return optional_number(text.strip(), 16)


# -- where they are ----------------------------------------------------------------------------------------------------


def _cards(roots: Roots) -> list[tuple[str, str]]:
    """Folder and kind of each card of a driver that is known; connectors and simple framebuffers are none."""
    numbered = sorted(int(found.group(1)) for found in map(_CARD.fullmatch, roots.sys_names("class/drm")) if found)
    found = []
    for number in numbered[:CARDS_MOST]:
        folder = "class/drm/card%d" % number
        driver = (roots.sys_target(folder + "/device/driver") or "").rpartition("/")[2]
        if driver not in _KINDS and roots.attribute(folder + "/device/gpu_busy_percent") is not None:
            driver = "amdgpu"
        if driver in _KINDS:
            found.append((folder, _KINDS[driver]))
    return found


def _others(roots: Roots) -> list[tuple[str, str]]:
    """Tegra's, then those that devfreq knows."""
    found = [(_TEGRA, "nvidia")] if roots.sys_target(_TEGRA + "/load") is not None else []
    names = sorted(name for name in roots.sys_names("class/devfreq") if "gpu" in name)
    if found:                             # Tegra's own is among them
        names = []
    return found + [("class/devfreq/" + name, "arm") for name in names[:CARDS_MOST]]


# -- one figure --------------------------------------------------------------------------------------------------------


def _whole(text: Optional[str]) -> Optional[int]:
    number = optional_number(text)
    return number if number is not None and number >= 0 else None


def _memory_percent(roots: Roots, prefix: str) -> Optional[int]:
    """Of the card's own memory; of an APU, whose own is the smaller part, of what it may take of the machine's too."""
    def size(name: str) -> Optional[int]:
        return _whole(roots.attribute(prefix + name))

    used, total = size("vram_used"), size("vram_total")
    if used is None or not total:
        return None
    shared_used, shared_total = size("gtt_used"), size("gtt_total")
    if shared_used is not None and shared_total is not None and shared_total > total:
        used, total = used + shared_used, total + shared_total
    return round(min(100.0, used * 100 / total))


def _hwmon(roots: Roots, folder: str) -> tuple[Optional[int], Optional[int]]:
    """Temperature and fan of the card's own sensors."""
    for name in sorted(roots.sys_names(folder)):
        read: Mapping[str, str] = roots.attributes("%s/%s" % (folder, name), ("temp1_input", "fan1_input", "fan1_max"))
        fan, most = _whole(read.get("fan1_input")), _whole(read.get("fan1_max"))
        if fan is not None and most:
            fan = round(min(100.0, fan * 100 / most))
        if read:
            return _celsius(read.get("temp1_input")), fan
    return None, None


def _zone(roots: Roots, kind: str) -> str:
    for name in sorted(roots.sys_names("class/thermal")):
        if (roots.attribute("class/thermal/%s/type" % name) or "").lower() == kind:
            return "class/thermal/" + name
    return ""


def _celsius(text: Optional[str]) -> Optional[int]:
    degrees = parse_celsius(text)
    return None if degrees is None else round(degrees)
