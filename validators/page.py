"""Takes the article out of the text of a whole page: the one stretch of lines that reads best as one story.

Works only where the command or the configuration says that the text is a page. Lines that split a sentence are weighed
together; every stretch of text is scored by its shape (length, ends of sentences, common words, labels that the packs
know), and the stretch with the highest sum is the article. The title, where the page says it twice or the front matter
has it, says where the article begins; the words of the story tell its own paragraphs from teasers of others.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from copydesk.bylines import LONGEST, field_of, is_recorded, read_line
from copydesk.rows import Row, ends_a_sentence, excerpt, places
from copydesk.stretches import Stretch, join, names_a_date, recognise_lists, thin_out, weigh, words_of
from copydesk.validator import Article, Contract, Edit, Hit, Safety, Setup, Span, Validator, fix

ENOUGH = 40  # words of running text; with less there is no article to take out
LONG = 60  # words; a longer stretch says no more for being longer

CORES = 6  # runs of paragraphs that are tried as the core of the story
GAP = 3  # labels or titles that may stand between two paragraphs of a story
BELOW = 12  # stretches between the title and the first paragraph
FEW = 60  # words of running text, below which a page is left to a person
FAR_BELOW = 60
VOCABULARY = 150  # different words of a core, from which on they say what its story is about
HEAD = 12  # lines above a story that may say who wrote it and when
FOOT = 4  # lines below it
TEASERS = 4  # short paragraphs with titles of their own, from which on they are a list of other stories
AMOUNTS = 12  # lines with amounts, as recipes have them
PAGE_KINDS = frozenset(["label", "byline", "caption", "call", "comments", "legal"])
TITLES = 6  # short lines before or behind an article, from which on they are no part of it
STRANGE = 0.2  # a paragraph that shares less of its longer words with the story is one of another story

_TITLE_END = re.compile(r"\s(?:[-–—|:»·]|::)\s")
_AMOUNT = re.compile(
    r"[½¼¾⅓⅔\d] ?(?:cups?|tsp|tbsp|teaspoons?|tablespoons?|ounces?|oz|lbs?|pounds?|grams?|g|kg|ml|cl|dl|l|el|tl|"
    r"prisen?|bund|stück|cucharad(?:it)?as?|cuill[eè]res?|cucchia(?:i|io|ini|ino)|colher(?:es)?|eetlepels?|theelepels?|cloves?|"
    r"slices?|large|medium|small|green|red|yellow|purple|blue)\b",
    re.I,
)
_BIO = re.compile(
    r"\b(?:is|was|has been|covers|writes|reports) (?:[\w,’'.\-]+ ){0,12}?(?:reporter|editor|writer|correspondent|"
    r"journalist|columnist|author|producer|contributor|freelancer?|blogger|founder|professor)\b"
)


class Core(NamedTuple):
    """A run of paragraphs; `share` says how many of the title's words it has."""

    value: float
    begin: int
    end: int
    share: float


