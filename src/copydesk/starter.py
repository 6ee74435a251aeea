"""What `init` writes: the configuration that one would have written by hand after a look at the corpus, and a CI job.

Every choice comes with what it was made from. Nothing here decides what is right: a rule that speaks of a tenth of the
articles and wants a person each time is not wrong, it is no use as a warning on the first day.
"""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from copydesk.excerpt import clickable, count_of, one_line
from copydesk.model import Article, FrontMatter, Record, Scalar, Severity, Source
from copydesk.parse import parse
from copydesk.requirement import PLACE, own_requirement
from copydesk.schema import Schema, Schemas, locate

LOOKED_AT = 300  # articles; enough to know a corpus by
SURVEYED = 3_000  # articles; what only few have is seen, too
NOISE = 0.1  # of the articles
FEWEST = 20  # articles; of fewer nothing is said about noise, nor about their schema
FITTING = 0.8  # of the articles that a schema recognises
WORKSPACE = Path("desk")
NEW_VALUE = "value-not-allowed"
"""The rule that says of a value that a schema does not list it; of an inferred schema that is no error."""
NO_ARTICLE = re.compile(
    r"(readme|licen[cs]e|copying|changelog|changes|contributing|code_of_conduct|security|authors|todo|index|_index"
    r"|requirements[\w-]*|robots|humans|llms|pull_request_template|issue_template)\.(md|markdown|txt)",
    re.I,
)
SOURCE_KEYS = ("provider.domain", "domain", "source", "site", "publisher", "provider", "outlet", "feed", "newspaper")
_FUNCTION_WORDS = {
    "en": "the and of to in that is for with was",
    "de": "der die und das ist nicht mit den von zu",
    "fr": "le les des et une est dans pour que qui",
    "es": "el los las una que con por para del como",
    "it": "il gli della che una con per sono nel anche",
    "nl": "het een van en niet met voor dat zijn op",
    "pt": "os uma que com para dos não por mais como",
}


class Noise(NamedTuple):
    """A rule that wants a person in very many articles, with the place of one of its findings."""

    code: str
    name: str
    articles: int
    example: str


class Inferred(NamedTuple):
    """The schema that was made of a corpus: its file, of how many articles, its fields, those that all of them have."""

    file: Path
    articles: int
    fields: int
    required: int
    is_new: bool


@dataclass
class Seen:
    """What a look at some articles of a corpus has shown."""

    path: Path
    articles: int
    sample: int = 0
    unread: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    schemas: Counter[str] = field(default_factory=Counter)
    """The articles that each schema recognises."""
    fitting: Counter[str] = field(default_factory=Counter)
    """Those of them that have what it demands, and no key that it does not know."""
    inferred: Inferred | None = None
    sources: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    folders: set[str] = field(default_factory=set)
    words: Counter[str] = field(default_factory=Counter)
    blocked: int = 0
    repairable: int = 0
    noise: tuple[Noise, ...] = ()
    set_aside: tuple[str, ...] = ()

    @property
    def with_meta(self) -> int:
        return sum(self.formats.values())


def choose(articles: Sequence[Source]) -> tuple[list[Source], list[str]]:
    """The articles, and the files that by their names are none."""
    aside = [s.id for s in articles if NO_ARTICLE.fullmatch(PurePosixPath(s.id).name)]
    left = [s for s in articles if not NO_ARTICLE.fullmatch(PurePosixPath(s.id).name)]
    return left, aside


def only_folder(articles: Sequence[Source]) -> str | None:
    """The one folder that all articles lie in, where there is one: the corpus of a repository with other things."""
    tops = {PurePosixPath(s.article).parts[0] for s in articles if "/" in s.article}
    return tops.pop() if len(tops) == 1 and all("/" in s.article for s in articles) else None


