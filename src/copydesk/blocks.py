"""Markdown as far as a fixer must know it: which lines are code, and which characters are not prose.

`scan` gives every line of the body a kind, in one pass and without a syntax tree; containers (quotes, list items) are
followed as CommonMark does, because a fence inside one ends with it. `mask` then replaces everything that no fixer may
touch. Where Markdown is in doubt, more is called code, not less.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from copydesk.model import MASK, Line, Part, PartKind

_MAX_NESTING = 32  # containers inside one another; a line that goes deeper is nobody's prose and becomes code

# ------------------------------------------------------------------------------------------------- lines and kinds

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
_PLAIN_START = re.compile(r"(?: {0,3})[^\s#>\-*+•<`~|=_0-9:]")
_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_ITEM = re.compile(r"([-+*]|(\d{1,9})[.)])( +|$)")
_BULLET = re.compile(r"[•‣◦▪·●][ \t\u00a0]")
_DELIMITER_ROW = re.compile(r"\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$")
_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|"
    "menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|source|summary|table|tbody|td|tfoot|th|thead|"
    "title|tr|track|ul"
)
_HTML_UNTIL = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?:[ \t>]|$)", re.I),
        re.compile(r"</(?:script|pre|style|textarea)>", re.I),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(r"<![A-Za-z]"), re.compile(r">")),
)
_HTML_BLOCK = re.compile(rf"</?(?:{_BLOCK_TAGS})(?:[ \t]|/?>|$)", re.I)
_HTML_ALONE = re.compile(
    r"(?:<[A-Za-z][A-Za-z0-9-]*+(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>|</[A-Za-z][A-Za-z0-9-]*+[ \t]*+>)[ \t]*+$"
)


def scan(text: str, start: int) -> tuple[tuple[Line, ...], tuple[Part, ...]]:
    """The lines from `start` to the end of `text` with their kinds, and the blocks that they make up."""
    pieces = _split(text, start)
    kinds = _Scanner([p[2] for p in pieces]).run()
    lines = tuple(
        [Line(a, a + len(content), stop, content, kind) for (a, stop, content), kind in zip(pieces, kinds, strict=True)]
    )
    return lines, tuple(_parts(lines, kinds))


def _split(text: str, start: int) -> list[tuple[int, int, str]]:
    """(start, start of the next line, content) of each line. Only LF, CRLF and CR end a line."""
    out = []
    body = text[start:]
    if "\r" in body:
        for m in _LINE.finditer(text, start):
            if m.end() > m.start():
                out.append((m.start(), m.end(), m[0].rstrip("\r\n")))
        return out
    at = start
    for content in body.split("\n"):
        stop = at + len(content) + 1
        out.append((at, stop, content))
        at = stop
    last, stop, content = out.pop()
    if content:
        out.append((last, stop - 1, content))
    return out


def _parts(lines: tuple[Line, ...], kinds: list[PartKind]) -> Iterator[Part]:
    from copydesk.model import Span

    first = 0
    for n in range(1, len(lines) + 1):
        if n == len(lines) or kinds[n] != kinds[first]:
            yield Part(kinds[first], Span(lines[first].start, lines[n - 1].stop))
            first = n


class _Scanner:
    """One pass over the lines. State: the open containers, and the open leaf block."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.kinds: list[PartKind] = []
        self.containers: list[int] = []  # 0: a quote; otherwise the width of a list item's indent
        self.leaf = ""  # "", paragraph, fence, indented, html, table
        self.until: re.Pattern[str] | None = None  # what ends the open fence or HTML block; None: a blank line
        self.first = 0  # line on which the open leaf began
        self.bullet = False  # the open paragraph is a list of typographic bullets

    def run(self) -> list[PartKind]:
        for line in self.lines:
            if not self.containers and self.leaf in ("", "paragraph") and _PLAIN_START.match(line):
                if not self.leaf:
                    self._open_paragraph()
                self.kinds.append("list" if self.bullet else "paragraph")
            else:
                self.kinds.append(self._kind(line.expandtabs(4) if "\t" in line else line))
        return self.kinds

    # The kind of one line, in the order in which CommonMark decides.

    def _kind(self, s: str) -> PartKind:
        blank = not s.strip()
        pos, matched = self._follow(s, blank)
        whole = matched == len(self.containers)
        if whole and self.leaf in ("fence", "html"):
            return self._inside(s, pos, blank)
        if self.leaf in ("fence", "html", "indented", "table") and not whole:
            self.leaf = ""
        if blank:
            return self._blank(matched)
        return self._text(s, pos, matched)

    def _follow(self, s: str, blank: bool) -> tuple[int, int]:
        """How far the line goes on in the open containers: (position after their marks, how many)."""
        pos = 0
        for n, width in enumerate(self.containers):
            indent = _indent(s, pos)
            if width:
                if blank and pos + indent >= len(s):
                    continue
                if indent < width:
                    return pos, n
                pos += width
            else:
                if indent > 3 or s[pos + indent : pos + indent + 1] != ">":
                    return pos, n
                pos += indent + 1
                if s[pos : pos + 1] == " ":
                    pos += 1
        return pos, len(self.containers)

    def _inside(self, s: str, pos: int, blank: bool) -> PartKind:
        kind: PartKind = "code" if self.leaf == "fence" else "html"
        if self.until is None:
            if blank or not s[pos:].strip():
                self.leaf = ""
                return "blank" if blank else self._outer("quote")
        elif self.leaf == "fence":
            if _indent(s, pos) <= 3 and self.until.match(s, pos):
                self.leaf = ""
        elif self.until.search(s, pos):
            self.leaf = ""
        return kind

    def _blank(self, matched: int) -> PartKind:
        del self.containers[matched:]
        if self.leaf != "indented":
            self.leaf = ""
        return "blank"

    def _text(self, s: str, pos: int, matched: int) -> PartKind:
        whole = matched == len(self.containers)
        paragraph = self.leaf == "paragraph"
        fresh = False  # a container was opened on this line
        while True:
            indent = _indent(s, pos)
            at = pos + indent
            if at >= len(s):  # only marks
                self._close(matched, fresh)
                self.leaf = ""
                return self._outer("blank")
            if indent >= 4:
                break
            c = s[at]
            if c == ">":
                self._close(matched, fresh)
                self.containers.append(0)
                pos = at + 1
                if s[pos : pos + 1] == " ":
                    pos += 1
            elif (
                (c in "-+*" or c.isdigit())
                and (m := _ITEM.match(s, at))
                and self._may_begin(s, at, m, paragraph and whole and not fresh)
            ):
                self._close(matched, fresh)
                space = len(m[3])
                rest_blank = m.end() >= len(s)
                width = indent + len(m[1]) + (1 if space > 4 or rest_blank else space)
                self.containers.append(width)
                pos += width
            else:
                break
            matched, fresh, whole, paragraph = len(self.containers), True, True, False
            self.leaf = ""
            if matched > _MAX_NESTING:
                return "code"
        return self._leaf(s, pos, indent, matched, whole, paragraph)

    def _may_begin(self, s: str, at: int, m: re.Match[str], interrupts: bool) -> bool:
        if _RULE.match(s, at):
            return False
        if interrupts:
            return m.end() < len(s) and (m[2] is None or int(m[2]) == 1)
        return True

    def _close(self, matched: int, fresh: bool) -> None:
        if not fresh:
            del self.containers[matched:]

    def _leaf(self, s: str, pos: int, indent: int, matched: int, whole: bool, paragraph: bool) -> PartKind:
        at = pos + indent
        if indent >= 4:
            if paragraph:  # readers disagree about such a line after a container
                return self._go_on() if whole else "code"
            del self.containers[matched:]
            return self._indented()
        c = s[at]
        if self.leaf == "indented":
            self.leaf = ""
        if c in "`~" and (m := _FENCE.match(s, at)):
            del self.containers[matched:]
            self._begin("fence")
            self.until = re.compile(rf" *{re.escape(c)}{{{len(m[1])},}} *$")
            return "code"
        if c == "<" and (kind := self._html(s, at, paragraph and whole)):
            del self.containers[matched:]
            return kind
        if (
            paragraph
            and whole
            and "|" in self.lines[len(self.kinds) - 1]
            and c in "|-:"
            and _DELIMITER_ROW.match(s, at)
        ):
            self.kinds[-1] = "table"
            self.leaf = "table"
            return "table"
        if c == "#" and _HEADING.match(s, at):
            del self.containers[matched:]
            self.leaf = ""
            return self._outer("heading")
        if paragraph and whole and c in "=-" and _UNDERLINE.match(s, at):
            self.leaf = ""
            kind = self._outer("heading")
            self.kinds[self.first :] = [kind] * (len(self.kinds) - self.first)
            return kind
        if c in "*-_" and _RULE.match(s, at):
            del self.containers[matched:]
            self.leaf = ""
            return self._outer("rule")
        if self.leaf == "table":
            return "table"
        if not paragraph:
            del self.containers[matched:]
            self._open_paragraph()
        if c in "•‣◦▪·●" and _BULLET.match(s, at):
            self.bullet = True
        return self._go_on()

    def _html(self, s: str, at: int, interrupts: bool) -> PartKind | None:
        for begin, until in _HTML_UNTIL:
            if begin.match(s, at):
                self._begin("html")
                self.until = until
                if until.search(s, at + 1):
                    self.leaf = ""
                return "html"
        if _HTML_BLOCK.match(s, at) or (not interrupts and _HTML_ALONE.match(s, at)):
            self._begin("html")
            self.until = None
            return "html"
        return None

    def _indented(self) -> PartKind:
        if self.leaf == "indented":  # the blank lines in between belong to the code
            n = len(self.kinds)
            while n and self.kinds[n - 1] == "blank":
                n -= 1
                self.kinds[n] = "code"
        self._begin("indented")
        return "code"

    def _begin(self, leaf: str) -> None:
        self.leaf = leaf
        self.first = len(self.kinds)

    def _open_paragraph(self) -> None:
        self._begin("paragraph")
        self.bullet = False

    def _go_on(self) -> PartKind:
        return self._outer("list" if self.bullet else "paragraph")

    def _outer(self, kind: PartKind) -> PartKind:
        """A line inside a container counts as the outermost one."""
        if not self.containers:
            return kind
        return "list" if self.containers[0] else "quote"


