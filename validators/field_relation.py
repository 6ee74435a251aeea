"""Fields that must agree with one another, with the file's name, or with other articles, by pandera.

A schema lists its relations by name (`relations:` in `rules/schemas/`). Each becomes a check of a pandera frame of the
values that passed their type; a relation skips an article that lacks one of them. Where two values contradict each
other, the finding stands on the one that is derived from the other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from copydesk.validator import (
    Article,
    Contract,
    CorpusValidator,
    Facts,
    Field,
    Fix,
    Hit,
    Relation,
    Safety,
    Scalar,
    Schema,
    Schemas,
    SettingError,
    Setup,
    fix,
    general,
    judge,
    minimal,
    near,
)

# ----------------------------------------------------------------------------------------- what each relation demands

_HOST = re.compile(r"https?://([^/?#:@\s]{1,253})", re.I)
_FILE_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)(?:[/-](\d\d?))?(?=/)")


def _host(url: str) -> str:
    m = _HOST.match(url)
    return m[1].lower().removeprefix("www.") if m else ""


def _instant(value: str) -> datetime | None:
    """The moment that a date stands for; one without a zone is taken as UTC."""
    try:
        read = datetime.fromisoformat(value.strip().replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _threshold(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    right = row["number"] >= says["from"]
    if row["flag"] == right:
        return None
    return f"{says['number']} is {row['number']}, and from {says['from']} on it would be {str(right).lower()}"


def _host_in_domain(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    host, domain = _host(row["url"]), row["domain"].lower().removeprefix("www.")
    return None if host == domain or host.endswith("." + domain) else f"{says['url']} lies on {host}"


def _same_host(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    host, other = _host(row["url"]), _host(row["as"])
    if host == other or host.endswith("." + other) or other.endswith("." + host):
        return None
    return f"it lies on {host}, {says['as']} on {other}"


def _differs(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    return f"it is the same as {says['from']}" if row["field"] == row["from"] else None


def amp_cache_of(url: str) -> str:
    """The address of a page in the AMP cache; nothing for a host that is written otherwise there."""
    m = re.match(r"(https?)://([a-z0-9.-]{1,63})(/[^\s]*)?$", url)
    if m is None:
        return ""
    host = m[2].replace("-", "--").replace(".", "-")
    return f"https://{host}.cdn.ampproject.org/c/{'s/' if m[1] == 'https' else ''}{m[2]}{m[3] or ''}"


def _amp_cache(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    right = amp_cache_of(row["of"])
    return None if not right or row["field"] == right else f"for {says['of']} it would be {right}"


def _file_date(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    m = _FILE_DATE.match(row["article"].rpartition("/")[2])
    moment = _instant(row["date"])
    if m is None or moment is None:
        return None
    days = {(moment.astimezone(UTC) + timedelta(hours=h)).date().isoformat() for h in says["hours"]}
    return None if m[0] in days else f"the file's name says {m[0]}"


def _url_date(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    m, moment = _URL_DATE.search(row["url"]), _instant(row["date"])
    if m is None or moment is None:
        return None
    try:
        first = date(int(m[1]), int(m[2]), int(m[3] or 1))
    except ValueError:
        return None
    last = first if m[3] else (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    day, most = moment.date(), timedelta(days=says["days"])
    return None if first - most <= day <= last + most else f"{says['url']} says {m[0].strip('/')}"


def _not_host(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    same = row["field"].strip().lower().removeprefix("www.") == row["host"].lower()
    return f"it is only {says['host']}" if same else None


def _not_itself(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    return "it is the article itself" if row["url"] == row["own"] else None


def _copies(row: Mapping[str, Any], says: Mapping[str, Any]) -> str | None:
    return None if row["field"] == row["original"] else f"the article itself has {_clip(row['original'])!r}"


class _Kind(NamedTuple):
    """A relation by name: the settings that name a field, the others with an example each, and the one it is told of.

    `contradiction` is given the values of one row by setting, and says what is wrong with them, or nothing.
    """

    fields: tuple[str, ...]
    others: Mapping[str, Any]
    on: str
    contradiction: Callable[[Mapping[str, Any], Mapping[str, Any]], str | None] | None


_KINDS = {
    "threshold": _Kind(("flag", "number"), {"from": 70}, "flag", _threshold),
    "host-in-domain": _Kind(("url", "domain"), {}, "domain", _host_in_domain),
    "same-host": _Kind(("url", "as"), {}, "url", _same_host),
    "differs": _Kind(("field", "from"), {}, "field", _differs),
    "amp-cache": _Kind(("field", "of"), {}, "field", _amp_cache),
    "file-date": _Kind(("date",), {"hours": [0]}, "date", _file_date),
    "url-date": _Kind(("url", "date"), {"days": 7}, "date", _url_date),
    "not-host": _Kind(("field", "host"), {}, "field", _not_host),
    "one-name": _Kind(("field", "of"), {}, "field", None),
    "not-itself": _Kind(("url", "own"), {"list": "related"}, "url", _not_itself),
    "copies": _Kind(("url", "field"), {"list": "related", "own": "webUrl"}, "field", _copies),
}
_CONDITIONS = ("unless", "while")
"""{field: the value that exempts an article}, {field: the least value; an article with less, or without, is exempt}."""
_DTYPES = {"int": "Int64", "number": "Float64", "bool": "boolean"}


def _clip(value: str) -> str:
    return value if len(value) <= 80 else value[:79] + "…"


# ------------------------------------------------------------------------------------------------------ the validator


@dataclass
class FieldRelation(CorpusValidator):
    """One case for each kind of relation."""

    contract = Contract.FIELD
    scope = "front"
    needs_fact = True
    cases = tuple(_KINDS)
    majority: float = 0.8
    """The share of a source's articles that must bear one name before another name is reported."""
    least: int = 5
    """Articles of a source before its names are compared."""
    _schemas: Schemas = field(default_factory=lambda: Schemas({}), init=False)
    _paths: dict[str, frozenset[str]] = field(default_factory=dict, init=False)

    def prepare(self, setup: Setup) -> None:
        self._schemas = setup.schemas
        for name, schema in self._schemas.by_name.items():
            self._paths[name] = frozenset(path for r in schema.relations for path in _demanded(schema, r))

    def observe(self, article: Article) -> Any:
        """[[article, schema, {path: value}]] of the fields that some relation looks at."""
        schema = self._schemas.of(article)
        if schema is None or not schema.relations:
            return None
        return [[article.id, schema.name, self._cells(article, schema)]]

    def _cells(self, article: Article, schema: Schema) -> dict[str, Any]:
        assert article.meta is not None
        wanted = self._paths[schema.name]
        cells: dict[str, Any] = {}
        for path, found in article.meta.fields.items():
            at = general(path)
            if at in wanted:
                value = judge(schema.fields[at], found.node)[1]
                if value is not None:
                    cells[path] = value
        return cells

    def merge(self, a: Any, b: Any) -> Any:
        a += b
        return a

    def conclude(self, evidence: Any) -> Facts:
        by_schema: dict[str, list[Any]] = defaultdict(list)
        for article, name, cells in sorted(evidence or (), key=lambda row: row[0]):
            by_schema[name].append((article, cells))
        facts: dict[str, list[Any]] = defaultdict(list)
        for name, articles in by_schema.items():
            schema = self._schemas.by_name[name]
            for relation in schema.relations:
                rows = list(_rows(relation, articles))
                for n in _rejected(self.compile(relation), _frame(schema, relation, rows)) if rows else ():
                    row = rows[n]
                    on, seen = row.paths[_KINDS[relation.check].on], {row.paths[k]: row.values[k] for k in row.paths}
                    facts[row.article].append([on, relation.check, self._reason(relation, row, rows), seen])
        return Facts(dict(facts))

    def compile(self, relation: Relation) -> Any:
        """The pandera schema of a relation: one check over the frame of its fields."""
        import pandas as pd
        import pandera.pandas as pa

        kind, says = _KINDS[relation.check], relation.settings

        def agree(frame: Any) -> Any:
            if kind.contradiction is None:
                return _common_names(frame, self.majority, self.least)
            rows = frame.to_dict("records")
            return pd.Series([kind.contradiction(row, says) is None for row in rows], index=frame.index, dtype=bool)

        return pa.DataFrameSchema(checks=[pa.Check(agree, name=relation.check)], name=relation.check)

    def _reason(self, relation: Relation, row: _Row, rows: list[_Row]) -> str:
        kind = _KINDS[relation.check]
        if kind.contradiction is not None:
            return kind.contradiction({**row.values, "article": row.article}, relation.settings) or ""
        names = Counter(r.values["field"] for r in rows if r.values["of"] == row.values["of"])
        name, count = names.most_common(1)[0]
        return f"{row.values['of']} is {name!r} in {count} other articles"

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        schema = self._schemas.of(article)
        if schema is None or article.meta is None:
            return
        cells = self._cells(article, schema)
        for path, case, reason, seen in fact or ():
            found = article.meta.fields.get(path)
            if found is None or any(cells.get(p) != v for p, v in seen.items()):
                continue  # repaired since the facts were drawn
            values = {"field": path, "value": _clip(str(cells[path])), "reason": reason}
            yield Hit(found.node.span, values, _fixes(article, found, case, seen), path, case)


