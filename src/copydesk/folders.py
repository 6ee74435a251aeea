"""Opens validators/, rules/ and reports/ by path: ours and a user's workspace with the same code.

Nothing is registered at import time and no folder is a package: a validator's file is opened when a rule of the plan
uses it, under a private module name, so that no name can collide and `--select LAY` loads neither pandas nor ftfy.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import inspect
import re
import sys
import typing
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any, TextIO, TypeAlias

import yaml

from copydesk.model import Example, Refusal, Rule, Run, Safety, Severity
from copydesk.validator import SettingError, Setup, Validator

KINDS = ("validators", "rules", "reports")
Render: TypeAlias = Callable[[Run, TextIO], None]


class FolderError(Refusal):
    """A rule, validator or report that cannot be used; the message names file, line and what to do."""


def bundled() -> Path:
    """The folder that holds our own validators/, rules/ and reports/."""
    here = Path(__file__).resolve().parent
    for folder in (here / "_folders", here.parent.parent):
        if all((folder / kind).is_dir() for kind in KINDS):
            return folder
    raise FolderError(
        f"{here}: the validators/, rules/ and reports/ of this installation are missing; install it again"
    )


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing where no known word is near."""
    import difflib

    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _files(folders: Iterable[str], kind: str, pattern: str) -> list[Path]:
    return [p for f in folders for p in sorted(Path(f, kind).glob(pattern)) if p.is_file()]


# ------------------------------------------------------------------------------------------------------------ rules

_CODE = re.compile(r"[A-Z]{3}[0-9]{3}|[A-Z]{2}[0-9]{3}")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_EXAMPLES = re.compile(r"^  examples:\n(?:(?:   .*+)?\n)*+", re.MULTILINE)
_KEYS = (
    "name", "uses", "case", "severity", "safety", "stage", "optional", "message", "ask", "why", "upstream", "with",
    "examples", "proof",
)  # fmt: skip
_EXAMPLE_KEYS = ("bad", "ok", "files", "bytes", "good", "proposed", "flag", "config", "path")


def read_rules(folders: Iterable[str], examples: bool = False) -> dict[str, Rule]:
    """Every rule by its code; a later folder replaces a code of an earlier one. Raises FolderError with file and line.

    `examples` are left out unless asked for: a run does not need them.
    """
    rules: dict[str, Rule] = {}
    for folder in folders:
        here: dict[str, Rule] = {}
        ours = folder == str(bundled())
        for path in _files([folder], "rules", "*.yaml"):
            for rule in _read_rule_file(path, examples, ours):
                if rule.code in here:
                    raise FolderError(f"{rule.source}: {rule.code} stands in {here[rule.code].source}, too")
                here[rule.code] = rule
        rules |= here
    names: dict[str, Rule] = {}
    for rule in rules.values():
        if rule.name in names:
            raise FolderError(f"{rule.source}: the name {rule.name!r} belongs to {names[rule.name].code}")
        names[rule.name] = rule
    return dict(sorted(rules.items()))


