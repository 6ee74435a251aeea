"""What the values of the front matter say: summaries that break off, placeholders, titles told twice, worn URLs.

Nothing here needs a schema: a summary, a title and a URL are known by their keys and their form. Blanks, entities and
mojibake in prose are not looked for here: the rules for text run over these fields, too.
"""

# ruff: noqa: SIM905 - word lists read better as text

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from copydesk.validator import Article, Contract, Edit, Field, Fix, Hit, Passage, Safety, Scalar, Validator, fix

# -------------------------------------------------------------------------------------------------------- patterns

_ELLIPSIS = re.compile(
    r"(\s?)[\[(]?(?:\.\.\.|…|&hellip;)\s{0,3}[\])»>]{0,2}\s{0,3}"
    r"(?:(?:read|see|show|view) more|continue reading)?[.»>]{0,2}$",
    re.I,
)
_CLOSED = frozenset('.!?"”)')
_WEB_ADDRESS_END = re.compile(r"(?:https?://|www\.)\S{1,300}$|[^\s@]{1,80}@[^\s@]{1,80}$|[#@]\w{1,80}$")
_ONLY_URL = re.compile(r"https?://\S+")
_SENTENCE_END = re.compile(r"[a-z)\d][.!?][\"”’)]?\s+[A-Z]")
_LAST_WORD = re.compile(r"[^\W\d_]{1,20}$")
_OPEN_WORDS = frozenset("a an the and or nor but my your our their its whose every such including we you i".split())
"""No sentence ends in one of these."""
_STRANDED = frozenset(
    "of to for from with by at into onto upon than as that which who is are was were be been being has have had will "
    "can could would should may might must this these those via per".split()
)
"""Few sentences do."""
_LIGHT_WORDS = frozenset(
    "all also but can did does first for get got has her here him his how its more most new next not now off old one "
    "only other out over own she some such then there they two under use used using very was way well what when where "
    "which while why with year years yet you".split()
)
"""Words that say nothing of what a text is about, beside those above."""
_COMMON_WORDS = _OPEN_WORDS | _STRANDED | _LIGHT_WORDS
_TWO_LETTERS = frozenset(
    "ad ai am an as at be by co da de do ed eg em en et eu ex gb go ha he hi ho hp hq hr id ie if in io ip is it iv la "
    "le lo ma me mm mr ms my no of oh ok on or ox pa pc pi pm pr re so tb tv uk un up us ux ui vi vs we xi ya ye "
    "yo".split()
)
_PLACEHOLDER = re.compile(
    r"(?:n/?a|n\.a\.|none|null|nil|nan|undefined|tb[acd]|to\s?do"
    r"|to be (?:added|announced|confirmed|determined|decided|written)"
    r"|placeholder(?: (?:text|title|description))?|test(?:ing)?(?: test)*|x{3,}|lorem ipsum\b.*|foo(?: ?bar)?"
    r"|-+|\.{1,3}|_+|\?+|string|unknown"
    r"|(?:add|insert|enter|write|your) (?:an? |the |your |some )?(?:short |brief )?"
    r"(?:title|text|excerpt|summary|description|name|headline)(?: here)?"
    r"|(?:no )?(?:excerpt|summary|description|deck|teaser|title|headline)(?: (?:here|available|provided|found))?"
    r"|untitled(?: (?:document|page|post|draft))?|new (?:post|article|page|document)|my new post)[.!]?",
    re.I,
)
_TITLE_WORDS = frozenset(("test", "testing", "none", "nil", "null", "unknown", "n/a", "na", "description", "summary"))
"""Bad as a summary, but a title can be just this word."""
_BOILERPLATE = re.compile(
    r"(?:Please (?:accept|allow) (?:all |our |the use of )?cookies|Please enable (?:cookies|[Jj]ava ?[Ss]cript)"
    r"|(?:This|Our) (?:web)?site uses cookies|We use cookies (?:to|and|on)"
    r"|By continuing to (?:use|browse) (?:this|our|the) (?:web)?site"
    r"|Your (?:e-?mail|message|comment|request|subscription|submission) has been (?:sent|received|submitted|confirmed)"
    r"|Thank(?:s| you) for (?:subscribing|signing up|registering|your (?:submission|comment))"
    r"|(?:Sign up for|Subscribe to) our (?:\w{1,20} )?newsletter|Enter your e-?mail(?: address)?"
    r"|Java ?[Ss]cript (?:is disabled|must be enabled|is required) (?:in|on|to)"
    r"|You (?:need|have) to enable Java ?[Ss]cript"
    r"|[Aa]ll [Rr]ights [Rr]eserved|(?:Become|You must be) an? \w{1,20} subscriber to read|Already a subscriber\?"
    r"|(?:Please )?[Dd]isable your ad ?blocker|Click here to read more|Read the full (?:article|story) (?:here|at|on))"
)
_BOILERPLATE_NEEDLES = (
    "cookies", "Java", "java", "By continuing", "has been", "Thank", "newsletter", "Enter your e", "ights ",
    "subscriber", "blocker", "to read more", "Read the full",
)  # fmt: skip
"""One of these is in every text that `_BOILERPLATE` finds; looking for them is ten times faster."""
_LABELS = re.compile(r"(?:^|(?<=[.!?]\s)|(?<=\|))\s{0,3}(?:[A-Z][\w'’&-]{0,20}(?: [\w'’&-]{1,20}){0,3} ?\| ?){3,}")
_OPENING_WORDS = (
    "A An After As At By Here If In It Now On One Our Over Since Starting The There These They This To Today Updated "
    "We When While With You Your"
)
_GLUED = re.compile(rf" (?=[A-Z])(?<=[^\W_] )(?P<opening>{'|'.join(_OPENING_WORDS.split())})(?: |(?<=Now|day), )[a-z]")
"""A word that opens sentences, between a word without a full stop and one in lower case."""
_CONTENT_WORD = re.compile(r"[a-z0-9]{3,30}")
_TRACKING = re.compile(
    r"utm_\w{1,30}|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igsh(?:id)?|mc_[ce]id"
    r"|_hs(?:enc|mi)|hsctatracking|mkt_tok|elq_?\w{0,20}|wt\.mc_id|vero_(?:id|conv)|oly_(?:enc|anon)_id|_ga|_gl|s_cid"
    r"|ns_(?:campaign|source|mchannel|linkname)|trk(?:campaign|info)?|ref_src|cmpid|spm|at_(?:medium|campaign)\w{0,20}"
    r"|ftag|guce_referrer(?:_sig)?|guccounter",
    re.I,
)
_WITH_OTHERS = re.compile(r"_mc|cid|sid|source|medium|campaign|ref|referrer|ito|ocid|ncid|icid", re.I)
"""Names that other things have, too: they count only beside a parameter that surely tracks."""
_STANDARD_IMAGE = re.compile(
    r"(?:social[-_]?)?(?:default|placeholder|fallback|no[-_]?image|noimage|missing|blank|spacer|transparent|dummy)"
    r"(?:[-_](?:image|img|thumb(?:nail)?|social|share|og|avatar|photo|picture|pic|post|featured|cover|\d{1,4}x\d{1,4})){0,5}"
    r"(?:[-_]\d{1,4})?|social[-_]share[-_]?\w{0,40}|1x1|pixel|(?:site|og|social)[-_]logo",
    re.I,
)  # fmt: skip
_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]00:00:00(?:\.0+)?(?:Z|[+-]00:?00)?")
_ENTITY = re.compile(r"&(?:amp|#0?38|#x26);")
_BREAK = re.compile(r"[ \t\xa0]{0,40}(?:\r\n|\r|\n)(?:[ \t\xa0]{0,40}(?:\r\n|\r|\n))*[ \t\xa0]{0,40}")


