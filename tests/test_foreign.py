"""Stray foreign words: a leftover of a translation goes, and everything that is meant stays."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from copydesk.contract import violation
from copydesk.edits import apply
from copydesk.folders import bundled, validator_class
from copydesk.lexicon import LIKELY, SEEN, Lexicon
from copydesk.model import Safety
from copydesk.parse import parse
from copydesk.validator import Hit, SettingError, Setup, Validator

RULES = bundled() / "rules"
FERRY = "The ferry was late because the wind had turned, and we waited on the pier."
PIER = "When it came at last, it was too full for all of us to get on board."


def prepared(*folders: Path, names: tuple[str, ...] = ("stray_line", "stray_word")) -> list[Validator]:
    setup = Setup(folders or (RULES,))
    validators = [validator_class((str(bundled()),), name)() for name in names]
    for validator in validators:
        validator.prepare(setup)
    return validators


STRAY_WORD = prepared()
GLOSS = prepared(names=("foreign_gloss", "foreign_date"))
PASSAGE = prepared(names=("foreign_passage",))


def hits(text: str, validators: list[Validator] = STRAY_WORD, language: str = "en") -> list[Hit]:
    article = parse(text, "article.md", language=language)
    found = []
    for validator in validators:
        for hit in validator.check(article):
            found.append(hit)
            for fix in hit.fixes:
                contract = validator.contracts.get(hit.case, validator.contract)
                assert violation(contract, article, fix.edits, hit.field) is None
    return found


def cleaned(text: str, validators: list[Validator] = STRAY_WORD) -> str:
    fixes = [f for h in hits(text, validators) for f in h.fixes if f.safety is Safety.SAFE]
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
    ["Also", "Die", "Van", "Per via", "TROTZDEM", "## Trotzdem", "*Trotzdem*", "`trotzdem`", "Kim"],
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


def test_two_leftovers_in_a_row_go_but_a_list_of_words_stays() -> None:
    assert cleaned(f"{FERRY}\n\nTrotzdem\n\nbovendien\n\n{PIER}\n") == f"{FERRY}\n\n{PIER}\n"
    assert not hits(f"{FERRY}\n\nTrotzdem\n\nbovendien\n\ncependant\n\n{PIER}\n")


@pytest.mark.parametrize("word", ["Encore", "Con", "Dan", "Los Dos", "Para Todos"])
def test_what_may_be_a_heading_or_a_name_is_a_persons_choice(word: str) -> None:
    assert Safety.SAFE not in safeties(f"{FERRY}\n\n{word}\n\n{PIER}\n")


@pytest.mark.parametrize(
    ("word", "gloss"), [("Vielleicht", "Perhaps"), ("peut-être", "perhaps"), ("Supostamente", "Supposedly")]
)
def test_a_word_of_doubt_is_written_in_english_and_never_deleted(word: str, gloss: str) -> None:
    assert cleaned(f"{FERRY}\n\n{word}\n\n{PIER}\n") == f"{FERRY}\n\n{gloss}\n\n{PIER}\n"


@pytest.mark.parametrize("word", ["Magari", "Acaso", "Sicherlich"])
def test_a_word_of_doubt_with_several_meanings_is_a_persons_choice(word: str) -> None:
    assert safeties(f"{FERRY}\n\n{word}\n\n{PIER}\n") == [Safety.UNSAFE]


@pytest.mark.parametrize(
    "word", ["Однак", "Ωστόσο", "Ancak", "Azonban", "Kuitenkin", "Međutim", "Vendar", "Tačiau", "Tomēr", "Hins vegar"]
)
def test_lines_of_the_smaller_languages_go_too(word: str) -> None:
    assert cleaned(f"{FERRY}\n\n{word}\n\n{PIER}\n") == f"{FERRY}\n\n{PIER}\n"


def test_a_phrase_is_one_finding() -> None:
    (hit,) = hits(f"{FERRY} Sin embargo, the sea was calm.\n")
    assert hit.values["word"] == "Sin embargo"
    assert hit.values["gloss"] == "however"
    assert cleaned(f"{FERRY} Par exemple, the sea was calm.\n") == f"{FERRY} The sea was calm.\n"


@pytest.mark.parametrize(
    "text",
    [
        "Kojima Productions was on the pier, and the Siempre Records office too.",
        "The rule is, per se, a good one, and de facto the only one that we have.",
        "Um, I think that it is on the pier, and we will see it there.",
        "We had schadenfreude, the joy at what went wrong for the others.",
        "The Los Angeles office and the La Paz office are, and were, on the same street.",
    ],
)
def test_names_and_loanwords_are_no_leftovers(text: str) -> None:
    assert not hits(f"{FERRY}\n\n{text}\n")


# --------------------------------------------------------------------------------- words that the sentence needs


def proposed(text: str) -> str:
    return apply(text, [e for h in hits(text, GLOSS) for e in h.fixes[0].edits])


def test_a_word_inside_a_sentence_is_glossed_and_never_by_default() -> None:
    text = "The boat was full, and we had zum Beispiel to wait for the ferry.\n"
    assert proposed(text) == "The boat was full, and we had for example to wait for the ferry.\n"
    assert all(f.safety is Safety.SUGGEST for h in hits(text, GLOSS) for f in h.fixes)


def test_a_word_that_binds_two_clauses_is_glossed_not_deleted() -> None:
    text = f"{FERRY} Obwohl the storm was over, we waited.\n"
    assert proposed(text) == f"{FERRY} Although the storm was over, we waited.\n"
    assert not hits(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("12. März 2024", "12 March 2024"),
        ("3 de mayo de 2024", "3 May 2024"),
        ("1er février", "1 February"),
        ("4 grudnia 2023", "4 December 2023"),
        ("7 марта 2024", "7 March 2024"),
        ("2,5 Millionen", "2,5 million"),
        ("30 milliards", "30 billion"),
    ],
)
def test_dates_and_numbers_are_translated_digit_for_digit(old: str, new: str) -> None:
    assert proposed(f"{FERRY} It was on {old} and we were there.\n") == f"{FERRY} It was on {new} and we were there.\n"


@pytest.mark.parametrize(
    "text", ["It was 12 April 2024 when we met there.", "93 Million Miles is what we played there."]
)
def test_english_dates_and_numbers_stay(text: str) -> None:
    assert not hits(f"{FERRY} {text}\n", GLOSS)


# ---------------------------------------------------------------------------------------------- whole passages


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("German", "Das Schiff kam nicht, weil der Sturm noch immer zu stark war."),
        ("Spanish", "El barco no llegó porque la tormenta era todavía muy fuerte."),
        ("Polish", "Statek nie przypłynął, ponieważ burza była jeszcze bardzo silna."),
        ("Russian", "Паром не пришёл, потому что буря была ещё очень сильной."),
        ("Greek", "Το πλοίο δεν ήρθε, γιατί η καταιγίδα ήταν ακόμα πολύ δυνατή."),
    ],
)
def test_a_sentence_or_a_paragraph_in_another_language_is_shown(language: str, sentence: str) -> None:
    inside, alone = f"{FERRY} {sentence} {PIER}\n", f"{FERRY}\n\n{sentence}\n\n{PIER}\n"
    for text, case in ((inside, "sentence"), (alone, "paragraph")):
        (hit,) = hits(text, PASSAGE)
        assert hit.values["language"] == language
        assert hit.case == case
        assert text[hit.span.start : hit.span.end].strip() == sentence
        assert not hit.fixes
    assert not hits(f"{FERRY}\n\n“{sentence}”\n\n{PIER}\n", PASSAGE)


# ------------------------------------------------------------------------------------------- whose language it is


GERMAN = "Der Hafen war zu, weil der Sturm zu stark war, und die Fähre kam nicht, und wir warteten auf dem Pier."


def test_an_article_in_another_language_has_its_own_stray_words() -> None:
    assert not hits(f"{GERMAN}\n\nTrotzdem\n\n{GERMAN}\n")
    for language in ("en", "de"):
        (hit,) = hits(f"{GERMAN}\n\ncependant\n\n{GERMAN}\n", language=language)
        assert hit.values["language"] == "French"
    assert cleaned(f"{GERMAN}\n\nnevertheless\n\n{GERMAN}\n") == f"{GERMAN}\n\n{GERMAN}\n"


def test_inside_a_sentence_only_english_is_sure_enough() -> None:
    assert safeties(f"{GERMAN} Cependant, die Fähre kam nicht, und wir warteten.\n") == [Safety.SUGGEST]


def test_the_language_is_the_one_of_the_text_whatever_is_configured() -> None:
    (hit,) = hits(f"{FERRY}\n\nTrotzdem\n\n{PIER}\n", language="de")
    assert hit.values["language"] == "German"


def test_front_matter_is_not_touched() -> None:
    assert not hits(f"---\ntitle: Trotzdem, the ferry was late\n---\n{FERRY}\n")


# ------------------------------------------------------------------------------------------------------ the words

LANGUAGES = yaml.safe_load((RULES / "words" / "languages.yaml").read_text("utf-8"))
GLOSSES = {
    (path.stem, code): pairs
    for path in (RULES / "words").glob("gloss*.yaml")
    for code, pairs in yaml.safe_load(path.read_text("utf-8")).items()
}
TARGETS = ["en", "de", "fr", "es", "it", "pt", "nl"]
SETUP = Setup((RULES,))


def table(target: str) -> Lexicon:
    found = SETUP.lexicons.lexicon(target)
    assert found is not None
    return found


def test_the_tables_hold_at_least_twenty_source_languages_in_three_scripts() -> None:
    assert len(LANGUAGES) > 20
    for code, word in {"de": "trotzdem", "pl": "jednak", "ru": "однако", "el": "ωστόσο", "tr": "ancak"}.items():
        assert table("en").rank(word, code) >= SEEN, word


@pytest.mark.parametrize("target", TARGETS)
def test_a_table_is_in_plain_form_and_tells_no_word_of_its_language(target: str) -> None:
    rows = [row for row in SETUP.lines(f"words/foreign_{target}.txt") if row.split()[0][-1].isdigit()]
    for head, *words in (row.split() for row in rows):
        assert head[:2] in LANGUAGES
        assert head[:2] != target
        assert 0 <= int(head[2]) <= 6
        assert len(words) == len(set(words))
        assert all(w == unicodedata.normalize("NFC", w).lower() and "’" not in w for w in words)
    assert not table(target).triggers & table(target).openers


def test_no_word_of_the_english_list_is_evidence_by_itself() -> None:
    lexicon = table("en")
    for word in set(SETUP.lines("words/english.txt")) & lexicon.triggers:
        assert max(lexicon.ranks(word).values()) <= LIKELY, word


@pytest.mark.parametrize(("file", "code"), GLOSSES)
def test_each_gloss_is_a_pair_that_stands_once(file: str, code: str) -> None:
    pairs = [pair.lower().split("=") for pair in GLOSSES[file, code].split()]
    assert all(len(pair) == 2 and all(pair) for pair in pairs)
    assert code in LANGUAGES
    others = {
        p.lower().split("=")[0] for (f, c), text in GLOSSES.items() if c == code and f != file for p in text.split()
    }
    words = [word for word, _ in pairs]
    assert len(words) == len(set(words))
    assert others.isdisjoint(words)


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_phrase_is_known_by_all_its_words(code: str) -> None:
    """A phrase with a word that the table lacks would never be found."""
    phrases = [
        p.lower().split("=")[0].split("_") for (_, c), text in GLOSSES.items() if c == code for p in text.split()
    ]
    english = set(SETUP.lines("words/english.txt"))
    for words in phrases:
        own = [w for w in words if len(w) > 2 and w not in english]
        if len(words) > 1 and own and all(w.replace("'", "").isalpha() for w in words):
            assert all(table("en").rank(w, code) for w in words), words
            assert not table("en").triggers.isdisjoint(words), words


@pytest.mark.parametrize("code", [code for code in LANGUAGES if "months" in LANGUAGES[code]])
def test_a_year_has_twelve_months(code: str) -> None:
    assert len(LANGUAGES[code]["months"].split()) == 12


def test_a_workspace_adds_words_and_takes_certainty_away(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "discourse-ours.yaml").write_text(
        "eo: {name: Esperanto, sure: tamen}\nde: {name: German, shared: trotzdem}\n", "utf-8"
    )
    validators = prepared(RULES, tmp_path)
    assert cleaned(f"{FERRY}\ntamen\n{PIER}\n", validators) == f"{FERRY}\n{PIER}\n"
    assert not hits(f"{FERRY}\nTrotzdem\n{PIER}\n", validators)


@pytest.mark.parametrize("content", ["- trotzdem\n", "de: [trotzdem]\n", "de: {sure: trotzdem}\n"])
def test_a_word_list_in_the_wrong_form_is_an_error_that_names_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "discourse.yaml").write_text(content, "utf-8")
    with pytest.raises(SettingError, match=r"discourse\.yaml"):
        prepared(RULES, tmp_path)


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


# -------------------------------------------------------------------------------------------------- the documentation

GUIDE = (RULES.parent / "docs" / "foreign.md").read_text("utf-8")


def test_the_example_of_the_guide_is_what_becomes_of_it() -> None:
    before, after = (re.search(rf"```text {name}\n(.*?)```", GUIDE, re.DOTALL) for name in ("before", "after"))
    assert before is not None
    assert after is not None
    assert cleaned(before[1]) == after[1]


def test_the_word_list_of_the_guide_can_be_used(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert example is not None
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "discourse-ours.yaml").write_text(example[1], "utf-8")
    validators = prepared(RULES, tmp_path)
    assert cleaned(f"{FERRY}\ntamen\n{PIER}\n", validators) == f"{FERRY}\n{PIER}\n"
    assert not hits(f"{FERRY}\nTrotzdem\n{PIER}\n", validators)


def test_the_time_grows_with_the_length_and_no_faster() -> None:
    words = ["Trotzdem", "cependant", "además", "tuttavia", "porém", "bovendien", "dessutom", "jednak", "ancak"]

    def seconds(count: int) -> float:
        text = "".join(f"{FERRY} {words[n % 9]}{n % 500:03d}x, {PIER} " for n in range(count))
        begun = time.process_time()
        hits(text, STRAY_WORD + GLOSS + PASSAGE)
        return time.process_time() - begun

    seconds(10)
    assert seconds(4_000) < 12 * max(seconds(1_000), 0.02)
