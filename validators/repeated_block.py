"""Lines that come again and again: at the end of every article of a source, in some articles of a drop, everywhere.

Nobody has to know the phrases: each line is a hash (figures, days and months aside), and what counts is in how many
articles of its source it stands, and where. A line is deleted only where the evidence is overwhelming: in most articles
of a source that has many, always in the run of such lines that ends the article, and no credit or disclosure. All else
is one finding for all the articles in which it stands, for a person to decide (`copydesk learn boilerplate`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from copydesk.provenance import DATES, age, first_value, source_of, top_level
from copydesk.template import line_template
from copydesk.validator import Article, Contract, CorpusValidator, Edit, Facts, Hit, Line, Scope, Setup, Span, fix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONG = 60  # code points: a line that does not come twice by chance
FEW = 3  # articles
LONG_BIT = 1  # the last bit of a hash
NEAR = 12  # lines from an end of an article that a reader calls its beginning or end
KINDS = frozenset(("paragraph", "list", "quote", "heading"))
_CREDIT = re.compile(
    r"^\W*(?:by\b|photo|image|picture|video|source|credit|written|reporting|additional|edited|translat|contribut|"
    r"with files|correction|clarification|editor|note\b|update|disclos|disclaim|sponsor|paid|opinion|licen[cs]e)|"
    r"\b(?:originally|first) (?:published|appeared)\b|\b(?:generated|written|created) (?:by|with)\b|©|\bcopyright\b|"
    r"\bcreative commons\b|\bsponsored\b|\breporting by\b|\bAI\b|\b(?:associated press|reuters|AFP|AP|dpa)\b|"
    r"\b(?:financial|investment|legal|medical|tax) advice\b|"
    r"\bis (?:an?|the|our) [^.]{0,80}\b(?:reporter|writer|editor|author|journalist|correspondent|columnist|"
    r"contributor|professor|researcher|fellow|analyst|founder|director)\b",
    re.I,
)
_SIGNATURE = re.compile(r"^\W*(?:[A-Z]\S* ){1,3}[A-Z]\S*$")  # as a name: it may be who wrote it
_LETTERS = re.compile(r"[^\W\d_]{2}")


class Group(NamedTuple):
    """A line within a source: in how many articles, of how many, and where in them (counted from 1, blanks apart)."""

    hash: int
    articles: tuple[int, ...]
    of: int
    from_start: int  # the farthest line from the start that it is
    from_end: int
    certain: bool


@dataclass
class RepeatedBlock(CorpusValidator):
    contract: ClassVar[Contract] = Contract.LINES
    scope: ClassVar[Scope] = "all"
    needs_fact: ClassVar[bool] = True
    cases: ClassVar[tuple[str, ...]] = ("certain", "block", "paragraph")
    many: int = 12  # articles of a source, before anything is certain of it
    support: float = 0.8
    in_place: float = 0.95
    own: float = 0.6  # of its lines an article must have to itself
    usual: float = 0.5  # support of a short line before it is mentioned

    def __post_init__(self) -> None:
        self._source_field = ""

    def prepare(self, setup: Setup) -> None:
        self._source_field = str(setup.options.get("source", ""))

    def observe(self, article: Article) -> list[tuple[str, str, str, bytes]]:
        seen = [_hash(x) for x in article.lines if x.kind in KINDS and not x.text.isspace() and x.text]
        when = f"{article.asked:d} {age(first_value(top_level(article), DATES), article.id)}"  # asked for: the newest
        hashes = b"".join(h.to_bytes(8, "little") for h in seen)
        return [(article.id, source_of(article, self._source_field), when, hashes)]

    def merge(self, a: list[Any], b: list[Any]) -> list[Any]:
        a.extend(b)
        return a

    # ---------------------------------------------------------------------------------------------------- facts

    def conclude(self, evidence: list[tuple[str, str, str, bytes]] | None) -> Facts:
        """For each article: the lines to delete, with the run that they end, and the blocks it stands for."""
        if not evidence or len(evidence) < FEW:
            return Facts({})
        rows = sorted(evidence, key=lambda r: (r[2], r[0]))
        groups, usual = self._groups(rows)
        facts: dict[str, dict[str, Any]] = defaultdict(dict)
        for group in groups:
            if group.certain:
                for n in group.articles:
                    told = [group.hash, len(group.articles), group.of, group.from_end]
                    facts[rows[n][0]].setdefault("delete", []).append(told)
        for article_id, fact in facts.items():
            fact["usual"] = usual[article_id]
        of_source: dict[str, list[int]] = defaultdict(list)
        for n, row in enumerate(rows):
            of_source[row[1]].append(n)
        for block in _blocks(rows, [g for g in groups if not g.certain], self.usual):
            newest = rows[block[0].articles[-1]][0]
            facts[newest].setdefault("blocks", []).append(_told(rows, block, of_source))
        return Facts(dict(facts))

    def _groups(self, rows: Sequence[tuple[str, str, str, bytes]]) -> tuple[list[Group], dict[str, list[int]]]:
        """The lines that come again in a source (all sources are the last one), and what is usual in each article."""
        import numpy as np

        table = _Table(rows)
        support = table.support()
        common = (table.counts >= FEW) & (support >= self.usual)
        flagged = common[table.key]
        tail = table.in_tail(flagged)
        own = 1 - np.bincount(table.article, flagged, len(rows)) / np.maximum(table.lengths, 1)
        in_tail = np.bincount(table.key, tail, len(table.counts)) / np.maximum(table.occurrences, 1)
        mean_own = np.bincount(table.key, own[table.article], len(table.counts)) / np.maximum(table.occurrences, 1)
        certain = (
            (table.of >= self.many)
            & (support >= self.support)
            & (in_tail >= self.in_place)
            & (mean_own >= self.own - 1e-9)
        )
        groups = table.groups(certain)
        usual: dict[str, list[int]] = defaultdict(list)
        for n in np.flatnonzero(flagged & tail):
            usual[rows[table.article[n]][0]].append(int(table.hashes[table.key[n]]))
        return groups, usual

    # ----------------------------------------------------------------------------------------------------- hits

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        known: Mapping[str, Any] = fact or {}
        lines = [(x, _hash(x)) for x in article.lines if x.text.strip()]
        source = source_of(article, self._source_field) or "the same folder"
        if "delete" in known:
            yield from self._deletions(article, lines, known, source)
        for block in known.get("blocks", ()):
            first = next((n for n, (_, h) in enumerate(lines) if h == block["lines"][0]), None)
            if first is None:
                continue
            last = first
            while last + 1 < len(lines) and lines[last + 1][1] in block["lines"][1:]:
                last += 1
            span = Span(lines[first][0].start, lines[last][0].end)
            of = f"{block['articles']} of {block['of']} articles from {source}" if block["of"] else _many(block)
            values = {
                "text": _excerpt(lines[first][0].text.strip()),
                "lines": [_excerpt(x.text.strip(), 400) for x, _ in lines[first : last + 1]],
                "what": "this line stands" if first == last else f"these {last - first + 1} lines stand",
                "support": of + block["where"],
                "articles": block["ids"],
                "source": source_of(article, self._source_field) if block["of"] else "",
                "place": block["place"],
            }
            yield Hit(span, values, case="block" if block["of"] else "paragraph")

    def _deletions(
        self, article: Article, lines: Sequence[tuple[Line, int]], known: Mapping[str, Any], source: str
    ) -> Iterator[Hit]:
        """One hit for each run of learned lines in the run of usual lines that ends the article."""
        told = {h: rest for h, *rest in known["delete"]}
        usual = set(known["usual"]) | set(told)
        start = len(lines)
        while start and lines[start - 1][1] in usual:
            start -= 1
        if not start:
            return
        run: list[int] = []
        for n in range(start, len(lines) + 1):
            if n < len(lines) and lines[n][1] in told and not _is_credit(lines[n][0].text):
                run.append(n)
                continue
            if run:
                first, last = lines[run[0]][0], lines[run[-1]][0]
                support = min((told[lines[m][1]] for m in run), key=lambda t: (t[0], t[1]))
                ends = _end("last", support[2])
                values = {
                    "text": _excerpt(first.text.strip()),
                    "lines": [_excerpt(lines[m][0].text.strip(), 400) for m in run],
                    "support": f"{support[0]} of {support[1]} articles from {source}, always {ends}",
                    "source": source_of(article, self._source_field),
                    "place": ["tail", support[2]],
                }
                title = "delete the line" if len(run) == 1 else f"delete these {len(run)} lines"
                below = lines[n][0] if n < len(lines) else None
                edit = _cut(article, lines[run[0] - 1][0], first, last, below)
                yield Hit(Span(first.start, last.end), values, fix(title, edit), case="certain")
            run = []


class _Table:
    """Every line of every article as numbers: its key (line and source), its article, its place."""

    def __init__(self, rows: Sequence[tuple[str, str, str, bytes]]) -> None:
        import numpy as np

        self.lengths: NDArray[np.int64] = np.array([len(r[3]) // 8 for r in rows], np.int64)
        self.starts = np.concatenate(([0], np.cumsum(self.lengths)[:-1]))
        self.article = np.repeat(np.arange(len(rows)), self.lengths)
        names = {s: n for n, s in enumerate(sorted({r[1] for r in rows}))}
        self.source = np.array([names[r[1]] for r in rows], np.int64)
        sizes = np.bincount(self.source, minlength=len(names))
        lines = np.frombuffer(b"".join(r[3] for r in rows), np.uint64)
        known, line = np.unique(lines, return_inverse=True)
        self.pairs, self.key = np.unique(line * len(names) + self.source[self.article], return_inverse=True)
        self.hashes = known[self.pairs // len(names)] if len(names) else known
        self.of = sizes[self.pairs % max(len(names), 1)]
        self.occurrences = np.bincount(self.key, minlength=len(self.pairs))
        once = np.unique(self.key * len(rows) + self.article)  # a line twice in an article is once
        self.once_key, self.once_article = once // len(rows), once % len(rows)
        self.counts = np.bincount(self.once_key, minlength=len(self.pairs))
        self.line = self.pairs // max(len(names), 1)

    def support(self) -> NDArray[np.float64]:
        out: NDArray[np.float64] = self.counts / self.of
        return out

    def in_tail(self, flagged: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether nothing but flagged lines follows a line in its article, itself included."""
        import numpy as np

        place = np.arange(len(self.key)) - self.starts[self.article]
        last = np.full(len(self.lengths), -1)
        np.maximum.at(last, self.article[~flagged], place[~flagged])
        out: NDArray[np.bool_] = place > last[self.article]
        return out

    def groups(self, certain: NDArray[np.bool_]) -> list[Group]:
        """The keys with FEW articles or more; and, with `of` 0, long lines that so many sources' articles share."""
        import numpy as np

        place = np.arange(len(self.key)) - self.starts[self.article] + 1
        from_start = np.zeros(len(self.pairs), np.int64)
        from_end = np.zeros(len(self.pairs), np.int64)
        np.maximum.at(from_start, self.key, place)
        np.maximum.at(from_end, self.key, self.lengths[self.article] - place + 1)
        bounds = np.concatenate(([0], np.cumsum(self.counts)))
        by_line = np.bincount(self.line, self.counts)
        out = []
        shared: dict[int, list[int]] = defaultdict(list)
        for k in np.flatnonzero((self.counts >= FEW) | (by_line[self.line] >= FEW)).tolist():
            articles = tuple(self.once_article[bounds[k] : bounds[k + 1]].tolist())
            line = int(self.hashes[k])
            if self.counts[k] < by_line[self.line[k]]:
                shared[line] += articles
            if len(articles) >= FEW:
                where = (int(from_start[k]), int(from_end[k]))
                out.append(Group(line, articles, int(self.of[k]), *where, bool(certain[k])))
        for line, all_articles in shared.items():
            if line & LONG_BIT:
                out = [g for g in out if g.hash != line or g.certain]
                out.append(Group(line, tuple(sorted(all_articles)), 0, 0, 0, False))
        return out


