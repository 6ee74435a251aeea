"""Takes the article out of the text of a whole page: the one stretch of lines that reads best as one story.

Works only where the command or the configuration says that the text is a page. Lines that split a sentence are weighed
together; every stretch of text is scored by its shape (length, ends of sentences, common words, labels that the packs
know), and the stretch with the highest sum is the article. The title, where the page says it twice or the front matter
has it, says where the article begins; the words of the story tell its own paragraphs from teasers of others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from copydesk.validator import (
    Article,
    Contract,
    Edit,
    Hit,
    Mark,
    Row,
    Safety,
    Setup,
    Span,
    Validator,
    ends_a_sentence,
    excerpt,
    fix,
    places,
)

ENOUGH = 40  # words of running text; with less there is no article to take out
LONG = 60  # words; a longer stretch says no more for being longer

CORES = 6  # runs of paragraphs that are tried as the core of the story
AROUND = 4  # stretches on each side that tell text from teasers
SPARSE = 0.56  # share of running text among them, up to which it is sparse
GAP = 3  # labels or titles that may stand between two paragraphs of a story
BELOW = 12  # stretches between the title and the first paragraph
FEW = 60  # words of running text, below which a page is left to a person
FAR_BELOW = 60
VOCABULARY = 150  # different words of a core, from which on they say what its story is about
TEASERS = 4  # short paragraphs with titles of their own, from which on they are a list of other stories
AMOUNTS = 12  # lines with amounts, as recipes have them
PAGE_KINDS = frozenset(["label", "byline", "caption", "call", "comments", "legal"])
TITLES = 6  # short lines before or behind an article, from which on they are no part of it
STRANGE = 0.2  # a paragraph that shares less of its longer words with the story is one of another story

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_TITLE_END = re.compile(r"\s+(?:[-–—|:»·]|::)\s+")
_CONNECTIVES = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "that",
        "the",
        "to",
        "with",
        "und",
        "der",
        "die",
        "das",
        "von",
        "mit",
        "für",
        "et",
        "de",
        "la",
        "le",
        "les",
        "des",
        "du",
        "y",
        "el",
        "los",
        "las",
        "e",
        "di",
        "il",
        "che",
        "do",
        "da",
        "o",
        "um",
        "uma",
        "en",
        "het",
        "een",
        "van",
    ]
)
_SAID = re.compile(r"\b(?:said|says|wrote|schrieb|sagt|a dit|dit|dijo|dice|disse|diz|schreef|zegt)\s?:$", re.I)
_LEGAL = re.compile(
    r"\b(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|tutti i diritti "
    r"riservati|todos os direitos reservados|alle rechten voorbehouden|registered trademarks? of|may not be (?:published|"
    r"reproduced|copied)|this site is protected by recaptcha|acceptance of (?:our|the) (?:terms|user))\b",
    re.I,
)
_SENTENCE = re.compile(r"\w\w[.!?][”\"’)]?\s")
_AMOUNT = re.compile(
    r"[½¼¾⅓⅔\d] ?(?:cups?|tsp|tbsp|teaspoons?|tablespoons?|ounces?|oz|lbs?|pounds?|grams?|g|kg|ml|cl|dl|l|el|tl|prisen?|"
    r"bund|stück|cucharad(?:it)?as?|cuill[eè]res?|cucchia(?:i|io|ini|ino)|colher(?:es)?|eetlepels?|theelepels?|cloves?|"
    r"slices?|large|medium|small|green|red|yellow|purple|blue)\b",
    re.I,
)
_BULLET = re.compile(r"\s*(?:[-+*•#]|\d{1,3}[.)])\s")
_LISTED = re.compile(
    r"[-–+•*]?\s?[$€£+−-]?\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tues?|wed|thur?s?|fri|sat|sun)[a-z]{0,6}"
    r"\.? \d|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.I,
)
_BIO = re.compile(
    r"\b(?:is|was|has been|covers|writes|reports) (?:[\w,’'.\-]+ ){0,12}?(?:reporter|editor|writer|correspondent|journalist|"
    r"columnist|author|producer|contributor|freelancer?|blogger|founder|professor)\b"
)
_CREDIT = re.compile(
    r"^\(?(?:photo|image|picture|illustration|credit|foto|fotos|bild|crédito|crédit|crédits|imagen|immagine|imagem|beeld)"
    r"(?:s|graph|graphie)?(?: credit| by| courtesy| copyright|e?: | von | de | di | door )"
    r"|\((?:photo|image|credit|source|ap|reuters|getty|afp|file|foto|epa)\b[^()]{0,120}\)?\)?$"
    r"|[(/]\s*(?:ap|afp|reuters|epa|getty images|getty|shutterstock|istock)(?: photo)?\s*\)?$"
    r"|\b(?:via getty images|getty images for [\w ]{1,40}|ap photo|associated press file)\b[^.]{0,40}\)?\.?$"
    r"|^(?:©|ⓒ)|^(?:ap|epa|afp|reuters|getty(?: images)?|istock|shutterstock|alamy|(?:[\w.'’-]+ ){1,4}/ (?:ap|afp|reuters|getty)\b.{0,20})$"
    r"|^(?:image copyright|image caption|media caption|courtesy (?:of )?)",
    re.I,
)
_BYLINE = re.compile(
    r"^(?:by|written by|posted by|story by|von|por|par|di|door|text|words by)\b\W{0,3}(?:\w[\w.'’\-]*[ ,&|]{0,3}){0,8}$",
    re.I,
)
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b(?:hours?|minutes?|days?) ago\b"
    r"|^(?:published|updated|posted|last updated|first published)\b",
    re.I,
)
_CALL = re.compile(
    r"^(?:follow|subscribe|sign up|join|click|download|email|e-mail|contact|read more|read also|see also|related|also read"
    r"|watch|listen|more:|copyright|©|the views expressed|this (?:site|website) uses|we use cookies|by (?:signing|using|"
    r"continuing|clicking|submitting)|all rights|want (?:more|to)|need more|get (?:the|our|breaking|this|more)|got a|"
    r"have a (?:news )?tip|leggi anche|lesen sie|lire aussi|lea también|leia também|lees ook|don['’]t miss|must read)\b",
    re.I,
)
_FORM = re.compile(
    r"\b(?:newsletter|our app|all rights reserved|privacy policy|terms of (?:use|service)|may earn (?:a|an))\b", re.I
)
_PROVENANCE = re.compile(
    r"^\W{0,2}(?:correction|clarification|editor['’]?s['’]? note|additional reporting|reporting by|with files from)\b"
    r"|\bcontributed (?:to|reporting)\b|\b(?:originally|first) (?:published|appeared)\b",
    re.I,
)


@dataclass(slots=True)
class Stretch:
    """Lines that make up one paragraph, label or title; `first` and `last` are indexes of rows."""

    first: int
    last: int
    text: str
    words: list[str]
    score: float = 0.0
    kind: str = ""
    sparse: bool = False


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
        yield from self._hits(article, rows, stretches, begin, end)

    def _left(self, rows: Sequence[Row], doubt: str) -> Iterator[Hit]:
        """The page is left as it is, and a person is told why."""
        if rows:
            span = Span(rows[0].line.start, rows[0].line.end)
            yield Hit(span, {"text": excerpt(rows[0].text), "doubt": doubt}, case="unsure")

    def _hits(
        self, article: Article, rows: Sequence[Row], stretches: Sequence[Stretch], begin: int, end: int
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
            values = {"text": excerpt(rows[first].text), "lines": last + 1 - first}
            edit = Edit(start, article.text[start:stop], "")
            case = "between" if begin <= run[0] <= end else "around"
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


def join(rows: Sequence[Row]) -> list[Stretch]:
    """The rows as stretches: what was split at links is one again, for weighing only."""
    out: list[Stretch] = []
    for n, row in enumerate(rows):
        if n and _goes_on(rows, n):
            out[-1].last = n
            out[-1].text += " " + row.text
        else:
            out.append(Stretch(n, n, row.text, []))
    for s in out:
        s.words = _WORD.findall(s.text)
    return out


def _goes_on(rows: Sequence[Row], n: int) -> bool:
    """Whether row `n` goes on with the sentence of the row above."""
    above, row = rows[n - 1], rows[n]
    if row.at != above.at + 1:
        return False
    unfinished = not ends_a_sentence(above.text) and above.text[-1] != ":"
    if row.marks or above.marks:
        return unfinished and row.text[0].islower() and above.text.count(" ") > 2
    if _begins_a_block(row) or above.text.startswith("#"):
        return False
    if row.text[0] == "(" and unfinished and above.text[-1] not in ",;" and len(row.text) > 40:
        return True
    if _opens_lower(row.text):
        return not above.marks and (len(above.text) > 1 or above.text.isalnum())
    if above.text[-1] in "(“‘" or row.text == "(" or above.text.endswith(("'s", "’s")):
        return True
    if above.text[-1] in ",;" and len(above.text) > 12:
        return True
    if above.text.casefold().rpartition(" ")[2] in _CONNECTIVES:
        return True
    below = rows[n + 1] if n + 1 < len(rows) and rows[n + 1].at == row.at + 1 else None
    return bool(
        unfinished
        and below
        and not below.marks
        and _opens_lower(below.text)
        and len(row.text) < 120
        and len(above.text) > 12
    )


def _begins_a_block(row: Row) -> bool:
    return row.line.kind in ("table", "code", "quote") or _BULLET.match(row.line.text) is not None


def _opens_lower(text: str) -> bool:
    return text[0].islower() or text[0] in ",.;:)’”!?" or text.startswith("'s ")


def weigh(stretches: Sequence[Stretch], rows: Sequence[Row], common: frozenset[str]) -> None:
    """Gives every stretch its score: words of running text count for an article, labels and titles against one."""
    long = [w.casefold() for s in stretches if len(s.words) >= 12 for w in s.words]
    known = sum(w in common for w in long) > 0.2 * len(long)
    for s in stretches:
        size = max(len(s.words), len(s.text) // 12)
        marks = [m for r in rows[s.first : s.last + 1] for m in r.marks]
        s.score, s.kind = _score(s, size, marks)
        if s.kind == "prose" and known and size >= 6:
            share = sum(w.casefold() in common for w in s.words) / max(1, len(s.words))
            if share < 0.15:
                s.score *= 0.2


_MARKED = {"anywhere": -4.0, "tail": -6.0, "marker": -8.0, "weak-marker": -3.0, "lead": -4.0, "disclosure": 0.0}


def _score(s: Stretch, size: int, marks: Sequence[Mark]) -> tuple[float, str]:
    if marks:
        kinds = {m.kind for m in marks if m.where in ("anywhere", "tail")}
        if "comments" in kinds:
            return -25.0, "comments"
        if "legal" in kinds:
            return -25.0, "legal"
        return min(_MARKED.get(m.where, -2.0) for m in marks), "label"
    ended = ends_a_sentence(s.text)
    if size <= 14 and _SAID.search(s.text):
        return -10.0, "comments"
    if size <= 150 and _LEGAL.search(s.text):
        return -25.0, "legal"
    if _PROVENANCE.search(s.text) and size < 60:
        return 0.0, "provenance"
    if size <= 70 and _CREDIT.search(s.text):
        return -3.0, "caption"
    if size <= 14 and (_BYLINE.match(s.text) or (_DATE.search(s.text) and not ended)):
        return -2.0, "byline"
    if size <= 45 and (_CALL.match(s.text) or (size <= 20 and _FORM.search(s.text))):
        return -4.0, "call"
    if ended and size >= 5:
        return float(min(size, LONG)), "prose"
    if size >= 25 or (size >= 15 and _SENTENCE.search(s.text)):
        return 0.7 * min(size, LONG), "prose"
    return (-2.0 if size <= 3 else -3.0), "short"


def recognise_lists(stretches: Sequence[Stretch]) -> None:
    """Dates, amounts and prices one below another may be the article's own: they count for it, a little."""
    n = 0
    while n < len(stretches):
        stop = n
        while stop < len(stretches) and (
            stretches[stop].kind in ("short", "byline")
            or (0 < len(stretches[stop].words) <= 16 and _LISTED.match(stretches[stop].text))
        ):
            stop += 1
        dated = [s for s in stretches[n:stop] if _LISTED.match(s.text)]
        if len(dated) >= 5 and len(dated) >= 0.6 * (stop - n):
            for s in stretches[n:stop]:
                s.score, s.kind = 1.0, "list"
        n = stop + 1


