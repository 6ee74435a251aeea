"""The blocks of a Markdown text: a kind for every line, in one pass and without a syntax tree.

Containers (quotes, list items) are followed as CommonMark does, because a fence inside one ends with it. Where readers
of Markdown disagree, more is called code, not less.
"""

from __future__ import annotations

import re

from copydesk.model import Line, Part, PartKind, Span

NESTING = 32  # containers inside one another; a line that goes deeper is nobody's prose and counts as code

_new = tuple.__new__  # a NamedTuple's own constructor takes four times as long

# ------------------------------------------------------------------------------------------------- lines and parts

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")


def scan(text: str, start: int) -> tuple[tuple[Line, ...], tuple[Part, ...]]:
    """The lines from `start` to the end of `text` with their kinds, and the blocks that they make up."""
    contents = split_lines(text, start)
    scanner = _Scanner(contents)
    kinds = scanner.run()
    lines: list[Line] = []
    at, size, plain = start, len(text), "\r" not in text
    for content, kind in zip(contents, kinds, strict=True):
        end = at + len(content)
        stop = end + 1 if plain or not text.startswith("\r\n", end) else end + 2
        lines.append(_new(Line, (at, end, stop if stop < size else size, content, kind)))
        at = stop
    return tuple(lines), _parts(lines, kinds, scanner.begins)


def split_lines(text: str, start: int) -> list[str]:
    """The lines from `start` on, without their ends. Only LF, CRLF and CR end a line."""
    body = text[start:]
    lines = body.split("\n") if "\r" not in body else _LINE.findall(body)
    if not lines[-1]:
        lines.pop()
    # `findall` matches once more, emptily, after a last line that has no end of its own
    return lines


def _parts(lines: list[Line], kinds: list[PartKind], begins: set[int]) -> tuple[Part, ...]:
    out = []
    first = 0
    for n in range(1, len(kinds) + 1):
        if n == len(kinds) or kinds[n] != kinds[first] or n in begins:
            out.append(Part(kinds[first], Span(lines[first].start, lines[n - 1].stop)))
            first = n
    return tuple(out)


# ----------------------------------------------------------------------------------------------------------- kinds

_BULLETS = "•‣◦▪·●"
_PLAIN = re.compile(rf" {{0,3}}[^\s#>\-*+{_BULLETS}<`~|=_0-9:\[{{]")
_SPACES = re.compile(" *")
_ALL_MARKS = " \t>+*-0123456789.)"
_MARKS = re.compile(r"[ \t>+*\-0-9.)]*")
_BAR = re.compile(r"(?<!\\)\|")
_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})")
_HIGHLIGHT = re.compile(r"\{[%{][-<%]?[ ]*(?:highlight|codeblock)\b")
_HIGHLIGHT_END = re.compile(r"\{[%{][-<%]?[ ]*(?:end|/[ ]*)(?:highlight|codeblock)\b")
_RULE = re.compile(r"(?:(?:\*[ ]*){3,}|(?:-[ ]*){3,}|(?:_[ ]*){3,})$")
_HEADING = re.compile(r"#{1,6}(?: |$)")
_UNDERLINE = re.compile(r"(?:=+|-+) *$")
_ITEM = re.compile(r"([-+*]|([0-9]{1,9})[.)])( +|$)")
_BULLET = re.compile(rf"[{_BULLETS}][\s]")
_DELIMITER_ROW = re.compile(r"\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$")
_TITLE = r"(?:\"[^\"]*\"|'[^']*'|\([^()]*\)) *$"
_TARGET = rf"(?:<[^<>]*>|[^\s<]\S*)(?: +{_TITLE}| *$)"
_TITLE_LINE, _TARGET_LINE = re.compile(_TITLE), re.compile(_TARGET)
_DEFINITION_LINE = re.compile(rf"\[(?:[^\[\]\\]|\\.){{1,999}}\]: *({_TARGET}|$)")
_HTML_UNTIL = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?:[ >]|$)", re.I),
        re.compile(r"</(?:script|pre|style|textarea)>", re.I),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(r"<![A-Za-z]"), re.compile(r">")),
)
_HTML_BLOCK = re.compile(
    r"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div"
    r"|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link"
    r"|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|source|summary|table|tbody|td|tfoot"
    r"|th|thead|title|tr|track|ul)(?:[ ]|/?>|$)",
    re.I,
)
TAG_INSIDE = r"(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+"
_HTML_ALONE = re.compile(rf"(?:<[A-Za-z][A-Za-z0-9-]*+{TAG_INSIDE}>|</[A-Za-z][A-Za-z0-9-]*+ *+>) *+$")


