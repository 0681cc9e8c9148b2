"""nvidia: the graphics cards of NVIDIA's own driver, by its nvidia-smi: the kernel shows nothing of them.

    0, NVIDIA GeForce RTX 4070, 37, 1024, 12282, 54, 30          index, name, GPU %, MiB used, MiB, °C, fan %
    1, Tesla T4, [N/A], 0, 15360, 41, [Not Supported]

It is run only where the settings file says so, as a command of [monitor] is.
"""
from __future__ import annotations

from ..collectors.gpu import Card
from ..parsing import MOST, Report, ignore, rows
from ..typed import Optional
from .commands import Run
from .jobs import Job, rested

COMMAND = ("nvidia-smi", "--query-gpu=index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,fan.speed",
           "--format=csv,noheader,nounits")
AGAIN_SECONDS = 2.0
CARDS_MOST = 64


class NvidiaSmi(Job):
    """Runs it again and again; `result` is what it printed last."""

    failed: list[Card] = []
    item = "nvidia-smi"

    def __init__(self, run: Run, report: Report = ignore) -> None:
        super().__init__()
        self._run = run
        self._report = report
        self._cards: list[Card] = []

    def result(self) -> list[Card]:
        return self._cards

    def work(self) -> list[Card]:
        status, output = self._run(COMMAND)
        return parse(output, self._report) if status == 0 else []

    def keep(self, outcome: list[Card]) -> None:
        self._cards = outcome

    def again(self, began: float, ended: float) -> float:
        return rested(began, ended, AGAIN_SECONDS)


def parse(text: str, report: Report = ignore) -> list[Card]:
    """The cards in its order. ParseError when no line is one."""
    return rows(text, _card, "a card", "nvidia-smi", report)[:CARDS_MOST]


def _card(line: str) -> Card:
    index, rest = line.split(",", 1)
    name, *figures = rest.rsplit(",", 5)
    busy, used, total, temperature, fan = map(_number, figures)
    return Card("nvidia%d" % int(index), name.strip(), busy,
                None if used is None or not total else round(used * 100 / total), temperature, fan)


def _number(text: str) -> Optional[int]:
    """None of "[N/A]" and its like. ValueError on what is no number, or no finite one."""
    text = text.strip()
    if text.startswith("[") or text == "N/A":
        return None
    number = float(text)
    if not abs(number) < MOST:
        raise ValueError
    return round(number)