@dataclass
class Page(Validator):
    contract = Contract.LINES
    scope = "all"
    cases = ("around", "between", "unsure")

    def prepare(self, setup: Setup) -> None:
        self._setup = setup
        self._phrases = setup.phrases
        self._common = frozenset(w for words in setup.phrases.function_words.values() for w in words)

    def check(self, article: Article) -> Iterator[Hit]:
        if not self._setup.is_page(article):
            return
        rows = self._phrases.rows(article)
        stretches = join(rows)
        weigh(stretches, rows, self._common)
        recognise_lists(stretches)
        title = title_of(article, stretches)
        headings = headings_of(stretches, title)
        thin_out(stretches)
        doubt_teasers(stretches)
        part_comments(stretches, title, headings, self._common)
        wanted = (
            {w for w in title if len(w) > 3 and w not in self._common}
            if headings or titled(article, stretches)
            else set()
        )
        cores = cores_of(stretches, wanted, headings)
        if not cores:
            yield from self._left(rows, "it has no running text")
            return
        core = cores[0]
        below = below_heading(stretches, headings, (core.begin, core.end))
        near = below if core.begin - below <= FAR_BELOW else core.begin
        doubt_strangers(stretches, (near, core.begin, core.end), title, self._common)
        found = best_segment(stretches, 1.0, below)
        if found is None or found[2] < ENOUGH:
            yield from self._left(rows, "it has hardly any running text")
            return
        begin = skip_head(stretches, found[0], found[1], headings)
        end = cut_tail(stretches, begin, found[1])
        if doubt := why_unsure(stretches, begin, end, cores):
            yield from self._left(rows, doubt)
            return
        titles = [stretches[n].text for n in headings if n < begin and not stretches[n].text.endswith(":")]
        yield from self._hits(article, rows, stretches, begin, end, titles)

    def _left(self, rows: Sequence[Row], doubt: str) -> Iterator[Hit]:
        """The page is left as it is, and a person is told why."""
        if rows:
            span = Span(rows[0].line.start, rows[0].line.end)
            yield Hit(span, {"text": excerpt(rows[0].text), "doubt": doubt}, case="unsure")

    def _metadata(self, article: Article, lines: Sequence[str], titles: Sequence[str]) -> dict[str, str]:
        """What lines next to the story say of it that the front matter does not: its title, author, date, credits."""
        schema = self._setup.schemas.of(article)
        known = tuple(schema.known) if schema is not None else ()
        out: dict[str, str] = {}
        if titles and not (article.meta and article.meta.value("title")):
            out["title"] = excerpt(titles[-1], LONGEST)
        for said in (said for text in lines for said in read_line(text)):
            if not is_recorded(article, said):
                out.setdefault(field_of(article, said.kind, known), said.value)
        return out

    def _hits(
        self,
        article: Article,
        rows: Sequence[Row],
        stretches: Sequence[Stretch],
        begin: int,
        end: int,
        titles: Sequence[str],
    ) -> Iterator[Hit]:
        gone = [*range(begin), *between(stretches, begin, end, rows), *range(end + 1, len(stretches))]
        near = range(begin - BELOW, end + BELOW + 1)
        gone = [n for n in gone if n not in near or not _tells_origin(stretches[n], rows)]
        if not gone:
            return
        runs: list[list[int]] = []
        for n in gone:
            if runs and runs[-1][-1] == n - 1:
                runs[-1].append(n)
            else:
                runs.append([n])
        for run in runs:
            if not begin <= run[0] <= end and not _is_around(stretches, run):
                continue
            first, last = stretches[run[0]].first, stretches[run[-1]].last
            before = rows[first - 1] if first else None
            after = rows[last + 1] if last + 1 < len(rows) else None
            ((start, stop),) = places(article, [rows[first : last + 1]], before, after)
            case = "between" if begin <= run[0] <= end else "around"
            values: dict[str, object] = {"text": excerpt(rows[first].text), "lines": last + 1 - first, "offer": ""}
            if case == "around":
                above = run[0] < begin
                near_story = rows[max(first, last + 1 - HEAD) : last + 1] if above else rows[first : first + FOOT]
                if told := self._metadata(article, [r.text for r in near_story], titles if above else ()):
                    said = ", ".join(f"`{k}: {v}`" for k, v in told.items())
                    values |= {"metadata": told, "offer": f"; the front matter does not have {said}"}
            edit = Edit(start, article.text[start:stop], "")
            yield Hit(
                Span(rows[first].line.start, rows[last].line.end),
                values,
                fix(f"delete these {last + 1 - first} lines", edit, safety=Safety.SAFE),
                case=case,
            )


def _tells_origin(s: Stretch, rows: Sequence[Row]) -> bool:
    """Whether a stretch says who made or paid for the article, or corrects it: that is never deleted."""
    return s.kind == "provenance" or any(r.mark("disclosure") for r in rows[s.first : s.last + 1])


def _is_around(stretches: Sequence[Stretch], run: Sequence[int]) -> bool:
    """Whether what would go before or behind the article has anything of a page in it: labels, dates, many titles."""
    kinds = [stretches[n].kind for n in run]
    return any(kind in PAGE_KINDS for kind in kinds) or kinds.count("short") >= TITLES


def doubt_teasers(stretches: Sequence[Stretch]) -> None:
    """Lowers the score of short paragraphs that each stand under a title of their own, where there is better text."""
    teasers = []
    for n, s in enumerate(stretches):
        above = stretches[n - 1] if n else None
        below = stretches[n + 1] if n + 1 < len(stretches) else None
        if (
            s.score > 0
            and s.score <= LONG
            and above
            and _is_title(above)
            and below
            and (_is_title(below) or below.score <= 0)
        ):
            teasers.append(n)
    rows = [n for n in teasers if bisect(teasers, n + 3 * TEASERS) - bisect_left(teasers, n - 3 * TEASERS) >= TEASERS]
    listed = set(rows)
    solid = sum(s.score for n, s in enumerate(stretches) if s.score > 0 and not s.sparse and n not in listed)
    if solid >= 2 * ENOUGH:
        for n in rows:
            stretches[n].score, stretches[n].kind = -0.2 * stretches[n].score, "stranger"


def _is_title(s: Stretch) -> bool:
    return s.kind == "short" and 4 <= len(s.words) <= 24 and not s.text[0].isdigit()