def spread(articles: Sequence[Source], most: int) -> Sequence[Source]:
    """So many of the articles at most, from all over the corpus."""
    return articles[:: max(1, -(-len(articles) // most))]


def look(path: Path, sample: Sequence[Source], articles: int, aside: Sequence[str], schemas: Schemas) -> Seen:
    """Reads the sample."""
    seen = Seen(path, articles, len(sample), set_aside=tuple(aside))
    for source in sample:
        try:
            article = parse(Path(source.file).read_bytes().decode("utf-8"), source.id)
        except (OSError, UnicodeDecodeError):
            seen.unread += 1
            continue
        seen.folders.add(str(PurePosixPath(source.article).parent))
        seen.words.update(
            re.findall(r"[^\W\d_]+", article.text[article.body.start : article.body.start + 4_000].lower())
        )
        if article.meta is not None:
            _add_front_matter(seen, article, schemas)
    return seen


def _add_front_matter(seen: Seen, article: Article, schemas: Schemas) -> None:
    assert article.meta is not None
    seen.formats[article.meta.format] += 1
    seen.keys.update(list(article.meta.fields))
    schema = schemas.of(article)
    if schema is not None:
        seen.schemas[schema.name] += 1
        seen.fitting[schema.name] += _fits(schema, article.meta)
    for key in SOURCE_KEYS:
        value = article.meta.fields.get(key)
        if value is not None and isinstance(value.node, Scalar) and value.node.kind == "str":
            seen.sources[key].add(value.node.value)


def _fits(schema: Schema, meta: FrontMatter) -> bool:
    """Whether an article has every field that a schema demands of all, and at its top no key that it does not know."""
    assert meta.root is not None
    demanded = [path for path, spec in schema.children[""].items() if spec.required]
    known = schema.open or all(key.value in schema.known for key, _ in meta.root.pairs)
    return known and all(locate(schema, meta, path) for path in demanded)


def add_schema(seen: Seen, articles: Sequence[Source], known: Collection[str]) -> None:
    """Where no schema that is there fits, infers one from the articles and writes it into the workspace.

    `known` are the names that are taken. A file that is there already is used as it is: somebody may have edited it.
    """
    if schema_of(seen) or seen.with_meta < FEWEST or (seen.schemas and not _ill_fitting(seen)):
        return
    from copydesk.schema_infer import infer
    from copydesk.survey import survey

    name = "-".join(re.findall(r"[a-z0-9]+", seen.path.resolve().name.lower())) or "articles"
    file = WORKSPACE / "rules" / "schemas" / f"{name + '-articles' if name in known else name}.yaml"
    found = survey(spread(articles, SURVEYED))
    is_new = not file.exists()
    if is_new:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(infer(found, seen.path.as_posix()), "utf-8")
    tops = [c for path, c in found.columns.items() if "." not in path and "[" not in path]
    required = sum(c.present == found.articles for c in tops)
    seen.inferred = Inferred(file, found.articles, len(tops), required, is_new)


def add_trial(seen: Seen, records: Iterable[Record]) -> None:
    """Adds what a check of the sample has found: what blocks, what is repaired, and which rules are noise here.

    Noise is what in a tenth of the articles or more finds what no safe fix repairs, and does not block.
    """
    met: Counter[str] = Counter()
    first: dict[str, Noise] = {}
    softer = {NEW_VALUE} if seen.inferred else set()
    for record in records:
        found = [(f, Severity.WARNING if f.name in softer else f.severity) for f in record.findings]
        seen.blocked += any(severity is Severity.ERROR for _, severity in found)
        seen.repairable += any(f.applied for f in record.findings)
        asking = [f for f, severity in found if severity is Severity.WARNING and not f.applied]
        met.update({f.code for f in asking})
        for f in asking:
            example = f"{clickable(record.source.file)}:{f.location.line}: {f.message}"
            first.setdefault(f.code, Noise(f.code, f.name, 0, example))
    if seen.sample >= FEWEST:
        seen.noise = tuple(first[c]._replace(articles=n) for c, n in met.most_common() if n >= NOISE * seen.sample)


# --------------------------------------------------------------------------------------------------------- judgements


def language_of(seen: Seen) -> str:
    """The language whose function words are commonest; English where too few are met."""
    counts = {code: sum(seen.words[w] for w in words.split()) for code, words in _FUNCTION_WORDS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] > 50 and counts[best] > 1.5 * counts["en"] else "en"


def source_of(seen: Seen) -> str | None:
    """The field that names where an article is from: most articles have it, and it does not tell each from the rest."""
    for key in SOURCE_KEYS:
        values = len(seen.sources.get(key, ()))
        if seen.keys[key] > seen.sample / 2 and 0 < values <= max(3, seen.keys[key] / 2):
            return key
    return None


def schema_of(seen: Seen) -> str | None:
    """The shipped schema that nearly all articles are recognised by, and that fits them."""
    (name, n), *_ = seen.schemas.most_common(1) or [("", 0)]
    nearly_all = n > seen.sample / 2 and n >= 0.9 * seen.with_meta
    return name if nearly_all and not _ill_fitting(seen) else None


def _ill_fitting(seen: Seen) -> bool:
    """Whether the schema that most articles are recognised by knows little of what they have."""
    (name, n), *_ = seen.schemas.most_common(1) or [("", 0)]
    return n >= FEWEST and n >= 0.9 * seen.with_meta and seen.fitting[name] < FITTING * n


# ------------------------------------------------------------------------------------------------------- what is said


def remarks(seen: Seen) -> list[str]:
    """What was seen and what follows from it, in sentences."""
    if not seen.articles:
        return [f"No article (.md, .markdown, .txt) below {seen.path} yet; everything is as copydesk has it by itself."]
    looked = f"looked at {seen.sample:,}: {seen.with_meta:,} with front matter"
    said = [f"{seen.articles:,} article(s) below {seen.path}; {looked}."]
    if seen.unread:
        said.append(f"{seen.unread:,} of them could not be read: `check` says why.")
    if seen.set_aside:
        said.append(f"Set aside as no articles: {_some(seen.set_aside)}.")
    said += [_about_schema(seen)] if seen.with_meta else []
    if seen.with_meta == seen.sample - seen.unread and seen.with_meta:
        said.append("Every one of them has front matter, so it is required from now on.")
    key = source_of(seen)
    if key:
        values = sorted(seen.sources[key])
        said.append(f"The field {key!r} names the source of most ({len(values):,}: {_some(values)}).")
    elif len(seen.folders) > 1:
        said.append(f"No field names the source of an article; its folder does ({_some(sorted(seen.folders))}).")
    language = language_of(seen)
    if language != "en":
        said.append(f"The commonest words are of the language {language!r}; the word lists that ship are English.")
    if seen.blocked:
        said.append(
            f"{seen.blocked:,} cannot be published as they are: `copydesk check {seen.path}` says which and why."
        )
    if seen.repairable:
        said.append(f"{seen.repairable:,} have something that `copydesk clean` repairs.")
    for n in seen.noise:
        share = f"{n.articles:,} of {seen.sample:,} articles"
        said.append(f"{n.code} {n.name} wants a person in {share}: it starts as info. E.g. {one_line(n.example, 160)}")
    if not seen.noise and seen.sample >= FEWEST:
        said.append("No rule wants a person in a tenth of the articles: every rule stays as it is.")
    elif seen.sample < FEWEST:
        said.append("These are too few articles to tell which rules would be noise.")
    return said


def _about_schema(seen: Seen) -> str:
    said = "No schema that ships knows their keys"
    for name, n in seen.schemas.most_common(1):
        whole = f"{seen.fitting[name]:,} of these have all that it demands and nothing else"
        said = f"The schema {name!r} recognises {n:,} of them by their keys; {whole}"
        if schema_of(seen):
            return f"{said}: it is used for all."
        if not _ill_fitting(seen):
            return (
                f"{said}. It is not used for all: each article is judged by the schema that recognises it, or by none."
            )
    keys = [k for k, _ in seen.keys.most_common(8) if "." not in k and "[" not in k]
    said += "" if seen.schemas else f" ({', '.join(keys)})"
    if seen.inferred is None:
        return f"{said}: only YAML and content are checked. These are too few articles to infer a schema from."
    made = seen.inferred
    if not made.is_new:
        return f"{said}. {made.file} is there already and is used."
    counts = f"{count_of(made.fields, 'field')}, {made.required:,} of which every article has"
    made_of = f"one was inferred from {made.articles:,} articles: {made.file} ({counts})"
    return f"{said}, so {made_of}. Read it: it says what is usual, not what is right."


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4:,} more" if len(names) > 4 else "")


def configuration(seen: Seen) -> str:
    """The text of copydesk.toml."""
    key, schema = source_of(seen), seen.inferred.file.stem if seen.inferred else schema_of(seen)
    required = bool(seen.with_meta) and seen.with_meta == seen.sample - seen.unread
    levels = [f'{n.code} = "info"  # {n.name}: {n.articles:,} of {seen.sample:,} articles' for n in seen.noise]
    if seen.inferred:
        why = "the schema lists the values of today; a new one may be right"
        levels += [f'{NEW_VALUE} = "warning"  # {why}'] if NEW_VALUE not in {n.name for n in seen.noise} else []
    lines = [
        "# What copydesk does with this corpus, made by `copydesk init`. `copydesk rules` lists the rules and",
        "# `copydesk explain CODE` explains one; `copydesk json-schema config` is what an editor checks this file by.",
        *(f"# {line}" for line in _comments(remarks(seen))),
        "",
        f"language = {_toml(language_of(seen))}",
        f"corpus = [{_toml(seen.path.as_posix())}]  # duplicates and name variants are looked for in all of it",
        f"exclude = [{', '.join(map(_toml, seen.set_aside))}]  # globs of files that are no articles",
        f'front-matter = "{"required" if required else "optional"}"',
        f"{'' if schema else '# '}schema = {_toml(schema or 'none')}"
        + ("" if schema else '  # without it, a schema is recognised by its keys; or a file: "schemas/mine.yaml"'),
        f"source = {_toml(key)}"
        if key
        else '# source = "provider.domain"  # the field that names where an article is from',
        'fail-level = "error"  # error: cannot be published; warning: dirt; info: judgement',
        "# ignore = []  # codes, names or prefixes of rules that are not wanted at all",
        f"{'' if seen.inferred else '# '}workspace = {_toml(WORKSPACE.as_posix())}"
        "  # a folder with rules/, validators/ and reports/ of your own",
        "",
        "[severity]",
        *levels,
        *([] if levels else ['# BOI = "info"']),
        "",
        "# [per-file-ignores]",
        '# "interviews/**" = ["TXT"]',
        "",
    ]
    return "\n".join(lines)


def _comments(said: Sequence[str]) -> list[str]:
    """The remarks but those that stand beside their setting, in lines that one can read."""
    return [
        row
        for line in said
        if " starts as info. E.g. " not in line
        for row in textwrap.wrap(" ".join(line.split()), 116, subsequent_indent="  ", break_on_hyphens=False)
    ]


def _toml(text: str) -> str:
    """A text as TOML has it: JSON's escapes are TOML's, too, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# ------------------------------------------------------------------------------------------------------------ the job

_GITHUB = """# Made by `copydesk init`: what is new in a pull request is checked, what was there before blocks nothing.
name: articles
on: pull_request
permissions: {{contents: read}}
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {{fetch-depth: 0}} # the merge base is needed
      - uses: actions/setup-python@v5
        with: {{python-version: "3.12"}}
      - run: pip install "{requirement}"
      - run: >-
          copydesk check {path} --since "origin/$BASE" --allow-empty
          --format github --format markdown=summary.md --format html=copydesk.html
        env: {{BASE: "${{{{ github.base_ref }}}}"}}
      - run: cat summary.md >> "$GITHUB_STEP_SUMMARY"
        if: always()
      - uses: actions/upload-artifact@v4
        if: always()
        with: {{name: copydesk-report, path: copydesk.html}}
"""

_GITLAB = """# Made by `copydesk init`: what is new in a merge request is checked, what was there before blocks nothing.
copydesk:
  image: python:3.12
  variables: {{GIT_DEPTH: "0"}} # the merge base is needed
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - pip install --quiet "{requirement}"
    - >-
      copydesk check {path} --since "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --allow-empty
      --format console --format gitlab=gl-code-quality-report.json
      --format junit=copydesk.xml --format html=copydesk.html
  artifacts:
    when: always
    reports: {{codequality: gl-code-quality-report.json, junit: copydesk.xml}}
    paths: [copydesk.html]
"""

JOBS: Mapping[str, tuple[str, str]] = {
    "github": (".github/workflows/articles.yml", _GITHUB),
    "gitlab": (".gitlab-ci.yml", _GITLAB),
}
"""Where the job of each service belongs, and the job."""


def service_of(folder: Path) -> str | None:
    """The service that a repository lies on, as far as its files and the address of its origin tell."""
    if (folder / ".github").is_dir():
        return "github"
    if (folder / ".gitlab-ci.yml").exists():
        return "gitlab"
    try:
        origin = (folder / ".git" / "config").read_text("utf-8", "replace")
    except OSError:
        return None
    return next((name for name in JOBS if name in origin), None)


def job(service: str, paths: Sequence[Path]) -> str:
    """The text of the job that checks what is new in the articles below some paths."""
    words = [p.as_posix() for p in paths]
    quoted = " ".join(w if re.fullmatch(r"[\w./-]+", w) else shlex.quote(w) for w in words)
    return JOBS[service][1].format(path=quoted, requirement=own_requirement())


def write_job(folder: Path, service: str, paths: Sequence[Path]) -> str:
    """Writes the job of a service (`auto`: the one that the repository lies on), and says so; never over another."""
    chosen = service_of(folder) if service == "auto" else service
    if chosen is None:
        return "No CI service is to be seen here; `copydesk init --ci github` or `--ci gitlab` writes its job."
    if chosen not in JOBS:
        return ""
    file, text = folder / JOBS[chosen][0], job(chosen, paths)
    if file.exists():
        return f"{JOBS[chosen][0]} exists already; this is the job that belongs there:\n\n{text}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return f"Wrote {JOBS[chosen][0]}: a job that checks what is new. {_about_requirement(text)}"


def _about_requirement(text: str) -> str:
    if PLACE in text:
        return f"Put the address of your copydesk for {PLACE} in it: no package of that name is published."
    return "It installs copydesk from where this one is from."