# ------------------------------------------------------------------------------------------- settings, rows and frames


def _demanded(schema: Schema, relation: Relation) -> Iterator[str]:
    """The paths that a relation looks at. Raises SettingError where its settings are not those of its check."""
    where, says = relation.where, relation.settings
    kind = _KINDS.get(relation.check)
    if kind is None:
        raise SettingError(f"{where}: there is no relation {relation.check!r}{near(relation.check, _KINDS)}")
    known = (*kind.fields, *kind.others, *_CONDITIONS)
    for key in says:
        if key not in known:
            raise SettingError(f"{where}: {relation.check} has no setting {key!r}{near(str(key), known)}")
    for key, example in kind.others.items():
        if not isinstance(says.get(key), type(example)):
            raise SettingError(f"{where}: {relation.check} needs {key}, such as {example!r}")
    inside = f"{says['list']}[]." if "list" in kind.others else ""
    paths = [(k, says.get(k), inside if k != "own" else "") for k in kind.fields]
    paths += [(k, path, "") for k in _CONDITIONS for path in (says.get(k) or {})]
    if relation.check == "copies":  # the same two fields of the articles that are copied
        paths += [("own", says["own"], ""), ("field", says.get("field"), "")]
    for key, path, prefix in paths:
        if f"{prefix}{path}" not in schema.fields:
            names = [f.removeprefix(prefix) for f in schema.fields if f.startswith(prefix)]
            raise SettingError(
                f"{where}: {key} of {relation.check} names no field of the schema: {path!r}{near(str(path), names)}"
            )
        yield f"{prefix}{path}"


