"""Family TXT and LAY105: no input is slow, every fix keeps its contract, and a rule of house style is off."""

from __future__ import annotations

from itertools import pairwise

import pytest
from growth import grows_with_the_length_only
from hypothesis import given
from hypothesis import strategies as st

from copydesk.config import Config, ConfigError, Flags, checked, make_plan
from copydesk.contract import violation
from copydesk.edits import mover
from copydesk.folders import bundled, read_rules, rules_folders, validator_class
from copydesk.model import Article, Edit, Span
from copydesk.parse import parse
from copydesk.validator import Hit, Setup, Validator

FOLDERS = (str(bundled()),)
SETUP = Setup(rules_folders(FOLDERS))
RULES = read_rules(FOLDERS)
OWN = {rule.uses: dict(rule.settings) for code, rule in RULES.items() if code.startswith("TXT") or code == "LAY105"}


def opened(name: str, settings: dict[str, object]) -> Validator:
    validator = validator_class(FOLDERS, name)(**settings)
    validator.prepare(SETUP)
    return validator


VALIDATORS = {name: opened(name, settings) for name, settings in OWN.items()}


def article(text: str) -> Article:
    return parse(text, "article.md")


def hits(name: str, text: str) -> list[Hit]:
    return list(VALIDATORS[name].check(article(text)))


TOKENS = st.sampled_from(
    ["a", "an", "hour", "boat", "the", "the the", "Port Haven", "and", "or", "Lisbon", "Prague", "Anna", "Berg.The",
     "said", "“", "”", '"', "’", "'s", "• one", "\n", "\n\n", ".", ",", "  ", "12\"", "# h", "> quote", "`a hour`", "é"]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=60))
def test_every_fix_keeps_its_contract_and_none_overlap(tokens: list[str]) -> None:
    parsed = article(" ".join(tokens))
    for name, validator in VALIDATORS.items():
        found = list(validator.check(parsed))
        for hit in found:
            assert parsed.text[hit.span.start : hit.span.end]
            for fix in hit.fixes:
                assert violation(validator.contract, parsed, fix.edits, hit.field) is None, name
        edits = sorted(e for h in found if len(h.fixes) == 1 for e in h.fixes[0].edits)
        assert all(a.end <= b.start for a, b in pairwise(edits)), name


ATTACKS = {
    "letters": "a ",
    "article": "a hour ",
    "coordination": "Haven and ",
    "pair": "Port Haven and Port Haven are ",
    "names": "Lisbon Prague and Oslo. ",
    "touching": "pier.The boats of it.",
    "open": "“a ",
    "straight": '"a b" "',
    "apostrophes": "it's it’s ",
    "bullets": "• one\n",
    "short paragraphs": "Title\n\n",
    "names on lines": "All of it was in the old town.\nMerlow\nIt was the last of the five.\n",
    "capitals": "Aa",
    "stops": ".A",
}


@pytest.mark.parametrize("name", VALIDATORS)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_time_grows_with_the_length_only(name: str, attack: str) -> None:
    assert grows_with_the_length_only(
        lambda length: article(attack * (length // len(attack))), lambda parsed: list(VALIDATORS[name].check(parsed))
    )


@pytest.mark.parametrize(
    "text",
    [
        "Vitamin A and plan A or grade A are out; a is a letter, as is an x, and a us-based one is not.",
        "A university, a European, a one-off, an honest hour, an heir, an umbrella, a unit, a user, a useful union.",
        "An MBA, an FBI agent, a UN office, an X and an 8.",
    ],
)
def test_articles_that_fit(text: str) -> None:
    assert hits("indefinite_article", text) == []


def test_a_rule_that_is_optional_is_off_until_it_is_named() -> None:
    def codes(**flags: tuple[str, ...]) -> set[str]:
        plan = make_plan(Config(checked({}, "settings")), Flags(**flags), RULES, FOLDERS, bundled())  # type: ignore[arg-type]
        return {rule.code for rule in plan.rules}

    assert "TXT303" not in codes()
    assert "TXT303" not in codes(select=("TXT",))
    assert "TXT303" in codes(select=("TXT303",))
    assert {"TXT303", "TXT101"} <= codes(extend_select=("mixed-apostrophes",))
    with pytest.raises(ConfigError):
        codes(select=("TXT999",))


def test_a_span_moves_with_the_edits_before_it_and_is_lost_where_one_touches_it() -> None:
    move = mover([Edit(2, "ab", ""), Edit(10, "", "xyz"), Edit(20, "c", "d")])
    assert move(Span(0, 1)) == 0
    assert move(Span(5, 9)) == -2
    assert move(Span(12, 19)) == 1
    assert move(Span(8, 10)) is None
    assert move(Span(4, 5)) is None
    assert move(Span(15, 25)) is None