class _Scanner:
    """One pass over the lines; the state is the open containers and the open leaf block."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.kinds: list[PartKind] = []
        self.begins: set[int] = set()  # lines that begin a block although the line above has the same kind
        self.containers: list[int] = []  # 0: a quote; otherwise by how much a list item is indented
        self.leaf = ""  # "", paragraph, definition, fence, indented, html, table
        self.until: re.Pattern[str] | None = None  # what ends the open fence or HTML block; None: a blank line
        self.first = 0  # where the open leaf began
        self.bullets = False  # the open paragraph is a list with typographic bullets
        self.doubtful = False  # the open paragraph went on, deep, outside its container: readers disagree what follows
        self.bare = False  # the open definition has no target yet
        self.hollow = -2  # the line on which a list item began without text
        self.last_highlight = -1  # the last line that ends a highlight tag; -1: not looked for yet

    def run(self) -> list[PartKind]:
        kinds, plain = self.kinds, _PLAIN.match
        for line in self.lines:
            if not self.containers and self.leaf in ("", "paragraph") and (not line or plain(line)):
                if not line:
                    self.leaf = ""
                    kinds.append("blank")
                    continue
                if not self.leaf:
                    self._open_paragraph()
                kinds.append("list" if self.bullets else "paragraph")
            elif "\t" in line:
                kinds.append(self._tabbed(line))
            else:
                kinds.append(self._kind(line))
        return kinds

    def _tabbed(self, line: str) -> PartKind:
        """Readers disagree about how far a tab among the marks of a quote indents."""
        kind = self._kind(line.expandtabs(4))
        marks = _MARKS.match(line)
        return "code" if marks and "\t" in marks[0] and ">" in marks[0] else kind

    def _kind(self, s: str) -> PartKind:
        pos, matched = self._follow(s)
        whole = matched == len(self.containers)
        if whole and self.leaf == "fence":
            return self._in_fence(s, pos)
        if whole and self.leaf == "html":
            return self._in_html(s, pos)
        if not whole and self.leaf in ("fence", "html", "indented"):
            self.leaf = ""
        if not s.strip(" ") or (self.leaf in ("", "paragraph") and s.isspace()):
            return self._blank(matched)
        return self._text(s, pos, matched)

    def _follow(self, s: str) -> tuple[int, int]:
        """How far the line goes on in the open containers: the position after their marks, and how many."""
        pos = 0
        hollow = self.hollow == len(self.kinds) - 1
        for n, width in enumerate(self.containers):
            at = _end_of_spaces(s, pos)
            if width:
                if at < len(s):
                    if at - pos < width:
                        return pos, n
                elif hollow and n == len(self.containers) - 1:
                    return pos, n  # an item may begin with one blank line, not with two
                pos = min(pos + width, at)
            else:
                if at - pos > 3 or s[at : at + 1] != ">":
                    return pos, n
                pos = at + 2 if s[at + 1 : at + 2] == " " else at + 1
        return pos, len(self.containers)

    def _in_fence(self, s: str, pos: int) -> PartKind:
        at = _end_of_spaces(s, pos)
        if self.until is not None and at - pos <= 3 and self.until.match(s, at):
            self.leaf = ""
        return "code"

    def _in_html(self, s: str, pos: int) -> PartKind:
        if self.until is not None:
            if self.until.search(s, pos):
                self.leaf = ""
        elif _end_of_spaces(s, pos) == len(s):
            self.leaf = ""
            return self._outer("blank") if s.strip(" ") else "blank"
        return "html"

    def _blank(self, matched: int) -> PartKind:
        del self.containers[matched:]
        if self.leaf != "indented":
            self.leaf = ""
        return "blank"

    def _text(self, s: str, pos: int, matched: int) -> PartKind:
        """A line with text: the containers that it opens, then its leaf."""
        fresh = False  # the line opened a container
        while True:
            at = _end_of_spaces(s, pos)
            if at - pos >= 4 or at == len(s):
                break
            if s[at] == ">":
                width, pos = 0, at + 2 if s[at + 1 : at + 2] == " " else at + 1
            elif s[at] in "-+*0123456789" and (m := _ITEM.match(s, at)) and self._may_begin(s, m, matched):
                space = len(m[3])
                if m.end() == len(s):
                    self.hollow = len(self.kinds)
                width = m.end(1) - pos + (space if space <= 4 and m.end() < len(s) else 1)
                pos = min(pos + width, len(s))
            else:
                break
            if matched >= NESTING:
                return "code"
            self.containers[matched:] = [width]
            matched += 1
            fresh = True
            self.leaf = ""
        if at == len(s):  # nothing but marks
            del self.containers[matched:]
            self.leaf = ""
            return self._outer("blank")
        return self._leaf(s, at, at - pos, matched, fresh)

    def _may_begin(self, s: str, m: re.Match[str], matched: int) -> bool:
        """Whether a list item may begin here: not every number at the start of a line of a paragraph is one."""
        if _RULE.match(s, m.start()):
            return False
        if self.leaf == "paragraph" and matched == len(self.containers):
            return m.end() < len(s) and (m[2] is None or int(m[2]) == 1)
        if self.leaf == "table":
            return m.end() < len(s)
        return True

    def _leaf(self, s: str, at: int, indent: int, matched: int, fresh: bool) -> PartKind:
        whole = matched == len(self.containers)
        paragraph = self.leaf == "paragraph"
        if indent >= 4:
            return self._deep(matched, whole)
        if paragraph and self.doubtful and _end_of_spaces(s, 0) >= 4:
            return "code"
        c = s[at]
        if c in "`~{" and (kind := self._fence(s, at, matched)):
            return kind
        if c == "<" and (kind := self._html(s, at, matched)):
            return kind
        if c in "|-:" and not fresh and self._is_delimiter_row(s, at):
            del self.containers[matched:]
            self.kinds[-1] = "table"
            self._begin("table")
            self.begins.add(self.first - 1)
            return "table"
        if c == "#" and _HEADING.match(s, at):
            return self._single("heading", matched)
        if c in "=-" and paragraph and whole and _UNDERLINE.match(s, at):
            self.leaf = ""
            kind = self._outer("heading")
            self.kinds[self.first :] = [kind] * (len(self.kinds) - self.first)
            self.begins.add(self.first)
            return kind
        if c in "*-_" and _RULE.match(s, at):
            return self._single("rule", matched)
        if self.leaf == "table":
            return "table"
        if not paragraph:
            del self.containers[matched:]
            if (c == "[" or self.leaf == "definition") and self._defines(s, at):
                return self._outer("paragraph")
            self._open_paragraph()
        if c in _BULLETS and _BULLET.match(s, at):
            self.bullets = True
        return self._outer("list" if self.bullets else "paragraph")

    def _deep(self, matched: int, whole: bool) -> PartKind:
        """A line indented by four or more."""
        if self.leaf == "paragraph":
            if whole and not self.doubtful:
                return self._outer("list" if self.bullets else "paragraph")
            self.doubtful = True
            return "code"
        del self.containers[matched:]
        if self.leaf == "indented":
            n = len(self.kinds)
            while self.kinds[n - 1] == "blank":  # the blank lines in between belong to the code
                n -= 1
                self.kinds[n] = "code"
        else:
            self._begin("indented")
        return "code"

    def _fence(self, s: str, at: int, matched: int) -> PartKind | None:
        if s[at] == "{":
            if not _HIGHLIGHT.match(s, at) or not self._highlight_ends():
                return None
            until = _HIGHLIGHT_END
        elif m := _FENCE.match(s, at):
            until = re.compile(rf"{re.escape(m[1][0])}{{{len(m[1])},}} *$")
        else:
            return None
        del self.containers[matched:]
        self._begin("fence")
        self.until = until
        if s[at] == "{" and until.search(s, at):
            self.leaf = ""
        return "code"

    def _highlight_ends(self) -> bool:
        """Whether a later line ends a highlight tag; without one, the tag is not believed."""
        if self.last_highlight < 0:
            ends = [n for n, line in enumerate(self.lines) if "{" in line and _HIGHLIGHT_END.search(line)]
            self.last_highlight = ends[-1] if ends else 0
        return self.last_highlight >= len(self.kinds)

    def _html(self, s: str, at: int, matched: int) -> PartKind | None:
        for begin, until in _HTML_UNTIL:
            if begin.match(s, at):
                del self.containers[matched:]
                self._begin("html")
                self.until = until
                if until.search(s, at + 1):
                    self.leaf = ""
                return "html"
        if _HTML_BLOCK.match(s, at) or ((self.leaf != "paragraph" or self.doubtful) and _HTML_ALONE.match(s, at)):
            del self.containers[matched:]
            self._begin("html")
            self.until = None
            return "html"
        return None

    def _is_delimiter_row(self, s: str, at: int) -> bool:
        """Whether this line makes a table of the line above."""
        if not self.kinds or self.kinds[-1] not in ("paragraph", "list", "quote", "code") or self.leaf == "table":
            return False
        head = self.lines[len(self.kinds) - 1]
        if "|" not in head or not _DELIMITER_ROW.match(s, at):
            return False
        cells = _cells(s[at:])
        return _cells(head) == cells or _cells(head.lstrip(_ALL_MARKS)) == cells

    def _defines(self, s: str, at: int) -> bool:
        """Whether the line belongs to a reference definition, which unlike a paragraph ends with its line."""
        if self.leaf == "definition" and (_TITLE_LINE.match(s, at) or (self.bare and _TARGET_LINE.match(s, at))):
            self.bare = False
            return True
        m = _DEFINITION_LINE.match(s, at)
        if m is None:
            return False
        self._begin("definition")
        self.bare = not m[1]
        return True

    def _single(self, kind: PartKind, matched: int) -> PartKind:
        """A block of one line."""
        del self.containers[matched:]
        self._begin("")
        return self._outer(kind)

    def _begin(self, leaf: str) -> None:
        self.leaf = leaf
        self.first = len(self.kinds)
        if not self.containers and leaf not in ("paragraph", "definition"):
            self.begins.add(self.first)

    def _open_paragraph(self) -> None:
        self._begin("paragraph")
        self.bullets = self.doubtful = False

    def _outer(self, kind: PartKind) -> PartKind:
        """A line of prose inside a container counts as the outermost one."""
        if not self.containers:
            return kind
        return "list" if self.containers[0] else "quote"


def _cells(row: str) -> int:
    cells = _BAR.split(row.strip(" \t"))
    return len(cells) - (not cells[0]) - (not cells[-1])


def _end_of_spaces(s: str, pos: int) -> int:
    m = _SPACES.match(s, pos)
    return m.end() if m else pos
