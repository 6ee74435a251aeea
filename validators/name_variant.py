"""Two spellings of one name: in one article, or one article against the rest of the corpus.

String distance alone cannot decide (Millar is not Miller), so a pair of forms one slip apart is only looked at where
something else says that one person is meant: a first or last name that stands beside both, or a bare surname after
the full name. Which form is right is decided by counts, by a table of known names and by the other articles; where
nothing decides, both readings are offered and none is applied.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from copydesk.validator import (
    Article,
    Contract,
    CorpusValidator,
    Facts,
    Fix,
    Hit,
    Passage,
    Safety,
    SettingError,
    Setup,
    fix,
    minimal,
)

CAPITALISED = r"[A-ZÀ-ÖØ-Þ][^\W\d_]++(?:-[^\W\d_]++)*+(?![\d_(\-\u00ad])"  # none that goes on behind a line end
SEQUENCE = re.compile(rf"\b{CAPITALISED}(?: (?:[A-Z]\. )?{CAPITALISED}){{0,5}}")
SIMPLE = re.compile(r"(?:Mac|Mc|De|Di|Du|La|Le)?[^\W\d_][^\W\d_A-ZÀ-ÖØ-Þ]+")  # no ABC, no DigitalOcean, no Jean-Luc
INITIAL = re.compile(r" [A-Z]\.")
COMMON = re.compile(r"\b(?:the|of|and|to|in|is|was|for|that|with)\b")
ENGLISH = 0.08  # of the words are these ten, in a text that is English; .2 to .3 in prose, less in lists
LISTED = re.compile(
    r"(?i)\b(?:spell(?:ed|ings?)|spelt|misspel\w+|variants?|transliterat\w+|romani[sz]\w+|also written|sic)\b"
)
MOST_FORMS = 4000  # names in an article; past that it is a directory
BUCKET = 16  # words that begin alike, or end alike, that are compared with one another
SHORTEST = 4  # letters; shorter names are too near to one another
LONG = 7  # letters from which two slips may be one name
NAMESAKES = 50  # forms beside one and the same name; more of them are no evidence


class Pair(NamedTuple):
    """Two forms in one article, and what the article says of them. Plain data: it travels as evidence."""

    one: str
    other: str
    count_one: int
    count_other: int
    link: str
    """beside: a first name before both; family: a last name behind both; bare: one form alone, who acts as persons do;
    maybe: it does not; nick: first names alike; first: a first name without its last."""
    shared: str  # the name that stands beside both, else ""


@dataclass
class Forms:
    """The capitalised words of an article: how often each occurs, and which names stand before and behind it."""

    count: Counter[str] = field(default_factory=Counter)
    before: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    behind: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    full: set[str] = field(default_factory=set)

    def add(self, sequence: str, n: int, openers: Collection[str]) -> None:
        if " " not in sequence:
            self.count[sequence] += n
            return
        words = (INITIAL.sub("", sequence) if "." in sequence else sequence).split(" ")
        while words and words[0] in openers:
            del words[0]
        for i, word in enumerate(words):
            self.count[word] += n
            if i:
                self.before[word].add(words[i - 1])
                self.behind[words[i - 1]].add(word)
        if 2 <= len(words) <= 3:
            self.full.add(" ".join(words))


@dataclass
class NameVariant(CorpusValidator):
    contract = Contract.NAME
    cases = ("certain", "likely", "either", "corpus")
    needs_fact = True
    given: str = "names/given.txt"
    surnames: str = "names/surnames.txt"
    others: str = "names/known.txt"
    words: str = "words/english.txt"
    house: str = "names/*.yaml"
    persons: str = "words/persons*.yaml"
    corpus_ratio: int = 3

    def prepare(self, setup: Setup) -> None:
        self.setup = setup
        around = [data for _, data in setup.data(self.persons)]
        self.titles, self.openers, speech, says = (
            frozenset(w for data in around for w in data.get(key, "").split())
            for key in ("titles", "openers", "speech", "says")
        )
        self.acts = re.compile(
            rf" (?:also |then |later |further |now |never )?(?:{'|'.join(sorted(speech))}|[a-z]{{3,}}ed)\b|: [A-Z“\"]"
        )
        self.acted = re.compile(rf"(?:\b(?:{'|'.join(sorted(says))}|according to)|[”\"]) \Z")
        self.house_words: frozenset[str] = frozenset()
        self.distinct: set[frozenset[str]] = set()
        for path, data in setup.data(self.house):
            if not isinstance(data, dict):
                raise SettingError(f"{path}: a house list has the keys `names` and `distinct`")
            self.house_words |= {w.lower() for entry in data.get("names") or [] for w in entry["name"].split()}
            for pair in data.get("distinct") or []:
                self.distinct.add(_difference(str(path), pair))

    @cached_property
    def given_names(self) -> frozenset[str]:
        return frozenset(self.setup.lines(self.given))

    @cached_property
    def known_names(self) -> frozenset[str]:
        return self.given_names | frozenset(self.setup.lines(self.surnames))

    @cached_property
    def english(self) -> frozenset[str]:
        return frozenset(self.setup.lines(self.words))

    @cached_property
    def common(self) -> frozenset[str]:
        """Words that are no known name."""
        return self.english - self.known_names

    @cached_property
    def known_words(self) -> frozenset[str]:
        """What is spelt right as it stands, whatever it is."""
        return self.known_names | self.english | self.house_words | frozenset(self.setup.lines(self.others))

    # ------------------------------------------------------------------------------------------------- one article

    def observe(self, article: Article) -> Any:
        forms = Forms()
        for passage in article.passages:
            for sequence, n in Counter(SEQUENCE.findall(passage.masked)).items():
                forms.add(sequence, n, self.openers)
        pairs = [tuple(p) for p in self._pairs(forms, article)]
        if pairs and (LISTED.search(article.text) or not _is_english(article)):
            pairs = []  # the text speaks of spellings, so each may be meant; or its names are inflected
        evidence: dict[str, Any] = {"names": {n: [1, article.id] for n in forms.full}}
        if pairs:
            evidence["pairs"] = {article.id: pairs}
        return evidence

    def _pairs(self, forms: Forms, article: Article) -> Iterator[Pair]:
        words = [w for w in forms.count if self._is_candidate(w)]
        for one, other in _near(words) if len(words) <= MOST_FORMS else ():
            if forms.count[one] > forms.count[other]:
                one, other = other, one
            link, shared = self._link(forms, one, other)
            if link not in ("beside", "family") and len(one) > len(other) + 1 and one.startswith(other):
                continue  # Marxist is no slip for Marx
            bare = [w for w in (one, other) if not self._names(forms.before[w], self.given_names)]
            if link == "bare" and not any(self._acts(article, w) for w in bare):
                link = "maybe"
            if link and not _is_alternative(article, one, other):
                yield Pair(one, other, forms.count[one], forms.count[other], link, shared)

    def _is_candidate(self, word: str) -> bool:
        """Whether it may be the name of a person, or a slip for one."""
        if len(word) < SHORTEST or word.lower() in self.common or word in self.openers:
            return False
        return (word[1:].islower() and "-" not in word) or SIMPLE.fullmatch(word) is not None

    def _link(self, forms: Forms, one: str, other: str) -> tuple[str, str]:
        """Why both forms should be one person's name, and the name they share; ("", "") where nothing says so."""
        if frozenset((one, other)) in self.distinct:
            return "", ""
        before = [self._names(forms.before[w], self.given_names) for w in (one, other)]
        behind = [self._names(forms.behind[w], self.known_names) for w in (one, other)]
        shared = sorted(before[0] & before[1]) or sorted(behind[0] & behind[1])
        first_known = any(w.lower() in self.given_names for w in before[0] | before[1])
        if _is_inflected(one, other) and not (first_known and (shared or (one == other + "s" and before[0]))):
            return "", ""
        if shared:
            both_words = one.lower() in self.english and other.lower() in self.english
            if both_words and not first_known:
                return "", ""
            return ("beside" if before[0] & before[1] else "family"), shared[0]
        if _is_derived(one, other) and not first_known:
            return "", ""
        alone = [not names and not forms.behind[w] for names, w in zip(before, (one, other), strict=True)]
        if other.lower() in self.english and forms.before[other] - self.titles:
            alone[1] = False  # a common word behind another one, as in Cedar Lane
        if (before[1] and alone[0]) or (before[0] and alone[1]):
            return "bare", ""
        if any(a[:2] == b[:2] for a in before[0] for b in before[1]):
            return "nick", ""
        if behind[1] and not before[1] and alone[0] and other.lower() in self.given_names:
            return "first", ""
        return "", ""

    def _acts(self, article: Article, name: str) -> bool:
        """Whether somebody of that name says or does something."""
        for passage, start in _places(article, name):
            text, before = passage.masked, max(0, start - 20)
            if self.acts.match(text, start + len(name)) or self.acted.search(text, before, start):
                return True
            if text[before:start].rstrip(" .").rpartition(" ")[2] in self.titles:
                return True
        return False

    def _names(self, words: Collection[str], known: frozenset[str]) -> set[str]:
        """Those of the words that may be names of persons: known ones, and those that are no common word."""
        return {
            w
            for w in words
            if w not in self.titles and not w.isupper() and (w.lower() in known or w.lower() not in self.english)
        }

    # -------------------------------------------------------------------------------------------------- the corpus

    def merge(self, a: Any, b: Any) -> Any:
        names = a["names"]
        for name, (n, article) in b["names"].items():
            names.setdefault(name, [0, article])[0] += n
        if "pairs" in b:
            a.setdefault("pairs", {}).update(b["pairs"])
        return a

    def conclude(self, evidence: Any) -> Facts:
        names: dict[str, Any] = evidence["names"] if evidence else {}
        pairs: dict[str, list[Any]] = evidence.get("pairs", {}) if evidence else {}
        wanted = {w for found in pairs.values() for p in found for w in p[:2]}
        articles: Counter[str] = Counter()
        for name, (n, _) in names.items():
            for word in wanted.intersection(name.split(" ")):
                articles[word] += n
        facts: dict[str, list[dict[str, Any]]] = {}
        for article, found in pairs.items():
            verdicts = [self._verdict(Pair(*p), articles) for p in found]
            facts[article] = [v for v in verdicts if v is not None]
        for article, fact in self._strays(names):
            facts.setdefault(article, []).append(fact)
        return Facts({article: _settled(found) for article, found in sorted(facts.items()) if found})

    def _verdict(self, pair: Pair, articles: Mapping[str, int]) -> dict[str, Any] | None:
        """Which form is right, and how surely; None where the pair is nothing after all."""
        one, other = pair.one, pair.other
        known = one.lower() in self.known_words, other.lower() in self.known_words
        score = _score(pair.count_one, pair.count_other, known, (articles[one], articles[other]))
        if pair.count_one == pair.count_other and (score or self._oddity(one) - self._oddity(other)) < 0:
            return self._verdict(Pair(other, one, *pair[3:1:-1], *pair[4:]), articles)
        case = self._case(pair, score, known)
        if case is None:
            return None
        fact = _fact(case, one, other, pair.shared, (articles[one], articles[other]))
        return fact | {"count": pair.count_one, "right_count": pair.count_other}

    def _case(self, pair: Pair, score: int, known: tuple[bool, bool]) -> str | None:
        """How sure it is, with that score, that the other form is right."""
        n, link = pair.count_other, pair.link
        near = link in ("beside", "family")
        doubtful = _is_ending(pair.one, pair.other) and n < 3
        if all(known):
            if link != "beside":
                return None  # two first names, and members of one family
            return "likely" if pair.count_one == 1 and n >= 3 and not doubtful else "either"
        if link == "first":
            return "likely" if score >= 4 and n >= 3 else None
        if near or link == "bare":
            enough = score >= (2 if link == "beside" or n >= 2 else 3) or (link == "beside" and score == 1 and n >= 2)
            if enough and not (doubtful or known[0] or pair.count_one > 2):
                return "certain"
            if score < (2 if near else 1) or (enough and n == 1):
                return "either"
            return "likely"
        return "likely" if score >= 2 and (n >= 2 or link == "nick") else "either"

    def _oddity(self, name: str) -> int:
        """How many of its groups of three letters no known name has."""
        return sum(group not in self.usual for group in _threes(name.lower()))

    @cached_property
    def usual(self) -> frozenset[str]:
        return frozenset(group for name in self.known_names for group in _threes(name))

    def _strays(self, names: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Full names of one article that many articles spell otherwise: (article, fact)."""
        groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for name in names:
            words = name.split(" ")
            if not any(w.lower() in self.known_names for w in words):
                continue
            for i, word in enumerate(words):
                if len(word) > SHORTEST:
                    rest = (*words[:i], str(i), *words[i + 1 :])
                    groups[(*rest, word[:3])].append(name)
                    groups[(*rest, word[0], word[-2:])].append(name)
        for group in groups.values():
            if not 2 <= len(group) <= NAMESAKES:
                continue
            best = max(group, key=lambda n: (names[n][0], n))
            for name in group:
                if names[name][0] == 1 and names[best][0] >= self.corpus_ratio:
                    fact = self._stray(name, best, names)
                    if fact is not None:
                        yield names[name][1], fact

    def _stray(self, name: str, best: str, names: Mapping[str, Any]) -> dict[str, Any] | None:
        words = list(zip(name.split(" "), best.split(" "), strict=True))
        [(one, other)] = [w for w in words if w[0] != w[1]]
        shared = [a for a, b in words if a == b]
        if (
            one.lower() in self.known_words
            or not _is_slip(one, other)
            or _is_ending(one, other)
            or _is_inflected(one, other)
        ):
            return None
        if not self._is_candidate(one) or not self._is_candidate(other) or frozenset((one, other)) in self.distinct:
            return None
        if not any(w.lower() in self.given_names for w in (*shared, other)) or not self.common.isdisjoint(
            w.lower() for w in shared
        ):
            return None
        return _fact("corpus", one, other, " ".join(shared), (names[name][0], names[best][0]))

    # ------------------------------------------------------------------------------------------------ the findings

    def settle(self, article: Article, fact: Any, shared: Any) -> Iterator[Hit]:
        for verdict in fact or ():
            name, right, case = verdict["name"], verdict["right"], verdict["case"]
            wrong = list(_places(article, name))
            rights = list(_places(article, right))
            if not wrong or bool(rights) == (case == "corpus"):
                continue
            values = {"count": len(wrong), "right_count": len(rights)} | {
                k: v for k, v in verdict.items() if k != "case"
            }
            for passage, start in wrong:
                fixes = _written(passage, start, name, right, SAFETY[case])
                if case == "either" and len(wrong) == len(rights) == 1 and rights[0][0] is passage:
                    fixes += _written(passage, rights[0][1], right, name, SAFETY[case])
                yield Hit(passage.span(start, start + len(name)), values, fixes, passage.field, case)


def _fact(case: str, name: str, right: str, shared: str, articles: tuple[int, int]) -> dict[str, Any]:
    here, there = articles
    return {"case": case, "name": name, "right": right, "shared": shared, "articles": here, "right_articles": there}


def _settled(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One fact for each form: a form that is like two others, or itself the right one, is only offered."""
    rank = list(SAFETY)
    best: dict[str, dict[str, Any]] = {}
    names = Counter(name for name, _ in {(f["name"], f["right"]) for f in facts})
    for fact in sorted(facts, key=lambda f: (f["name"], rank.index(f["case"]), -f["right_articles"], f["right"])):
        if fact["case"] == "certain" and (names[fact["name"]] > 1 or fact["right"] in names):
            fact = fact | {"case": "likely"}
        best.setdefault(fact["name"], fact)
    return list(best.values())


SAFETY = {"certain": Safety.SAFE, "likely": Safety.UNSAFE, "either": Safety.SUGGEST, "corpus": Safety.UNSAFE}


def _written(passage: Passage, start: int, old: str, new: str, safety: Safety) -> tuple[Fix, ...]:
    e = minimal(start, old, new)
    return fix(f"write {new!r}, not {old!r}", passage.edit(e.start, e.end, e.new), safety=safety)


def _is_english(article: Article) -> bool:
    text = article.passages[0].masked
    return article.language == "en" and len(COMMON.findall(text)) >= ENGLISH * text.count(" ")


def _is_alternative(article: Article, one: str, other: str) -> bool:
    """Whether the text names one form beside the other on purpose: Gaddafi (or Qaddafi)."""
    for first, second in ((one, other), (other, one)):
        for passage, start in _places(article, first):
            gap, found, _ = passage.masked[start + len(first) : start + len(first) + 30].partition(second)
            if found and len(gap) <= 12 and re.search(r"\bor\b|[/(=]|\baka\b|\balso\b", gap):
                return True
    return False


def _places(article: Article, word: str) -> Iterator[tuple[Passage, int]]:
    """Where the word stands, as a whole word, in the prose of the article."""
    for passage in article.passages:
        text = passage.masked
        start = text.find(word)
        while start >= 0:
            end = start + len(word)
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                yield passage, start
            start = text.find(word, end)


# ------------------------------------------------------------------------------------------------- forms of names


def _score(one: int, other: int, known: tuple[bool, bool], articles: tuple[int, int]) -> int:
    """How much speaks for the other form: its count, a table of names, the articles of the corpus."""
    score = (other >= 2 * one) + (other >= 3 * one) + 2 * (known[1] - known[0])
    here, there = articles
    if max(here, there) >= 2:
        score += (there > here) - (there < here)
    if max(here, there) >= 3:
        score += (there > here + 1) - (there < here - 1)
    return score


def _near(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs that are a slip apart. Words that differ at both ends are never compared, so it is no square."""
    buckets: defaultdict[str, list[str]] = defaultdict(list)
    seen = set()
    for word in words:
        keys = [word[:3], word[0] + "-" + word[-2:]]
        if len(word) <= 6:
            keys.append("".join(sorted(word)))
        if "rn" in word or "m" in word:
            keys.append(word.replace("rn", "m"))
        for key in keys:
            bucket = buckets[key]
            for other in bucket:
                if (other, word) not in seen and abs(len(other) - len(word)) <= 3:
                    seen.add((other, word))
                    if _is_slip(word, other):
                        yield other, word
            if len(bucket) < BUCKET:
                bucket.append(word)


def _without_marks(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def _threes(name: str) -> list[str]:
    name = f"^{name}$"
    return [name[i : i + 3] for i in range(len(name) - 2)]


def _middles(a: str, b: str) -> tuple[str, str, str]:
    """What is left of each without their common beginning and end; and the common end."""
    n, shorter = 0, min(len(a), len(b))
    while n < shorter and a[n] == b[n]:
        n += 1
    m = 0
    while m < shorter - n and a[-1 - m] == b[-1 - m]:
        m += 1
    return a[n : len(a) - m], b[n : len(b) - m], a[len(a) - m :]


def _is_slip(a: str, b: str) -> bool:
    """One letter more, less or other, two swapped, an end cut off; from seven letters two neighbouring letters."""
    if a.lower() == b.lower() or (not (a + b).isascii() and _without_marks(a) == _without_marks(b)):
        return False
    x, y, end = _middles(a, b)
    short, long = sorted((len(x), len(y)))
    if long == 1 or (short == long == 2 and x == y[::-1]):
        return True
    if (not short and not end and long <= 3) or a.replace("rn", "m") == b.replace("rn", "m"):
        return True
    return long == 2 and min(len(a), len(b)) >= LONG


def _is_inflected(a: str, b: str) -> bool:
    """A plural, or a possessive without its apostrophe."""
    short, long = sorted((a, b), key=len)
    return long == short + "es" or (long == short + "s" and short[-1] not in "sxz")


def _is_ending(a: str, b: str) -> bool:
    """Only a last vowel, n or y is other or more: Mario and Maria, Nowicki and Nowicka, Karim and Karimi."""
    x, y, end = _middles(a, b)
    return not end and len(x) <= 1 and len(y) <= 1 and all(c in "aeioyn" for c in x + y)


def _is_derived(a: str, b: str) -> bool:
    """The endings of a country and its people."""
    x, y, end = _middles(a.removesuffix("s"), b.removesuffix("s"))
    return not end and x in ENDINGS and y in ENDINGS


ENDINGS = frozenset(["", "n", "a", "an", "ian", "i", "y", "ish", "ese", "ic", "o", "e", "er"])


def _difference(path: str, pair: Any) -> frozenset[str]:
    if isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair):
        a, b = (p.split() for p in pair)
        differing = [(x, y) for x, y in zip(a, b, strict=False) if x != y]
        if len(a) == len(b) and len(differing) == 1:
            return frozenset(differing[0])
    raise SettingError(f"{path}: an entry of `distinct` is a pair of names that differ in one word, not {pair!r}")
