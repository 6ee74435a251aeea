"""Everything that the author of a validator imports.

A validator is a mechanism: a dataclass whose fields are its settings (the `with:` of a rule) and whose method yields
`Hit`s. It knows no rule: the rule that uses it gives the code, the words, the severity, and may lower the safety.

One file in `validators/` holds one class; the file's name is what a rule's `uses` says:

    @dataclass
    class DoubledWord(Validator):
        contract = Contract.WORDS
        max_length: int = 12

        def check(self, article: Article) -> Iterator[Hit]:
            for passage in article.passages:
                for m in REPEATED.finditer(passage.masked):
                    edit = passage.edit(m.end(1), m.end(), "")
                    yield Hit(passage.span(*m.span()), {"word": m[1]}, fix("delete the second", edit), passage.field)

A fix that cannot be written (an edit that is None) is left out by `fix`, so that the hit is only reported. A validator
reports all it can in one pass, its fixes do not overlap one another, and a fix leaves nothing that it would fix again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeAlias

from copydesk.contract import Contract
from copydesk.edits import diff, minimal
from copydesk.model import (
    MASK,
    Article,
    Edit,
    Field,
    Fix,
    FrontMatter,
    Line,
    ListNode,
    MapNode,
    Node,
    Pair,
    Part,
    Passage,
    Problem,
    Safety,
    Scalar,
    Span,
)

if TYPE_CHECKING:  # what only some validators ask a Setup for is imported when they do
    from copydesk.lexicon import Lexicons
    from copydesk.phrases import Phrases
    from copydesk.schema import Schemas

__all__ = [
    "MASK",
    "Article",
    "Contract",
    "CorpusValidator",
    "Edit",
    "Facts",
    "Field",
    "FileValidator",
    "Fix",
    "FrontMatter",
    "Hit",
    "Line",
    "ListNode",
    "MapNode",
    "Node",
    "Pair",
    "Part",
    "Passage",
    "Problem",
    "Safety",
    "Scalar",
    "Scope",
    "SettingError",
    "Setup",
    "Span",
    "Validator",
    "diff",
    "fix",
    "minimal",
]

Scope: TypeAlias = Literal["front", "body", "all"]


@dataclass(frozen=True, slots=True)
class Hit:
    """What a validator found. `values` (plain built-in data) fill the rule's message and travel as evidence."""

    span: Span
    values: Mapping[str, object] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    field: str | None = None
    case: str = ""


class Facts(NamedTuple):
    """What a corpus validator concluded: per article id, and one small table that every article may see.

    Built-in types only: they travel between processes.
    """

    articles: Mapping[str, object]
    shared: object = None
    notes: tuple[str, ...] = ()
    """Sentences for the reader of the report: what was assumed, such as the schema in use."""


class SettingError(ValueError):
    """A rule's setting or data file that cannot be used; the message names the file and what to do."""


def fix(title: str, *edits: Edit | None, safety: Safety = Safety.SAFE) -> tuple[Fix, ...]:
    """One fix of these edits, as the `fixes` of a hit; no fix at all where one of them could not be written."""
    made = [e for e in edits if e is not None]
    if len(made) != len(edits) or not made:
        return ()
    return (Fix(tuple(sorted(made)), safety, title),)


