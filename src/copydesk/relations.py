"""The relations that a schema may demand of fields, by name: what each looks at, and what contradicts it.

A check is given the values of one row (an article, or an item of a list) by the names of its settings. It says what is
wrong with them in words that end the sentence of a rule, or None. Relations that only a whole corpus can break have no
such function here: they are decided on the frame of all rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from copydesk.schema import Relation, Schema, SchemaError, near
from copydesk.value_types import instant

Row = Mapping[str, Any]


class Kind(NamedTuple):
    """A relation by name: the settings that name a field, the others with an example each, and the one it is told of.

    `contradiction` is given the values of one row by setting, and says what is wrong with them, or nothing.
    """

    fields: tuple[str, ...]
    others: Mapping[str, Any]
    on: str
    contradiction: Callable[[Row, Row], str | None] | None


# --------------------------------------------------------------------------------------------------------------- hosts

_HOST = re.compile(r"https?://(?:[^/?#@\s]{0,253}@)?([^/?#:@\s]{1,253})", re.I)


def host_of(url: str) -> str:
    """The host of a URL without `www.`; nothing where there is none."""
    m = _HOST.match(url)
    return m[1].lower().removeprefix("www.") if m else ""


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=10_000)
def registrable(host: str) -> str:
    """The part of a host that somebody owns, by the public suffix list that came with the package: `bbc.co.uk`.

    Nothing for a public suffix itself and for a host below none.
    """
    return _suffixes().privatesuffix(host.lower().strip(".")) or ""


def _host_in_domain(row: Row, says: Row) -> str | None:
    host, domain = host_of(row["url"]), row["domain"].lower().removeprefix("www.")
    if host == domain:
        return None
    if not host.endswith("." + domain):
        return f"{says['url']} lies on {host}"
    if not registrable(domain) and registrable(host):
        return f"that is nobody's domain: {says['url']} lies on {registrable(host)}"
    return None


def _same_host(row: Row, says: Row) -> str | None:
    host, other = host_of(row["url"]), host_of(row["as"])
    if host == other or host.endswith("." + other) or other.endswith("." + host):
        return None
    return f"it lies on {host}, {says['as']} on {other}"


def _not_host(row: Row, says: Row) -> str | None:
    same = row["field"].strip().lower().removeprefix("www.") == row["host"].lower()
    return f"it is only {says['host']}" if same else None


# ---------------------------------------------------------------------------------------------------------------- URLs

_URL = re.compile(r"https?://(?:www\.)?([^/?#]*)([^?#]*)(?:\?([^#]*))?", re.I)
_TRACKING = re.compile(
    r"utm_.*|mc_[ce]id|[a-z]{0,3}clid|igshid|_hs(?:enc|mi)|mkt_tok|elq_?(?:mid|cid|track)?|_mc|ref_src|cmpid|oref|"
    r"trk|yclid|guccounter|guce_.*|vero_.*|wt\.mc_id|cm_mmc|ocid|spm|_ga|_gl|amp;.*",
    re.I,
)


@lru_cache(maxsize=10_000)
def bare_url(url: str) -> str:
    """A URL for comparison: without scheme, `www.`, port 443 and 80, fragment, tracking parameters and a last slash."""
    m = _URL.match(url.strip())
    if m is None:
        return url
    pairs = [(k, v) for k, v in parse_qsl(m[3] or "", keep_blank_values=True) if not _TRACKING.fullmatch(k)]
    query = "&".join(f"{k}={v}" for k, v in sorted(pairs))
    host = m[1].lower().removesuffix(":443").removesuffix(":80")
    return f"{host}{m[2].rstrip('/')}{'?' + query if query else ''}"


def _same_url(row: Row, says: Row) -> str | None:
    return None if bare_url(row["url"]) == bare_url(row["as"]) else f"{says['as']} is {clip(row['as'])}"


def _differs(row: Row, says: Row) -> str | None:
    return f"it is the same as {says['from']}" if row["field"] == row["from"] else None


def amp_cache_of(url: str) -> str:
    """The address of a page in the AMP cache; nothing for a host that is written otherwise there."""
    m = re.match(r"(https?)://([a-z0-9.-]{1,63})(/[^\s]*)?$", url)
    if m is None:
        return ""
    host = m[2].replace("-", "--").replace(".", "-")
    return f"https://{host}.cdn.ampproject.org/c/{'s/' if m[1] == 'https' else ''}{m[2]}{m[3] or ''}"


def _amp_cache(row: Row, says: Row) -> str | None:
    right = amp_cache_of(row["of"])
    return None if not right or row["field"] == right else f"for {says['of']} it would be {right}"


# --------------------------------------------------------------------------------------------------------------- dates

_FILE_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)(?:[/-](\d\d?))?(?=/)")


def _file_date(row: Row, says: Row) -> str | None:
    m = _FILE_DATE.match(row["article"].rpartition("/")[2])
    moment = instant(row["date"])
    if m is None or moment is None:
        return None
    days = {(moment.astimezone(UTC) + timedelta(hours=h)).date().isoformat() for h in says["hours"]}
    return None if m[0] in days else f"the file's name says {m[0]}"


def _url_date(row: Row, says: Row) -> str | None:
    m, moment = _URL_DATE.search(row["url"]), instant(row["date"])
    if m is None or moment is None:
        return None
    try:
        first = date(int(m[1]), int(m[2]), int(m[3] or 1))
    except ValueError:
        return None
    last = first if m[3] else (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    day, most = moment.date(), timedelta(days=says["days"])
    return None if first - most <= day <= last + most else f"{says['url']} says {m[0].strip('/')}"


def _not_before(row: Row, says: Row) -> str | None:
    late, early = instant(row["date"]), instant(row["after"])
    if late is None or early is None or late >= early or late.date() == early.date():
        return None
    return f"{says['after']} is later, {row['after']}"


# --------------------------------------------------------------------------------------------------------------- slugs


def slug_of(title: str) -> str:
    """A title as part of an address: letters without accents, digits, hyphens for blanks; the rest is left out."""
    plain = "".join(c for c in unicodedata.normalize("NFD", title) if not unicodedata.combining(c)).lower()
    kept = re.sub(r"[^a-z0-9 \u00a0-]", "", plain)
    return re.sub(r"[ \u00a0-]+", "-", kept).strip("-")


def _stem(article: str) -> str:
    """The name of a file without folder, date and extension."""
    name = article.rpartition("/")[2]
    return re.sub(r"^\d{4}-\d\d-\d\d-", "", name[: name.rfind(".")] if "." in name else name)


def _folded(slug: str) -> str:
    return re.sub(r"-+", "-", slug.lower()).strip("-")


def _is_slug(slug: str, title: str) -> bool:
    """Whether a slug is that of a title: whole, cut at a word (in a long one), or with a number behind it."""
    right, slug = slug_of(title), _folded(slug)
    if not right or slug == right or re.sub(r"-\d{1,3}$", "", slug) == right:
        return True
    return len(slug) >= 40 and (right.startswith(slug + "-") or (len(slug) >= 60 and right.startswith(slug)))


def _slug(row: Row, says: Row) -> str | None:
    return None if _is_slug(row["field"], row["of"]) else f"for {says['of']} it would be {clip(slug_of(row['of']))}"


def _file_slug(row: Row, says: Row) -> str | None:
    stem = _stem(row["article"])
    if not stem or _is_slug(stem, row["of"]) or _alike(_folded(stem), slug_of(row["of"])):
        return None
    return f"the file's name says {clip(stem)}"


def _alike(slug: str, right: str) -> bool:
    """Whether two slugs have most words in common: a title that was repaired or polished keeps its file's name."""
    words, others = set(slug.split("-")), set(right.split("-"))
    return 3 * len(words & others) >= 2 * max(len(words), min(len(others), len(words) + 2))


