"""What a fixer may change, as checks of its edits.

Every validator that offers fixes declares one contract; the desk drops a fix that breaks it, alone, and says so. A
contract looks only at the edits and the text around them, so it holds whatever the validator believed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from enum import StrEnum

from copydesk.model import Article, Edit, FrontMatter

HYPHENS = "-\u00ad\u2010"
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'\\]*[^\s<>\"'\\.,;:!?)\]}*_]")  # a backslash begins an escape
_LINE_END = re.compile(r"\r\n|\r|\n")
_REST = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
"""What may follow a value on its line."""
_ESCAPE = re.compile(r"\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\.")
_STOPS = '.!?…"”’»)'  # what a sentence ends with
QUOTES = '"“”„«»'
NAME_LENGTH = 64  # code points; a longer edit is not the spelling of a name
URL_LENGTH = 2_000  # code points on each side of an edit that are looked at for the URL it stands in


class Contract(StrEnum):
    """The kinds of change that a fixer can promise to keep to."""

    REPORT = "report"  # offers no fix
    SPACE = "space"  # white space and line ends, invisible characters, and the hyphen at a line's end
    CHARACTERS = "characters"  # the same letters, digits and quotation marks: entities, invisible characters, width
    MOJIBAKE = "mojibake"  # every ASCII character but blanks and question marks stays
    LINES = "lines"  # deletes whole lines (and white space), adds nothing but line ends
    WORDS = "words"  # deletes words: what stays is a subsequence; no digit or quotation mark goes
    GLUED = "glued"  # deletes a piece of one line, from one place where lines were run together to the next
    NAME = "name"  # other letters in one name
    FIELD = "field"  # the value (or key) of the finding's field, inside the front matter

    # A fix of a field stays on the lines of that field. Only LINES and FIELD may change a URL.


def violation(contract: Contract, article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    """Why the edits break the contract, in a few words; None where they keep it."""
    if not edits:
        return "a fix without edits"
    if any(e.old == e.new for e in edits):
        return "an edit that changes nothing"
    meta = article.meta
    if contract is Contract.FIELD and meta is not None and meta.problem is not None and _requotes(meta, edits):
        return None
    if field is None and meta is not None and any(e.start < article.body.start for e in edits) and contract != "space":
        return "a fix of the body that reaches into the front matter"
    if meta is not None and meta.problem and any(e.start < meta.span.end and e.end > meta.span.start for e in edits):
        return "a change in front matter that could not be read"
    if field is not None and (
        meta is None
        or meta.root is None
        or any(e.start < meta.content.start or e.end > meta.content.end for e in edits)
    ):
        return "a fix of a field that leaves the front matter"
    if field is not None and meta is not None and _leaves_field(article, meta, edits, field):
        return "another key would change"
    if contract not in (Contract.LINES, Contract.FIELD) and any(_changes_url(article.text, e) for e in edits):
        return "a URL would change"
    return _CHECKS[contract](article, edits, field)


def _requotes(meta: FrontMatter, edits: Sequence[Edit]) -> bool:
    """Whether the edits only put quotes or blanks into unreadable front matter, and take only blanks away."""
    inside = all(meta.content.start <= e.start and e.end <= meta.content.end for e in edits)
    return inside and not any(e.old.strip(" \t") or e.new.strip(" \"'") for e in edits)


def _leaves_field(article: Article, meta: FrontMatter, edits: Sequence[Edit], field: str) -> bool:
    """Whether the edits reach beyond the lines of a field; to a field that is absent, they may only add."""
    text = article.text
    lines = []
    for found in (f for f in meta.walk() if f.path == field):  # a repeated key stands there twice
        start = found.key.span.start if found.key else found.node.span.start
        first = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        rest = _REST.match(text, found.node.span.end)
        lines.append((first, rest.end() if rest else found.node.span.end))
    if not lines:
        return any(e.old for e in edits)
    return not all(any(first <= e.start and e.end <= last for first, last in lines) for e in edits)


def _changes_url(text: str, e: Edit) -> bool:
    """Whether the URLs around an edit are other ones after it."""
    head = text[max(0, e.start - URL_LENGTH) : e.start].rpartition(" ")[2]
    tail = text[e.end : e.end + URL_LENGTH].partition(" ")[0]
    old, new = head + e.old + tail, head + e.new + tail
    if "://" not in old + new and "www." not in old + new:
        return False
    return _URL.findall(old) != _URL.findall(new)


def _report(article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    return "a validator that only reports offered a fix"


def _space(article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    for e in edits:
        old, new = (e.old, e.new) if field is None else (_unescaped(e.old), _unescaped(e.new))
        if _without_space(old) != _without_space(new):
            return "more than white space and hyphens would change"
        if _hyphens(old) > _hyphens(new) and not _LINE_END.search(old):
            return "a hyphen within a line would go"
    return None


def _without_space(s: str) -> str:
    return "".join(c for c in s if not c.isspace() and c not in HYPHENS and unicodedata.category(c) not in ("Cf", "Cc"))


def _hyphens(s: str) -> int:
    return s.count("-") + s.count("\u2010")


def _characters(article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    for e in edits:
        if _visible(_wider(article.text, e)) != _visible(_wider(article.text, e, e.new)):
            return "letters, digits or quotation marks would change"
    return None


def _wider(text: str, e: Edit, new: str | None = None) -> str:
    """The edit with twelve characters around it: minimal edits may cut an entity in two."""
    a, b = max(0, e.start - 12), min(len(text), e.end + 12)
    return text[a : e.start] + (e.old if new is None else new) + text[e.end : b]


def _visible(s: str) -> str:
    for _ in range(3):
        s = html.unescape(s)
    s = _unescaped(s)
    return "".join(c for c in unicodedata.normalize("NFKC", s) if c.isalnum() or c in QUOTES)


def _unescaped(s: str) -> str:
    """The text with the escapes of a quoted YAML value read."""
    return _ESCAPE.sub(lambda m: _yaml_escape(m[0]), s) if "\\" in s else s


def _yaml_escape(s: str) -> str:
    known = {"\\n": " ", "\\r": " ", "\\t": " ", "\\_": " ", "\\N": " ", "\\L": " ", "\\P": " "}
    if s in known:
        return known[s]
    try:
        return chr(int(s[2:], 16)) if len(s) > 2 else s[1:]
    except (ValueError, OverflowError):
        return s


def _mojibake(article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    for e in edits:
        if _skeleton(e.old) != _skeleton(e.new):
            return "an ASCII character would change"
    return None


def _skeleton(s: str) -> str:
    """The ASCII characters; a blank may have been a no-break one, a question mark stands for what was lost."""
    return "".join(c for c in s if c.isascii() and c not in " ?")


def _lines(article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    text = article.text
    for e in edits:
        if e.new.strip("\r\n"):
            return "a deletion of lines would write text"
        lead = len(e.old) - len(e.old.lstrip("\r\n"))
        start, end = e.start + lead, e.start + len(e.old.rstrip("\r\n"))
        if start < end and not (
            (start == 0 or start == article.body.start or text[start - 1] in "\r\n\ufeff")
            and (end == len(text) or text[end] in "\r\n")
        ):
            return "part of a line would be deleted"
        if not e.new and e.start > 0 and e.end < len(text) and not {text[e.start - 1], text[e.end]} & set("\r\n"):
            return "two lines would become one"
    return None


def _words(article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    for e in edits:
        letters, rest = iter(_folded(e.old)), _folded(e.new)
        if not all(c in letters for c in rest):
            return "text would be written that did not stand there"
        if [c for c in e.old if c.isdigit()] != [c for c in e.new if c.isdigit()]:
            return "a digit would go"
        if _quotes(e.old) != _quotes(e.new):
            return "a quotation mark would go"
    return None


def _glued(article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    for e in edits:
        if e.new or _LINE_END.search(e.old):
            return "more than a piece of one line would change"
        before, after = article.text[max(0, e.start - 3) : e.start], article.text[e.end : e.end + 3]
        if before and not (before[-1] in _STOPS or before[-1] in "\r\n" or before.isspace()):
            return "the deletion begins inside a sentence"
        if after and not (after[0].isupper() or after[0] in QUOTES + "‘\r\n" or after[0].isspace()):
            return "the deletion ends inside a sentence"
    return None


def _quotes(s: str) -> str:
    return "".join(c for c in s if c in QUOTES)


def _folded(s: str) -> str:
    return "".join(c for c in s.casefold() if c.isalnum())


def _is_inside_word(text: str, e: Edit) -> bool:
    """One blank before a capital: without it the two words are one name, as in OpenQuill."""
    return e.old == " " and text[e.start - 1 : e.start].isalpha() and text[e.end : e.end + 1].isupper()


def _name(article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    for e in edits:
        if len(e.old) > NAME_LENGTH or len(e.new) > NAME_LENGTH:
            return "more than a name would change"
        if any(c.isdigit() or c in "\r\n" for c in e.old + e.new):
            return "a digit or a line end would change"
        if _quotes(e.old) != _quotes(e.new):
            return "a quotation mark would change"
        if not e.new and not e.old.strip() and not _is_inside_word(article.text, e):
            return "white space alone is no name"
    return None


def _field(article: Article, edits: Sequence[Edit], field: str | None) -> str | None:
    if field is None:
        return "a fix of the front matter names no field"
    return None  # that it stays on the lines of the field has been seen


_CHECKS: dict[Contract, Callable[[Article, Sequence[Edit], str | None], str | None]] = {
    Contract.REPORT: _report,
    Contract.SPACE: _space,
    Contract.CHARACTERS: _characters,
    Contract.MOJIBAKE: _mojibake,
    Contract.LINES: _lines,
    Contract.WORDS: _words,
    Contract.GLUED: _glued,
    Contract.NAME: _name,
    Contract.FIELD: _field,
}