@dataclass(frozen=True)
class Setup:
    """What a validator may know beside its settings: the language, the configuration, and the data in `rules/`.

    `folders` are the rules folders, ours first, then a user's workspace; a file that both have is given twice, so that
    a user's list adds to ours.
    """

    folders: tuple[Path, ...]
    language: str = "en"
    options: Mapping[str, Any] = field(default_factory=dict)

    def files(self, pattern: str) -> list[Path]:
        """The data files that match a glob such as `boilerplate/*.yaml`, in the order of folders and names."""
        return [p for folder in self.folders for p in sorted(folder.glob(pattern)) if p.is_file()]

    def data(self, pattern: str) -> list[tuple[Path, Any]]:
        """The YAML content of each of `files`. Raises SettingError with file and line where it is not YAML."""
        return [(p, self._read(p)) for p in self.files(pattern)]

    def lines(self, pattern: str) -> list[str]:
        """The lines of word lists, without blanks and `#` comments."""
        out: list[str] = []
        for p in self.files(pattern):
            text, at = p.read_text("utf-8"), 0
            while text.startswith("#", at):
                at = text.find("\n", at) + 1 or len(text)
            lines = text[at:].split("\n")  # a hundred thousand in some: behind the head, few lists have a comment
            out += [w for w in lines if w and not w.startswith("#")] if "\n#" in text[at:] else filter(None, lines)
        return out

    @cached_property
    def schemas(self) -> Schemas:
        """The schemas of `schemas/*.yaml`, as the configuration uses them. Raises SettingError."""
        from copydesk.schema import SchemaError
        from copydesk.schema_file import open_schemas

        try:
            return open_schemas(self.files("schemas/*.yaml"), self.options)
        except SchemaError as e:
            raise SettingError(str(e)) from e

    def source(self, article: Article) -> str:
        """Where an article is from (see `provenance.source_of`), with the field that the configuration names."""
        from copydesk.provenance import source_of

        return source_of(article, str(self.options.get("source", "")))

    def is_page(self, article: Article) -> bool:
        """Whether the article is the text of a whole page, as the command or the configuration of its source says."""
        sources = self.options.get("sources", {})
        said = sources.get(self.source(article)) if sources else None
        if said is None:  # a source without a name of its own is meant by its folder
            said = sources.get(article.id.rpartition("/")[0], {})
        return bool(said.get("body", self.options.get("body", "article")) == "page")

    @cached_property
    def phrases(self) -> Phrases:
        """The phrases of the packs in `boilerplate/*.yaml`. Raises SettingError."""
        from copydesk.phrases import PhraseError, open_phrases

        try:
            return open_phrases(self.data("boilerplate/*.yaml"))
        except PhraseError as e:
            raise SettingError(str(e)) from e

    @cached_property
    def lexicons(self) -> Lexicons:
        """The words of other languages, for texts in each language; shared by the validators of a run."""
        from copydesk.lexicon import LexiconError, Lexicons

        lexicons = Lexicons(self.lines, self.data)
        try:
            assert lexicons.languages
        except LexiconError as e:
            raise SettingError(str(e)) from e
        return lexicons

    @cached_property
    def _cache(self) -> dict[Path, Any]:
        return {}

    def _read(self, path: Path) -> Any:
        if path not in self._cache:
            import yaml

            try:
                loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
                self._cache[path] = yaml.load(path.read_text("utf-8"), Loader=loader)
            except (yaml.YAMLError, ValueError) as e:
                mark = getattr(e, "problem_mark", None)
                where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
                raise SettingError(f"{where}: not readable YAML: {getattr(e, 'problem', None) or e}") from e
        return self._cache[path]


class Validator:
    """A mechanism that looks at one article at a time."""

    contract: ClassVar[Contract] = Contract.REPORT
    contracts: ClassVar[Mapping[str, Contract]] = {}
    """The cases whose fixes keep to another contract than the rest."""
    scope: ClassVar[Scope] = "all"
    """What it reads: a change elsewhere cannot change what it says, so it is not run again for one."""
    lasting: ClassVar[bool] = False
    """What it found stands until a repair touches the place, although other repairs took away what it was seen by."""
    cases: ClassVar[tuple[str, ...]] = ("",)
    """The kinds of hit it yields; a rule picks one with `case`."""

    def prepare(self, setup: Setup) -> None:
        """Called once, before any article: build tables and patterns here. Raises SettingError."""

    def check(self, article: Article) -> Iterator[Hit]:
        """What is wrong with the article."""
        raise NotImplementedError


class FileValidator(Validator):
    """A mechanism that looks at the bytes, before anything is parsed.

    A hit of a `fatal` validator keeps the file from being parsed: it is reported and copied as it is. Spans are in
    code points of what could be decoded before the place.
    """

    fatal: ClassVar[bool] = True

    def check_bytes(self, data: bytes, size: int) -> Iterator[Hit]:
        """`data` is empty where the file is larger than the limit; `size` is what the file system says."""
        raise NotImplementedError


class CorpusValidator(Validator):
    """A mechanism that needs to have seen the other articles.

    Evidence and facts are plain built-in data. `merge` is associative; the order in which articles are merged must not
    change what is concluded. A safe fix that uses facts must be decided the same on its own output.
    """

    needs_fact: ClassVar[bool] = False
    """`settle` has nothing to say of an article without a fact of its own, and is not called for one."""

    def observe(self, article: Article) -> Any:
        """What this article contributes, in the form that `merge` takes; None for nothing."""
        raise NotImplementedError

    def merge(self, a: Any, b: Any) -> Any:
        """The evidence of two groups of articles as that of one; may change and return `a`."""
        raise NotImplementedError

    def pairs(self, evidence: Any) -> Sequence[tuple[str, str]]:
        """Articles whose texts have to be compared, two by two, before anything is concluded."""
        return ()

    def compare(self, one: Article, other: Article) -> Any:
        """What two articles of `pairs` say of one another: more evidence, in the form that `merge` takes, or None."""
        raise NotImplementedError

    def conclude(self, evidence: Any) -> Facts:
        """The facts; `evidence` is None where no article contributed."""
        raise NotImplementedError

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        """What is wrong with the article, given its own fact (None where it has none) and the shared one."""
        raise NotImplementedError
