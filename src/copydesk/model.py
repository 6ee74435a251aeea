"""The nouns: frozen, picklable data that every other module passes around.

Those that are spilled to disk by the thousand have no slots: a frozen dataclass with slots is unpickled field by field.

All positions are code points of the whole file text, front matter included; a byte order mark is code point 0.
Lines end at LF, CRLF or CR only. Lines and columns, where they are given, count from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as setting
from enum import IntEnum
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias


class Refusal(ValueError):
    """What was asked for cannot be done; the message is for a person, and says what to do."""


class Safety(IntEnum):
    """How much a fix may be trusted; the order is the meaning, so that "may it be applied" is one `>=`."""

    SUGGEST = 0  # needs a person
    UNSAFE = 1  # one best reading, clearly more likely right than wrong: `clean --unsafe`
    SAFE = 2  # right without looking: `clean`

    def __str__(self) -> str:
        return self.name.lower()


class Severity(IntEnum):
    """How much a finding matters, whatever can be done about it."""

    INFO = 0  # a matter of judgement
    WARNING = 1  # dirt
    ERROR = 2  # the article cannot be published as it is

    def __str__(self) -> str:
        return self.name.lower()


class Span(NamedTuple):
    """The code points from `start` up to, not including, `end`."""

    start: int
    end: int


class Edit(NamedTuple):
    """`old`, which stands at `start`, becomes `new`. Carrying `old` makes it verifiable and reversible by itself."""

    start: int
    old: str
    new: str

    @property
    def end(self) -> int:
        return self.start + len(self.old)


@dataclass(frozen=True)
class Fix:
    """Edits that are made all together or not at all; `edits` do not overlap and ascend."""

    edits: tuple[Edit, ...]
    safety: Safety
    title: str


class Location(NamedTuple):
    """Where a reader looks: line and column from 1, in code points, of the file as it was read."""

    line: int
    column: int


FIRST = Location(1, 1)


@dataclass(frozen=True)
class Finding:
    """One thing that a rule says of one article.

    While an article is worked on, `span` and `fixes` refer to the text of the current pass. In a `Record` they
    refer to the file as it was read, and the fields from `location` on are filled.
    """

    code: str
    article: str
    span: Span
    field: str | None
    message: str
    severity: Severity
    fixes: tuple[Fix, ...] = ()
    evidence: Mapping[str, object] = setting(default_factory=dict)
    name: str = ""
    location: Location = FIRST
    fingerprint: str = ""
    depends_on: tuple[str, ...] = ()
    applied: bool = False
    """Its first fix was applied by `clean`, or would be with the same flags."""


# ---------------------------------------------------------------------------------------------------- an article

ScalarKind: TypeAlias = Literal["str", "int", "float", "bool", "null", "date", "datetime", "merge", "binary", "other"]


class Scalar(NamedTuple):
    """A single value (or a key) of the front matter.

    `value` is the text after unquoting and unescaping; `kind` is the type that YAML 1.1 (PyYAML) gives it, so a plain
    `no` has the kind `bool`. `style` is `''` (plain), `'"'`, `"'"`, `'|'` or `'>'`. `span` covers the quotes.
    """

    span: Span
    value: str
    kind: ScalarKind
    style: str


@dataclass(frozen=True, slots=True)
class ListNode:
    span: Span
    items: tuple[Node, ...]


class Pair(NamedTuple):
    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping, with every pair in the order of the file; a duplicate key stands here twice."""

    span: Span
    pairs: tuple[Pair, ...]


Node: TypeAlias = Scalar | ListNode | MapNode


class Field(NamedTuple):
    """A value of the front matter with its path (`provider.domain`, `images[0].url`) and its key, None in a list."""

    path: str
    key: Scalar | None
    node: Node


class Problem(NamedTuple):
    """Why the front matter could not be read: `kind` is a stable word, `message` says it to a person."""

    kind: Literal["syntax", "unclosed", "not-a-mapping", "too-deep", "too-large", "alias-bomb"]
    span: Span
    message: str