# -------------------------------------------------------------------------------------------------- values, and copies


def _threshold(row: Row, says: Row) -> str | None:
    right = row["number"] >= says["from"]
    if row["flag"] == right:
        return None
    return f"{says['number']} is {row['number']}, and from {says['from']} on it would be {str(right).lower()}"


def _implies(row: Row, says: Row) -> str | None:
    if row["field"] in says["is"]:
        return None
    met = " and ".join(f"{path} is {_either(v)}" for path, v in (says.get("when") or {}).items())
    return f"{'where ' + met + ' ' if met else ''}it would be {_either(says['is'])}"


def _either(values: Any) -> str:
    words = [
        str(v).lower() if isinstance(v, bool) else str(v) for v in (values if isinstance(values, list) else [values])
    ]
    return " or ".join(words)


def _at_most(row: Row, says: Row) -> str | None:
    return None if row["field"] <= row["of"] else f"{says['of']} is only {row['of']}"


def _not_itself(row: Row, says: Row) -> str | None:
    return "it is the article itself" if bare_url(row["url"]) == bare_url(row["own"]) else None


def _copies(row: Row, says: Row) -> str | None:
    return None if row["field"] == row["original"] else f"the article itself has {clip(row['original'])!r}"


KINDS: Mapping[str, Kind] = {
    "threshold": Kind(("flag", "number"), {"from": 70}, "flag", _threshold),
    "host-in-domain": Kind(("url", "domain"), {}, "domain", _host_in_domain),
    "same-host": Kind(("url", "as"), {}, "url", _same_host),
    "same-url": Kind(("url", "as"), {}, "url", _same_url),
    "differs": Kind(("field", "from"), {}, "field", _differs),
    "amp-cache": Kind(("field", "of"), {}, "field", _amp_cache),
    "file-date": Kind(("date",), {"hours": [0]}, "date", _file_date),
    "url-date": Kind(("url", "date"), {"days": 7}, "date", _url_date),
    "not-before": Kind(("date", "after"), {}, "date", _not_before),
    "slug": Kind(("field", "of"), {}, "field", _slug),
    "file-slug": Kind(("of",), {}, "of", _file_slug),
    "implies": Kind(("field",), {"is": ["video"]}, "field", _implies),
    "at-most": Kind(("field", "of"), {}, "field", _at_most),
    "not-host": Kind(("field", "host"), {}, "field", _not_host),
    "one-name": Kind(("field", "of"), {}, "field", None),
    "one-domain": Kind(("field", "of"), {}, "field", None),
    "not-itself": Kind(("url", "own"), {"list": "related"}, "url", _not_itself),
    "copies": Kind(("url", "field"), {"list": "related", "own": "webUrl"}, "field", _copies),
}
CONDITIONS = ("when", "unless", "while")
"""{field: the value, or list of values, that an article must have}, {…: that exempts it}, {field: the least value}."""


