"""query: an item of a plugin's value, and the elements whose item has a value."""
from __future__ import annotations

import re

from ..answers import Refused
from ..lazy import pattern
from ..typed import Any, Union

# ASCII digits only, and no more than a number that is served has: int() of a long text is slow (CVE-2020-10735).
_NUMBER = pattern(r"-?[0-9]{1,30}(\.[0-9]{1,30})?(e[-+]?[0-9]{1,3})?\Z", re.IGNORECASE | re.ASCII)
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def item(plugin: str, value: Any, name: str, has_fields: bool = True) -> dict[str, Any]:
    """`{name: …}`: a field of an object, or that field of each element of a list (null where an element lacks it).

    `has_fields` is false of a list whose elements are arrays, also while there are none. Refused with 404.
    """
    if isinstance(value, dict) and name in value:
        return {name: value[name]}
    if isinstance(value, list) and has_fields and (not value or any(name in element for element in value)):
        return {name: [element.get(name) for element in value]}
    raise Refused(404, "no item %s in plugin %s" % (name, plugin))


def matching(plugin: str, value: Any, name: str, text: str, has_fields: bool = True) -> dict[str, list[Any]]:
    """`{text: [elements whose field `name` equals it]}`, compared in the type of the field."""
    if not isinstance(value, list):
        raise Refused(404, "plugin %s is no list: it has no elements to look through" % plugin)
    item(plugin, value, name, has_fields)
    number = _number(text)
    return {text: [element for element in value if _equal(element.get(name), text, number)]}


def _number(text: str) -> Union[int, float, None]:
    match = _NUMBER.match(text)
    if not match:
        return None
    return float(text) if match.group(1) or match.group(2) else int(text)


def _equal(field: Any, text: str, number: Union[int, float, None]) -> bool:
    if isinstance(field, str):
        return field == text
    if isinstance(field, bool):
        return _BOOLEANS.get(text.lower()) is field
    if isinstance(field, (int, float)):
        return number is not None and field == number
    return field is None and text == "null"
