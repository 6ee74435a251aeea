"""Says where a body is no article: a page for subscribers, an error, a notice on cookies; or in another language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.rows import excerpt
from copydesk.validator import Article, Hit, Setup, Span, Validator

SAMPLE = 1_200  # code points that tell the language of a text

_PAYWALL = re.compile(
    r"\b(?:(?:subscribe|register|sign in|log in) to (?:continue|keep) reading|(?:this|the) (?:article|story|content) "
    r"is (?:only )?(?:available )?(?:for|to|exclusive to) (?:our )?subscribers|to read (?:the full|this) (?:article|"
    r"story)|you have (?:reached|used) (?:your|all) [^.]{0,40}free articles|already a subscriber|(?:artikel|inhalt) "
    r"ist nur für abonnenten|réservé aux abonnés|il vous reste [^.]{0,30} à lire|exclusivo para suscriptores|contenuto "
    r"riservato agli abbonati|conteúdo exclusivo para assinantes|alleen voor abonnees)",
    re.I,
)
_ERROR = re.compile(
    r"^\W{0,3}(?:error )?(?:40[0-4]|410|50[0-4])\b[^a-z]{0,4}(?:not found|forbidden|bad|gateway|unavailable|error|"
    r"internal|$)|\bpage (?:you (?:requested|are looking for)|not found|cannot be found|could not be found)|\baccess "
    r"(?:to this page has been )?denied\b|\bjust a moment\b|\bare you a robot\b|\bverify (?:that )?you are (?:a )?"
    r"human\b|\bplease enable (?:javascript|cookies)|\bseite (?:wurde )?nicht gefunden|\bpage introuvable|\bpágina no "
    r"encontrada|\bpagina non trovata|\bpágina não encontrada|\bpagina niet gevonden",
    re.I,
)
_COOKIES = re.compile(r"\bcookies?\b", re.I)
_LETTERS_AND_BLANKS = bytes(c for c in range(0x80) if chr(c).isalpha() or chr(c).isspace())
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass
class NoArticle(Validator):
    scope = "all"
    cases = ("paywall", "error", "cookies", "stub", "language")
    short: int = 120
    """Words; a longer body is an article even where it speaks of subscribers or errors."""
    stub: int = 12
    """Words of a body that is only a stub."""
    sure: int = 60
    """Words from which on the language of a text can be told."""

    def prepare(self, setup: Setup) -> None:
        self._words = setup.phrases.function_words
        self._whole = {
            language: frozenset(w for w in words if w == w.casefold() and _WORD.fullmatch(w))
            for language, words in self._words.items()
        }
        self._page = setup.is_page

    def check(self, article: Article) -> Iterator[Hit]:
        if article.body.end - article.body.start > 16 * self.short or self._is_long(article):
            yield from self._language(article)
            return
        rows = [line for line in article.lines if line.text.strip()]
        if not rows:
            return
        body = article.text[article.body.start : article.body.end]
        words = _WORD.findall(body)
        span = Span(rows[0].start, rows[0].end)
        if len(words) <= self.short:
            verdict = _verdict(body, len(words))
            if verdict:
                yield Hit(span, {"text": excerpt(rows[0].text.strip()), "words": len(words)}, case=verdict)
                return
            if article.meta is not None and article.meta.value("title") and len(words) < self.stub:
                yield Hit(span, {"text": excerpt(rows[0].text.strip()), "words": len(words)}, case="stub")
                return
        yield from self._language(article)

    def _is_long(self, article: Article) -> bool:
        """Whether the body has many words even without those that a mark touches."""
        return sum(map(str.isalpha, article.passages[0].tokens)) > self.short

    def _language(self, article: Article) -> Iterator[Hit]:
        """The article in another language than the front matter says, or than the configuration of the corpus does."""
        said = article.meta.value("language") or article.meta.value("lang") if article.meta else None
        wanted = (said or article.language).strip().lower()[:2]
        if wanted not in self._words or self._page(article):
            return
        body = article.text[article.body.start : article.body.start + SAMPLE]
        if _is_surely(body, self._whole[wanted]):
            return
        words = _WORD.findall(body.casefold())
        known = self._words[wanted]
        if len(words) < self.sure or sum(map(known.__contains__, words)) > 0.2 * len(words):
            return
        shares = {lang: sum(w in known for w in words) / len(words) for lang, known in self._words.items()}
        best = max(sorted(shares), key=lambda lang: shares[lang])
        if best != wanted and shares[best] > 0.25 and shares[best] > 2 * shares[wanted]:
            first = next(line for line in article.lines if line.text.strip())
            values = {"text": excerpt(first.text.strip()), "language": best, "wanted": wanted}
            yield Hit(Span(first.start, first.end), values, case="language")


def _is_surely(body: str, known: frozenset[str]) -> bool:
    """Whether more than a fifth of the words are known, counted fast: only what stands between blanks is looked up, and
    whatever is no letter is taken for a gap between two words more."""
    tokens = body.split()
    gaps = len(body.encode("utf-8", "surrogatepass").translate(None, _LETTERS_AND_BLANKS))
    return sum(map(known.__contains__, tokens)) > 0.2 * (len(tokens) + gaps)


def _verdict(body: str, words: int) -> str:
    if _ERROR.search(body) and words <= 60:
        return "error"
    if _PAYWALL.search(body):
        return "paywall"
    if len(_COOKIES.findall(body)) >= 3:
        return "cookies"
    return ""