def _blocks(rows: Sequence[tuple[str, str, str, bytes]], groups: Sequence[Group], usual: float) -> list[list[Group]]:
    """Lines that stand in the very same articles, in the order of the newest of them, where they are worth a word.

    Articles that share half of their lines are the same article, which is another finding.
    """
    together: dict[tuple[tuple[int, ...], int], list[Group]] = defaultdict(list)
    for group in groups:
        together[group.articles, group.of].append(group)
    blocks = []
    for (articles, of), block in together.items():
        newest = rows[articles[-1]][3]
        order = {int.from_bytes(newest[n : n + 8], "little"): n for n in range(len(newest) - 8, -1, -8)}
        block.sort(key=lambda g: order[g.hash])
        if _is_one_article(rows, block):
            continue
        runs: list[list[Group]] = []
        for group in block:
            if runs and order[group.hash] - order[runs[-1][-1].hash] == 8:
                runs[-1].append(group)
            else:
                runs.append([group])
        for run in runs:
            fixed = min(max(g.from_start for g in run), max(g.from_end for g in run)) <= NEAR
            often = of > 5 and len(articles) >= usual * of and fixed
            if often or any(g.hash & LONG_BIT for g in run) or (of and len(run) > FEW and fixed):
                blocks.append(run)
    return sorted(blocks, key=lambda b: (b[0].articles, b[0].hash))