@dataclass
class FieldValue(Validator):
    """Defects of single values, each its own case."""

    contract = Contract.FIELD
    scope = "front"
    cases = (
        "ellipsis",
        "unfinished",
        "limit",
        "no-end",
        "placeholder",
        "repeats-title",
        "boilerplate",
        "line-break",
        "glued",
        "unrelated",
        "url-entity",
        "tracking",
        "insecure",
        "standard-image",
        "midnight",
    )
    summaries: tuple[str, ...] = ("excerpt", "summary", "description")
    addresses: tuple[str, ...] = ("originalUrl", "webUrl", "url", "link", "canonical", "slug")
    """Fields that say in words what the article is about."""
    limit: int = 280
    """Code points; a summary of this length without an end was cut off by a feed's limit."""

    def check(self, article: Article) -> Iterator[Hit]:
        meta = article.meta
        if meta is None or meta.root is None:
            return
        title = meta.value("title") or ""
        for passage in article.passages[1:]:
            path = passage.field or ""
            if path in self.summaries:
                yield from self._summary(article, passage, title)
            elif path == "title" or path.endswith(".title"):
                yield from _placeholder(passage, _TITLE_WORDS)
            if "\n" in passage.text or "\r" in passage.text:
                yield from _line_break(meta.fields.get(path), passage)
        reached = -1
        aliases = meta.format == "yaml" and "*" in article.text[meta.content.start : meta.content.end]
        for path, _, node in meta.fields.values():
            if type(node) is not Scalar:
                continue
            if aliases:
                if node.span.start <= reached:
                    continue
                reached = node.span.start
            value = node.value
            if value.startswith("http"):
                if "?" in value or "&" in value or value.startswith("http:") or _is_image(path):
                    yield from _url(article, path, node)
            elif value[11:19] == "00:00:00" and _MIDNIGHT.fullmatch(value):
                yield Hit(node.span, {"value": value}, (), path, "midnight")

    def _summary(self, article: Article, passage: Passage, title: str) -> Iterator[Hit]:
        """One hit for what a summary is, or else for how it ends; and boilerplate in it."""
        text = _read(passage.text)
        placeholder = list(_placeholder(passage, frozenset()))
        if placeholder:
            yield from placeholder
            return
        if title and abs(len(text) - len(title)) <= 24 and _letters(text) == _letters(_read(title)) != "":
            yield Hit(passage.span(0, len(passage.text)), {"value": _clip(text)}, (), passage.field, "repeats-title")
            return
        residue = _boilerplate(passage)
        if residue is not None:
            yield residue
        elif article.language == "en":
            yield from _glued(passage)
            yield from self._unrelated(article, passage, title)
        case = self._ending(text, len(passage.text.rstrip()), article.language)
        if case:
            end = len(passage.text.rstrip())
            span = passage.span(max(0, passage.text.rfind(" ", 0, max(0, end - 12)) + 1), end)
            yield Hit(span, {"end": "…" + text[-40:].lstrip(), "length": end}, (), passage.field, case)

    def _unrelated(self, article: Article, passage: Passage, title: str) -> Iterator[Hit]:
        """A summary without one word of the title or of the address."""
        assert article.meta is not None
        text = _read(passage.text)
        lower = f" {text.lower()}"
        if any(len(w) >= 5 and w not in _COMMON_WORDS and f" {w}" in lower for w in title.lower().split()):
            return  # most summaries; what is left is compared by stems
        slugs = [_last_segment(article.meta.value(key) or "") for key in self.addresses]
        about, told = _stems(" ".join([_read(title), *slugs])), _stems(text)
        if len(about) >= 4 and len(told) >= 12 and about.isdisjoint(told):
            values = {"title": _clip(title), "words": len(told)}
            yield Hit(passage.span(0, len(passage.text)), values, (), passage.field, "unrelated")

    def _ending(self, text: str, length: int, language: str) -> str:
        """Which way a summary breaks off, the surest first; nothing where it may well be whole."""
        tail, last = text[-40:], text[-1:]
        m = _ELLIPSIS.search(text, max(0, len(text) - 40)) if "..." in tail or "…" in tail or "&" in tail else None
        if m:
            return "ellipsis" if m[1] or length >= 80 else ""
        if last in _CLOSED:
            return ""  # most summaries
        if _WEB_ADDRESS_END.search(text, max(0, len(text) - 300)):
            return ""
        if last in ",;–—&([{<-/\\•·|" and last:
            return "unfinished" if length >= 20 else ""
        if last == "’":  # the end of a quotation, or an apostrophe that was cut off behind
            if "‘" in text:
                return ""
        elif not last or not ((last.isalnum() and ord(last) < 0x0590) or last in "%®™°"):
            return ""
        if length >= 100 and language == "en" and _broken_off(text):
            return "unfinished"
        if length >= self.limit:
            return "limit"
        return "no-end" if length >= 140 or (length >= 60 and _SENTENCE_END.search(text)) else ""


