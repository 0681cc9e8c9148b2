"""checks: the wire names of `gpu`, `ports` and `amps`, the same in every version of the API."""
from __future__ import annotations

from ..lazy import pattern
from ..readings import Reading
from ..settings import Settings
from ..settings.lists import Port
from ..typed import TYPE_CHECKING
from .alike import aliased
from .dialect import JSONValue

if TYPE_CHECKING:                  # few have them in the settings file: not imported for the others
    from ..collectors.gpu import Card
    from ..tasks.amps import AmpResult
    from ..tasks.ports import Checked

_LOGIN = pattern(r"(?<=://)[^/?#@]*@")


def gpu(settings: Settings, cards: Reading[list[Card]]) -> JSONValue:
    return [_card(settings, card) for card in cards.value if settings.shown("gpu", card.id)]


def _card(settings: Settings, card: Card) -> dict[str, JSONValue]:
    return aliased(settings, "gpu", card.id, {
        "key": "gpu_id", "gpu_id": card.id, "name": card.name, "mem": card.memory_percent, "proc": card.busy_percent,
        "temperature": card.temperature_celsius, "fan_speed": card.fan})


def ports(settings: Settings, checks: Reading[list[Checked]]) -> JSONValue:
    return [_check(entry) for entry in checks.value]


def _check(entry: Checked) -> dict[str, JSONValue]:
    check = entry.check
    common: dict[str, JSONValue] = {
        "description": check.description, "refresh": _whole(entry.refresh_seconds),
        "timeout": _whole(check.timeout_seconds),
        "rtt_warning": check.rtt_warning_seconds, "indice": check.indice, "key": "indice"}
    if isinstance(check, Port):
        return {"host": entry.host, "port": check.port, "status": _port_status(entry), **common}
    return {"url": _without_login(check.url), "status": _web_status(entry), "elapsed": entry.seconds, **common,
            "description": _without_login(check.description), "ssl_verify": bool(check.ssl_verify)}


def _whole(seconds: float) -> float:
    """An int where it is one, as clients know it."""
    return int(seconds) if seconds == int(seconds) else seconds


def _port_status(entry: Checked) -> JSONValue:
    """Seconds; false without an answer; null before the first one, and where nobody may ask."""
    return entry.seconds if entry.answered else entry.answered


def _web_status(entry: Checked) -> JSONValue:
    return None if entry.answered is None else entry.code if entry.answered else "Error"


def _without_login(url: str) -> str:
    return _LOGIN.sub("********@", url)


def amps(settings: Settings, results: Reading[list[AmpResult]]) -> JSONValue:
    return [_amp(entry) for entry in results.value]


def _amp(entry: AmpResult) -> dict[str, JSONValue]:
    item = entry.item
    return {"key": "name", "name": entry.name, "result": entry.result, "refresh": item.refresh_seconds,
            "timer": entry.since_seconds, "count": entry.matching, "countmin": item.countmin, "countmax": item.countmax,
            "regex": item.regex is not None}
