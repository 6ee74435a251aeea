"""Edits as properties: whatever passes a text went through, the way back is exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.edits import EditError, Origin, apply, choose, diff, invert, minimal, original, undo
from copydesk.model import Applied, Edit

TEXT = st.text(alphabet="ab \n-é", max_size=40)


@st.composite
def edits_of(draw: st.DrawFn, text: str) -> list[Edit]:
    """Some minimal edits of a text, ascending, not overlapping."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    out: list[Edit] = []
    for a, b in zip(cuts[::2], cuts[1::2], strict=False):
        new = draw(st.text(alphabet="xyz ", max_size=4))
        e = minimal(a, text[a:b], new)
        if e.old != e.new and (not out or out[-1].end < e.start):
            out.append(e)
    return out


@st.composite
def journeys(draw: st.DrawFn) -> tuple[str, list[tuple[Applied, ...]], str]:
    """A text, up to three passes of fixes with one or two edits each, and the text after them."""
    before = text = draw(TEXT)
    passes = []
    for n in range(draw(st.integers(0, 3))):
        edits = draw(edits_of(text))
        fixes: list[Applied] = []
        while edits:
            take, edits = edits[: draw(st.integers(1, 2))], edits[2:] if len(edits) > 2 else []
            fixes.append(Applied(f"{n}.{len(fixes)}", "TXT101", tuple(take)))
        made = [e for f in fixes for e in f.edits]
        text = apply(text, made)
        passes.append(tuple(fixes))
    return before, passes, text


@given(TEXT, st.data())
def test_invert_leads_back(text: str, data: st.DataObject) -> None:
    edits = data.draw(edits_of(text))
    after = apply(text, edits)
    assert apply(after, invert(edits)) == text


def test_apply_refuses_what_does_not_stand_there() -> None:
    with pytest.raises(EditError, match="not 'x'"):
        apply("abc", [Edit(1, "x", "y")])
    with pytest.raises(EditError, match="overlap"):
        apply("abc", [Edit(0, "ab", "x"), Edit(1, "bc", "y")])
    with pytest.raises(EditError):
        apply("abc", [Edit(9, "", "y")])


@given(TEXT, TEXT)
def test_diff_makes_the_one_of_the_other_by_minimal_edits(old: str, new: str) -> None:
    edits = diff(old, new)
    assert apply(old, edits) == new
    for e in edits:
        assert e == minimal(*e)
        assert e.old or e.new


def test_diff_changes_words_and_not_letters_within_them() -> None:
    assert diff("the cafÃ© was open", "the café was open") == (Edit(7, "Ã©", "é"),)


def test_diff_of_a_long_text_stays_one_edit() -> None:
    old, new = "a b " * 5_000, "b a " * 5_000
    assert len(diff(old, new)) == 1


# ------------------------------------------------------------------------------------------------------------ choose


def test_the_lower_stage_wins_and_then_the_leftmost() -> None:
    join, label = (30, [Edit(4, "\n", " ")]), (20, [Edit(5, "AD\n", "")])
    assert choose([join, label]) == [1]
    assert choose([(30, [Edit(0, "ab", "x")]), (30, [Edit(1, "bc", "y")])]) == [0]


def test_neighbours_of_one_stage_may_touch() -> None:
    assert choose([(20, [Edit(0, "AD\n", "")]), (20, [Edit(3, "AD\n", "")])]) == [0, 1]


def test_a_fix_is_taken_whole_or_left_whole() -> None:
    both = (40, [Edit(0, " ", ""), Edit(9, " ", "")])
    assert choose([(30, [Edit(8, "ab", "x")]), both]) == [0]


def test_two_insertions_at_one_place_conflict() -> None:
    assert choose([(50, [Edit(3, "", "x")]), (50, [Edit(3, "", "y")])]) == [0]


