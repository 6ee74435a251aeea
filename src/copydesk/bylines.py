"""What single lines around an article say of who made it and when: authors, dates, credits.

Such a line is no part of the story, but what it says may stand nowhere else: it is offered as front matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from copydesk.model import Article, Scalar
from copydesk.provenance import DATES

LONGEST = 160  # code points; a longer line is no byline
FIELDS: Mapping[str, tuple[str, ...]] = {
    "author": ("author", "authors", "byline", "creator", "writer"),
    "published": ("date_published", *DATES, "publishDate", "publish_date", "published_at", "date_created"),
    "updated": ("date_modified", "updated", "updatedDate", "lastmod", "modified", "dateModified", "modifiedDateTime"),
    "credit": ("credit", "image_credit", "photo_credit", "imageCredit", "photographer"),
    "contributors": ("contributors", "contributor"),
}
"""What articles call the fields that a line may belong into; the first is offered where an article has none of them."""

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w.'’\-]*"
_PARTICLE = r"(?:de|da|do|dos|das|del|della|di|du|van|von|vom|der|den|la|le|bin|ibn|al|el|zu|ten|ter|af|av)"
_PERSON = rf"{_CAPITAL}(?: (?:{_PARTICLE} ){{0,2}}{_CAPITAL}){{1,3}}"
_BY = (
    r"(?:(?:written|posted|published|story|words|text|reported) by|by|author|von|(?:geschrieben|verfasst) von|"
    r"autor(?:in|a)?|text(?: von)?|(?:écrit|rédigé|publié) par|par|auteure?|(?:escrito|publicado|texto) por|por|"
    r"(?:scritto|pubblicato) da|a cura di|di|autrice|autore|geschreven door|door)"
)
_AND = r"(?:, (?:and )?| (?:and|AND|und|et|y|e|en|&) )"
_BYLINE = re.compile(
    rf"{_BY}\s*:?\s+(?-i:({_PERSON}(?:{_AND}{_PERSON}){{0,5}}))(?:,[^.!?]{{1,60}}| \([^()]{{1,60}}\))?", re.I
)
_CREDIT = re.compile(
    r"\(?(?:(?:photo|image|picture|illustration)s?(?:graph)?s?(?: credits?)?|foto(?:s|grafie)?|bild(?:er)?|"
    r"crédits? photos?|crédito|imagen|imagem|immagine|beeld)(?: ?:| (?:by|von|de|di|por|par|door|courtesy of))"
    r"\s+([^:]{2,60}?)\)?",
    re.I,
)
_HELPERS = re.compile(
    r"\(?(?:(?:additional )?reporting by|with (?:files|reporting) from|edited by|editing by)\s+(?-i:(?=[A-ZÀ-Þ]))"
    r"([^:]{2,120}?)\.?\)?",
    re.I,
)
_PARTS = re.compile(r"\s*[|•·]\s*|\s+[–—-]\s+|\s*\t\s*|\s{3,}")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier janv enero ene gennaio gen janeiro januari jänner",
            "february feb februar février févr febrero febbraio fevereiro fev februari",
            "march mar märz mär mars marzo março maart mrt",
            "april apr avril avr abril abr aprile",
            "may mai mayo maggio mag maio mei",
            "june jun juni juin junio giugno giu junho",
            "july jul juli juillet juil julio luglio lug julho",
            "august aug août agosto ago augustus",
            "september sep sept septembre septiembre settembre setembro set",
            "october oct oktober okt octobre octubre ottobre ott outubro out",
            "november nov novembre noviembre novembro",
            "december dec dezember dez décembre déc diciembre dicembre dic dezembro",
        ),
        1,
    )
    for name in names.split()
}
_NAMED = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_HAS_YEAR = re.compile(_YEAR)
_DATE = re.compile(
    rf"\b(?P<y1>{_YEAR})-(?P<m1>\d\d)-(?P<d1>\d\d)(?:T[\d:.+Z-]{{4,30}})?"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)? (?:de )?(?P<m2>{_NAMED})\b\.?,? (?:de |del )?(?P<y2>{_YEAR})\b"
    rf"|\b(?P<m3>{_NAMED})\b\.? (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y3>{_YEAR})\b"
    rf"|\b(?P<d4>\d{{1,2}})\.(?P<m4>\d{{1,2}})\.(?P<y4>{_YEAR})\b",
    re.I,
)
_CHANGED = """
updated modified revised aktualisiert stand geändert mis jour actualizado modificado aggiornato atualizado bijgewerkt
"""
_BESIDE = """
published posted first last publication date on at am um uhr veröffentlicht erschienen datum vom publié à le la las a
publicado el alle il pubblicato em às gepubliceerd op om uur pm p m est edt et pst pdt cst cdt mst mdt gmt utc bst cet
cest hst monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun montag
dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes
miércoles jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì sabato domenica segunda terça quarta
quinta sexta feira maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
"""
_NAMELESS = """
the all our this any every no popular royal public monday tuesday wednesday thursday friday saturday sunday
"""
_FIRST = """
by written posted published story words text reported author von geschrieben verfasst autor autorin autora par écrit
rédigé publié auteur auteure por escrito publicado texto scritto pubblicato a di autrice autore geschreven door photo
photos photograph photographs image images picture pictures illustration illustrations foto fotos fotografie bild bilder
crédit crédits crédito imagen imagem immagine beeld additional reporting with edited editing
"""
_UPDATED = frozenset(_CHANGED.split())
_AROUND = _UPDATED | frozenset(_BESIDE.split())
_TIME = re.compile(r"\d{1,2}(?:h\d{0,2}|[ap]m)?|t\d\d")
_NO_NAME = frozenset(_NAMELESS.split())
"""What a line in capitals may begin with after "By" that is no name."""


class Said(NamedTuple):
    """One thing that a line says: its kind is a key of `FIELDS`."""

    kind: str
    value: str


_LEADS = frozenset(_FIRST.split())


def read_line(text: str) -> list[Said]:
    """What a line says of who made an article and when, dates as year, month and day; nothing for any other line."""
    if len(text) > LONGEST or not (_first(text) in _LEADS or _HAS_YEAR.search(text)):
        return []
    found: list[Said] = []
    for part in _PARTS.split(text.strip(" \t*_#>")):
        said = (_person(part) or _credit(part)) if _first(part) in _LEADS else None
        if said is None and _HAS_YEAR.search(part):
            said = _date(part)
        if said is not None and all(said.kind != other.kind for other in found):
            found.append(said)
    return found


def _first(text: str) -> str:
    return text.split(None, 1)[0].strip("*_#>:(").casefold() if text.strip() else ""


def is_label(text: str) -> bool:
    """Whether a line may only name what the next one says: "By", "Published on", "Photo:"."""
    words = re.findall(r"\w+", text.casefold()) if len(text) <= 24 else []
    return bool(words) and len(words) <= 3 and (words[0] in _LEADS or all(w in _AROUND for w in words))


def _person(text: str) -> Said | None:
    m = _BYLINE.fullmatch(text)
    if m is None or m[1].partition(" ")[0].casefold() in _NO_NAME:
        return None
    return Said("author", m[1])


def _credit(text: str) -> Said | None:
    if m := _CREDIT.fullmatch(text):
        return Said("credit", m[1])
    m = _HELPERS.fullmatch(text)
    return Said("contributors", m[1]) if m else None


def _date(text: str) -> Said | None:
    """A date with only its label, its weekday and a time beside it; None where day and month could be confused."""
    m = _DATE.search(text)
    if m is None:
        return None
    year, month, day = next((g[0], g[1], g[2]) for g in _triples(m) if g[0])
    number = _MONTHS.get(month.casefold()) or int(month)
    around = re.findall(r"\w+", (text[: m.start()] + " " + text[m.end() :]).casefold())
    told = all(w in _AROUND or _TIME.fullmatch(w) for w in around)
    if not (told and 1 <= number <= 12 and 1 <= int(day) <= 31):
        return None
    return Said("updated" if _UPDATED.intersection(around) else "published", f"{year}-{number:02}-{int(day):02}")


def _triples(m: re.Match[str]) -> list[tuple[str, str, str]]:
    return [(m[f"y{n}"], m[f"m{n}"], m[f"d{n}"]) for n in (1, 2, 3, 4)]


def field_of(article: Article, kind: str, known: Sequence[str] = ()) -> str:
    """What an article calls the field for a kind of fact: a key that it has, else one that its schema knows."""
    names = FIELDS[kind]
    keys = {k.value for k, _ in article.meta.root.pairs} if article.meta and article.meta.root else set()
    return next((n for n in names if n in keys), next((n for n in names if n in known), names[0]))


def is_recorded(article: Article, said: Said) -> bool:
    """Whether the front matter says the same, in a field of this kind."""
    if article.meta is None or article.meta.root is None:
        return False
    for found in article.meta.walk():
        if re.split(r"[.\[]", found.path, maxsplit=1)[0] in FIELDS[said.kind] and isinstance(found.node, Scalar):
            value = found.node.value
            if said.kind in ("published", "updated"):
                then = _date(value[:10])
                if then is not None and then.value == said.value:
                    return True
            elif said.value.casefold() in value.casefold():
                return True
    return False
