"""The types of the schema language, and whether a value of the front matter is of its type, judged on the node tree.

A value is judged as the author spelt it: a frame, or a loader, cannot tell `no` from false, `0123` from 83 or a date
from the text of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from copydesk.model import ListNode, MapNode, Node, Scalar

TYPES: Mapping[str, str] = {
    "text": "text",
    "int": "a whole number",
    "number": "a number",
    "bool": "true or false",
    "date": "a date such as 2024-05-31",
    "datetime": "a date and time such as 2024-05-31T09:30:00",
    "zoned-datetime": "a date and time with its zone, such as 2024-05-31T09:30:00Z",
    "url": "a web address that begins with https://",
    "host": "a host name such as example.org",
    "email": "an e-mail address such as desk@example.org",
    "slug": "words joined by hyphens, such as low-tide",
    "base64": "a base64 text",
    "list": "a list",
    "record": "a set of keys",
    "any": "anything",
}
"""The types of the language, each in the words of a message."""

DATES = ("date", "datetime", "zoned-datetime")
FORMS = ("text", "url", "host", "email", "slug", "base64")
"""The types whose values are texts."""

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?")
_TRAP = re.compile(r"yes|no|on|off|[-+]?(?:0[0-7_]+|0b[01_]+|[0-9][0-9_]*[_:][0-9_:.]*)", re.I)
_DAY = r"(\d{4})-(\d\d?)-(\d\d?)"
_TIME = r"[Tt ][ \t]{0,3}(\d\d?):(\d\d)(?::(\d\d))?(?:[.,]\d{1,12})?"
_ZONE = r"[ \t]?(?:[Zz]|[-+]\d\d?(?::?\d\d)?)"
_HOST = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,10}[^\W\d_][\w-]{0,61}"
_DATES = {
    "date": re.compile(_DAY),
    "datetime": re.compile(rf"{_DAY}(?:{_TIME}(?:{_ZONE})?)?"),
    "zoned-datetime": re.compile(rf"{_DAY}{_TIME}{_ZONE}"),
}
_FORMS = {
    "url": re.compile(r"https?://[^\s/?#\"<>\\]{1,253}(?:[/?#][^\s\"<>\\]*)?", re.I),
    "host": re.compile(_HOST),
    "email": re.compile(rf"[^\s@<>()\[\],;:\"\\]{{1,64}}@{_HOST}"),
    "slug": re.compile(r"[^\W_A-Z]+(?:[-_.][^\W_A-Z]+)*"),
    "base64": re.compile(r"[A-Za-z0-9+/_-]+={0,2}"),
}


def is_of_form(kind: str, value: str) -> bool:
    """Whether a text is a URL, host, e-mail address, slug or base64 text; every text is a `text`."""
    form = _FORMS.get(kind)
    return form is None or (form.fullmatch(value) is not None and (kind != "base64" or len(value) % 4 == 0))


def judge(kind: str, nullable: bool, node: Node) -> tuple[str, Any]:
    """What is wrong with the type of a value (nothing: `""`), and the value as Python has it, None where there is none.

    The words are: `empty`; `wrong-type`; `quoted` (a number or truth value in quotes); `unquoted` (a text that YAML
    takes for something else); `single-value` (in place of a list); and `trap`, where what YAML reads is not what stands
    there, whatever the schema says, so that it is told as that. Dates stay the text that they are.
    """
    if kind == "any":
        return "", None
    if isinstance(node, Scalar) and (node.kind == "null" or (node.kind == "str" and not node.value.strip())):
        return ("" if nullable else "empty"), None
    if kind == "list":
        if isinstance(node, ListNode):
            return "", len(node.items)
        return ("single-value" if isinstance(node, Scalar) else "wrong-type"), None
    if kind == "record" or not isinstance(node, Scalar):
        return ("" if kind == "record" and isinstance(node, MapNode) else "wrong-type"), None
    if node.kind in ("int", "float", "bool") and _TRAP.fullmatch(node.value):
        return ("" if kind == node.kind else "trap"), (_truth(node.value) if kind == node.kind == "bool" else None)
    if kind in _DATES:
        return _judge_date(kind, node)
    if kind == "int" or kind == "number":
        return _judge_number(kind, node)
    if kind == "bool":
        if node.kind == "bool":
            return "", _truth(node.value)
        return ("quoted" if node.value.lower() in ("true", "false") else "wrong-type"), None
    if node.kind != "str":
        real = node.kind in ("int", "float", "bool", "date", "datetime") and not impossible(node.value)
        return (("unquoted" if kind in ("text", "slug") else "wrong-type") if real else "trap"), None
    value = node.value
    if kind != "text" and not is_of_form(kind, value):
        return "wrong-type", None
    return "", (value if value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value) else None)


def _truth(value: str) -> bool:
    return value.lower() in ("true", "yes", "on")


def _judge_number(kind: str, node: Scalar) -> tuple[str, Any]:
    number = (_INT if kind == "int" else _NUMBER).fullmatch(node.value)
    if node.kind == "int" or (node.kind == "float" and kind == "number"):
        return "", ((int if kind == "int" else float)(node.value) if number else None)
    return ("quoted" if number and node.kind == "str" and node.style in ("'", '"') else "wrong-type"), None


def _judge_date(kind: str, node: Scalar) -> tuple[str, Any]:
    wrong = impossible(node.value)
    if wrong and node.kind in ("date", "datetime"):
        return "trap", None
    if wrong or not _DATES[kind].fullmatch(node.value):
        return "wrong-type", None
    return "", node.value


def impossible(value: str) -> bool:
    """Whether a text has the form of a date and names none, such as the thirtieth of February."""
    m = _DATES["datetime"].fullmatch(value)
    try:
        if m is not None:
            datetime(*(int(g or 0) for g in m.groups()))  # type: ignore[arg-type]
    except ValueError:
        return True
    return False


_PARTS = re.compile(rf"{_DAY}(?:{_TIME}[ \t]?([Zz]|[-+]\d\d?(?::?\d\d)?)?)?")


@lru_cache(maxsize=4096)
def instant(value: str) -> datetime | None:
    """The moment that a date stands for, in UTC; one without a zone is taken as UTC, a day as its start."""
    m = _PARTS.fullmatch(value.strip())
    if m is None:
        return None
    try:
        local = datetime(*(int(g or 0) for g in m.groups()[:6]), tzinfo=UTC)  # type: ignore[misc,arg-type]
        return local - _offset(m[7] or "Z")
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta()
    hours, minutes = re.fullmatch(r"(\d\d?):?(\d\d)?", zone[1:]).groups()  # type: ignore[union-attr]
    away = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -away if zone[0] == "-" else away


# -------------------------------------------------------------------------------------------- dates written otherwise

_MONTHS = {
    name: n
    for n, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1,
    )
    for name in names.split()
}  # fmt: skip
_CLOCK = r"(?:[,T \t]{1,3}(\d{1,2}):(\d\d)(?::(\d\d))?(?:[ \t]?(Z|UTC|GMT|[-+]\d\d:?\d\d))?)?"
_WEEKDAY, _MONTH, _NTH = r"(?:[a-z]{3,9},?[ \t])?", r"(?P<n>[a-z]{3,9})\.?", r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_OTHER_DATES = tuple(
    re.compile(form + _CLOCK, re.I)
    for form in (
        r"(?P<y>\d{4})[/.-](?P<m>\d{1,2})[/.-](?P<d>\d{1,2})",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
        rf"{_WEEKDAY}{_NTH}[ \t]{_MONTH},?[ \t](?P<y>\d{{4}})",
        rf"{_WEEKDAY}{_MONTH}[ \t]{_NTH},?[ \t](?P<y>\d{{4}})",
    )
)


def as_iso(value: str, kind: str) -> str | None:
    """A date that is written otherwise, as the type has it; None where it has no single reading.

    `3/4/2024` may be either day. A zone is never made up: without one, nothing can become a `zoned-datetime`.
    """
    for form in _OTHER_DATES:
        m = form.fullmatch(value.strip()) if len(value) < 60 else None
        if m is None:
            continue
        found = m.groupdict()
        month = int(found["m"]) if "m" in found else _MONTHS.get(found["n"].lower(), 0)
        hour, minute, second, zone = m.groups()[-4:]
        try:
            moment = datetime(
                int(found["y"]), month, int(found["d"]), int(hour or 0), int(minute or 0), int(second or 0)
            )
        except ValueError:
            return None
        if kind == "date":
            return f"{moment:%Y-%m-%d}" if hour is None else None
        if hour is None or (zone is None and kind == "zoned-datetime"):
            return f"{moment:%Y-%m-%d}" if kind == "datetime" else None
        return f"{moment:%Y-%m-%dT%H:%M:%S}{_iso_zone(zone)}"
    return None


def _iso_zone(zone: str | None) -> str:
    if zone is None:
        return ""
    return "Z" if zone.upper() in ("Z", "UTC", "GMT") else f"{zone[:3]}:{zone[-2:]}"
