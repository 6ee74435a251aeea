"""copydesk.toml, or [tool.copydesk] in pyproject.toml, and the flags of a command, as a Plan.

Without any configuration every rule is on at its own severity, articles are .md, .markdown and .txt, in English, and
schemas are recognised by their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from copydesk.folders import suggestion
from copydesk.model import PROSE, Limits, Plan, Refusal, Rule, Safety, Severity

FILE = "copydesk.toml"
KEYS: dict[str, type] = {
    "extend": str,
    "language": str,
    "include": list,
    "exclude": list,
    "corpus": list,
    "select": list,
    "extend-select": list,
    "ignore": list,
    "per-file-ignores": dict,
    "severity": dict,
    "safety": dict,
    "fail-level": str,
    "fail-on": list,
    "baseline": str,
    "decisions": str,
    "cache": bool,
    "suppressions": bool,
    "unsafe": bool,
    "workspace": str,
    "schema": str,
    "schemas": list,
    "front-matter": str,
    "source": str,
    "sources": dict,
    "body": str,
    "prose": list,
    "limits": dict,
}
BODIES = ("article", "page")
SOURCE_KEYS = ("body",)
LIMITS = {"article-bytes": "article_bytes", "passes": "passes", "findings-per-rule": "findings_per_rule"}


class ConfigError(Refusal):
    """A configuration or a flag that cannot be used; the message names file, key and what to do."""


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration as it was written, checked; `folder` is where it stands, None without a file."""

    values: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None

    @property
    def folder(self) -> Path | None:
        return self.file.parent if self.file else None


def find_config(start: Path, paths: Sequence[Path]) -> Path | None:
    """The nearest configuration upward from `start`; never one inside a PATH that is to be checked.

    What is checked may come from anybody: it must not configure its own check. `check .` is checked by what stands in
    the folder that its user went to.
    """
    for folder in (start, *start.parents):
        inside = any(p.is_dir() and folder.is_relative_to(p.resolve()) for p in paths)
        if inside and not (folder == start and any(folder == p.resolve() for p in paths)):
            continue
        if (folder / FILE).is_file():
            return folder / FILE
        project = folder / "pyproject.toml"
        if project.is_file() and "copydesk" in _tools(_toml(project)):
            return project
    return None


def read_config(path: Path, seen: tuple[Path, ...] = ()) -> Config:
    """The configuration of a file, with what it extends. Raises ConfigError."""
    if path in seen:
        raise ConfigError(f"{path}: extends itself")
    data = _toml(path)
    if path.name == "pyproject.toml":
        data = _tools(data).get("copydesk", {})
        if not isinstance(data, dict):
            raise ConfigError(f"{path}: 'tool.copydesk' is a table, not {data!r}")
    values = checked(data, str(path), path)
    if "extend" in values:
        other = (path.parent / values["extend"]).resolve()
        inherited = dict(read_config(other, (*seen, path)).values)
        for key in ("workspace", "decisions"):  # paths are relative to the file that they stand in
            if key in inherited:
                inherited[key] = str(other.parent / inherited[key])
        if "corpus" in inherited:
            inherited["corpus"] = [str(other.parent / p) for p in inherited["corpus"]]
        values = {**inherited, **values}
    return Config(values, path)


def _tools(data: Mapping[str, Any]) -> Mapping[str, Any]:
    tools = data.get("tool")
    return tools if isinstance(tools, dict) else {}


def _toml(path: Path) -> dict[str, Any]:
    import tomllib  # most articles are checked where no configuration is

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(f"{path}: not TOML: {e}") from e
    except (OSError, UnicodeDecodeError) as e:
        why = e.strerror if isinstance(e, OSError) else "not UTF-8"
        raise ConfigError(f"{path}: cannot be read: {why}") from e