def _indent(s: str, pos: int) -> int:
    n = pos
    while s[n : n + 1] == " ":
        n += 1
    return n - pos


# ------------------------------------------------------------------------------------------------------------ masks

_TRIGGER = re.compile(r"[`<{@$\[]|://|www\.")
_TOKEN = re.compile(
    r"`+"
    r"|<!--"
    r"|</?[A-Za-z](?:(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>|[^<>]*+>)"
    r"|\{\{|\{%|\{:[^{}\n]*\}"
    r"|\$\$"
    r"|\]\((?:[^()\\]++|\\.|\([^()]*+\))*+\)"
    r"|\]\[[^\[\]\r\n]{1,200}\]"
    r"|\[\^[^\[\]\s]{1,80}\]"
)
_CLOSERS = {"<!--": "-->", "{{": "}}", "{%": "%}", "$$": "$$"}
_URL = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"“”«»‘`|\\^{}\[\]、。，；：！？（）「」『』【】]++", re.I)
_MAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_DEFINITION = re.compile(r"(?m)^ {0,3}\[[^\[\]\r\n]{1,200}\]:(.*)")
_VISIBLE = re.compile(r"[^\r\n]+")


def mask(text: str, start: int, lines: tuple[Line, ...]) -> str:
    """`text[start:]` with everything that is not prose replaced by MASK, at the same length."""
    spans: list[tuple[int, int]] = []
    triggered = _TRIGGER.search(text, start) is not None
    n, count = 0, len(lines)
    while n < count:
        kind = lines[n].kind
        if kind in ("code", "table", "html"):
            spans.append((lines[n].start, lines[n].end))
            n += 1
        elif triggered and kind != "blank":
            first = n
            while n < count and lines[n].kind not in ("code", "table", "html", "blank"):
                n += 1
            a, b = lines[first].start, lines[n - 1].end
            if _TRIGGER.search(text, a, b):
                spans += _inline(text, a, b)
        else:
            n += 1
    return _cover(text, start, spans)