def _read_rule_file(path: Path, examples: bool, ours: bool) -> Iterable[Rule]:
    """The rules of a file. Examples are three quarters of ours: where they are not wanted they are not parsed.

    Those of a user are, so that what is wrong with them is said.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        text = path.read_text("utf-8")
        if ours and not examples:
            text = _EXAMPLES.sub(lambda m: "\n" * m[0].count("\n"), text)
        root = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise FolderError(f"{where}: {getattr(e, 'problem', None) or e}") from e
    except (ValueError, OSError) as e:
        raise FolderError(f"{path}: {e}") from e
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        raise FolderError(f"{path}:1: a rule file is a mapping of codes to rules")
    for key, value in root.value:
        where = f"{path}:{key.start_mark.line + 1}"
        if not _CODE.fullmatch(str(key.value)):
            raise FolderError(f"{where}: {key.value!r} is no code; a code is a family and three digits, such as LAY101")
        if not isinstance(value, yaml.MappingNode):
            raise FolderError(f"{where}: the rule {key.value} is not a mapping")
        yield _rule(str(key.value), value, where, path, examples)


def _rule(code: str, node: yaml.MappingNode, where: str, path: Path, examples: bool) -> Rule:
    raw: dict[str, Any] = {}
    lines: list[int] = []
    for key, value in node.value:
        line = f"{path}:{key.start_mark.line + 1}"
        if key.value not in _KEYS:
            raise FolderError(f"{line}: unknown key {key.value!r} in {code}{suggestion(str(key.value), _KEYS)}")
        if key.value == "examples":
            if examples:
                raw["examples"] = _construct(value, line)
                lines = [item.start_mark.line + 1 for item in value.value]
            continue
        raw[key.value] = _construct(value, line)
    for needed in ("name", "message", "why", "severity"):
        if not isinstance(raw.get(needed), str):
            raise FolderError(f"{where}: {code} needs a text for {needed!r}")
    if not _NAME.fullmatch(raw["name"]):
        raise FolderError(f"{where}: the name of {code} is not kebab-case: {raw['name']!r}")
    if not raw.get("uses") and not raw.get("proof"):
        raise FolderError(f"{where}: {code} names no validator in 'uses'")
    return Rule(
        code=code,
        name=raw["name"],
        message=raw["message"],
        why=" ".join(raw["why"].split()),
        severity=_level(Severity, raw["severity"], where),
        safety=_level(Safety, raw.get("safety", "suggest"), where),
        uses=str(raw.get("uses", "")),
        case=str(raw.get("case", "")),
        ask=str(raw.get("ask", "")),
        stage=int(raw.get("stage", 50)),
        optional=raw.get("optional") is True,
        settings=raw.get("with") or {},
        examples=tuple(_example(e, f"{path}:{n}", n) for e, n in zip(raw.get("examples") or [], lines, strict=True)),
        proof=str(raw.get("proof", "")),
        upstream=" ".join(str(raw.get("upstream", "")).split()),
        source=where,
    )


def _construct(node: yaml.Node, where: str) -> Any:
    if node.tag == "tag:yaml.org,2002:str" and isinstance(node, yaml.ScalarNode):
        return node.value
    try:
        return yaml.constructor.SafeConstructor().construct_document(node)
    except (yaml.YAMLError, ValueError) as e:
        raise FolderError(f"{where}: {e}") from e


def _level(kind: type[Any], word: str, where: str) -> Any:
    known = {str(level): level for level in kind}
    if word not in known:
        raise FolderError(f"{where}: {kind.__name__.lower()} is one of {', '.join(known)}, not {word!r}")
    return known[word]


def _example(raw: Any, where: str, line: int) -> Example:
    if not isinstance(raw, dict):
        raise FolderError(f"{where}: an example is a mapping")
    for key in raw:
        if key not in _EXAMPLE_KEYS:
            raise FolderError(f"{where}: unknown key {key!r} in an example{suggestion(str(key), _EXAMPLE_KEYS)}")
    name = str(raw.get("path", "article.md"))
    texts = [raw[k] for k in ("bad", "ok", "bytes", "files") if k in raw and not (k == "ok" and raw[k] is True)]
    if len(texts) != 1:
        raise FolderError(f"{where}: an example gives exactly one of bad, ok, bytes and files")
    files = _contents(texts[0], name, where, raw="bytes" in raw)
    wanted = [k for k in ("good", "proposed", "flag", "ok") if k in raw]
    if len(wanted) != 1:
        raise FolderError(f"{where}: an example expects exactly one of good, proposed, flag and ok")
    return Example(
        files=files,
        good=_contents(raw["good"], name, where, raw="bytes" in raw) if "good" in raw else None,
        proposed=_contents(raw["proposed"], name, where, raw="bytes" in raw) if "proposed" in raw else None,
        flag=bool(raw.get("flag")),
        ok="ok" in raw,
        config=raw.get("config") or {},
        line=line,
    )


def _contents(value: Any, name: str, where: str, raw: bool) -> dict[str, bytes]:
    given = value if isinstance(value, dict) else {name: value}
    out = {}
    for path, text in given.items():
        if not isinstance(text, str):
            raise FolderError(f"{where}: the content of {path} is not a text")
        try:
            out[str(path)] = text.encode("latin-1" if raw else "utf-8")
        except UnicodeEncodeError as e:
            raise FolderError(f"{where}: in 'bytes' each character up to U+00FF stands for one byte") from e
    return out


# ------------------------------------------------------------------------------------------------ validators, reports


def _open(path: Path) -> ModuleType:
    """The module at a path, under a name that nothing else can have. Raises FolderError."""
    name = f"_copydesk_{path.parent.name}_{path.stem}_{blake2b(str(path).encode(), digest_size=6).hexdigest()}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise FolderError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there while it is executed
    try:
        spec.loader.exec_module(module)
    except Exception as e:
        del sys.modules[name]
        line = getattr(e, "lineno", None) or _line_in(e, path)
        raise FolderError(f"{path}:{line}: cannot be opened: {type(e).__name__}: {e}") from e
    return module


def _line_in(e: BaseException, path: Path) -> int:
    trace, line = e.__traceback__, 1
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _find(folders: Iterable[str], kind: str, name: str) -> Path | None:
    """The file of a validator or report; that of a later folder replaces an earlier one's."""
    found = _files(folders, kind, f"{name}.py")
    return found[-1] if found else None


