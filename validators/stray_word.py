"""Words of another language that a translation left behind at the head of a sentence or a clause.

A word counts only where nothing but a leftover explains it: at the start of a sentence, or after a comma, followed by
words that clauses of the article's language open with. Whatever hints at a purpose (quotation marks, emphasis, a gloss,
a foreign neighbour, frequent use) takes the certainty away, or the finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from copydesk.lexicon import CAPITAL_NOUNS, LIKELY, NAME, SEEN, SURE, Lexicon, Reading, Stretch, Token
from copydesk.pieces import is_hyphenated, runs_on
from copydesk.validator import MASK, Article, Contract, Edit, Hit, Line, Safety, Setup, Validator, fix, minimal

SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]?\s{1,4}\Z")
CLAUSE_END = re.compile(r"(?:[,;:]|\s[–—-]) \Z")
OPENING_MARKS = " \t-*•>"
EXPLANATION = re.compile(
    r"((?:the|an?|his|her|its|our|their|my|another|one of) [^,.;:!?()]{1,60}), (\w+)", re.IGNORECASE
)
PERSONS = frozenset({"i", "he", "she", "they", "we"})
SPEECH = frozenset({"says", "said", "asks", "asked", "replies", "replied", "adds", "added", "writes", "wrote", "cried"})
HEADS = frozenset({"the", "this", "these", "it", "we", "you", "there", "our"})
"""They open a clause and follow no name."""
SUBJECTS = frozenset({"the", "we", "you", "it", "they", "there", "he", "she", "i"})
CAPITALS = frozenset({"i", "i'm", "i'll", "i've", "i'd", "may", "will"})
"""With a capital they need not begin a sentence."""
FOREIGN = 2  # more foreign words behind
TINY = 2  # letters; a longer word that is often met may be the name of a place, or a heading in front of its text
SURE_TARGETS = frozenset({"en"})
"""Languages in which enough was measured to delete inside a sentence by default."""
REACH = 4_000  # characters on either side that are looked at: a line can be a whole book
NEAR = 8  # words on either side in which a hint takes the certainty away


class Place(NamedTuple):
    """Words of one language side by side, tokens[first:last] of a line."""

    line: Line
    masked: str
    tokens: Sequence[Token]
    first: int
    last: int
    language: str
    rank: int  # of the surest word
    number: int  # of the line
    listed: bool = False  # a phrase with a gloss
    guessed: bool = False  # its last word is in no list

    @property
    def start(self) -> int:
        return self.tokens[self.first].start

    @property
    def end(self) -> int:
        return self.tokens[self.last - 1].end

    @property
    def words(self) -> list[str]:
        return [t.word for t in self.tokens[self.first : self.last]]

    @property
    def around(self) -> list[str]:
        """The words near the place."""
        near = [*self.tokens[max(0, self.first - NEAR) : self.first], *self.tokens[self.last : self.last + NEAR]]
        return [t.word for t in near]


@dataclass
class StrayWord(Validator):
    contract = Contract.WORDS
    scope = "body"
    contracts: ClassVar[Mapping[str, Contract]] = {"hedge": Contract.NAME}
    cases = ("start", "clause", "doubt", "hedge")
    most_words: int = 5

    def prepare(self, setup: Setup) -> None:
        self.lexicons = setup.lexicons

    def check(self, article: Article) -> Iterator[Hit]:
        reading = self.lexicons.read(article)
        if reading is None:
            return
        for stretch in reading.lines:
            for place in _places(stretch, reading):
                hit = self._hit(article, self._stretched(place, reading.lexicon), reading)
                if hit is not None:
                    yield hit

    def _stretched(self, place: Place, lexicon: Lexicon) -> Place:
        """The place with the word behind it, if that is neither known nor a name and the sentence goes on."""
        last, tokens = place.last, place.tokens
        if place.rank < SEEN or last + 1 >= len(tokens) or not _joined(place.masked, tokens, last):
            return place
        word = tokens[last].word
        strange = place.masked[tokens[last].start].islower() and len(word) > 2 and word.isalpha()
        if not strange or word in lexicon.openers or lexicon.ranks(word) or word in self.lexicons.english:
            return place
        return (
            place._replace(last=last + 1, guessed=True, listed=False)
            if tokens[last + 1].word in lexicon.openers
            else place
        )

    def _hit(self, article: Article, place: Place, reading: Reading) -> Hit | None:
        lexicon = reading.lexicon
        masked, first, last = place.masked, place.first, place.last
        if reading.mixed or last - first > self.most_words or last == len(place.tokens):
            return None
        head = masked[max(0, place.start - REACH) : place.start]
        text, tail = masked[place.start : place.end], masked[place.end : place.end + REACH]
        if head[-1:] in ("*", "_", "(", "[") or tail[0] in "*_)]" or MASK in head[-2:] + tail[:2]:
            return None
        if any(len(w) > 1 and w.isupper() for w in text.split()):
            return None
        if " ".join(place.words) in lexicon.loans and (last - first > 1 or tail[0] != " "):
            return None
        capital = text[0].isupper()
        first_of_line = place.start < REACH and not head.strip(OPENING_MARKS)
        if first_of_line or SENTENCE_END.search(head[-6:]):
            where = "start"
        elif CLAUSE_END.search(head[-3:]) and not capital:
            where = "clause"
        else:
            return None
        comma = tail.startswith(",")
        b = place.end + comma + 1
        if masked[b - 1] != " " or masked[b : place.tokens[last].start].strip("\"“‘'"):
            return None
        bound = not comma and lexicon.binds(place.language, place.words, tail)
        if bound and place.rank >= SURE:
            return None  # the sentence needs a word in its place, which another rule offers
        behind = [t.word for t in place.tokens[last : last + NEAR]]
        own = sum(w in lexicon.openers for w in behind)
        other = sum(lexicon.rank(w, place.language) > 0 for w in behind if w not in lexicon.openers)
        if lexicon.foreign(behind) >= FOREIGN or other >= max(own, FOREIGN):
            return None  # a sentence in the other language
        safety = self._start_safety(place, comma, lexicon) if where == "start" else _clause_safety(place, lexicon)
        if safety is None:
            return None
        doubtful = (
            place.guessed
            or bound
            or _is_title(place)
            or lexicon.target not in SURE_TARGETS
            or place.line.kind != "paragraph"
            or (where == "start" and not capital)
        )
        if first_of_line and is_hyphenated(article.lines, place.number):
            return None
        doubtful |= first_of_line and runs_on(article.lines, place.number)
        hedge = lexicon.doubt_of(place.language, place.words)
        follow = place.tokens[last]
        if hedge is None:
            doubtful |= lexicon.changes_meaning(place.language, place.words)
        else:  # a capital behind it that is left in the sentence
            doubtful |= masked[follow.start].isupper() and follow.word not in lexicon.openers
        if doubtful or _quoted(head) or head.count("(") > head.count(")") or _hinted(place, lexicon):
            safety = min(safety, Safety.SUGGEST)
        start, end = place.line.start + place.start, place.line.start + place.end
        language = lexicon.names[place.language]
        values = {"word": article.text[start:end][:80], "language": language, "where": where}
        gloss = lexicon.gloss_of(place.language, place.words)
        if gloss:
            values["gloss"] = gloss
        title = f"delete the {language} word{'s' if last - first > 1 else ''}"
        span = article.passages[0].span(start - article.body.start, end - article.body.start)
        if hedge is not None and safety == Safety.SAFE:
            edits = _in_english(article, place, hedge, lexicon)
            return Hit(span, values, fix(f"write {hedge}", *edits, safety=safety), None, "hedge")
        case = where if safety == Safety.SAFE else "doubt"
        return Hit(span, values, fix(title, _without(article, place, b, capital), safety=safety), None, case)

    def _start_safety(self, place: Place, comma: bool, lexicon: Lexicon) -> Safety | None:
        """How surely a sentence begins after the words; None: they are no leftover."""
        if _names_what_follows(place, comma, lexicon):
            return Safety.SUGGEST if place.rank >= LIKELY else None
        after = place.tokens[place.last]
        capital = place.masked[after.start].isupper()
        begins = capital and after.word not in CAPITALS
        behind = [t.word for t in place.tokens[place.last : place.last + NEAR]]
        if not any(w in lexicon.openers for w in behind):
            return None
        opener = after.word in lexicon.openers and after.word not in ("and", "or", "of")
        if after.word in lexicon.verbs:
            if place.rank >= SURE and begins:
                return Safety.SAFE
            return Safety.SUGGEST if place.rank >= SEEN and (begins or (comma and place.rank >= LIKELY)) else None
        if place.words[0] in lexicon.openers and not place.listed:  # only the words behind it say that it is foreign
            if place.rank >= SURE and begins and opener:
                return Safety.SAFE
            return Safety.SUGGEST if (capital or comma) and place.rank >= SEEN else None
        acronym = place.masked[after.start : after.end].isupper()
        unknown = after.word not in self.lexicons.english
        if comma and capital and not opener and not acronym and unknown and not place.listed:
            return Safety.SUGGEST if place.rank >= SURE else None  # a family name and a first name
        if place.rank < LIKELY:
            small = len(place.words) > 1 or len(place.words[0]) <= TINY
            if place.rank == SEEN and small and begins and opener and _goes_on_small(place):
                return Safety.SAFE  # no name and no title goes on so
            if after.word in HEADS or (begins and (opener or comma)):
                return Safety.SUGGEST
            known = capital and len(after.word) > 2 and after.word in self.lexicons.english
            return Safety.SUGGEST if place.rank >= SEEN and (known or (opener and not comma)) else None
        if place.rank < SURE:
            if (begins and opener) or (not comma and after.word in HEADS and after.word != "the"):
                return Safety.SAFE
            return Safety.SUGGEST if capital or comma or opener else None
        if comma or opener:
            return Safety.SAFE
        known = after.word in self.lexicons.english
        if place.last - place.first > 1 and place.masked[place.tokens[place.last - 1].start].islower():
            return Safety.SAFE if capital and known else Safety.SUGGEST  # no title goes on in English
        listed = any(lexicon.gloss_of(code, place.words) for code in lexicon.ranks(place.words[0]))
        if capital and not (known and listed) and place.words[0].isascii():
            return None  # a first name and a family name, a company
        return Safety.UNSAFE if capital and len(place.words[0]) > 3 else Safety.SUGGEST


def _places(stretch: Stretch, reading: Reading) -> Iterator[Place]:
    n, line, masked, tokens = stretch
    lexicon = reading.lexicon
    done = 0
    for i, token in enumerate(tokens):
        if i < done or token.word not in reading.found:
            continue
        best: Place | None = None
        weight = 0
        for code in lexicon.ranks(token.word):
            first, last = _widest(masked, tokens, i, done, code, lexicon)
            ranks = [lexicon.rank(t.word, code) for t in tokens[first:last]]
            if best is None or sum(ranks) > weight:
                phrase = lexicon.is_phrase(code, [t.word for t in tokens[first:last]])
                rank = max(SURE, *ranks) if phrase else _together(ranks)
                best, weight = Place(line, masked, tokens, first, last, code, rank, n, phrase), sum(ranks)
        if best is not None and best.rank >= NAME:
            done = best.last
            yield best


def _together(ranks: Sequence[int]) -> int:
    """The rank of words side by side: two that may each be met in the text are hardly met together."""
    best = max(ranks)
    return best + 1 if best >= SEEN and sum(r >= SEEN for r in ranks) > 1 else best


def _widest(masked: str, tokens: list[Token], i: int, floor: int, code: str, lexicon: Lexicon) -> tuple[int, int]:
    """The words of the language around token i; a word of the article's language at either edge is left to it."""
    first, last = i, i + 1
    while first > floor and _joined(masked, tokens, first) and lexicon.rank(tokens[first - 1].word, code):
        first -= 1
    while last < len(tokens) and _joined(masked, tokens, last) and lexicon.rank(tokens[last].word, code):
        last += 1
    while first < i and tokens[first].word in lexicon.openers and _joined(masked, tokens, first):
        first += 1
    while last > i + 1 and tokens[last - 1].word in lexicon.openers and masked[tokens[last - 1].end :][:1] != ",":
        last -= 1
    return first, last


