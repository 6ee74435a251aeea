"""The findings of a corpus that are known and accepted for now: a file, for folders without a git history.

Nothing in it depends on line numbers: for every article the fingerprints of its findings, by rule. A renamed article is
recognised by the findings that it shares with one that is gone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from copydesk.model import Record, Refusal

VERSION = 1


class BaselineError(Refusal):
    """A baseline that cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Fingerprints by article id and code."""

    articles: Mapping[str, Mapping[str, frozenset[str]]]

    def count(self) -> Counter[str]:
        """How many findings are known, by code."""
        out: Counter[str] = Counter()
        for by_code in self.articles.values():
            out.update({code: len(prints) for code, prints in by_code.items()})
        return out


@dataclass(frozen=True, slots=True)
class Comparison:
    """A corpus beside its baseline: what stands in both, what is stale, what is new."""

    kept: Baseline
    stale: Baseline
    new: Baseline
    known: Mapping[str, frozenset[str]]
    """The accepted fingerprints by the id that each article has today."""


def read_baseline(path: Path) -> Baseline:
    """Raises BaselineError where the file is missing or is no baseline."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as e:
        raise BaselineError(f"{path}: there is no such baseline; `copydesk baseline create` writes one") from e
    except (OSError, UnicodeDecodeError) as e:
        raise BaselineError(f"{path}: cannot be read: {getattr(e, 'strerror', None) or 'not UTF-8'}") from e
    except ValueError as e:
        raise BaselineError(f"{path}: not a baseline: {e}") from e
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("articles"), dict):
        raise BaselineError(f"{path}: not a baseline of version {VERSION}")
    articles = {}
    for article, by_code in data["articles"].items():
        if not isinstance(by_code, dict) or not all(
            isinstance(prints, list) and all(isinstance(p, str) for p in prints) for prints in by_code.values()
        ):
            raise BaselineError(f"{path}: {article!r} does not list fingerprints by rule")
        articles[article] = {code: frozenset(prints) for code, prints in by_code.items()}
    return Baseline(articles)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Sorted, one rule of an article a line, so that a version control shows what changed."""
    rows = []
    for article in sorted(baseline.articles):
        lines = ",\n".join(
            f"      {json.dumps(code)}: {json.dumps(sorted(prints))}"
            for code, prints in sorted(baseline.articles[article].items())
        )
        rows.append(f"    {json.dumps(article, ensure_ascii=False)}: {{\n{lines}\n    }}")
    body = ",\n".join(rows)
    path.write_text(f'{{\n  "version": {VERSION},\n  "articles": {{\n{body}\n  }}\n}}\n', "utf-8")


def present(records: Iterable[Record]) -> Baseline:
    """What is found now, as a baseline."""
    articles: dict[str, dict[str, set[str]]] = {}
    for record in records:
        for f in record.findings:
            articles.setdefault(record.source.id, {}).setdefault(f.code, set()).add(f.fingerprint)
    return Baseline({a: {c: frozenset(p) for c, p in by_code.items()} for a, by_code in articles.items()})


def compare(baseline: Baseline, found: Baseline, looked_at: Iterable[str], root: Path) -> Comparison:
    """`found` beside `baseline`; `looked_at` are the ids of the articles of the run.

    An article that stands in the baseline and below `root`, and was not looked at, keeps its entries.
    """
    ids = set(looked_at)
    gone = {old for old in baseline.articles if old not in ids and not (root / old).is_file()}
    renamed = _renamed(baseline, found, gone)
    kept: dict[str, dict[str, frozenset[str]]] = {}
    stale: dict[str, dict[str, frozenset[str]]] = {}
    new: dict[str, dict[str, frozenset[str]]] = {}
    known: dict[str, frozenset[str]] = {}
    for old, by_code in baseline.articles.items():
        if old not in ids and old not in gone:
            kept[old] = dict(by_code)
            continue
        now = renamed.get(old, old)
        here = found.articles.get(now, {})
        known[now] = _all(by_code)
        for code, prints in by_code.items():
            _put(kept, now, code, prints & here.get(code, frozenset()))
            _put(stale, old, code, prints - here.get(code, frozenset()))
    for article, by_code in found.articles.items():
        for code, prints in by_code.items():
            _put(new, article, code, prints - known.get(article, frozenset()))
    return Comparison(Baseline(kept), Baseline(stale), Baseline(new), known)


def _all(by_code: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(p for prints in by_code.values() for p in prints)


def _put(into: dict[str, dict[str, frozenset[str]]], article: str, code: str, prints: frozenset[str]) -> None:
    if prints:
        into.setdefault(article, {})[code] = prints


def _renamed(baseline: Baseline, found: Baseline, gone: Iterable[str]) -> dict[str, str]:
    """The new id of an article that is gone: the unknown one that shares most findings with it, at least half."""
    by_print: dict[str, set[str]] = {}
    for article, by_code in found.articles.items():
        if article not in baseline.articles:
            for prints in by_code.values():
                for p in prints:
                    by_print.setdefault(p, set()).add(article)
    out: dict[str, str] = {}
    for old in sorted(gone):
        prints = _all(baseline.articles[old])
        shared = Counter(a for p in prints for a in by_print.get(p, ()) if a not in out.values())
        best = min(shared, key=lambda a: (-shared[a], a), default=None)
        if best is not None and 2 * shared[best] >= len(prints):
            out[old] = best
    return out


def merged(a: Baseline, b: Baseline) -> Baseline:
    """The findings of both."""
    out: dict[str, dict[str, frozenset[str]]] = {}
    for part in (a, b):
        for article, by_code in part.articles.items():
            for code, prints in by_code.items():
                _put(out, article, code, prints | out.get(article, {}).get(code, frozenset()))
    return Baseline(out)