def mask_value(value: str) -> str:
    """The same for a single value, which has no blocks."""
    if _TRIGGER.search(value) is None:
        return value
    return _cover(value, 0, sorted(_inline(value, 0, len(value))))


def _cover(text: str, start: int, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return text[start:]
    spans.sort()
    out, at = [], start
    for a, b in spans:
        a = max(a, at)
        if b <= a:
            continue
        out += [text[at:a], _VISIBLE.sub(_masked, text[a:b])]
        at = b
    out.append(text[at:])
    return "".join(out)


def _masked(m: re.Match[str]) -> str:
    return MASK * len(m[0])


def _inline(text: str, a: int, b: int) -> list[tuple[int, int]]:
    """What is not prose in one stretch of text without blank lines; the spans may overlap."""
    spans = []
    ticks: dict[int, list[int]] | None = None
    absent: set[str] = set()  # closers that do not come any more, so that they are not looked for again and again
    at = a
    while m := _TOKEN.search(text, at, b):
        at = m.end()
        token = m[0]
        first = token[0]
        if first == "`":
            if m.start() > a and text[m.start() - 1] == "\\":
                continue
            if ticks is None:
                ticks = {}
                for t in re.finditer("`+", text[a:b]):
                    ticks.setdefault(len(t[0]), []).append(a + t.start())
            same = ticks[len(token)] if len(token) in ticks else []
            k = bisect_left(same, at)
            if k < len(same):
                at = same[k] + len(token)
                spans.append((m.start(), at))
        elif token in _CLOSERS:
            closer = _CLOSERS[token]
            end = -1 if closer in absent else text.find(closer, at, b)
            if end < 0:
                absent.add(closer)
            else:
                at = end + len(closer)
                spans.append((m.start(), at))
        elif first == "]":
            spans.append((m.start() + 1, at))
        else:
            spans.append((m.start(), at))
    for m in _URL.finditer(text, a, b):
        spans.append((m.start(), m.start() + _url_length(m[0])))
    if "@" in text:
        spans += [m.span() for m in _MAIL.finditer(text, a, b)]
    if "]:" in text:
        spans += [m.span(1) for m in _DEFINITION.finditer(text, a, b)]
    return spans


def _url_length(url: str) -> int:
    """Without the punctuation of the sentence around it."""
    kept = url.rstrip(".,;:!?'’*_…")
    while kept.endswith(")") and kept.count("(") < kept.count(")"):
        kept = kept[:-1].rstrip(".,;:!?'’*_…")
    return len(kept)