def clip(value: str) -> str:
    """At most 80 characters of a value."""
    return value if len(value) <= 80 else value[:79] + "…"


def demanded(schema: Schema, relation: Relation) -> Iterator[str]:
    """The paths that a relation looks at. Raises SchemaError where its settings are not those of its check."""
    where, says = relation.where, relation.settings
    kind = KINDS[relation.check]
    known = (*kind.fields, *kind.others, *CONDITIONS)
    for key in says:
        if key not in known:
            raise SchemaError(f"{where}: {relation.check} has no setting {key!r}{near(str(key), known)}")
    for key, example in kind.others.items():
        if not isinstance(says.get(key), type(example)):
            raise SchemaError(f"{where}: {relation.check} needs {key}, such as {example!r}")
    inside = f"{says['list']}[]." if "list" in kind.others else ""
    paths = [(k, says.get(k), inside if k != "own" else "") for k in kind.fields]
    for key in CONDITIONS:
        if not isinstance(says.get(key, {}), dict):
            raise SchemaError(f"{where}: {key} of {relation.check} is a mapping of fields to values")
        paths += [(key, path, "") for path in says.get(key) or {}]
    if relation.check == "copies":  # the same two fields of the articles that are copied
        paths += [("own", says["own"], ""), ("field", says.get("field"), "")]
    for key, path, prefix in paths:
        if f"{prefix}{path}" not in schema.fields:
            names = [f.removeprefix(prefix) for f in schema.fields if f.startswith(prefix)]
            raise SchemaError(
                f"{where}: {key} of {relation.check} names no field of the schema: {path!r}{near(str(path), names)}"
            )
        yield f"{prefix}{path}"