def _broken_off(text: str) -> bool:
    """Whether an English text ends in a word that needs another, or in the first letters of one."""
    m = _LAST_WORD.search(text, max(0, len(text) - 21))
    if m is None or text[m.start() - 1] not in ' \n\t\xa0(“"':
        return False
    word = m[0]
    if word in _OPEN_WORDS or word in _STRANDED:
        return True
    return word.islower() and word.isascii() and (len(word) == 1 or (len(word) == 2 and word not in _TWO_LETTERS))


def _read(value: str) -> str:
    """A value as a reader sees it: entities resolved, blanks at its ends gone."""
    return (html.unescape(value) if "&" in value else value).replace("\xa0", " ").replace("\xad", "").strip()


def _letters(value: str) -> str:
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    return "".join(c for c in value.casefold() if c.isalnum())


def _clip(value: str) -> str:
    return value if len(value) <= 60 else value[:59] + "…"


# ------------------------------------------------------------------------------------------------- prose


def _placeholder(passage: Passage, allowed: frozenset[str]) -> Iterator[Hit]:
    text = passage.text.strip()
    if len(text) > 120 or not text or text.rstrip(".!").lower() in allowed:
        return
    if _PLACEHOLDER.fullmatch(text) or (not allowed and _ONLY_URL.fullmatch(text)):
        yield Hit(passage.span(0, len(passage.text)), {"value": _clip(text)}, (), passage.field, "placeholder")