def _clause_safety(place: Place, lexicon: Lexicon) -> Safety | None:
    after = place.tokens[place.last].word
    if after not in lexicon.openers:
        return None
    if (place.words[0] in lexicon.openers and not place.listed) or after in lexicon.verbs or after == "of":
        return Safety.SUGGEST
    return Safety.SAFE if place.rank >= SURE or (place.rank == LIKELY and after in SUBJECTS) else Safety.SUGGEST


def _is_title(place: Place) -> bool:
    """Whether a word behind the first has a capital, as in the name of a song or a band."""
    later = place.tokens[place.first + 1 : place.last]
    return place.language not in CAPITAL_NOUNS and any(place.masked[t.start].isupper() for t in later)


def _goes_on_small(place: Place) -> bool:
    """Whether the second word behind the place is in lower case."""
    behind = place.tokens[place.last + 1 : place.last + 2]
    return bool(behind) and place.masked[behind[0].start].islower()


def _names_what_follows(place: Place, comma: bool, lexicon: Lexicon) -> bool:
    """Whether the words are a name with its explanation (`X, the song, was`), or speech (`X, she says`)."""
    words = [t.word for t in place.tokens[place.last : place.last + 2]]
    if comma and len(words) > 1 and words[0] in PERSONS and words[1] in SPEECH:
        return True
    explained = EXPLANATION.match(place.masked, place.tokens[place.last].start)
    if explained is None or not lexicon.verbs.isdisjoint(explained[1].lower().split()):
        return False
    follows = explained[2].lower()
    return follows in lexicon.verbs or follows.endswith("ed") or (not comma and follows in PERSONS)


