"""Mojibake: text that was decoded with the wrong encoding, and what is left of it where it cannot be undone.

ftfy decides what is mojibake and what it was. It is asked only about the stretches of a line that hold a pair of
characters which could be UTF-8 read in one of the encodings it knows; it would leave all others alone, and the screen
costs a tenth of the time. Of ftfy's many repairs only those of the encoding are switched on, and one of these is not:
a sequence that lost a byte stays as it is, because writing U+FFFD for it would destroy the bytes that are left.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

from copydesk.validator import MASK, Article, Contract, Edit, Fix, Hit, Passage, Safety, Validator, fix, minimal

SINGLE_BYTE = (
    *("latin-1", "cp1252", "cp1251", "cp1250", "cp1253"),
    *("cp1254", "cp1257", "iso8859-2", "mac-roman", "cp437"),
)
NEXT_LINE = "\x85"
STRETCH = re.compile(rf"[^\r\n{MASK}]+")
LOST_BYTE = re.compile(
    "â€(?=[ \ufffd]|$)"
)  # mostly a closing quote whose last byte is gone; ftfy would make it a dagger
WORD = re.compile(r"([A-Za-z0-9]+)")
ABOUT_ENCODINGS = re.compile(
    r"mojibake|\butf-?8\b|\bunicode\b|character set|code ?page|\bencodings?\b|\bdecoded\b|\blatin-?1\b|garbled",
    re.IGNORECASE,
)
_SAID = ("mojibake", "utf", "unicode", "character set", "code", "latin", "garbled")  # in all that it matches


def is_about_encodings(text: str) -> bool:
    """Whether a text speaks of encodings, and so may show damage on purpose."""
    lower = text.lower()
    return any(map(lower.__contains__, _SAID)) and ABOUT_ENCODINGS.search(text) is not None


def read_byte(encoding: str, byte: int) -> str:
    """The character that a lenient reader shows for a byte: an unassigned one becomes a control character."""
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return chr(byte)


@cache
def followers() -> dict[str, frozenset[str]]:
    """For each character that may stand for the first byte of a UTF-8 sequence, those that may stand for the second.

    The space is among them where a reader may have turned the byte A0 into one.
    """
    pairs: dict[str, set[str]] = {}
    for encoding in SINGLE_BYTE:
        second = {read_byte(encoding, b) for b in range(0x80, 0xC0)}
        for lead in chain([0xC0], range(0xC2, 0xF5)):
            found = pairs.setdefault(read_byte(encoding, lead), set())
            found |= second
            if lead in b"\xc2\xc3\xc5\xce\xd0\xd9\xe2\xe3\xf0" and encoding != "mac-roman":
                found.add(" ")
    return {lead: frozenset(seconds) for lead, seconds in pairs.items()}


NONE: frozenset[str] = frozenset()
ASCII = bytes(range(0x80))
PAIR = re.compile(r"[^\x00-\x7f](?=[^\x00-\x7f]| )")
C1 = re.compile(r"[\x80-\x9f]")
MANY = 500  # characters outside of ASCII, as in a text in another alphabet


def suspicious_places(text: str) -> list[int]:
    """Where ftfy could find something, in ascending order; it leaves a stretch without such a place alone."""
    if text.isascii():
        return []
    unusual = text.encode("utf-8", "surrogatepass").translate(None, ASCII).decode("utf-8", "surrogatepass")
    kinds = {*unusual, " "}
    seconds = followers()
    leads = [c for c in kinds if not seconds.get(c, NONE).isdisjoint(kinds)]
    places: list[int] = []
    if len(unusual) > MANY:
        places = [m.start() for m in PAIR.finditer(text) if text[m.end()] in seconds.get(m[0], NONE)]
    else:
        for lead in leads:
            at = text.find(lead)
            while at >= 0:
                if text[at + 1 : at + 2] in seconds[lead]:
                    places.append(at)
                at = text.find(lead, at + 1)
    if C1.search(unusual):
        places += [m.start() for m in C1.finditer(text)]
    return sorted(places)


def suspicious_stretches(text: str) -> Iterator[tuple[int, int]]:
    """The parts of lines, between masks, that are worth ftfy's time."""
    end = 0
    for place in suspicious_places(text):
        if place >= end:
            start = max(end, 1 + max(text.rfind(c, end, place) for c in ("\n", "\r", MASK)))
            stretch = STRETCH.match(text, start)
            assert stretch is not None
            end = stretch.end()
            yield start, end


@cache
def encoding_repair() -> Callable[[str], str]:
    """ftfy with nothing but the repair of the encoding, which it repeats until nothing changes."""
    from ftfy import TextFixerConfig, fix_encoding

    config = TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_encoding=True,
        restore_byte_a0=True,
        replace_lossy_sequences=False,
        decode_inconsistent_utf8=True,
        fix_c1_controls=True,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
    return lambda text: fix_encoding(text, config)