def checked(data: Mapping[str, Any], where: str, path: Path | None = None) -> dict[str, Any]:
    """The values, if every key is known and of its type. Raises ConfigError with the line of the key."""

    def at(key: str) -> str:
        if path is None:
            return where
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            name = line.strip().strip("[]").split("=")[0].strip().strip('"')
            if name == key or name.endswith("." + key):
                return f"{path}:{n}"
        return where

    for key, value in data.items():
        if key not in KEYS:
            raise ConfigError(f"{at(key)}: unknown key {key!r}{suggestion(key, KEYS)}")
        if not isinstance(value, KEYS[key]):
            wanted = {list: "a list", dict: "a table", str: "a text", bool: "true or false"}[KEYS[key]]
            raise ConfigError(f"{at(key)}: {key!r} is {wanted}, not {value!r}")
        if isinstance(value, list) and key != "schemas" and not all(isinstance(v, str) for v in value):
            raise ConfigError(f"{at(key)}: {key!r} is a list of texts")
    for key in ("severity", "safety"):
        for word, level in data.get(key, {}).items():
            there = level if isinstance(level, dict) and key == "severity" else {word: level}  # "drafts/**" = {FM = …}
            for rule, value in there.items():
                if not isinstance(value, str):
                    raise ConfigError(f"{at(rule)}: the {key} of {rule!r} is a text, not {value!r}")
    for glob, codes in data.get("per-file-ignores", {}).items():
        if not all(isinstance(c, str) for c in (codes if isinstance(codes, list) else [codes])):
            raise ConfigError(f"{at(glob)}: what is ignored in {glob!r} is a list of texts, not {codes!r}")
    for key in data.get("limits", {}):
        if key not in LIMITS:
            raise ConfigError(f"{at(key)}: unknown limit {key!r}{suggestion(key, LIMITS)}")
        if type(data["limits"][key]) is not int or data["limits"][key] < 1:
            raise ConfigError(f"{at(key)}: {key!r} is a whole number above 0")
    _check_bodies(data, at)
    if data.get("front-matter", "optional") not in ("optional", "required"):
        raise ConfigError(f'{at("front-matter")}: \'front-matter\' is "optional" or "required"')
    return dict(data)


def _check_bodies(data: Mapping[str, Any], at: Callable[[str], str]) -> None:
    """Raises ConfigError where `body` is said in a way that cannot be meant, for all articles or for a source."""
    if data.get("body", "article") not in BODIES:
        raise ConfigError(f'{at("body")}: \'body\' is "article" or "page", not {data["body"]!r}')
    for name, source in data.get("sources", {}).items():
        if not isinstance(source, dict):
            raise ConfigError(f'{at(name)}: [sources."{name}"] is a table, not {source!r}')
        for key in source:
            if key not in SOURCE_KEYS:
                raise ConfigError(
                    f'{at(key)}: unknown key {key!r} of the source "{name}"{suggestion(key, SOURCE_KEYS)}'
                )
        if source.get("body", "article") not in BODIES:
            raise ConfigError(f'{at("body")}: \'body\' is "article" or "page", not {source["body"]!r}')


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says about the plan; empty values leave it to the configuration."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[str, ...] = ()
    schema: str | None = None
    unsafe: bool = False
    body: str | None = None


