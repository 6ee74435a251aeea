"""Builds `rules/words/foreign_LANGUAGE.txt`: words of other languages that texts in one language do not use.

    pip install wordfreq stopwordsiso
    python benchmarks/build_foreign.py

A word is kept for a target language where its frequency in a source language stands far above its frequency in the
target: a frequency there comes from quotations and names. The digit behind the source language says how far.

    6   the target hardly has the word at all
    5   rare in the target
    4   the target meets it: in names, titles, quotations; or it is also a family name
    3   short and often met, or also a word of the target
    2   also a given name
    1   a function word of the source that the target has too, or any other word of its phrases: it only lengthens a run
    0   no function word, but common in the source and rare in the target: tells the language of a line

Data: wordfreq 3.1.1 (Robyn Speer; data under CC BY-SA 4.0, see rules/words/foreign.licence), which function words a
language has from stopwords-iso (Gene Diaz; MIT), the lists of benchmarks/discourse.yaml and rules/words/gloss*.yaml,
and the names of rules/names. English words of rules/words/english.txt have no rank above 4 in the table for English.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import stopwordsiso
import wordfreq
import yaml

RULES = Path(__file__).parent.parent / "rules"
TARGETS = ("en", "de", "fr", "es", "it", "pt", "nl")
SOURCES = tuple("en de fr es it pt nl sv da nb is pl cs sk sl sh ro ca hu fi tr lt lv id ru uk bg mk el".split())  # noqa: SIM905
"""In the order of preference where a word belongs to several of them alike."""
STOP_CODE = {"nb": "no", "sh": "hr"}
ADVERBS = {
    "de": ("erweise", "maßen", "massen"),
    "fr": ("ment",),
    "es": ("mente",),
    "it": ("mente",),
    "pt": ("mente",),
    "ca": ("ment",),
    "sv": ("gtvis", "ligen", "ningsvis"),
    "da": ("ligvis",),
    "nb": ("ligvis",),
    "ro": ("mente",),
}
RARE = 3.2  # Zipf frequency; a rarer function word is not worth its place
COMMON = 4.8  # a word that is no function word
USUAL = 4.7  # from here on a word is in too many texts to be a reason to look
MOST_COMMON = 450  # of them, a language
HEAD = """\
# {what} Made by benchmarks/build_foreign.py, which explains the digits,
# from wordfreq 3.1.1 by Robyn Speer (CC BY-SA 4.0; this table is under the same licence, see foreign.licence).
"""


def read_lines(path: Path) -> set[str]:
    return {w for w in path.read_text("utf-8").split("\n") if w and not w.startswith("#")}


def folded(word: str) -> str:
    """As wordfreq stores it."""
    return unicodedata.normalize("NFC", word.casefold())


def bare(word: str) -> str:
    """Without marks: as somebody types it who has no such keys."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