def _shared(a: str, b: str) -> int:
    """How many characters two texts share at their beginning."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def changes(old: str, new: str) -> list[Edit] | None:
    """The edits between the words that stayed; None where ASCII letters or digits differ: then nothing is certain."""
    at = old.rfind(" ", 0, _shared(old, new)) + 1  # nearly all of a text is the same, and splitting it takes time
    tail = _shared(old[at:][::-1], new[at:][::-1])
    space = old.find(" ", len(old) - tail)
    tail = len(old) - space if space >= 0 else 0
    before, after = WORD.split(old[at : len(old) - tail]), WORD.split(new[at : len(new) - tail])
    if before[1::2] != after[1::2]:
        return None
    out = []
    for a, b in zip(before, after, strict=True):
        pieces = a.split(" "), b.split(" ")
        if len(pieces[0]) != len(pieces[1]):
            pieces = [a], [b]  # a space was a part of a character
        for x, y in zip(*pieces, strict=True):
            if x != y:
                out.append(minimal(at, x, y))
            at += len(x) + 1
        at -= 1
    return out


# What ftfy leaves: too little evidence for it, but hardly anything that somebody wrote.
SECOND = "".join(sorted(read_byte("cp1252", b) for b in range(0x80, 0xC0)))
RESIDUE = re.compile(  # the first characters first: a search looks for them fast
    r"[ÂÃâï\ufffd?]"
    rf"(?:(?<![A-ZÀ-Þ‘“«\"'(\[].)(?<=[ÂÃ])[{re.escape(SECOND)}]|(?<=â)€[{re.escape(SECOND)}\ufffd]?|(?<=ï)¿½"
    r"|(?<=\ufffd)\ufffd*|(?<=[a-z]\?)(?=(?:s|t|re|ve|ll)\b(?![=&/])))"
)
LEFT = ("Â", "Ã", "â€", "ï¿", "\ufffd")
LOST_APOSTROPHE = re.compile(r"\?(?=[stvrl])")


def may_be_left(text: str) -> bool:
    """Whether there is anything at all of what ftfy leaves."""
    damaged = not text.isascii() and any(map(text.__contains__, LEFT))
    return damaged or ("?" in text and LOST_APOSTROPHE.search(text) is not None)


def readings(found: str, in_word: bool) -> tuple[str, ...]:
    """What the characters most likely were, best first."""
    if found == "?" or (in_word and found in ("â€", "â€\ufffd")):
        return ("’",)
    if found in ("â€", "â€\ufffd", "â€\x9d"):
        return ("”",)
    try:
        written = bytes(next(b for b in range(256) if read_byte("cp1252", b) == c) for c in found)
        return (written.decode("utf-8"),)
    except (UnicodeDecodeError, StopIteration):
        return ()


@dataclass
class Mojibake(Validator):
    """Repairs what ftfy is certain of, offers a reading of what it leaves, and reports characters that are lost."""

    contract = Contract.MOJIBAKE
    cases = ("mojibake", "residue", "lost")

    def check(self, article: Article) -> Iterator[Hit]:
        text = article.prose
        suspicious = bool(suspicious_places(text))
        if not suspicious and not may_be_left(text):
            return
        for passage in article.passages:
            repaired: list[tuple[int, int]] = []
            for start, end in suspicious_stretches(passage.masked) if suspicious else ():
                edits = self._repair(passage.masked[start:end])
                if edits:
                    places = [(start + e.start, start + e.start + len(e.old), e.new) for e in edits]
                    repaired += [(a, b) for a, b, _ in places]
                    yield self._repaired(article, passage, places)
            yield from self._left(passage, repaired)

    @staticmethod
    def _repair(text: str) -> list[Edit]:
        """The edits of one stretch, without those that do not give readable text."""
        edits: list[Edit] = []
        start = 0
        for end, after in [*(m.span() for m in LOST_BYTE.finditer(text)), (len(text), len(text))]:
            piece = text[start:end]
            repaired = encoding_repair()(piece)
            if repaired != piece:
                edits += [e._replace(start=start + e.start) for e in changes(piece, repaired) or ()]
            start = after
        if len(C1.findall(text)) == text.count(NEXT_LINE):  # a line end, as far as anybody can tell
            edits = [e for e in edits if e.old != NEXT_LINE]
        return [e for e in edits if "\ufffd" not in e.new and not C1.search(e.new)]

    @staticmethod
    def _repaired(article: Article, passage: Passage, places: list[tuple[int, int, str]]) -> Hit:
        first, last = places[0], places[-1]
        safety = Safety.UNSAFE if is_about_encodings(article.text) else Safety.SAFE
        values: dict[str, object] = {
            "before": passage.text[first[0] : first[1]][:40],
            "after": first[2][:40],
            "count": len(places),
            "others": f", and {len(places) - 1} more" if len(places) > 1 else "",
        }
        made = [passage.edit(a, b, new) for a, b, new in places]
        return Hit(
            passage.span(first[0], last[1]),
            values,
            fix("undo the wrong decoding", *made, safety=safety),
            passage.field,
            "mojibake",
        )

    @staticmethod
    def _left(passage: Passage, repaired: list[tuple[int, int]]) -> Iterator[Hit]:
        text = passage.masked
        if not may_be_left(text):
            return
        ends = [b for _, b in repaired]
        for m in RESIDUE.finditer(text):
            n = bisect_right(ends, m.start())
            if n < len(repaired) and repaired[n][0] < m.end():
                continue
            before, after = text[max(0, m.start() - 40) : m.start()], text[m.end() : m.end() + 40]
            around = " ".join(before.split(" ")[-2:]) + m[0] + " ".join(after.split(" ")[:2])
            around = " ".join(around.replace(MASK, "…").split())
            values: dict[str, object] = {"found": m[0][:40], "around": around[:80], "count": len(m[0])}
            span = passage.span(m.start(), m.end())
            if m[0] == "ï¿½" or m[0][0] == "\ufffd":
                yield Hit(span, values, (), passage.field, "lost")
                continue
            fixes: tuple[Fix, ...] = ()
            possible = readings(m[0], before[-1:].isalpha() and after[:1].isalpha())
            for reading in possible:
                edit = passage.edit(m.start(), m.end(), reading)
                fixes += fix(f"write {reading}", edit, safety=Safety.SUGGEST)
            yield Hit(span, {**values, "reading": " ".join(possible)}, fixes, passage.field, "residue")