def make_plan(config: Config, flags: Flags, rules: Mapping[str, Rule], folders: Sequence[str], root: Path) -> Plan:
    """The plan of a run. Raises ConfigError for a selector that names no rule, or a level that does not exist."""
    values = config.values
    where = str(config.file or "the command line")
    names = {code: rule.name for code, rule in rules.items()}
    words = flags.select or values.get("select", ())
    more = (*values.get("extend-select", ()), *flags.extend_select)
    selected = codes_of(words, names, where) or set(rules)
    selected |= codes_of(more, names, where)
    named = {word.strip() for group in (*words, *more) for word in group.split(",")}
    selected -= {c for c, r in rules.items() if r.optional and not named & {c, r.name}}
    selected -= codes_of((*values.get("ignore", ()), *flags.ignore), names, where)
    run = {c for c, r in rules.items() if not r.uses}
    chosen = [rules[c] for c in sorted(selected | run)]
    severity = values.get("severity", {})
    everywhere = {word: level for word, level in severity.items() if isinstance(level, str)}
    chosen = _levels(chosen, everywhere, "severity", Severity, rules, where)
    there = {
        glob: _levels(chosen, table, "severity", Severity, rules, where, only=True)
        for glob, table in severity.items()
        if isinstance(table, dict)
    }
    chosen = _levels(chosen, values.get("safety", {}), "safety", Safety, rules, where)
    ignores: dict[str, tuple[str, ...]] = {
        glob: tuple(sorted(codes_of(codes if isinstance(codes, list) else [codes], names, where)))
        for glob, codes in values.get("per-file-ignores", {}).items()
    }
    for pair in flags.per_file_ignores:
        glob, colon, code = pair.rpartition(":")
        if not colon:
            raise ConfigError(f"--per-file-ignores {pair!r}: write GLOB:CODE, such as 'drafts/**:FM'")
        ignores[glob] = (*ignores.get(glob, ()), *sorted(codes_of([code], names, where)))
    options = dict(values)
    if flags.schema is not None:
        options["schema"] = flags.schema
    if flags.body is not None:  # what is said on the command line holds for every source
        options["body"] = flags.body
        options["sources"] = {
            n: {k: v for k, v in s.items() if k != "body"} for n, s in values.get("sources", {}).items()
        }
    limits = Limits(**{LIMITS[k]: v for k, v in values.get("limits", {}).items()})
    return Plan(
        root=str(root),
        rules=tuple(chosen),
        folders=tuple(folders),
        language=values.get("language", "en"),
        unsafe=flags.unsafe or values.get("unsafe", False),
        options=options,
        ignored=tuple(sorted(ignores.items())),
        severities=tuple((glob, tuple((r.code, r.severity) for r in found)) for glob, found in there.items()),
        limits=limits,
        prose=tuple(values.get("prose", PROSE)),
    )


def codes_of(words: Iterable[str], names: Mapping[str, str], where: str) -> set[str]:
    """The codes that are meant by codes, names or prefixes (several in one word with commas); `names` go by code."""
    out: set[str] = set()
    by_name = {name: code for code, name in names.items()}
    for word in (w.strip() for group in words for w in group.split(",")):
        if not word:
            continue
        found = {by_name[word]} if word in by_name else {c for c in names if c.startswith(word.upper())}
        if word == "ALL":
            found = set(names)
        if not found:
            known = [*names, *by_name, *{c.rstrip("0123456789") for c in names}]
            raise ConfigError(f"{where}: no rule is called {word!r}{suggestion(word, known)}")
        out |= found
    return out


def _levels(
    chosen: list[Rule], table: Mapping[str, Any], key: str, kind: type[Severity] | type[Safety],
    rules: Mapping[str, Rule], where: str, only: bool = False,
) -> list[Rule]:  # fmt: skip
    """The rules with the levels of a table; the longest selector wins. Safety is only ever lowered.

    `only`: those that the table speaks of.
    """
    known = {str(level): level for level in kind}
    out = {r.code: r for r in chosen}
    named: set[str] = set()
    names = {code: rule.name for code, rule in rules.items()}
    for word in sorted(table, key=len):
        if table[word] not in known:
            raise ConfigError(f"{where}: {key} of {word!r} is one of {', '.join(known)}, not {table[word]!r}")
        level = known[table[word]]
        for code in codes_of([word], names, where) & set(out):
            named.add(code)
            if isinstance(level, Safety) and level > rules[code].safety:
                raise ConfigError(
                    f"{where}: the safety of {code} is {rules[code].safety}; a configuration can lower it, not raise it"
                )
            out[code] = (
                replace(out[code], safety=level) if isinstance(level, Safety) else replace(out[code], severity=level)
            )
    return [r for r in out.values() if r.code in named or not only]