@given(TEXT, st.data())
def test_what_is_chosen_can_be_applied_and_what_is_left_conflicts(text: str, data: st.DataObject) -> None:
    fixes = [
        (data.draw(st.sampled_from([10, 20])), edits)
        for edits in data.draw(st.lists(edits_of(text), max_size=5))
        if edits
    ]
    chosen = choose(fixes)
    apply(text, [e for i in chosen for e in fixes[i][1]])
    for i in set(range(len(fixes))) - set(chosen):
        assert chosen, "the first one never conflicts"
        assert any(e.start <= o.end and o.start <= e.end for e in fixes[i][1] for c in chosen for o in fixes[c][1]), (
            "left out although it touches nothing"
        )


# ---------------------------------------------------------------------------------------------------- origin and undo


@given(journeys())
def test_undo_restores_every_character(journey: tuple[str, list[tuple[Applied, ...]], str]) -> None:
    before, passes, after = journey
    assert original(after, passes) == before
    done = undo(after, passes, lambda a: True)
    assert (done.text, done.passes) == (before, ())


@given(journeys(), st.data())
def test_undoing_some_leaves_the_others(
    journey: tuple[str, list[tuple[Applied, ...]], str], data: st.DataObject
) -> None:
    before, passes, after = journey
    names = [f.fingerprint for p in passes for f in p]
    unwanted = set(data.draw(st.lists(st.sampled_from(names), max_size=3))) if names else set()
    done = undo(after, passes, lambda a: a.fingerprint in unwanted)
    gone = {a.fingerprint for a in done.gone}
    assert unwanted <= gone
    assert {a.fingerprint for p in done.passes for a in p} == set(names) - gone
    assert original(done.text, done.passes) == before, "what is left of the journal still leads back"


def test_undoing_a_fix_takes_along_what_was_built_on_it() -> None:
    join = Applied("join", "LAY101", (Edit(3, "\n", " "),))
    space = Applied("space", "TXT102", (Edit(3, " x", ""),))  # deletes the blank that the join has written
    other = Applied("other", "TXT101", (Edit(0, "one", "One"),))
    after = apply(apply("one\nx two", [*join.edits, *other.edits]), space.edits)
    done = undo(after, [(join, other), (space,)], lambda a: a.code == "LAY101")
    assert [a.fingerprint for a in done.gone] == ["join", "space"]
    assert done.text == "One\nx two"


def test_undo_refuses_a_text_that_is_not_the_one_it_left() -> None:
    with pytest.raises(EditError):
        undo("edited", [(Applied("a", "TXT101", (Edit(0, "x", "y"),)),)], lambda a: True)


@given(journeys())
def test_origin_of_untouched_text_is_where_it_stood(journey: tuple[str, list[tuple[Applied, ...]], str]) -> None:
    before, passes, after = journey
    origin = Origin(before)
    for fixes in passes:
        origin.advance([(f.fingerprint, f.edits) for f in fixes])
    assert origin.text == after
    for at in range(len(after)):
        span = origin.span(at, at + 1)
        assert 0 <= span.start <= span.end <= len(before)
        if not origin.makers(at, at + 1):
            assert before[span.start : span.end] == after[at]


@given(journeys(), st.data())
def test_an_edit_in_the_last_text_is_told_in_the_first(
    journey: tuple[str, list[tuple[Applied, ...]], str], data: st.DataObject
) -> None:
    """Applied to the file as read, it gives the last text with the edit, as far as it builds on the others."""
    before, passes, after = journey
    origin = Origin(before)
    for fixes in passes:
        origin.advance([(f.fingerprint, f.edits) for f in fixes])
    edits = data.draw(edits_of(after))
    told, makers = origin.edits(edits)
    apply(before, told)  # verifies `old`
    if not passes:
        assert (list(told), makers) == (edits, ())
    assert set(makers) <= {f.fingerprint for fixes in passes for f in fixes}


def test_an_edit_on_repaired_text_is_told_cumulatively() -> None:
    origin = Origin("published in\nThe Daily\n.")
    origin.advance([("a", [Edit(12, "\n", " ")]), ("b", [Edit(22, "\n", " ")])])
    assert origin.text == "published in The Daily ."
    edits, makers = origin.edits([Edit(22, " ", "")])
    assert (edits, makers) == ((Edit(22, "\n", ""),), ("b",))
    assert origin.span(13, 16) == (13, 16)