@dataclass(frozen=True)
class FrontMatter:
    """The block at the head of an article.

    `span` runs from the opening fence to the end of the closing fence's line, `content` between the fences.
    With a `problem` there is no `root`: nothing in the block may be changed.
    """

    format: Literal["yaml", "toml", "json"]
    span: Span
    content: Span
    root: MapNode | None
    problem: Problem | None = None

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every value by its path, in file order; of a duplicate key the last one, as YAML readers take it."""
        return {f.path: f for f in self._walked}

    def walk(self) -> Sequence[Field]:
        """Every value, in file order, duplicates included."""
        return self._walked

    @cached_property
    def _walked(self) -> Sequence[Field]:
        out: list[Field] = []
        if self.root is not None:
            _walk(self.root, "", out)
        return out

    def value(self, path: str) -> str | None:
        """The text of the scalar at a path; None where there is none."""
        found = self.fields.get(path)
        return found.node.value if found and isinstance(found.node, Scalar) else None


_new = tuple.__new__  # a NamedTuple's own constructor takes twice as long


def _walk(node: MapNode | ListNode, path: str, out: list[Field]) -> None:
    if isinstance(node, MapNode):
        stem = f"{path}." if path else ""
        for key, value in node.pairs:
            here = stem + key.value
            out.append(_new(Field, (here, key, value)))
            if not isinstance(value, Scalar):
                _walk(value, here, out)
    else:
        for n, item in enumerate(node.items):
            here = f"{path}[{n}]"
            out.append(_new(Field, (here, None, item)))
            if not isinstance(item, Scalar):
                _walk(item, here, out)


PartKind: TypeAlias = Literal["heading", "paragraph", "list", "quote", "code", "table", "html", "rule", "blank"]


class Line(NamedTuple):
    """One line of the body: `text` is `[start:end]`; `stop` is the start of the next line; `kind` of its part."""

    start: int
    end: int
    stop: int
    text: str
    kind: PartKind


class Part(NamedTuple):
    """A block of the body: `span` covers whole lines, the last line's end included."""

    kind: PartKind
    span: Span


MASK = "\ufffc"
"""Stands in `Passage.masked` for every character that no fixer may touch."""


@dataclass(frozen=True)
class Passage:
    """A stretch of prose: the whole body (`field` is None), or the value of a front matter field.

    `text` is what a reader sees (a field's value unescaped); `masked` has the same length, with code, URLs, tables,
    tags and link targets replaced by `MASK`, line ends kept. A validator searches `masked` and asks the passage for
    spans and edits in the file. `offsets` gives for each code point of `text`, and for its end, the position in the
    file (None: they simply count on from `start`). `escape` writes new text in the value's quoting, or gives None
    where it cannot be written; with `frozen` no edit is possible and a finding is only reported.
    """

    text: str
    masked: str
    field: str | None
    start: int
    source: str
    offsets: tuple[int, ...] | None = None
    escape: Callable[[str], str | None] | None = None
    frozen: bool = False

    def span(self, start: int, end: int) -> Span:
        """Positions in `text` as a span of the file."""
        if self.offsets is None:
            return Span(self.start + start, self.start + end)
        return Span(self.offsets[start], self.offsets[end])

    def edit(self, start: int, end: int, new: str) -> Edit | None:
        """`text[start:end]` becomes `new`, as an edit of the file; None where the file cannot say it safely."""
        if self.frozen:
            return None
        if self.escape is not None:
            written = self.escape(new)
            if written is None:
                return None
            new = written
        a, b = self.span(start, end)
        return Edit(a, self.source[a:b], new)

    @cached_property
    def tokens(self) -> Sequence[str]:
        """What white space parts in `masked`, in its order."""
        return self.masked.split()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Its tokens, each once."""
        return frozenset(self.tokens)


@dataclass(frozen=True)
class Article:
    """A parsed view of one file; `text` is the whole file, nothing normalised.

    `body` is what follows the front matter; `lines`, `parts` and the first of `passages` cover it. `passages` also
    holds the fields of the front matter that are prose.
    """

    id: str
    text: str
    body: Span
    meta: FrontMatter | None
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]
    passages: tuple[Passage, ...]
    language: str = "en"
    asked: bool = True
    """Whether it is reported; what is only part of the corpus gives evidence. Set where it is observed."""

    @cached_property
    def prose(self) -> str:
        """What is masked of all its passages, a line end between two: to see whether something stands anywhere."""
        return "\n".join([p.masked for p in self.passages])

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The tokens of all its passages, each once."""
        return self.passages[0].vocabulary.union(*[p.tokens for p in self.passages[1:]])


# ------------------------------------------------------------------------------------------------- rules and runs


