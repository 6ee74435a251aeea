"""Organisations and products with a capital inside, written without it or taken apart: Github and Git Hub for GitHub.

A form with a capital inside is nobody's slip for the plain one, so where an article, or the others, have it, the other
ways to write it are most likely meant for it; the more so the oftener it comes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from copydesk import names, spelling
from copydesk.validator import Article, Contract, CorpusValidator, Facts, Hit, Safety, SettingError, Setup, fix, minimal

WORD = re.compile(r"[A-Z](?<![\w.@/#-].)[A-Za-z]{3,40}+(?![\w@/-]|\.\w)")  # the capital first: it is looked for fast
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
SURNAME = re.compile(r"(?:Mac|Mc|De|Di|Du|Fitz|La|Le|St|Van|Von)[A-Z]")  # each family has its own way


@dataclass
class NameCasing(CorpusValidator):
    contract = Contract.NAME
    needs_fact = True
    words: str = "words/english.txt"
    given: str = "names/given.txt"
    surnames: str = "names/surnames.txt"
    house: str = "names/*.yaml"
    articles: int = 3
    """Articles that have a form before the one article that has another is told of it."""
    mentions: int = 5
    """Times that a form comes for one time of the other, before that one is told of."""

    def prepare(self, setup: Setup) -> None:
        lists = {key: partial(setup.lines, getattr(self, key)) for key in ("given", "surnames")}
        self.tables = names.Tables(lists, ())
        self.english = [spelling.NameTable(path.read_text("utf-8")) for path in setup.files(self.words)]
        self.distinct: set[frozenset[str]] = set()
        for path, data in setup.data(self.house):
            if not isinstance(data, dict):
                raise SettingError(f"{path}: a house list has the keys `names` and `distinct`")
            self.distinct |= {frozenset(p) for p in data.get("distinct") or [] if isinstance(p, list)}

    def observe(self, article: Article) -> Any:
        forms: dict[str, list[Any]] = {}
        humped = []
        for word, n in Counter(WORD.findall(article.prose)).items():
            plain = word[1:].islower()
            if plain or not (word.isupper() or SURNAME.match(word)):
                forms[word] = [1, n, article.id]
                if not plain:
                    humped.append(word)
        for word in humped:
            taken_apart = HUMP.sub(" ", word)
            times = sum(1 for _ in names.places(article, taken_apart)) if " " in taken_apart else 0
            if times:
                forms[taken_apart] = [1, times, article.id]
        return forms or None

    def merge(self, a: Any, b: Any) -> Any:
        for form, (articles, n, article) in b.items():
            known = a.get(form)
            if known is None:
                a[form] = [articles, n, article]
            else:
                known[0] += articles
                known[1] += n
                known[2] = min(known[2], article)
        return a

    def conclude(self, evidence: Any) -> Facts:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for form in evidence or {}:
            found[form.lower().replace(" ", "")].append(form)
        alike = {low: forms for low, forms in found.items() if len(forms) > 1 and not self._is_usual(low)}
        facts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for forms in alike.values():
            best = max(forms, key=lambda f: (evidence[f][0], evidence[f][1], bool(HUMP.search(f)), f))
            for form in sorted(forms):
                if form != best and frozenset((form, best)) not in self.distinct:
                    self._compare(form, best, evidence, facts)
        return Facts(dict(sorted(facts.items())))

    def _is_usual(self, low: str) -> bool:
        """Whether it is a word or the name of a person, which have no capital inside."""
        return low in self.tables.known_names or any(low in table for table in self.english)

    def _compare(self, form: str, best: str, seen: Mapping[str, Any], facts: dict[str, list[dict[str, Any]]]) -> None:
        """Adds the fact of the one article that has the form: in it, or in several others, the better one stands."""
        articles, count, article = seen[form]
        others, times, other = seen[best]
        if articles == 1 and times >= self.mentions * count and (others >= self.articles or other == article):
            card = f"{best} {times}×{f' in {others} articles' if others > 1 else ''}, {form} {count}×"
            facts[article].append({"name": form, "right": best, "sure": " " not in form + best, "card": card})

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        for found in fact or ():
            name, right = found["name"], found["right"]
            values = {key: found[key] for key in ("name", "right", "card")}
            for passage, start in names.places(article, name):
                edit = minimal(start, name, right)
                safety = Safety.UNSAFE if found["sure"] else Safety.SUGGEST
                made = fix(f"write {right!r}", passage.edit(edit.start, edit.end, edit.new), safety=safety)
                yield Hit(passage.span(start, start + len(name)), values, made, passage.field)