def _boilerplate(passage: Passage) -> Hit | None:
    """A sentence of the page around the article; offered for deletion where it is the end of the value."""
    text = passage.text
    m = _LABELS.search(text) if "|" in text else None
    if m is None and any(needle in text for needle in _BOILERPLATE_NEEDLES):
        m = _BOILERPLATE.search(text)
    if m is None:
        return None
    fixes: tuple[Fix, ...] = ()
    before = text[: m.start()].rstrip()
    if before[-1:] in ".!?:" and before and "." not in text[m.end() :].rstrip(" .") and len(text) - m.start() <= 200:
        edit = passage.edit(len(before), len(text), "")
        fixes = fix("take it out", edit, safety=Safety.SUGGEST)
    return Hit(passage.span(m.start(), m.end()), {"value": _clip(m[0].strip())}, fixes, passage.field, "boilerplate")


def _glued(passage: Passage) -> Iterator[Hit]:
    """A heading and the sentence below it that became one."""
    text = passage.text.replace("\xa0", " ")
    m = _GLUED.search(text)
    if m is not None:
        at = m.start("opening")
        values = {"before": text[max(0, at - 30) : at].strip(), "opening": m["opening"]}
        yield Hit(passage.span(at, m.end("opening")), values, (), passage.field, "glued")


def _last_segment(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]


def _stems(text: str) -> set[str]:
    """The beginnings of the words that carry a text's content, so that forms of one word are one."""
    words = set(_CONTENT_WORD.findall(text.lower())) - _COMMON_WORDS
    return {w.rstrip("s")[:4] for w in words}


def _line_break(found: Field | None, passage: Passage) -> Iterator[Hit]:
    """Line ends within a value; a block that was written over several lines (`|`) keeps its own."""
    text = passage.text
    if found is None or not isinstance(found.node, Scalar) or found.node.style in ("|", ">"):
        return
    inner = text.strip()
    lead = len(text) - len(text.lstrip())
    breaks = [(m.start() + lead, m.end() + lead) for m in _BREAK.finditer(inner)]
    if breaks:
        edits = [passage.edit(a, b, " ") for a, b in breaks]
        before = text[max(0, breaks[0][0] - 20) : breaks[0][0]]
        values = {"count": len(breaks), "before": before}
        fixes = fix("put a blank in place of each line break", *edits, safety=Safety.UNSAFE)
        yield Hit(passage.span(*breaks[0]), values, fixes, passage.field, "line-break")


# ------------------------------------------------------------------------------------------------- URLs


@lru_cache(maxsize=4096)
def _is_image(path: str) -> bool:
    return path.startswith("image") or ".images[" in path or "thumbnail" in path.lower()


def _url(article: Article, path: str, node: Scalar) -> Iterator[Hit]:
    value = node.value
    if value.startswith("http://") and not value.startswith(("http://localhost", "http://127.0.0.1")):
        yield Hit(node.span, {"value": _clip(value)}, (), path, "insecure")
    entities = list(_ENTITY.finditer(value)) if "&" in value else []
    query = value.find("?")
    if entities:
        edits = [_edit(article, node, m.start(), m.end(), "&") for m in entities]
        yield Hit(node.span, {"entity": entities[0][0]}, fix("write &", *edits), path, "url-entity")
    if _is_image(path):
        name = value[: query if query > 0 else len(value)].rstrip("/").rpartition("/")[2].partition(".")[0]
        if _STANDARD_IMAGE.fullmatch(name):
            yield Hit(node.span, {"value": name}, (), path, "standard-image")
    elif query > 0 and not entities:
        yield from _tracking(article, path, node, query)


def _tracking(article: Article, path: str, node: Scalar, query: int) -> Iterator[Hit]:
    value = node.value
    fragment = value.find("#", query)
    end = len(value) if fragment < 0 else fragment
    parameters = value[query + 1 : end].split("&")
    names = [p.partition("=")[0] for p in parameters]
    if not any(_TRACKING.fullmatch(n) for n in names):
        return
    gone = [n for n in names if _TRACKING.fullmatch(n) or _WITH_OTHERS.fullmatch(n)]
    kept = "&".join(p for p, n in zip(parameters, names, strict=True) if n not in gone)
    edit = _edit(article, node, query, end, "?" + kept if kept else "")
    values = {"names": ", ".join(dict.fromkeys(gone))[:80]}
    yield Hit(node.span, values, fix("take them out", edit, safety=Safety.UNSAFE), path, "tracking")


def _edit(article: Article, node: Scalar, start: int, end: int, new: str) -> Edit | None:
    """`value[start:end]` becomes `new`; None where the file spells the value otherwise than it reads."""
    quote = 1 if node.style in ("'", '"') else 0
    first = node.span.start + quote
    if node.style in ("|", ">") or article.text[first : node.span.end - quote] != node.value:
        return None
    return Edit(first + start, node.value[start:end], new)
