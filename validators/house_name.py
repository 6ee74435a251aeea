"""Misspellings that the house list names: each is put right as the list says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk import spelling
from copydesk.sieve import Sieve
from copydesk.validator import Article, Contract, Hit, Passage, Safety, SettingError, Setup, Validator, fix, minimal

KEYS = {"name", "variants", "perhaps", "not", "examples"}
FIRST_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]\w*")


@dataclass
class HouseName(Validator):
    contract = Contract.NAME
    cases = ("sure", "perhaps")
    names: str = "names/*.yaml"

    def prepare(self, setup: Setup) -> None:
        self.right: dict[str, str] = {}
        self.perhaps: set[str] = set()
        self.apart: dict[str, list[str]] = {}
        examples: list[tuple[Path, Mapping[str, str]]] = []
        for path, data in setup.data(self.names):
            for entry in _entries(path, data):
                self._add(path, entry)
                examples += [(path, e) for e in entry.get("examples", ())]
        self.keys: dict[str, list[str]] = {}
        for variant in self.right:
            self.keys.setdefault(_key(variant), []).append(variant)
        self._sieve = Sieve(lambda token: not self.keys.keys().isdisjoint(FIRST_CAPITAL.findall(token)))
        for path, example in examples:
            made = self._corrected(example["bad"])
            if made != example["good"]:
                raise SettingError(f"{path}: the example {example['bad']!r} becomes {made!r}, not {example['good']!r}")

    def _add(self, path: Path, entry: Mapping[str, Any]) -> None:
        self.perhaps.update(entry.get("perhaps", ()))
        for variant in (*entry.get("variants", ()), *entry.get("perhaps", ())):
            name = spelling.meant(entry["name"], variant)
            if self.right.setdefault(variant, name) != name:
                raise SettingError(f"{path}: {variant!r} is a variant of both {self.right[variant]!r} and {name!r}")
            self.apart[variant] = [*self.apart.get(variant, ()), *entry.get("not", ())]

    def check(self, article: Article) -> Iterator[Hit]:
        if not self._sieve(article.vocabulary):
            return
        for passage in article.passages:
            for start, variant in self._found(passage.masked):
                yield self._hit(passage, start, variant)

    def _found(self, text: str) -> Iterator[tuple[int, str]]:
        last = 0
        for start, variant in sorted(self._candidates(text), key=lambda f: (f[0], -len(f[1]))):
            if start >= last and not self._is_apart(text, start, variant):
                yield start, variant
                last = start + len(variant)

    def _candidates(self, text: str) -> Iterator[tuple[int, str]]:
        for key in self.keys.keys() & set(FIRST_CAPITAL.findall(text)):
            for variant in self.keys[key]:
                start = text.find(variant)
                while start >= 0:
                    if _whole(text, start, start + len(variant)):
                        yield start, variant
                    start = text.find(variant, start + 1)

    def _is_apart(self, text: str, start: int, variant: str) -> bool:
        for phrase in self.apart[variant]:
            offset = phrase.find(variant)
            if offset >= 0 and start >= offset and text.startswith(phrase, start - offset):
                return True
        return False

    def _hit(self, passage: Passage, start: int, variant: str) -> Hit:
        right = self.right[variant]
        edit = minimal(start, variant, right)
        values = {"name": variant, "right": right}
        safety, case = (Safety.SUGGEST, "perhaps") if variant in self.perhaps else (Safety.SAFE, "sure")
        made = fix(f"write {right!r}", passage.edit(edit.start, edit.end, edit.new), safety=safety)
        return Hit(passage.span(start, start + len(variant)), values, made, passage.field, case)

    def _corrected(self, text: str) -> str:
        for start, variant in reversed(list(self._found(text))):
            text = text[:start] + self.right[variant] + text[start + len(variant) :]
        return text


def _entries(path: Path, data: Any) -> list[dict[str, Any]]:
    """The names of a house list. Raises SettingError where they are not in its form."""
    if not isinstance(data, dict) or not set(data) <= {"names", "distinct"}:
        raise SettingError(f"{path}: a house list has the keys `names` and `distinct`")
    entries = data.get("names") or []
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not set(entry) <= KEYS:
            raise SettingError(f"{path}: an entry of `names` has a `name`, and may have {', '.join(sorted(KEYS))}")
        for variant in (*entry.get("variants", ()), *entry.get("perhaps", ())):
            if not isinstance(variant, str) or not FIRST_CAPITAL.search(variant) or variant in entry["name"]:
                raise SettingError(
                    f"{path}: {entry['name']}: the variant {variant!r} is no misspelling with a capital letter"
                )
    return list(entries)


def _key(variant: str) -> str:
    found = FIRST_CAPITAL.search(variant)
    assert found is not None
    return found[0]


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on before `start` or behind `end`."""
    before, after = text[start - 1 : start], text[end : end + 2]
    if before.isalnum() or before in ("_", "@", "#"):
        return False
    return not (after[:1].isalnum() or after[:1] == "_" or (after[:1] == "." and after[1:].isalnum()))