class Frequencies:
    """Zipf frequencies by language: the base-10 logarithm of the uses in a billion words."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, float]] = {}

    def of(self, language: str) -> dict[str, float]:
        if language not in self._tables:
            found = wordfreq.get_frequency_dict(language, "best")
            self._tables[language] = {w: math.log10(f) + 9 for w, f in found.items()}
        return self._tables[language]


def function_words(language: str, zipf: dict[str, float], written: set[str]) -> set[str]:
    """Conjunctions, adverbs, pronouns, articles, prepositions, auxiliaries of a language."""
    listed = stopwordsiso.stopwords(STOP_CODE.get(language, language))
    if len(listed) < 300:  # a short list: what is most frequent of all is function words too
        listed = listed | set(sorted(zipf, key=lambda w: -zipf[w])[:250])
    found = {w.lower() for w in listed if zipf.get(folded(w), 0) >= RARE}
    endings = ADVERBS.get(language, ())
    found |= {w for w, z in zipf.items() if z >= RARE and len(w) > 6 and w.endswith(endings or ("\0",))}
    found |= written
    found |= {b for w in found if (b := bare(w)) != w and zipf.get(b, 0) >= RARE}
    return {unicodedata.normalize("NFC", w) for w in found if is_word(w)}


def glosses() -> Iterator[tuple[str, str]]:
    """The languages of the lists of meanings, with their `word=gloss` pairs."""
    for path in sorted((RULES / "words").glob("gloss*.yaml")):
        yield from yaml.safe_load(path.read_text("utf-8")).items()


def is_word(word: str) -> bool:
    return word.replace("'", "").replace("-", "").isalpha() and word[0] not in "'-" and word[-1] != "-"


class Ranker:
    """How far words of other languages are from the target, and what keeps a word from being evidence by itself."""

    def __init__(self, target: str, here: dict[str, float]) -> None:
        self.here = here
        self.given = read_lines(RULES / "names" / "given.txt")
        self.family = read_lines(RULES / "names" / "surnames.txt")
        english = read_lines(RULES / "words" / "english.txt")
        self.known = english if target == "en" else {w for w, z in here.items() if z >= 4.6}

    def rank(self, word: str, source: float) -> int:
        """0 does not occur here: it is for words that are no function words."""
        target = self.here.get(folded(word), 0)
        margin = source - target
        if (
            len(word) == 1
            or margin < 1.9
            or (word in self.known and (margin < 2.3 or (target > 4.3 and len(word) > 2)))
        ):
            return 1
        if word in self.given:
            return 2
        if (word in self.known and target > 3.0) or margin < 2.5 or target > 4.2:
            return 3
        if target > 3.3 or word in self.family or word in self.known:
            return 4
        return 5 if target > 2.3 else 6


def source_lines(source: str, zipf: dict[str, float], listed: dict[str, str], ranker: Ranker) -> Iterator[str]:
    """The words of one source language, strongest rank first."""
    phrases = set(listed.get("phrases", "").split())
    function = function_words(source, zipf, set(" ".join(v for k, v in listed.items() if k != "phrases").split()))
    sure = set(listed.get("sure", "").split())
    doubtful = set(" ".join(listed.get(key, "") for key in ("likely", "shared")).split())
    groups: dict[int, list[str]] = {}
    for word in sorted(function):
        rank = ranker.rank(word, zipf.get(folded(word), RARE))
        if word in sure and rank == 4 and word not in ranker.known:
            rank = 5
        if word in doubtful:
            rank = min(rank, 4)
        groups.setdefault(rank, []).append(word)
    groups[1] = sorted({*groups.get(1, ()), *(w for w in phrases - function if is_word(w))})
    function |= phrases
    content = [w for w, z in zipf.items() if z >= COMMON and w not in function and len(w) > 3 and is_word(w)]
    content = [w for w in content if ranker.rank(w, zipf[w]) >= 5]
    groups[0] = sorted(sorted(content, key=lambda w: -zipf[w])[:MOST_COMMON])
    for rank in sorted(groups, reverse=True):
        yield " ".join([f"{source}{rank}", *groups[rank]])


def openers(target: str, here: dict[str, float], count: int) -> list[str]:
    """The commonest function words of a target language; English has its own, written by hand."""
    function = function_words(target, here, set())
    return sorted(sorted(function, key=lambda w: -here.get(folded(w), 0))[:count])


def table(target: str, frequencies: Frequencies, listed: dict[str, dict[str, str]]) -> Iterator[str]:
    """The lines of the table for texts in the target language."""
    here = frequencies.of(target)
    if target != "en":
        yield " ".join(["function", *openers(target, here, 400)])
    ranker = Ranker(target, here)
    rows = []
    for source in SOURCES:
        if source != target:
            rows += source_lines(source, frequencies.of(source), listed.get(source, {}), ranker)
    if target == "en":
        languages = yaml.safe_load((RULES / "words" / "languages.yaml").read_text("utf-8"))
        usual = set(languages["en"]["function"].split())
        yield " ".join(["phrases", *sorted(phrase_words(rows, here, usual))])
    yield from rows


def phrase_words(rows: list[str], here: dict[str, float], usual: set[str]) -> set[str]:
    """Words that bring to mind a phrase with a gloss, none of whose words is evidence by itself."""
    ranks = {(row[:2], word): int(row[2]) for row in rows for word in row.split()[1:]}
    found = set()
    for code, pairs in glosses():
        for pair in pairs.lower().split():
            words = pair.partition("=")[0].split("_")
            if len(words) > 1 and all(ranks.get((code, w), 0) < 2 or w in usual for w in words):
                found.add(max(words, key=len))
    return {w for w in found if here.get(w, 0) < USUAL and len(w) > 2}


def main() -> None:
    frequencies = Frequencies()
    listed = yaml.safe_load(Path(__file__).with_name("discourse.yaml").read_text("utf-8"))
    for code, pairs in glosses():
        entry = listed.setdefault(code, {})
        for written in (pair.partition("=")[0] for pair in pairs.lower().split()):
            kind = "phrases" if "_" in written else "gloss"
            entry[kind] = f"{entry.get(kind, '')} {written.replace('_', ' ')}"
    languages = yaml.safe_load((RULES / "words" / "languages.yaml").read_text("utf-8"))
    for target in TARGETS:
        path = RULES / "words" / f"foreign_{target}.txt"
        lines = list(table(target, frequencies, listed))
        path.write_text(
            HEAD.format(what=f"Words that {languages[target]['name']} texts do not use.") + "\n".join(lines) + "\n",
            "utf-8",
        )
        print(f"{path.name}: {sum(len(x.split()) - 1 for x in lines)} words, {path.stat().st_size // 1000} KB")
    common = [" ".join([t, *openers(t, frequencies.of(t), 200)]) for t in TARGETS if t != "en"]
    head = HEAD.format(what="The commonest words of each language.")
    (RULES / "words" / "openers.txt").write_text(head + "\n".join(common) + "\n", "utf-8")


if __name__ == "__main__":
    main()
