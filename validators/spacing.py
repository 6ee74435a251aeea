"""Blanks where none belong: inside brackets, `( like this )`, and before punctuation , like that .

Both are left behind where a link, or a tag, was taken out of a text. What looks the same on purpose stays: smileys,
check boxes, ratios, file names, spaced ellipses, code, and the French space before `: ; ! ?`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.sieve import oddities
from copydesk.validator import MASK, Article, Contract, Hit, Passage, Safety, Validator, fix

BLANKS = " \t\u00a0\u2009\u202f"
BRACKETS = re.compile(
    rf"(?<![\w)\]:;=.'\"])(?:\((?![{BLANKS}]{{0,3}}\))(?P<round>[^()\[\]\r\n]{{3,400}})\)(?![-:*+])"
    r"|\[(?P<square>[^()\[\]\r\n]{3,400})\](?![(\[:\ufffc]))"
)
WORDS = re.compile(r"[^\W_]{2}")
LATIN = re.compile(r"[A-Za-z]{2}")
FORMULA = re.compile(r"[=<>{}|\\^_+*/~#$]")
BEFORE = re.compile(rf"[{BLANKS}](?P<mark>[,.;:]|[!?]{{1,3}})(?=[\s”’)\]\"']|\Z)")
INSIDE = ("( ", " )", "[ ", " ]", "(\u00a0", "\u00a0)")
INSIDE_ODDITIES = ("( ", " )", "[ ", " ]")
MARKS_ODDITIES = (" ,", " .", " ;", " :", " !", " ?")
SIGNS = (" ,", " .", " ;", " :", " !", " ?", "\u00a0", "\u2009", "\u202f")
CODE = re.compile(r"[{}\t]|[=!<>]=|=>|->|</|&&| \||:=|;\s*$|^\s*[>#]\s|^\s*\$")
HIGH = frozenset(";:!?")  # French sets these off
SPEECH = re.compile(r"\b(?:said|says|told|asked|added|wrote|explained)\Z")
TIED = "\u00a0\u2009\u202f"  # nobody types one of these before a mark by chance
FRENCH = frozenset(
    re.findall("[a-z]+", "le la les un une des du et est sont dans pour que qui sur avec ce cette au aux pas")
)
ENGLISH = frozenset(
    re.findall("[a-z]+", "the of and to in is are was for that with on at by it as from this be has have")
)
COMMANDS = frozenset(["add", "build", "cd", "code", "cp", "find", "grep", "init", "install", "ls", "mv", "open", "run"])
ABOUT = frozenset(["a", "an", "the", "and", "or", "optional"])
ASIAN = "\u1100"  # from here on scripts that set their marks in other ways
WORD = re.compile(r"[^\W\d_]+")


@dataclass
class Spacing(Validator):
    """Cases: `bracket` and `punctuation`."""

    contract = Contract.SPACE
    cases = ("bracket", "punctuation")

    def check(self, article: Article) -> Iterator[Hit]:
        odd = oddities(article.vocabulary)
        inside = any(map(odd.__contains__, INSIDE_ODDITIES))
        marks = any(map(odd.__contains__, MARKS_ODDITIES))
        if not (inside or marks):
            return
        spoken: str | None = None
        for passage in article.passages:
            text = passage.masked
            if inside and any(map(text.__contains__, INSIDE)):
                yield from self.brackets(passage)
            if not marks or not any(map(text.__contains__, SIGNS)):
                continue
            first, stop, plain = 0, 0, False
            for m in BEFORE.finditer(text):
                if m.start() >= stop:
                    first, stop = line_at(text, m.start())
                    plain = is_prose(text[first:stop])
                if not plain:
                    continue
                if m["mark"][0] in HIGH and spoken is None:
                    spoken = language_of(article)
                hit = self.judge(passage, m, first, spoken or "")
                if hit:
                    yield hit

    def brackets(self, passage: Passage) -> Iterator[Hit]:
        for m in BRACKETS.finditer(passage.masked):
            kind = m.lastgroup or ""
            inside = m[kind]
            start, end = m.span(kind)
            left = len(inside) - len(inside.lstrip(BLANKS))
            right = len(inside) - len(inside.rstrip(BLANKS))
            if not (left or right) or left > 3 or right > 3 or "   " in inside.strip(BLANKS):
                continue
            if kind == "square" and not LATIN.search(inside):
                continue
            if len(inside.strip(BLANKS)) <= 4 and inside.strip(BLANKS).islower():
                continue  # a text about brackets: ( and )
            if not WORDS.search(inside) or FORMULA.search(inside) or inside[len(inside) - right - 1] in ":;" + MASK:
                continue
            edits = [passage.edit(start, start + left, "")] if left else []
            edits += [passage.edit(end - right, end, "")] if right else []
            safety = Safety.SAFE if kind == "round" else Safety.UNSAFE
            values = {"text": passage.text[m.start() : m.end()][:80]}
            fixes = fix("delete the blanks inside the brackets", *edits, safety=safety)
            yield Hit(passage.span(*m.span()), values, fixes, passage.field, case="bracket")

    def judge(self, passage: Passage, m: re.Match[str], first: int, spoken: str) -> Hit | None:
        """The hit on blanks before a mark in the line that begins at `first`; None where they may stand on purpose."""
        text, mark = passage.masked, m["mark"]
        start = m.start()
        if start and text[start - 1] in BLANKS:
            start -= 1
        before, after = text[start - 1 : start], text[m.end() : m.end() + 3].lstrip(BLANKS)
        if not before or before.isspace() or (before >= ASIAN and before.isalpha()) or before in "([\"'“‘«":
            return None
        if before == MASK and passage.text[start - 1] not in ")]>":
            return None  # a bare URL or code: a mark right behind it could be taken for a part of it
        if before in ",.;:!?…-–—" and not (before == "." and mark in ",;:"):
            return None
        if mark in (".", "!") and not ends_sentence(text, first, start, after):
            return None
        if mark[0] in HIGH and (
            spoken == "fr" or (before.isdigit() and after[:1].isdigit()) or after[:1] in tuple(")(/")
        ):
            return None
        if mark[0] in HIGH and (text[start] in TIED or in_guillemets(text, first, start)):
            return None
        below = text[m.end() : m.end() + 40].lstrip()[:1]
        if (mark[0] in ";!?" and after[:1].islower()) or (mark != "," and not after and below.islower()):
            return None  # a text about the mark, a command, a formula
        word = text[max(first, start - 12) : start].split()
        if word and word[-1].lower() in ABOUT:
            return None  # `type a ;`
        quoted = text.count('"', first, start) % 2 == 1
        known = not quoted and (mark[0] not in HIGH or (spoken != "" and not (mark == ":" and passage.field is None)))
        edit = passage.edit(start, m.end() - len(mark), "")
        lost = mark == "," and SPEECH.search(text, max(first, start - 12), start)  # a name may have stood here
        fixes = fix("delete the blank", edit, safety=Safety.UNSAFE if lost or not known else Safety.SAFE)
        cut = max(first, start - 30)
        while cut > first and not text[cut - 1].isspace():
            cut -= 1
        values = {"mark": mark, "text": passage.text[cut : m.end()]}
        return Hit(passage.span(start, m.end()), values, fixes, passage.field, case="punctuation")


def in_guillemets(text: str, first: int, at: int) -> bool:
    """Whether a French quotation is open at a position of the line that begins at `first`."""
    return text.rfind("«", first, at) > text.rfind("»", first, at)


def line_at(text: str, at: int) -> tuple[int, int]:
    """Where the line around a position begins and ends."""
    first = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    ends = [i for i in (text.find("\n", at), text.find("\r", at)) if i >= 0]
    return first, min(ends, default=len(text))


def is_prose(line: str) -> bool:
    """Neither code, nor aligned in columns, nor a menu with dots or colons between its entries."""
    if CODE.search(line) or "   " in line.strip():
        return False
    commas = line.count(" , ")
    if commas > 1 and line.count(" ") - commas < 2 * (commas + 1):
        return False
    return all(line.count(f" {mark} ") <= 3 for mark in ".:;!")


def ends_sentence(text: str, first: int, at: int, after: str) -> bool:
    """Whether a full stop may belong to what stands before it: a few words and a dot may be a menu, or a folder."""
    words = re.split(r"[.!?]\s", text[max(first, at - 200) : at])[-1].split()
    if after[:1] == "." or after[:1].islower() or not words or words[-1] in COMMANDS or words[-1][0] == "-":
        return False
    return len(words) >= 4 and (text[first : first + 40].lstrip()[:1].isupper() or len(words) > 8)


def language_of(article: Article) -> str:
    """`en`, `fr` or nothing certain, by the small words of the article; `language` decides where it is not English."""
    if article.language != "en":
        return article.language
    words = [w.lower() for p in article.passages for w in WORD.findall(p.masked[:4000])]
    french, english = sum(w in FRENCH for w in words), sum(w in ENGLISH for w in words)
    if french > english:
        return "fr"
    return "en" if english >= 3 and english > 4 * french else ""