def part_comments(
    stretches: Sequence[Stretch], title: Sequence[str], headings: Sequence[int], common: frozenset[str]
) -> None:
    """What follows the first heading of comments is no part of the story, where there is a story before it."""
    marked = [n for n, s in enumerate(stretches) if s.kind == "comments" and not (headings and n < headings[0])]
    for n in marked[:CORES]:
        before = best_segment(stretches, 1.0, max((h for h in headings if h < n), default=0), n)
        if before is None or before[2] < ENOUGH:
            continue
        after = best_segment(stretches, 3.0, n + 1)
        wanted = {w for w in title if len(w) > 3 and w not in common}
        if after and wanted and _share(stretches, after, wanted) > _share(stretches, before, wanted) + 0.2:
            continue
        for x in stretches[n + 1 :]:
            x.score, x.kind = -abs(x.score), "comments" if x.score > 0 else x.kind
        return


def _share(stretches: Sequence[Stretch], segment: tuple[int, int, float], wanted: set[str]) -> float:
    words = {w.casefold() for s in stretches[segment[0] : segment[1] + 1] for w in s.words}
    return len(words & wanted) / len(wanted)


def best_segment(
    stretches: Sequence[Stretch], strictness: float = 1.0, first: int = 0, stop: int | None = None
) -> tuple[int, int, float] | None:
    """The run of stretches with the highest sum: first and last index, and the sum; None where all score below 0.

    With a higher `strictness` what stands between the paragraphs parts them more.
    """
    best, sum_, begin = (first, first, 0.0), 0.0, first
    for n in range(first, len(stretches) if stop is None else stop):
        s = stretches[n]
        if sum_ <= 0:
            sum_, begin = 0.0, n
        sum_ += s.score * strictness if s.score < 0 else s.score * (0.5 if s.sparse and strictness > 1 else 1.0)
        if sum_ > best[2]:
            best = begin, n, sum_
    return best if best[2] > 0 else None


def cores_of(stretches: Sequence[Stretch], wanted: set[str], headings: Sequence[int]) -> list[Core]:
    """Runs of paragraphs that may be the core of the story, best first: long ones that speak of the title."""
    out: list[Core] = []
    ranges = [(0, len(stretches))]
    for _ in range(CORES):
        parts = [(found, r) for r in ranges if (found := best_segment(stretches, 3.0, *r))]
        if not parts:
            break
        (begin, end, sum_), (first, stop) = max(parts, key=lambda p: p[0][2])
        ranges = [r for r in ranges if r != (first, stop)] + [(first, begin), (end + 1, stop)]
        share = _share(stretches, (begin, end, sum_), wanted) if wanted else 0.7
        near = any(begin - BELOW <= h <= begin + BELOW for h in headings)
        out.append(Core(sum_ * (0.3 + share) * (2 if near else 1), begin, end, share))
    return sorted(out, key=lambda c: (-c.value, c.begin))


def doubt_strangers(
    stretches: Sequence[Stretch], story: tuple[int, int, int], title: Sequence[str], common: frozenset[str]
) -> None:
    """Lowers the score of running text that shares few of its words with the core of the story.

    `story` is where the story can begin, and the core's first and last index; between the first two nothing is doubted.
    """
    core = story[1:]
    vocabulary: Counter[str] = Counter(w for w in title if len(w) > 3 and w not in common)
    own: list[set[str]] = []
    for n, s in enumerate(stretches):
        own.append({w.casefold() for w in s.words if len(w) > 3 and w.casefold() not in common})
        if core[0] <= n <= core[1] and s.score > 0:
            vocabulary.update(own[-1])
    first, last = _grown(stretches, core)
    first = min(first, story[0]) if story[0] else first
    strange = STRANGE * min(1.0, len(vocabulary) / VOCABULARY)
    for n, s in enumerate(stretches):
        if first <= n <= last or s.score <= 0 or len(own[n]) < 4:
            continue
        shared = sum(vocabulary[w] > 0 for w in own[n]) / len(own[n])
        if shared < (2 * strange if s.sparse else strange):
            s.score = -0.2 * s.score
            s.kind = "stranger"


def _grown(stretches: Sequence[Stretch], core: tuple[int, int]) -> tuple[int, int]:
    """The core with the paragraphs that are parted from it by no more than a heading."""
    ends = []
    for at, step in ((core[0], -1), (core[1], 1)):
        gap, n = 0, at
        while 0 <= n + step < len(stretches) and gap <= GAP:
            n += step
            gap = 0 if stretches[n].score > 0 else gap + (stretches[n].kind in ("short", "byline", "comments"))
            at = n if stretches[n].score > 0 else at
        ends.append(at)
    return ends[0], ends[1]