@dataclass(frozen=True, slots=True)
class Example:
    """A rule's example, and what must become of it (see `rules/` for the YAML form).

    `files` maps paths to contents (a single text has the path `article.md`). Exactly one of the expectations is set:
    `good` and `proposed` map paths to contents after `clean`, or after the first fix offered; `flag` wants a finding
    and no fix; `ok` wants no finding of the rule.
    """

    files: Mapping[str, bytes]
    good: Mapping[str, bytes] | None = None
    proposed: Mapping[str, bytes] | None = None
    flag: bool = False
    ok: bool = False
    config: Mapping[str, object] = setting(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy, read from YAML: which mechanism (`uses`), with which settings, and how to speak of what it finds.

    `case` names one of the kinds of hit of a validator that has several; rules that share `uses` and `settings` share
    one validator. `safety` is the most that a fix of this rule may have. `proof` names the fault-injection test of a
    rule that no article can provoke (family RUN).
    """

    code: str
    name: str
    message: str
    why: str
    severity: Severity
    safety: Safety
    uses: str = ""
    case: str = ""
    ask: str = ""
    stage: int = 50
    optional: bool = False
    """Off unless it is selected by its own code or name: a matter of house style."""
    settings: Mapping[str, object] = setting(default_factory=dict)
    examples: tuple[Example, ...] = ()
    proof: str = ""
    upstream: str = ""
    """The bug of a producer that its findings look like, in plain words, with {values} of the hits."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Past these an article becomes a finding, not a crash (source of the numbers: the CHANGELOG's study of limits)."""

    article_bytes: int = 16 * 1024 * 1024
    passes: int = 10
    findings_per_rule: int = 100


class Place(NamedTuple):
    """Where a record stands in its file: its line, its first code point, its first byte, and its bytes."""

    line: int
    start: int
    byte: int
    size: int


@dataclass(frozen=True)
class Source:
    """One article of the run: where its bytes are, and its names.

    `id` is the path from the corpus root (identity), `article` the path from the PATH that was asked for. Only
    articles that were `asked` are reported and written; the others give evidence.
    """

    file: str
    id: str
    article: str
    asked: bool = True
    place: Place | None = None
    """Of a record of a JSON Lines file: it is checked as an article of its own, and never written."""

    @property
    def line(self) -> int:
        """The line of the file that its text begins with."""
        return self.place.line if self.place else 1

    @property
    def start(self) -> int:
        """The code point of the file that its text begins with."""
        return self.place.start if self.place else 0


PROSE = ("title", "excerpt", "summary", "description")
"""The last keys of the front matter fields that text rules read, unless a configuration says otherwise."""


LevelsByPath: TypeAlias = tuple[tuple[str, tuple[tuple[str, Severity], ...]], ...]
"""(glob of article ids, ((code, severity), …)); a later glob goes before an earlier one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a worker needs, as data: no code, no open file."""

    root: str
    rules: tuple[Rule, ...]
    folders: tuple[str, ...]
    language: str = "en"
    unsafe: bool = False
    options: Mapping[str, object] = setting(default_factory=dict)
    ignored: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(glob of article ids, codes that do not apply there)."""
    severities: LevelsByPath = ()
    """(glob of article ids, the severity that a code has there)."""
    limits: Limits = Limits()
    prose: tuple[str, ...] = PROSE


@dataclass(frozen=True)
class Applied:
    """The edits of one fix as they were made, in positions of the text before its pass."""

    fingerprint: str
    code: str
    edits: tuple[Edit, ...]
    decided: bool = False
    """It was applied because a person had decided so, and not because it may be trusted."""


@dataclass(frozen=True)
class Record:
    """What happened to one article. `passes[n]` leads from text n to text n+1; `findings` speak of the file as read.

    Where the bytes were not understood, `original` and `text` are None and the file is copied as it is.
    """

    source: Source
    original: str | None
    text: str | None
    passes: tuple[tuple[Applied, ...], ...]
    findings: tuple[Finding, ...]

    @property
    def changed(self) -> bool:
        return self.original != self.text


@dataclass(frozen=True, slots=True)
class Run:
    """What a report is given. `records` can be iterated again and again; it reads from disk, one article at a time."""

    plan: Plan
    records: Iterable[Record]
    command: str
    notes: tuple[str, ...] = ()
    """What a reader should know about the run before its findings: the schema in use, what was left out."""
    arguments: tuple[str, ...] = ()
    out: str | None = None
    details: Mapping[str, object] = setting(default_factory=dict)
