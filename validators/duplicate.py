"""The same article twice in a corpus: by its body, its words, its address, its title, its excerpt.

What is compared first is hashes, so that the evidence of an article is some numbers; texts whose numbers are alike are
then compared word by word. Like articles make a group only around one that all of them are like: a chain of gradual
changes is no group. The finding stands on the newer of two articles, says which one to keep and why, and names those
that could go `aside`; nothing is deleted here. Titles and excerpts that a series repeats on purpose ("Weekly update")
are a case of their own, and what is said of a pair by body, words or address is not said again by title or excerpt.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar, NamedTuple

from copydesk.minhash import hash_words, near_pairs, signature
from copydesk.provenance import DATES, URLS, age, canonical, first_value, source_of, top_level
from copydesk.validator import Article, CorpusValidator, Facts, Hit, Scope, Setup, Span

_WORD = re.compile(r"\w+")
_VARIABLE = re.compile(
    r"\d+|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|fall|winter)\b"
)
_SERIES = re.compile(
    r"\b(?:daily|weekly|monthly|quarterly|annual|update|updates|digest|roundup|round-up|recap|briefing|bulletin|"
    r"newsletter|open thread|week in review|this week|today|editorial|corrections?|letters|news in brief|in brief|"
    r"release notes|changelog|podcast|episode|obituar(?:y|ies)|weather|horoscope|crossword|quiz)\b"
)
_NOTHING: bytes | str = b""
COMPARED = 20_000  # words of each of two texts that are compared one by one
PROSE_WORDS = 60  # from so many on, only prose is compared
LONG = 100  # code points: a line of prose,
WRAPPED = 50  # or one of two such lines that follow one another, as where a paragraph was wrapped
LONGER = 1.1  # from here on length says which of two to keep
SURE = 0.8  # of the words are the same, or nine in ten of the shorter text: only then one of two may go aside
CONTAINED = 0.9
FIGURES = 0.5  # of what differs is numbers, days or months: two reports of a series, not one story
FULLER = 1.3  # and from here on the number of values in the front matter


class Row(NamedTuple):
    """What is known of an article: 0 or b"" where there is nothing to compare."""

    id: str
    asked: bool  # what is only part of the corpus comes before what was asked for, whatever its date
    age: str
    body: int
    url: int
    title: int
    excerpt: int
    series: int
    serial: int  # how much the title sounds like that of a series
    words: int
    values: int  # of the front matter
    source: int
    signature: bytes | str  # or the text, where it is not signed yet


class Compared(NamedTuple):
    """What two texts have in common: of both, and of the shorter one, as shares; how many words differ, how many of
    those are figures, and the first differences."""

    one: str
    other: str
    same: float
    contained: float
    changed: int
    figures: float
    differences: str


class Told(NamedTuple):
    """What is said of an article: with which others, how many in all, which one to keep and why, which may go aside."""

    partners: tuple[str, ...]
    articles: int
    keep: str = ""
    why: str = ""
    aside: tuple[str, ...] = ()
    what: str = ""
    same: float = 0.0
    changed: int = 0
    differences: str = ""


@dataclass
class Duplicate(CorpusValidator):
    scope: ClassVar[Scope] = "all"
    needs_fact: ClassVar[bool] = True
    cases: ClassVar[tuple[str, ...]] = ("body", "url", "title", "excerpt", "series", "near", "version")
    body_length: int = 200
    excerpt_length: int = 60
    least_words: int = 30
    like: float = 0.08
    same: float = 0.6
    contained: float = 0.85
    sure: float = 0.75
    url_fields: tuple[str, ...] = URLS
    title_fields: tuple[str, ...] = ("title",)
    excerpt_fields: tuple[str, ...] = ("excerpt", "summary", "description")
    date_fields: tuple[str, ...] = DATES

    def __post_init__(self) -> None:
        self._source_field = ""
        self._first = True

    def prepare(self, setup: Setup) -> None:
        self._source_field = str(setup.options.get("source", ""))

    # ------------------------------------------------------------------------------------------------- evidence

    def observe(self, article: Article) -> dict[str, list[Any]] | None:
        top = top_level(article)
        title = _plain(first_value(top, self.title_fields))
        excerpt = _plain(first_value(top, self.excerpt_fields))
        url = canonical(first_value(top, self.url_fields))
        body = article.text[article.body.start :]
        seen = article.passages[0]
        words = seen.tokens if seen.masked == body else body.split()
        count, signed = len(words), _NOTHING
        if len(body) >= self.body_length:
            count, signed = self._sign(body)
            body = " ".join(words)
        series = _VARIABLE.sub("#", title) if title else ""
        row = Row(
            article.id,
            article.asked,
            age(first_value(top, self.date_fields), article.id),
            _hash(body) if len(body) >= self.body_length else 0,
            _hash(url) if url else 0,
            _hash(title) if title else 0,
            _hash(excerpt) if len(excerpt) >= self.excerpt_length else 0,
            _hash(series) if series else 0,
            2 if title.count(" ") < 6 and _SERIES.search(title) else int(title.count(" ") < 3),
            count,
            sum(bool(v.value.strip()) for v in top.values()),
            _hash(source_of(article, self._source_field)) if top else 0,
            signed,
        )
        return {"rows": [tuple(row)]} if any(row[3:8]) or row.signature else None

    def _sign(self, body: str) -> tuple[int, bytes | str]:
        """How many words a body has, and its signature; for the first body the text itself.

        Where no second one comes, there is nothing to compare, and numpy is never loaded.
        """
        if self._first:
            self._first = False
            return len(_WORD.findall(body)), body
        words = hash_words(body)
        return len(words), signature(words) if len(words) >= self.least_words else b""

    def merge(self, a: dict[str, list[Any]], b: dict[str, list[Any]]) -> dict[str, list[Any]]:
        for key, more in b.items():
            a.setdefault(key, []).extend(more)
        return a

    def pairs(self, evidence: dict[str, list[Any]]) -> list[tuple[str, str]]:
        """Articles whose words are alike, one of each body; and those of one address with different bodies."""
        rows = _sorted(evidence)
        bodies: dict[int, Row] = {}
        for row in rows:
            if row.signature:
                bodies.setdefault(row.body, row)
        signed: list[tuple[str, bytes]] = []
        for row in bodies.values() if len(bodies) > 1 else ():
            mark = row.signature
            if isinstance(mark, str):
                words = hash_words(mark)
                mark = signature(words) if len(words) >= self.least_words else b""
            if mark:
                signed.append((row.id, mark))
        found = [(signed[i][0], signed[j][0]) for i, j, _ in near_pairs([s for _, s in signed], self.like)]
        for group in _groups(rows, "url"):
            first = group[0]
            found += [(first.id, r.id) for r in group[1:] if first.body and r.body and first.body != r.body]
        return list(dict.fromkeys(found))

    def compare(self, one: Article, other: Article) -> dict[str, list[Any]]:
        from rapidfuzz.distance import Indel

        a, b = _words(one, prose=True), _words(other, prose=True)
        if min(len(a), len(b)) < PROSE_WORDS:
            a, b = _words(one), _words(other)
        common = (len(a) + len(b) - Indel.distance(a, b)) // 2
        same = max(2 * common / max(len(a) + len(b), 1), _shared_triples(a, b))  # paragraphs may have changed places
        contained = common / max(min(len(a), len(b)), 1)
        changes: list[tuple[list[str], list[str]]] = []
        if same >= self.same or contained >= self.contained:
            a, b = _words(one), _words(other)
            changes = _changes(a, b, Indel.opcodes(a, b))
        changed = [w for pair in changes for words in pair for w in words]
        figures = sum(_VARIABLE.fullmatch(w) is not None for w in changed) / max(len(changed), 1)
        most = sum(max(map(len, pair)) for pair in changes)
        return {"compared": [(one.id, other.id, same, contained, most, figures, _shown(changes))]}

    # ---------------------------------------------------------------------------------------------------- facts

    def conclude(self, evidence: dict[str, list[Any]] | None) -> Facts:
        """For each article that repeats others: what is repeated → what is told of it."""
        if evidence is None:
            return Facts({})
        rows = _sorted(evidence)
        by_id = {r.id: r for r in rows}
        compared = {(c.one, c.other): c for c in map(Compared._make, evidence.get("compared", ()))}
        facts: dict[str, dict[str, Told]] = defaultdict(dict)
        told: set[tuple[str, str]] = set()
        for group in _groups(rows, "body"):
            _tell(facts, told, "body", group, _keeper(group))
        for group in _groups(rows, "url"):
            for row in group[1:]:
                if (row.id, group[0].id) in told:
                    continue
                pair = compared.get((group[0].id, row.id))
                if pair is not None and self._like(pair):
                    _tell_pair(facts, told, "version", group[0], row, pair)
                elif pair is None:
                    _tell(facts, told, "url", [group[0], row], _keeper([group[0], row]), len(group))
                else:  # two texts under one address: no reason to prefer one
                    _tell(facts, told, "url", [group[0], row], None, len(group))
        for center, members in _stars(rows, [c for c in compared.values() if self._like(c)]).items():
            for member in members:
                one, other = by_id[center], by_id[member]
                if (member, center) not in told:
                    pair = compared[center, member]
                    titled = one.source == other.source and one.title == other.title != 0
                    version = titled and not other.serial and pair.same >= self.sure
                    case = "version" if version else "near"
                    if pair.figures >= FIGURES and pair.changed > 2:
                        case = "series text"
                    _tell_pair(facts, told, case, one, other, pair)
        for name in ("title", "excerpt"):
            for group in _groups(rows, name):
                for row in group[1:]:
                    if (row.id, group[0].id) not in told:
                        series = _is_series(name, group[0], row, len(group))
                        case = f"series {name}" if series else name
                        _tell(facts, told, case, [group[0], row], None, len(group))
        return Facts({i: {case: tuple(t) for case, t in cases.items()} for i, cases in facts.items()})

    def _like(self, pair: Compared) -> bool:
        return pair.same >= self.same or pair.contained >= self.contained

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        known: Mapping[str, Sequence[Any]] = fact or {}
        fields = {"url": self.url_fields, "title": self.title_fields, "excerpt": self.excerpt_fields}
        top = top_level(article)
        for said, told in ((case, Told(*t)) for case, t in known.items()):
            series, _, name = said.rpartition(" ")
            values: dict[str, object] = {
                "partner": _some(told.partners),
                "articles": told.articles,
                "what": {"url": "address"}.get(name, name) if not told.what else told.what,
            }
            if told.keep:
                kept = "this one" if told.keep == article.id else told.keep
                values |= {"keep": told.keep, "advice": f"keep {kept}: {told.why}", "aside": list(told.aside)}
            if name in ("near", "version"):
                differences = (
                    f"{told.changed:,} words differ ({told.differences})" if told.differences else "no word differs"
                )
                values |= {"same": round(told.same, 3), "changed": told.changed, "differences": differences}
            if name not in fields:
                yield Hit(_first_line(article), values, case=series or name)
                continue
            key = next((k for k in fields[name] if k in top and top[k].value.strip()), None)
            if key is not None:
                values["value"] = _excerpt(top[key].value)
                values.setdefault("advice", "their texts differ: look at both")
                yield Hit(top[key].span, values, field=key, case=series or name)


def _sorted(evidence: Mapping[str, list[Any]]) -> list[Row]:
    """The rows, oldest first."""
    return sorted(map(Row._make, evidence.get("rows", ())), key=lambda r: (r.asked, r.age, r.id))


def _groups(rows: Iterable[Row], name: str) -> list[list[Row]]:
    """The rows that have a hash in common, two or more."""
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if value := getattr(row, name):
            groups[value].append(row)
    return [g for g in groups.values() if len(g) > 1]


def _stars(rows: Iterable[Row], like: Iterable[Compared]) -> dict[str, list[str]]:
    """Groups of which each member is like the oldest: whoever is taken takes nobody else along."""
    edges: dict[str, list[str]] = defaultdict(list)
    for pair in like:
        edges[pair.one].append(pair.other)
    stars: dict[str, list[str]] = {}
    taken: set[str] = set()
    for row in rows:
        if row.id not in taken and row.id in edges:
            stars[row.id] = [m for m in edges[row.id] if m not in taken]
            taken.update(stars[row.id])
    return stars


# ------------------------------------------------------------------------------------------------- what to keep


def _better(one: Row, other: Row) -> str:
    """Why `other`, the newer one, should rather be kept; "" where `one` should."""
    if other.words > LONGER * one.words:
        return _longer(other, one)
    if one.words > LONGER * other.words:
        return ""
    if other.values > FULLER * one.values:
        return f"its front matter is fuller ({other.values} values, not {one.values})"
    return ""


def _longer(one: Row, other: Row) -> str:
    return f"it is longer ({one.words:,} words, not {other.words:,})" if other.words else "the other has no text"


def _keeper(group: Sequence[Row]) -> tuple[Row, str]:
    """The article to keep of a group, oldest first, and why."""
    best, why = group[0], ""
    for row in group[1:]:
        if better := _better(best, row):
            best, why = row, better
    if why:
        return best, why
    shorter = max((r for r in group[1:]), key=lambda r: (-r.words, r.id))
    if best.words > LONGER * shorter.words:
        return best, _longer(best, shorter)
    poorer = min(group[1:], key=lambda r: r.values)
    if best.values > FULLER * poorer.values:
        return best, f"its front matter is fuller ({best.values} values, not {poorer.values})"
    if best.age < group[1].age:
        return best, "it is the older one"
    return best, "it comes first by name" if best.asked == group[1].asked else "it was there before"


def _tell(
    facts: dict[str, dict[str, Told]],
    told: set[tuple[str, str]],
    case: str,
    group: Sequence[Row],
    keeper: tuple[Row, str] | None,
    count: int = 0,
) -> None:
    """Tells the newer of each two: every other one and the one to keep."""
    count = count or len(group)
    told.update((b.id, a.id) for a in group[:1] for b in group[1:])
    if keeper is None:
        facts[group[1].id][case] = Told((group[0].id,), count)
        return
    keep, why = keeper
    older = group[: group.index(keep)]
    told.update((keep.id, r.id) for r in older)
    told.update((r.id, keep.id) for r in group[len(older) + 1 :])
    if older:
        aside = tuple(r.id for r in older)
        facts[keep.id][case] = Told(aside, count, keep.id, why, aside)
    for row in group[len(older) + 1 :]:
        facts[row.id][case] = Told((keep.id,), count, keep.id, why, (row.id,))


def _tell_pair(
    facts: dict[str, dict[str, Told]], told: set[tuple[str, str]], case: str, older: Row, newer: Row, pair: Compared
) -> None:
    """Tells the newer of two like texts, in what they differ and which to keep."""
    if newer.id in facts and case in facts[newer.id]:
        return  # told of an older one already
    told.add((newer.id, older.id))
    keep, why = _keeper([older, newer])
    if case == "version" and newer.age > older.age and newer.words * 2 > older.words:
        keep, why = newer, "it is the newer version"
    aside = older if keep is newer else newer
    what = f"{min(int(100 * pair.same), 99 if pair.changed else 100)} % the same text as"
    if pair.contained > pair.same + 0.2:
        what = "almost wholly contained in" if newer.words < older.words else "contains almost the whole of"
    sure = pair.same >= SURE or pair.contained >= CONTAINED
    if case == "series text":
        facts[newer.id][case] = Told((older.id,), 2, what="text, but for figures,")
        return
    facts[newer.id][case] = Told(
        *((older.id,), 2, keep.id, why, (aside.id,) if sure else ()),
        *(what, pair.same, pair.changed, pair.differences),
    )


def _is_series(name: str, first: Row, row: Row, count: int) -> bool:
    """Whether two articles share a title or excerpt as the parts of a series do."""
    if count > 2:
        return True
    if name == "title":
        return bool(row.serial)
    same_series = row.series and row.series == first.series and row.title != first.title
    return bool(same_series) or row.serial == first.serial == 2


# ------------------------------------------------------------------------------------------------------- words


def _words(article: Article, prose: bool = False) -> list[str]:
    """The words of the body; with `prose` without those of lines that may be a page's menu, alike on a whole site."""
    lines = article.lines
    texts = [x.text for x in lines]
    if prose:
        long = [len(t) >= WRAPPED for t in ("", *texts, "")]
        texts = [t for n, t in enumerate(texts, 1) if len(t) >= LONG or (long[n] and (long[n - 1] or long[n + 1]))]
    return _WORD.findall("\n".join(texts).casefold())[:COMPARED]