def _is_one_article(rows: Sequence[tuple[str, str, str, bytes]], block: Sequence[Group]) -> bool:
    """Whether the lines are most of the articles that have them: of all their lines and of the long ones."""
    lengths = [len(rows[n][3]) // 8 for n in block[0].articles]
    long = [sum(b & LONG_BIT for b in rows[n][3][::8]) for n in block[0].articles]
    shared = sum(g.hash & LONG_BIT for g in block)
    return 2 * len(block) > min(lengths) and shared > 0 and 2 * shared >= min(long)


def _told(
    rows: Sequence[tuple[str, str, str, bytes]], block: Sequence[Group], of_source: Mapping[str, Sequence[int]]
) -> dict[str, Any]:
    """A block as it is told of the newest article that has it."""
    articles, of = block[0].articles, block[0].of
    start, end = max(g.from_start for g in block), max(g.from_end for g in block)
    where, place = "", "anywhere"
    if of and end <= NEAR and end <= start:
        where, place = f", always {_end('last', end)}", "tail"
    elif of and start <= NEAR:
        where, place = f", always {_end('first', start)}", "head"
    elif of:
        where = ", at no fixed place"
    peers = of_source[rows[articles[0]][1]]
    if of and len(articles) < of and len(peers) - bisect_left(peers, articles[0]) == len(articles):
        where += ", new: all of the newest have it"
    ids = [rows[n][0] for n in articles]
    return {
        "lines": [g.hash for g in block],
        "articles": len(ids),
        "ids": ids if len(ids) <= 50 else [*ids[:50], f"and {len(ids) - 50} more"],
        "of": of,
        "where": where,
        "place": [place, end if place == "tail" else start],
    }


def _end(which: str, lines: int) -> str:
    return f"in the {which} {lines} lines" if lines > 1 else f"the {which} line"


def _many(block: Mapping[str, Any]) -> str:
    return f"{block['articles']} articles of more than one source"


def _hash(line: Line) -> int:
    """The line as a number whose last bit says that it is long; figures, days and months do not count."""
    text = line_template(line.text)
    digest = int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
    return digest | LONG_BIT if len(text) >= LONG else digest >> 1 << 1


def _is_credit(text: str) -> bool:
    """Whether a line says where the article is from, or says nothing in letters: it is not for us to delete."""
    text = text.strip()
    return any(p.search(text) for p in (_CREDIT, _SIGNATURE)) or _LETTERS.search(text) is None


def _cut(article: Article, above: Line, first: Line, last: Line, below: Line | None) -> Edit:
    """Deletes whole lines: one blank line is left between what stays; at the end the last line keeps its line end."""
    if below is None:
        start, end = above.end, article.lines[-1].end
    else:
        blank_above = article.text[above.end : first.start].count("\n") > 1
        start, end = first.start, below.start if blank_above else last.stop
    return Edit(start, article.text[start:end], "")


def _excerpt(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