@cache
def validator_class(folders: tuple[str, ...], name: str) -> type[Validator]:
    """The one class in validators/NAME.py: a dataclass, if it has settings. Raises FolderError."""
    path = _find(folders, "validators", name)
    if path is None:
        known = sorted({p.stem for p in _files(folders, "validators", "*.py")})
        raise FolderError(f"there is no validators/{name}.py{suggestion(name, known)}")
    module = _open(path)
    classes = [
        c
        for c in vars(module).values()
        if inspect.isclass(c)
        and issubclass(c, Validator)
        and c.__module__ == module.__name__
        and not c.__name__.startswith("_")
    ]
    if len(classes) != 1:
        raise FolderError(f"{path}: a validator's file holds exactly one public class, this one {len(classes)}")
    return classes[0]


def open_validator(rule: Rule, folders: tuple[str, ...], setup: Setup) -> Validator:
    """The validator of a rule with the rule's settings, ready for articles. Raises FolderError with the rule's line."""
    try:
        found = validator_class(folders, rule.uses)
    except FolderError as e:
        raise FolderError(f"{rule.source}: {e}") from e
    if rule.case not in found.cases:
        raise FolderError(
            f"{rule.source}: {rule.uses} has no case {rule.case!r}; it has {', '.join(map(repr, found.cases))}"
        )
    fields: dict[str, Any] = {}
    if rule.settings and dataclasses.is_dataclass(found):
        hints = typing.get_type_hints(found)
        fields = {f.name: hints[f.name] for f in dataclasses.fields(found) if f.init}
    settings: dict[str, Any] = {}
    for key, value in rule.settings.items():
        if key not in fields:
            raise FolderError(f"{rule.source}: {rule.uses} has no setting {key!r}{suggestion(key, fields)}")
        settings[key] = _setting(value, fields[key], f"{rule.source}: the setting {key!r}")
    validator = found(**settings)
    try:
        validator.prepare(setup)
    except SettingError as e:
        raise FolderError(str(e)) from e
    return validator


def _setting(value: Any, wanted: Any, what: str) -> Any:
    origin = typing.get_origin(wanted)
    if origin is tuple:
        if not isinstance(value, list):
            raise FolderError(f"{what} is a list")
        inner = typing.get_args(wanted)[0]
        return tuple(_setting(v, inner, what) for v in value)
    if origin in (dict, Mapping):
        if not isinstance(value, dict):
            raise FolderError(f"{what} is a mapping")
        return value
    if origin in (typing.Union, UnionType, typing.Literal):
        return value
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(wanted, type) and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
        raise FolderError(f"{what} is a {wanted.__name__}, not {value!r}")
    return value


def report_names(folders: Iterable[str]) -> list[str]:
    """The formats that reports/ can write: the file names without `to_`."""
    return sorted({p.stem.removeprefix("to_") for p in _files(folders, "reports", "to_*.py")})


def open_report(folders: tuple[str, ...], name: str) -> Render:
    """The `render` of reports/to_NAME.py. Raises FolderError."""
    path = _find(folders, "reports", f"to_{name}")
    if path is None:
        raise FolderError(f"there is no format {name!r}{suggestion(name, report_names(folders))}")
    render = getattr(_open(path), "render", None)
    if not callable(render):
        raise FolderError(f"{path}: a report's file holds a function `render(run, out)`")
    return typing.cast(Render, render)


def rules_folders(folders: Iterable[str]) -> tuple[Path, ...]:
    """The rules/ of each folder, for the data files that validators read."""
    return tuple(Path(f, "rules") for f in folders if Path(f, "rules").is_dir())