def why_unsure(stretches: Sequence[Stretch], begin: int, end: int, cores: Sequence[Core]) -> str:
    """What speaks against the segment being the story; "" where nothing does."""
    words = sum(len(s.words) for s in stretches[begin : end + 1] if s.score > 0)
    if words < FEW:
        return f"it has only {words} words of running text"
    core = cores[0]
    if core.share < 0.1 and core.value < FEW:
        return "it does not speak of what the title names"
    far = [c for c in cores[1:] if c.begin > end + BELOW or c.end < begin - BELOW]
    if any(c.share >= core.share + 0.4 and c.value > 0.1 * core.value for c in far):
        return "another part of the page speaks more of what the title names"
    cut = [s for n, s in enumerate(stretches) if not begin <= n <= end and s.kind in ("short", "list", "stranger")]
    amounts = [s for s in cut if len(s.words) > 2 and _AMOUNT.search(s.text) and not names_a_date(s.text)]
    if len(amounts) >= AMOUNTS and 2 * sum(len(s.words) for s in amounts) > words:
        return "a list of amounts or dates would be cut"
    return ""


def titled(article: Article, stretches: Sequence[Stretch]) -> bool:
    """Whether the title is surely one: the front matter's, or the first line with the name of the site."""
    said = article.meta.value("title") if article.meta else None
    return bool(said or _TITLE_END.search(stretches[0].text))


def title_of(article: Article, stretches: Sequence[Stretch]) -> list[str]:
    """The words of the article's title, from the front matter or the first line of the page."""
    said = article.meta.value("title") if article.meta else None
    first = stretches[0].text if stretches else ""
    if not said and first.count(" ") <= 25 and (_TITLE_END.search(first) or not ends_a_sentence(first)):
        said = max(_TITLE_END.split(first), key=len)
    return [w.casefold() for w in words_of(said or "")]


def headings_of(stretches: Sequence[Stretch], title: Sequence[str]) -> list[int]:
    """Where the page says the title again, above its story."""
    wanted = set(title)
    if len(wanted) < 3:
        return []
    return [
        n
        for n, s in enumerate(stretches)
        if n
        and len(s.words) <= 1.6 * len(title) + 3
        and len(wanted & {w.casefold() for w in s.words}) >= 0.75 * len(wanted)
    ]


def below_heading(stretches: Sequence[Stretch], headings: Sequence[int], core: tuple[int, int]) -> int:
    """Where the story can begin: below the last heading that has most of the core's solid text under it."""
    solid = [max(s.score, 0.0) * (0.5 if s.sparse else 1.0) for s in stretches[: core[1] + 1]]
    below = list(accumulate(reversed(solid), initial=0.0))[::-1]
    for h in reversed(headings):
        if h <= core[0] or (h < core[1] and below[h] >= 0.65 * below[core[0]] > 0):
            return h + 1
    return 0


def skip_head(stretches: Sequence[Stretch], begin: int, end: int, headings: Sequence[int]) -> int:
    """Where the story begins in its segment: below the title, the name of the author and the date."""
    total = sum(s.score for s in stretches[begin : end + 1] if s.score > 0)
    seen, titles = 0.0, set(headings)
    for n in range(begin, end + 1):
        seen += max(stretches[n].score, 0)
        if seen > 0.3 * total:
            break
        if n in titles:
            begin = n + 1
    named, prose = False, 0
    for n in range(begin, min(begin + 16, end)):
        s = stretches[n]
        if s.kind == "byline":
            begin, named = n + 1, True
        elif s.score > 0:
            prose += len(s.words)
            if named or prose > 60:
                break
    while begin < end and stretches[begin].score <= 0:
        begin += 1
    return begin


def cut_tail(stretches: Sequence[Stretch], begin: int, end: int) -> int:
    """Where the story ends in its segment: above the labels, the calls and the words about its author."""
    while end > begin:
        s = stretches[end]
        bio = len(s.words) <= 60 and _BIO.search(s.text) and not ends_a_quotation(s.text)
        if (s.score > 0 and not bio) or s.kind in ("provenance", "list"):
            break
        end -= 1
    return end


def ends_a_quotation(text: str) -> bool:
    return text[-1] in '"”»'


def between(stretches: Sequence[Stretch], begin: int, end: int, rows: Sequence[Row]) -> list[int]:
    """What is not the article inside its segment."""
    out: list[int] = []
    announced = 0
    for n in range(begin, end + 1):
        s = stretches[n]
        marks = [m for r in rows[s.first : s.last + 1] for m in r.marks]
        if any(m.where in ("lead", "marker") for m in marks):
            announced = 4
        elif announced and s.score <= 0 and s.kind == "short":
            out.append(n)
            announced -= 1
            continue
        else:
            announced = 0
        below = stretches[n + 1] if n < end else None
        credited = below is not None and below.kind == "caption" and below.text[0] in "(©"
        if (
            s.kind in ("label", "caption", "byline", "comments", "legal")
            or (s.kind == "call" and (len(s.words) <= 12 or not ends_a_sentence(s.text)))
            or (s.kind == "short" and s.text.isupper() and len(s.words) > 4)
            or (credited and 3 < len(s.words) <= 30)
        ):
            out.append(n)
    return out