def thin_out(stretches: Sequence[Stretch]) -> None:
    """Marks the running text that stands among labels and titles, as teasers of other stories do."""
    solid = [s.score > 0 or s.kind == "caption" for s in stretches]
    for n, s in enumerate(stretches):
        near = solid[max(0, n - AROUND) : n + AROUND + 1]
        s.sparse = s.score > 0 and sum(near) <= SPARSE * len(near)


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
    rows = [n for n in teasers if sum(abs(m - n) <= 3 * TEASERS for m in teasers) >= TEASERS]
    solid = sum(s.score for n, s in enumerate(stretches) if s.score > 0 and not s.sparse and n not in set(rows))
    if solid >= 2 * ENOUGH:
        for n in rows:
            stretches[n].score, stretches[n].kind = -0.2 * stretches[n].score, "stranger"


def _is_title(s: Stretch) -> bool:
    return s.kind == "short" and 4 <= len(s.words) <= 24 and not s.text[0].isdigit()


def part_comments(
    stretches: Sequence[Stretch], title: Sequence[str], headings: Sequence[int], common: frozenset[str]
) -> None:
    """What follows the first heading of comments is no part of the story, where there is a story before it."""
    for n, s in enumerate(stretches):
        if s.kind != "comments" or (headings and n < headings[0]):
            continue
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
    """Runs of paragraphs that may be the core of the story, best first: long ones that speak of what the title names."""
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
    amounts = [s for s in cut if len(s.words) > 2 and _AMOUNT.search(s.text) and not _DATE.search(s.text)]
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
    return [w.casefold() for w in _WORD.findall(said or "")]


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
    total = sum(solid[core[0] :])
    for h in reversed(headings):
        if h <= core[0] or (h < core[1] and sum(solid[h:]) >= 0.65 * total > 0):
            return h + 1
    return 0


def skip_head(stretches: Sequence[Stretch], begin: int, end: int, headings: Sequence[int]) -> int:
    """Where the story begins in its segment: below the title, the name of the author and the date."""
    total = sum(s.score for s in stretches[begin : end + 1] if s.score > 0)
    seen = 0.0
    for n in range(begin, end + 1):
        seen += max(stretches[n].score, 0)
        if seen > 0.3 * total:
            break
        if n in headings:
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
