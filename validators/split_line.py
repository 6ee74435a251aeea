"""Sentences that a scraper or a hard wrap has cut over lines.

Every line break inside a paragraph block is judged on its own: features of the line before and the line after, of their
neighbours and of the width at which the article is wrapped are added up with the weights of a logistic regression
(`rules/layout/split_model.json`, trained by `benchmarks/train_splits.py`). Vetoes come on top, for what a small model
cannot know. A blank line is never crossed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp

from copydesk.pieces import (
    CLOSERS,
    DASHES,
    LONG,
    LOWER,
    OPENERS,
    SHORT,
    WIDEST,
    Kind,
    Layout,
    Piece,
    Words,
    blocks_of,
    full_at,
    goes_on,
    hangs,
    kind_of,
    layout_of,
    surroundings,
    titled,
)
from copydesk.validator import (
    MASK,
    Article,
    Contract,
    Fix,
    Hit,
    Safety,
    SettingError,
    Setup,
    Span,
    Validator,
    fix,
    minimal,
)

ENDS_HERE = "a paragraph may end here"
ALONE = "a heading, a speaker or a salutation"
CAPITAL = "a capital after it"
BEFORE_NOUN = frozenset(["a", "an", "the", "of", "and", "or", "your", "our", "their", "its", "my"])
WAITING = (BEFORE_NOUN - {"and", "or"}) | {
    "in",
    "on",
    "at",
    "by",
    "for",
    "from",
    "to",
    "with",
    "into",
    "per",
    "this",
    "these",
    "his",
    "her",
}
CUT = 0.02  # share of the line breaks that surely cut a sentence, from which on an article is taken for cut up
LIKELY_NAME = 0.97  # after an article or a preposition, before a comma or a full stop
CERTAIN = 0.999  # no sentence begins with a comma or a full stop
TWO_MARKS = frozenset(a + b for a in ":,;-(" for b in ".,;:") | {".."}  # the second means something else
WRAPPED = 50  # code points; prose that is wrapped at a narrower width looks like verse
EXCERPT = 40  # code points
NEAR = 12  # lines; further away a sentence is not looked for
LINK_TITLE = re.compile(r"\]\( ?(?:[^\s\"]+ )?\"")
REFERENCE = re.compile(r"\[[^\]]{1,80}\]: ")
LABEL = re.compile(r"[A-Z][\w ]{0,24}:\s\S")
LETTERED = re.compile(r"\(?[a-zA-Z]{1,2}[.)] |\(?[ivx]{1,4}[.)] ")
NAMED = re.compile(r"[a-z][\w.\-]{1,40}:\s")
BYLINE = re.compile(r"by [A-Z]")
TIME = re.compile(r"\d{1,2}:\d\d")


def doubt(block: Sequence[Piece], n: int, layout: Layout, is_markdown: bool = False) -> str:
    """Why the break after line `n` is not to be closed without a look, however sure the model is; '' for no reason."""
    a, b = block[n], block[n + 1]
    after = block[n + 2] if n + 2 < len(block) else None
    if LABEL.match(a.text) and LABEL.match(b.text):
        return "labelled lines"
    if b.text.startswith(": ") and a.words <= 6 and is_markdown:
        return "a definition list in Markdown"
    if b.opens == "tail":
        return ""
    if not layout.spaced and NAMED.match(b.text) and not (full_at(layout, a, b) and a.closes != "stop"):
        return "a label in lower case"
    if is_byline(a, b, after):
        return "a byline"
    if not full_at(layout, a, b) and not is_cut(layout):
        opens = n == 0 or block[n - 1].closes in ("stop", "colon", "close")
        if opens and (a.opens in LOWER or a.words <= 3 or (a.words <= 4 and a.closes == "comma")):
            return ALONE
    hanging = hangs(a)
    if b.opens == "address" and not (hanging and after and goes_on(after)):
        return "an address"
    if full_at(layout, a, b):
        if layout.spaced and layout.share > 0.8 and a.closes != "colon":
            return ""
        if titled(a) and titled(b) and not hanging and (layout.share < 0.5 or len(a.text) < WRAPPED):
            return "two titles"
        if b.opens in LOWER:
            return "a full stop before it" if a.closes == "stop" else ""
        if a.closes in ("stop", "close", "colon", "dash") or (b.opens == "opening" and not hanging):
            return ENDS_HERE
        return ""
    if a.closes == "semicolon" or a.text.endswith(("; and", "; or")):
        return "a list with semicolons"
    if a.closes == "colon" and not (after and after.opens == "tail") and not (is_cut(layout) and layout.spaced):
        return "a colon before it"
    if among_short_lines(block, n, layout):
        return "many short lines"
    if opens_with_link(block, n, layout):
        return ""
    if b.opens not in LOWER and not (goes_on(b) and a.closes != "close"):
        closed = b.closes == "stop" or (after is not None and goes_on(after))
        if b.words > 9 or not closed or not (hanging or a.closes == "lower"):
            return CAPITAL
    if titled(a) and titled(b) and not hanging:
        return "two titles"
    return ""


def between_entries(block: Sequence[Piece], n: int, layout: Layout) -> bool:
    """Whether the lines are entries of a list or a menu, of which there is nothing to say."""
    a, b = block[n], block[n + 1]
    if max(a.text[-1], b.text[0]) >= "\u2e80":
        return True  # no spaces, no capitals: nothing here says where a sentence ends
    full = full_at(layout, a, b)
    if (LETTERED.match(b.text) and not (full and b.opens in LOWER and a.closes != "stop")) or TIME.match(b.text):
        return True
    if full and b.opens in LOWER:
        return False
    if b.opens == "address" and " " not in b.text and " " not in a.text:
        return True
    if b.opens == "tail":
        return False
    if hangs(a):
        after = block[n + 2] if n + 2 < len(block) else None
        follows = b.closes == "stop" or (after is not None and goes_on(after))
        return a.words < 4 and a.opens not in LOWER and b.opens not in LOWER and not follows  # an orphan label
    if a.closes == "colon" and not layout.spaced:
        return True
    titles = titled(a) and titled(b) and b.opens not in LOWER
    return (titles and not full) or among_short_lines(block, n, layout)


def is_verse(block: Sequence[Piece], layout: Layout) -> bool:
    """Four lines or more, of even length and none long, half of which end in a mark: a stanza."""
    if len(block) < 4 or any(p.words > 12 for p in block):
        return False
    if layout.width >= WRAPPED and all(full_at(layout, a, b) for a, b in pairwise(block)):
        return False  # no poet fills every line to the same width
    lengths = [len(p.text) for p in block]
    marked = sum(p.closes in ("stop", "comma", "semicolon", "colon", "dash") for p in block)
    return max(lengths) <= 2.2 * min(lengths) and 2 * marked >= len(block)


def opens_with_link(block: Sequence[Piece], n: int, layout: Layout) -> bool:
    """Whether a sentence of the same paragraph begins with a link: the line after it goes on in small letters.

    Only where links cut the lines of the article, and blank lines part its paragraphs.
    """
    a, b = block[n], block[n + 1]
    after = block[n + 2] if n + 2 < len(block) else None
    prose = a.closes == "stop" and (a.words > SHORT or a.opens in LOWER or a.opens == "tail")
    return layout.spaced and is_cut(layout) and prose and b.opens not in LOWER and after is not None and goes_on(after)


def is_cut(layout: Layout) -> bool:
    """Whether sentences of the article have been cut, beyond doubt and not by a wrap."""
    return not layout.width and layout.cuts >= CUT


def is_byline(a: Piece, b: Piece, after: Piece | None) -> bool:
    """`by` and a name under a headline."""
    if b.text == "by":
        return a.opens not in LOWER and a.words < 15 and not hangs(a)
    return bool(BYLINE.match(b.text)) and b.words < SHORT and not (after and goes_on(after))


def words_are_lost(block: Sequence[Piece], n: int) -> bool:
    """An unfinished line, a few words in capitals, and then a new sentence: what stood after those words is gone."""
    a, b = block[n], block[n + 1]
    after = block[n + 2] if n + 2 < len(block) else None
    if b.opens not in ("title", "caps"):
        return False
    open_end = a.closes == "dangling" and a.words > 2 and a.last.lower() not in ("by", "via")
    if b.words > 9:  # no name, but the rest of a sentence that lost its beginning
        listed = a.text.endswith(("; and", "; or"))
        return open_end and not listed and a.words > 7 and b.closes == "stop" and len(b.text) > WIDEST
    name = b.words <= 4 and b.closes in ("title", "caps", "lower", "digit")
    unfinished = open_end or (a.closes == "comma" and a.words <= 4)
    return unfinished and name and after is not None and after.opens == "opening" and after.words > 4


def waits(p: Piece) -> bool:
    """Whether a line ends in an article or a preposition, for which it takes a noun; verse hardly ever does."""
    return p.closes == "dangling" and p.last in WAITING


def between_halves(block: Sequence[Piece], n: int) -> bool:
    """Whether the line after line `n` is a name, and the line after that a comma or a full stop."""
    b, after = block[n + 1], block[n + 2] if n + 2 < len(block) else None
    return b.opens in ("title", "caps", "opening") and b.words <= 8 and after is not None and after.opens == "tail"


def among_short_lines(block: Sequence[Piece], n: int, layout: Layout) -> bool:
    """Four or more short lines in a row, and no comma or the like near that begins one: verse, or a menu."""
    a, b = block[n], block[n + 1]
    if a.words > SHORT or b.words > SHORT or a.text in ("and", "or") or b.text in ("and", "or"):
        return False
    first, last = n, n + 1
    while first > max(0, n - 3) and block[first - 1].words <= SHORT:
        first -= 1
    while last < min(len(block) - 1, n + 4) and block[last + 1].words <= SHORT:
        last += 1
    if last - first < 3 or "tail" in [p.opens for p in block[max(0, n - 1) : n + 3]]:
        return False
    longest = max([p.words for p in block[max(0, n - NEAR) : n + NEAR]])
    if longest > 14 and layout.spaced:
        return False  # a paragraph of its own, with prose in it
    goes = is_cut(layout) and (b.opens == "joining" or any(waits(p) for p in block[max(0, n - 2) : n + 2]))
    return not (goes and longest > SHORT)


def glue(block: Sequence[Piece], n: int, language: str) -> str:
    """What belongs between the two halves of a sentence: a space, or nothing."""
    a, b = block[n].text, block[n + 1].text
    if block[n + 1].opens == "tail":
        return " " if language == "fr" and b[0] in ":;!?»" else ""
    if b[0] == "%" and a[-1].isdigit():
        return ""
    if a[-1] in OPENERS:
        return " " if a.endswith("](") else ""
    if a[-1] == '"' or b[0] == '"':
        quoted = 0
        for p in reversed(block[max(0, n - NEAR) : n + 1]):  # back to where the sentence began
            if p.closes == "stop" and p.text is not a:
                break
            quoted += p.text.count('"')
        return "" if quoted % 2 else " "
    if a[-1] == "/" or b[0] == "/":
        return " " if re.search(r"[.:]", a.split()[-1]) else ""
    if b[0] in DASHES and b[1:2].strip(DASHES + " "):
        return ""
    if a[-1] in DASHES and a.rstrip(DASHES)[-1:].strip():
        return ""
    return " "


@dataclass
class SplitLine(Validator):
    """`safe` and `likely` are probabilities of the model from which on a join is safe, or else unsafe."""

    contract = Contract.SPACE
    scope = "body"
    lasting = True
    cases = ("link", "wrap", "likely", "lost")
    safe: float = 0.9
    cut_safe: float = 0.8
    likely: float = 0.5
    fair: float = 0.7
    weights: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    sums: dict[Kind, float] = field(default_factory=dict, init=False, repr=False)
    known: Words = field(default=Words(*[frozenset()] * 4), init=False, repr=False)

    def prepare(self, setup: Setup) -> None:
        for path, data in setup.data("layout/english.yaml"):
            if not isinstance(data, dict) or not set(Words._fields) <= data.keys():
                raise SettingError(f"{path}: needs the word classes {', '.join(Words._fields)}")
            self.known = Words(*(frozenset(str(data[k]).split()) for k in Words._fields))
        for path in setup.files("layout/split_model.json"):
            try:
                self.weights = {str(k): float(v) for k, v in json.loads(path.read_text("utf-8"))["weights"].items()}
            except (ValueError, KeyError, TypeError, AttributeError) as e:
                raise SettingError(f"{path}: not the model that benchmarks/train_splits.py writes: {e}") from e
        if not self.weights:
            raise SettingError("rules/layout/split_model.json is missing; install copydesk again")

    def check(self, article: Article) -> Iterator[Hit]:
        blocks, runs = blocks_of(article.lines, self.known)
        if not blocks:
            return
        layout = layout_of(blocks, runs)
        stanzas = [all(p.words <= SHORT for p in block) for block in blocks]
        for number, block in enumerate(blocks):
            near = stanzas[max(0, number - 1) : number + 2]
            if is_verse(block, layout) or (stanzas[number] and sum(near) > 1):
                continue  # verse; or short lines among short lines: another stanza, notes, a menu
            items = list_items(block, layout)
            hits = [None if n in items else self.judge(article, block, n, layout) for n in range(len(block) - 1)]
            yield from grouped(hits, block)

    def judge(self, article: Article, block: Sequence[Piece], n: int, layout: Layout) -> Hit | None:
        """What the break after line `n` of the block is; None where it is right as it stands."""
        a, b = block[n], block[n + 1]
        full = full_at(layout, a, b)
        if b.opens == "tail" and a.text[-1] + b.text[0] in TWO_MARKS:
            return None
        if b.opens != "tail" and a.closes == "stop" and not full and not (is_cut(layout) and layout.spaced):
            return None
        if a.text == b.text or "{#" in a.text[-80:] or REFERENCE.match(b.text):
            return None  # a heading in the words of the paragraph, one with an anchor, or the address of a link
        if a.text[-1] == "-" and a.text[-2:-1].isalpha() and b.text[0].isalpha():
            return None  # a hyphenated word is another validator's
        if article.lines[a.line].text.endswith(("  ", "\\")) or is_inside(article, a, b, full):
            return None  # a line break in Markdown, or a break inside code, a link or a tag
        score = self.score(block, n, layout)
        confidence = round(1 / (1 + exp(-max(-30.0, min(30.0, score)))), 3)
        if b.opens == "tail" and a.closes != "stop":
            confidence = max(confidence, CERTAIN)
        elif (waits(a) or a.last in ("and", "or")) and between_halves(block, n):
            confidence = max(confidence, LIKELY_NAME)
        if article.language == "en" and b.opens == "tail" and b.text[0] in ".,;" and a.last.lower() in BEFORE_NOUN:
            return found(a, b, confidence, "lost")  # the text of the link is gone
        reason = ""
        if confidence >= self.likely:
            reason = doubt(block, n, layout, article.id.endswith((".md", ".markdown")))
        enough = self.cut_safe if is_cut(layout) else self.safe
        certain = confidence >= enough and not reason
        doubtful = not certain and not layout.width and (confidence < self.safe or b.words <= 4)
        if doubtful and article.language == "en" and words_are_lost(block, n):
            return found(a, b, confidence, "lost", joined(article, block, n, Safety.SUGGEST))
        if confidence < self.likely or between_entries(block, n, layout):
            return None
        if certain and (a.closes != "stop" or full or b.opens == "tail" or opens_with_link(block, n, layout)):
            return found(a, b, confidence, "wrap" if full else "link", joined(article, block, n, Safety.SAFE))
        if reason == ENDS_HERE and not in_mid_paragraph(block, n, layout):
            return None
        if not self.is_worth_asking(confidence, reason, a, b, layout):
            return None
        return found(a, b, confidence, "likely", joined(article, block, n, Safety.UNSAFE), doubt=reason)

    def score(self, block: Sequence[Piece], n: int, layout: Layout) -> float:
        """The sum of the weights; that of the kind is kept, since most breaks are of few kinds."""
        kind = kind_of(block, n, layout)
        if kind not in self.sums:
            self.sums[kind] = sum([self.weights.get(f, 0.0) for f in kind.features()])
        return self.sums[kind] + sum([self.weights.get(f, 0.0) for f in surroundings(block, n)])

    def is_worth_asking(self, confidence: float, reason: str, a: Piece, b: Piece, layout: Layout) -> bool:
        """Whether to ask a person: readily where the article is known to be cut or wrapped, else hardly ever."""
        if not reason:
            return confidence >= (self.likely if is_cut(layout) or layout.width else self.fair)
        if layout.share >= 0.6 and reason == ENDS_HERE:
            return confidence >= 0.6 and not LABEL.match(b.text) and not a.text.endswith("}")
        if is_cut(layout) and layout.spaced and reason == CAPITAL:
            return confidence >= self.fair
        return (
            confidence >= self.safe and (reason != CAPITAL or hangs(a)) and not (reason == ALONE and a.closes == "caps")
        )


def joined(article: Article, block: Sequence[Piece], n: int, safety: Safety) -> tuple[Fix, ...]:
    a, b = block[n], block[n + 1]
    edit = minimal(a.end, article.text[a.end : b.start], glue(block, n, article.language))
    return fix("join the lines", edit, safety=safety)


def found(a: Piece, b: Piece, confidence: float, case: str, fixes: tuple[Fix, ...] = (), **more: object) -> Hit:
    """The hit on the break between two lines."""
    values = {"before": ends(a.text), "after": starts(b.text), "confidence": confidence, **more}
    return Hit(Span(a.end, b.start), values, fixes, case=case)


def in_mid_paragraph(block: Sequence[Piece], n: int, layout: Layout) -> bool:
    """Whether a break beside this one was made by the wrap in the middle of a sentence."""
    beside = [k for k in (n - 1, n + 1) if 0 <= k < len(block) - 1]
    return any(full_at(layout, block[k], block[k + 1]) and block[k].closes != "stop" for k in beside)


def is_inside(article: Article, a: Piece, b: Piece, full: bool) -> bool:
    """Whether the break stands in code, a tag or a link, other than in the wrapped title of a link."""
    masked, at = article.passages[0].masked, article.body.start
    if not masked[a.end - 1 - at] == masked[b.start - at] == MASK:
        return False
    begin = a.text.rfind("](")
    return not (full and begin >= 0 and ")" not in a.text[begin:] and LINK_TITLE.match(a.text[begin:] + " " + b.text))


def ends(text: str) -> str:
    """The last words of a line, for a message."""
    return text if len(text) <= EXCERPT else text[-EXCERPT:].partition(" ")[2] or text[-EXCERPT:]


def starts(text: str) -> str:
    """The first words of a line, for a message."""
    return text if len(text) <= EXCERPT else text[:EXCERPT].rpartition(" ")[0] or text[:EXCERPT]


def grouped(hits: Sequence[Hit | None], block: Sequence[Piece]) -> Iterator[Hit]:
    """The hits; those that a person decides on at once as one hit.

    These are the breaks before and after the text of one link (to close one of the two helps nobody) and the breaks
    of a stretch that was wrapped at one width.
    """
    n = 0
    while n < len(hits):
        run = [h for h in (hits[n],) if h]
        n += 1
        if not run:
            continue
        while n < len(hits) and (more := hits[n]) and more.case == run[0].case:
            if run[0].case == "link" and (len(run) == 2 or block[n].words >= 10):
                break
            if run[0].case not in ("link", "wrap"):
                break
            run.append(more)
            n += 1
        if len(run) == 1 and run[0].case != "wrap":
            yield run[0]
            continue
        edits = [e for h in run for e in h.fixes[0].edits]
        values: dict[str, object] = {
            **run[0].values,
            "confidence": min(float(str(h.values["confidence"])) for h in run),
        }
        values |= {"breaks": len(run)} if run[0].case == "wrap" else {"link": block[n - 1].text[:80]}
        span = Span(run[0].span.start, run[-1].span.end)
        yield Hit(span, values, fix("join the lines", *edits), case=run[0].case)


def is_address(p: Piece) -> bool:
    """Whether a line begins with the name of a site, which is in lower case wherever it stands."""
    return "." in p.text.split(None, 1)[0].rstrip(CLOSERS + ".,;:")


def list_items(block: Sequence[Piece], layout: Layout) -> set[int]:
    """Breaks between items of a list without marks: lines that begin in lower case though nothing runs into them."""
    out: set[int] = set()
    loose = True  # nothing runs into the present line
    for n in range(len(block) - 1):
        a, b = block[n], block[n + 1]
        if full_at(layout, a, b):
            loose = False
            continue
        item = loose and a.opens in LOWER and a.words < LONG and not is_address(a)
        if item and b.opens in LOWER and b.words < LONG and not (is_cut(layout) and waits(a)):
            out.add(n)
        loose = n in out or a.closes in ("stop", "colon")
    return out