class _Row(NamedTuple):
    """The values of one article (or one item of a list) by the relation's settings, and the paths they stand at."""

    article: str
    values: dict[str, Any]
    paths: dict[str, str]


def _rows(relation: Relation, articles: list[tuple[str, dict[str, Any]]]) -> Iterator[_Row]:
    """The rows of a relation that have all its values and are not exempt."""
    kind, says = _KINDS[relation.check], relation.settings
    originals: dict[str, Any] = {}
    if relation.check == "copies":
        originals = {c[says["own"]]: c.get(says["field"]) for _, c in articles if says["own"] in c}
    for article, cells in articles:
        if any(cells.get(path) == value for path, value in (says.get("unless") or {}).items()):
            continue
        if any(not (path in cells and cells[path] >= least) for path, least in (says.get("while") or {}).items()):
            continue
        for prefix in _items(says["list"], cells) if "list" in says else [""]:
            paths = {k: says[k] if k == "own" else prefix + says[k] for k in kind.fields}
            values = {k: cells.get(path) for k, path in paths.items()}
            if relation.check == "copies":
                values["original"] = originals.get(values["url"] or "")
            if None not in values.values():
                yield _Row(article, values, paths)


def _items(name: str, cells: Mapping[str, Any]) -> list[str]:
    """`related[0].` and so on, in order."""
    start = name + "["
    return list(dict.fromkeys(path[: path.index("]") + 1] + "." for path in cells if path.startswith(start)))


def _frame(schema: Schema, relation: Relation, rows: list[_Row]) -> Any:
    import pandas as pd

    data: dict[str, Any] = {"article": [r.article for r in rows]}
    for key in rows[0].values:
        spec = schema.fields.get(general(rows[0].paths.get(key, "")))
        dtype: Any = _DTYPES.get(spec.type, "string[python]") if spec else "string[python]"
        data[key] = pd.array([r.values[key] for r in rows], dtype=dtype)
    return pd.DataFrame(data)


def _common_names(frame: Any, majority: float, least: int) -> Any:
    """Whether each name is the common one of its source, or its source has none."""
    per_source = frame.groupby("of")["field"]
    size = per_source.transform("size")
    own = frame.groupby(["of", "field"])["field"].transform("size")
    top = own.groupby(frame["of"]).transform("max")
    return (own == top) | (size < least) | (top < majority * size)


def _rejected(compiled: Any, frame: Any) -> list[int]:
    """The numbers of the rows that pandera rejects: each once, however many columns it names."""
    from pandera.errors import SchemaErrors

    try:
        compiled.validate(frame, lazy=True)
        return []
    except SchemaErrors as e:
        errors = e.schema_errors
    out: set[int] = set()
    for error in errors:
        rejected = error.failure_cases
        if not hasattr(rejected, "columns") or "index" not in rejected.columns:
            raise RuntimeError(f"pandera could not check {compiled.name}: {error.reason_code}")
        out |= {int(i) for i in rejected["index"].dropna()}
    return sorted(out)


def _fixes(article: Article, found: Field, case: str, seen: Mapping[str, Any]) -> tuple[Fix, ...]:
    """What follows from the other value, where the file spells this one as it reads."""
    node = found.node
    if (
        not isinstance(node, Scalar)
        or node.style in ("|", ">")
        or (found.key and node.span.start < found.key.span.start)
    ):
        return ()
    quote = 1 if node.style else 0
    start, end = node.span.start + quote, node.span.end - quote
    others = [v for p, v in seen.items() if p != found.path]
    if article.text[start:end] != node.value or not others:
        return ()
    if case == "amp-cache":
        right, safety = amp_cache_of(others[0]), Safety.UNSAFE
    elif case == "threshold":
        right, safety = str(node.value.lower() != "true").lower(), Safety.SUGGEST
    elif case == "host-in-domain":
        right, safety = _host(others[0]), Safety.SUGGEST
    else:
        return ()
    return fix(f"write {_clip(right)}", minimal(start, node.value, right), safety=safety)