def _hinted(place: Place, lexicon: Lexicon) -> bool:
    """Whether the words around say that the foreign word is meant."""
    closest = [t.word for t in place.tokens[max(0, place.first - 6) : place.last + 2]]
    around = place.around
    return (
        lexicon.foreign(around) >= 1
        or not lexicon.languages.isdisjoint(around)
        or not lexicon.gloss.isdisjoint(closest)
    )


def _joined(masked: str, tokens: Sequence[Token], i: int) -> bool:
    """Whether one blank is all that stands between token i and the one before."""
    return i > 0 and masked[tokens[i - 1].end : tokens[i].start] == " "


def _without(article: Article, place: Place, b: int, capital: bool) -> Edit:
    """Takes out the words and what follows them up to `b`; the word behind takes over the capital."""
    start, end = place.line.start + place.start, place.line.start + b
    follow = place.tokens[place.last]
    word = place.masked[follow.start : follow.end]
    if capital and follow.start == b and word.islower():
        return Edit(start, article.text[start : end + 1], word[0].upper())
    return Edit(start, article.text[start:end], "")


def _in_english(article: Article, place: Place, hedge: str, lexicon: Lexicon) -> list[Edit]:
    """Writes the adverb in place of the words; a small word behind it that had begun the sentence loses its capital."""
    start, end = place.line.start + place.start, place.line.start + place.end
    old = article.text[start:end]
    edits = [minimal(start, old, hedge.capitalize() if old[0].isupper() else hedge)]
    follow = place.tokens[place.last]
    first = place.masked[follow.start]
    if first.isupper() and follow.word in lexicon.openers and follow.word not in CAPITALS:
        edits.append(Edit(place.line.start + follow.start, first, first.lower()))
    return edits


def _quoted(head: str) -> bool:
    """Whether quotation marks are open where `head` ends."""
    return head.count('"') % 2 == 1 or head.rfind("“") > head.rfind("”") or head.rfind("„") > head.rfind("“")
