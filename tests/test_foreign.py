"""Stray foreign words: a leftover of a translation goes, and everything that is meant stays."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from copydesk.contract import violation
from copydesk.edits import apply
from copydesk.folders import bundled, validator_class
from copydesk.model import Safety
from copydesk.parse import parse
from copydesk.validator import Hit, SettingError, Setup, Validator

RULES = bundled() / "rules"
FERRY = "The ferry was late because the wind had turned, and we waited on the pier."
PIER = "When it came at last, it was too full for all of us to get on board."


def prepared(*folders: Path) -> Validator:
    validator = validator_class((str(bundled()),), "stray_word")()
    validator.prepare(Setup(folders or (RULES,)))
    return validator


STRAY_WORD = prepared()


def hits(text: str, validator: Validator = STRAY_WORD, language: str = "en") -> list[Hit]:
    article = parse(text, "article.md", language=language)
    found = list(validator.check(article))
    for hit in found:
        for fix in hit.fixes:
            assert violation(validator.contract, article, fix.edits, hit.field) is None
    return found


def cleaned(text: str, validator: Validator = STRAY_WORD) -> str:
    fixes = [f for h in hits(text, validator) for f in h.fixes if f.safety is Safety.SAFE]
    return apply(text, [e for f in fixes for e in f.edits])


def safeties(text: str) -> list[Safety]:
    return [f.safety for h in hits(text) for f in h.fixes]


# ---------------------------------------------------------------------------------------------- a line of its own


@pytest.mark.parametrize("word", ["Trotzdem", "cependant,", "Además", "Tuttavia:", "Porém", "bovendien", "Dessutom."])
def test_a_line_that_is_only_a_foreign_word_goes(word: str) -> None:
    assert cleaned(f"{FERRY}\n{word}\n{PIER}\n") == f"{FERRY}\n{PIER}\n"
    assert cleaned(f"{FERRY}\n\n{word}\n\n{PIER}\n") == f"{FERRY}\n\n{PIER}\n"


def test_line_ends_stay_as_they_were() -> None:
    assert cleaned(f"{FERRY}\r\n\r\nTrotzdem\r\n\r\n{PIER}\r\n") == f"{FERRY}\r\n\r\n{PIER}\r\n"
    assert cleaned(f"{FERRY}\nTrotzdem") == FERRY
    assert cleaned(f"{FERRY}\n\nTrotzdem") == f"{FERRY}\n"
    assert cleaned(f"{FERRY}\nTrotzdem\n") == f"{FERRY}\n"
    assert cleaned(f"Trotzdem\n\n{FERRY}\n") == f"{FERRY}\n"


def test_several_words_of_one_language_go_together() -> None:
    (hit,) = hits(f"{FERRY}\n\nPrzede wszystkim w tym\n\n{PIER}\n")
    assert hit.values == {"word": "Przede wszystkim w tym", "language": "Polish", "where": "line"}
    assert not hits(f"{FERRY}\n\nTrotzdem bovendien\n\n{PIER}\n")


@pytest.mark.parametrize(
    "line",
    ["Also", "Die", "Van", "Per via", "TROTZDEM", "## Trotzdem", "*Trotzdem*", "`trotzdem`", "Kim", "Encore", "Con"],
)
def test_what_english_uses_or_somebody_marked_is_left_alone(line: str) -> None:
    assert not hits(f"{FERRY}\n\n{line}\n\n{PIER}\n")


@pytest.mark.parametrize(
    "text",
    [
        f"{FERRY}\n\n- Trotzdem\n\n{PIER}\n",  # an entry of a list
        "Words\nTrotzdem\nAllerdings\nThe end of it is near, and we are at the pier.\n",  # a list of words
        "The name of the boat was\nSiempre\nand it was the oldest of them.\n",  # a name that was a link
    ],
)
def test_a_line_that_may_be_meant_is_not_deleted(text: str) -> None:
    assert Safety.SAFE not in safeties(text)


def test_half_of_a_word_that_was_cut_is_no_word() -> None:
    assert not hits("The ferry was late because of the wea-\nther\n, and we had to wait on the pier for it.\n")
    assert not hits(f"{FERRY} It was possi-\nble, and the wind had turned.\n")


# ------------------------------------------------------------------------------------------------ inside a sentence


def test_the_word_behind_takes_over_the_capital() -> None:
    assert cleaned(f"{FERRY} Allerdings, the sea was calm.\n") == f"{FERRY} The sea was calm.\n"
    assert cleaned(f"{FERRY} Allerdings The sea was calm.\n") == f"{FERRY} The sea was calm.\n"
    assert cleaned(f"{FERRY} Tuttavia, iPads were on board.\n") == f"{FERRY} iPads were on board.\n"


def test_a_clause_keeps_its_comma() -> None:
    assert cleaned("When it was dark, também we went home.\n") == "When it was dark, we went home.\n"
    assert cleaned("When it was dark — jedoch we saw it — the bell rang.\n").startswith("When it was dark — we saw it")


@pytest.mark.parametrize(
    "text",
    [
        'She said: "Allerdings, the sea was calm on that day."\n',
        "“Allerdings, the sea was calm on that day.”\n",
        "The sea was calm (allerdings, it was in the morning) when we left.\n",
        "The German for it is allerdings, a word that we did not know.\n",
        "Mientras, a word that is in every song, was on the radio.\n",
        "Siempre is the first song of the record.\n",
        "Nosotros and the other bands were on the stage.\n",
        "Cependant le bateau est en retard, and we had to wait for it on the pier.\n",
        "> Allerdings, the sea was calm on that day.\n",
        "- Allerdings, the sea was calm on that day.\n",
    ],
)
def test_a_word_that_may_be_meant_is_not_deleted(text: str) -> None:
    assert Safety.SAFE not in safeties(text)


def test_a_word_used_often_is_a_subject() -> None:
    often = "".join(f"{x}, the sea was calm. " for x in ("Allerdings", "Allerdings", "Allerdings"))
    assert not hits(f"{FERRY} {often}\n")
    assert len(hits(f"{FERRY} Allerdings, the sea was calm. Allerdings, the wind was not.\n")) == 2


def test_a_word_with_a_capital_inside_a_sentence_is_a_name() -> None:
    assert not hits(f"{FERRY} The boat is called Siempre. Siempre, the sea was calm.\n")


# ------------------------------------------------------------------------------------------- whose language it is


def test_an_article_in_another_language_has_no_stray_words() -> None:
    german = "Der Hafen war zu, weil der Sturm zu stark war.\n\nTrotzdem\n\nDie Fähre kam nicht, und wir warteten.\n"
    assert not hits(german)
    assert not hits(f"{FERRY}\n\nTrotzdem\n\n{PIER}\n", language="de")


def test_front_matter_is_not_touched() -> None:
    assert not hits(f"---\ntitle: Trotzdem, the ferry was late\n---\n{FERRY}\n")


# ------------------------------------------------------------------------------------------------------ the words

LEXICON = yaml.safe_load((RULES / "words" / "discourse.yaml").read_text("utf-8"))
LANGUAGES = [code for code in LEXICON if code != "en"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_word_stands_in_one_class_in_its_plain_form(code: str) -> None:
    classes = [LEXICON[code][key].split() for key in ("sure", "likely", "shared")]
    words = [w for words in classes for w in words]
    assert len(words) == len(set(words))
    assert all(w == unicodedata.normalize("NFC", w).lower() and "’" not in w for w in words)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_sure_word_opens_an_english_clause(code: str) -> None:
    english = set(LEXICON["en"]["function"].split())
    assert not english & set(LEXICON[code]["sure"].split())


def test_a_workspace_adds_words_and_takes_certainty_away(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "discourse-ours.yaml").write_text(
        "eo: {name: Esperanto, sure: tamen}\nde: {name: German, shared: trotzdem}\n", "utf-8"
    )
    validator = prepared(RULES, tmp_path)
    assert cleaned(f"{FERRY}\ntamen\n{PIER}\n", validator) == f"{FERRY}\n{PIER}\n"
    assert not hits(f"{FERRY}\nTrotzdem\n{PIER}\n", validator)


@pytest.mark.parametrize("content", ["- trotzdem\n", "de: [trotzdem]\n", "de: {sure: trotzdem}\n"])
def test_a_word_list_in_the_wrong_form_is_an_error_that_names_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "discourse.yaml").write_text(content, "utf-8")
    with pytest.raises(SettingError, match=r"discourse\.yaml"):
        prepared(tmp_path)


# ----------------------------------------------------------------------------------------------------- properties

PIECES = st.sampled_from(
    [
        FERRY,
        PIER,
        "Trotzdem",
        "jedoch",
        "también",
        "the",
        ",",
        ". ",
        "\n",
        "\n\n",
        " ",
        "“",
        '"',
        "(",
        "- ",
        "> ",
        "é",
        "\r\n",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_what_is_cleaned_has_nothing_more_to_clean(text: str) -> None:
    now = text
    for _ in range(6):
        after = cleaned(now)
        if after == now:
            break
        assert len(after) < len(now)
        now = after
    assert cleaned(now) == now