def _shared_triples(a: Sequence[str], b: Sequence[str]) -> float:
    """How many of the triples of words two texts share, as a share of both."""
    one, other = (set(zip(w, w[1:], w[2:], strict=False)) for w in (a, b))
    return 2 * len(one & other) / max(len(one) + len(other), 1)


def _changes(a: Sequence[str], b: Sequence[str], steps: Iterable[Any]) -> list[tuple[list[str], list[str]]]:
    """Each place where two texts differ: the words of the one and of the other."""
    changes: list[tuple[list[str], list[str]]] = []
    apart = False
    for step in steps:
        if step.tag == "equal":
            apart = False
            continue
        if not apart:
            changes.append(([], []))
        apart = True
        changes[-1][0].extend(a[step.src_start : step.src_end])
        changes[-1][1].extend(b[step.dest_start : step.dest_end])
    return changes


def _shown(changes: Sequence[tuple[Sequence[str], Sequence[str]]], most: int = 3) -> str:
    """The first changes, as "old → new"."""
    return "; ".join(f"{_few(gone) or '–'} → {_few(new) or '–'}" for gone, new in changes[:most])


def _few(words: Sequence[str]) -> str:
    return " ".join(words) if len(words) <= 6 else f"{' '.join(words[:5])} … ({len(words)} words)"


def _some(names: Sequence[str]) -> str:
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")


def _plain(text: str) -> str:
    """Words only, in one case: quotes, dashes and spaces differ between copies of one title."""
    if "&" in text:
        text = html.unescape(text)
    return " ".join(_WORD.findall(text.casefold()))


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _first_line(article: Article) -> Span:
    line = next((x for x in article.lines if x.text.strip()), None)
    return Span(line.start, line.end) if line else article.body


def _excerpt(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
