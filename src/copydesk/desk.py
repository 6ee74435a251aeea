"""One article on the desk: checked, and cleaned until nothing changes.

The loop is the same for a check and for a clean: a check follows what a clean would do. In each pass all validators
that can have something new to say run, the fixes that may be applied are chosen, and the text moves on. The passes are
the journal; `record.py` turns them into findings that speak of the file as it was read.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import Any

from copydesk.contract import Contract, violation
from copydesk.edits import apply, choose, mover
from copydesk.folders import open_validator, rules_folders
from copydesk.model import Article, Edit, Finding, Fix, LevelsByPath, Plan, Rule, Safety, Severity, Source, Span
from copydesk.parse import parse
from copydesk.suppression import Suppression, allows, read_suppressions
from copydesk.validator import CorpusValidator, Facts, FileValidator, Hit, Setup, Validator

CRASHED, OUTSIDE, ENDLESS, DIED, LEFT_OUT, UNREADABLE = "RUN101", "RUN102", "RUN103", "RUN104", "RUN105", "RUN106"
UNUSED = "RUN107"


@dataclass(frozen=True)
class Checker:
    """A validator with the rules that speak for its cases."""

    validator: Validator
    rules: Mapping[str, Rule]
    key: str


@dataclass(frozen=True)
class Desk:
    """The checkers of a plan, opened."""

    plan: Plan
    files: tuple[Checker, ...]
    articles: tuple[Checker, ...]
    corpus: tuple[Checker, ...]
    run: Mapping[str, Rule]
    """The rules that speak of the run itself, by code."""
    stages: Mapping[str, int]
    """Which fix wins a conflict, by code."""


def open_desk(plan: Plan) -> Desk:
    """Opens the validators of the plan's rules. Raises FolderError."""
    groups: dict[str, list[Rule]] = defaultdict(list)
    for rule in plan.rules:
        if rule.uses:
            groups[json.dumps([rule.uses, rule.settings], sort_keys=True, default=str)].append(rule)
    setup = Setup(rules_folders(plan.folders), plan.language, plan.options)
    checkers = []
    for key, rules in groups.items():
        opened = [open_validator(rules[0], plan.folders, setup)]
        for rule in rules[1:]:
            if rule.case not in opened[0].cases:
                open_validator(rule, plan.folders, setup)  # says what is wrong with it
        checkers.append(Checker(opened[0], {r.case: r for r in rules}, key))
    return Desk(
        plan,
        tuple(c for c in checkers if isinstance(c.validator, FileValidator)),
        tuple(c for c in checkers if not isinstance(c.validator, FileValidator | CorpusValidator)),
        tuple(c for c in checkers if isinstance(c.validator, CorpusValidator)),
        {r.code: r for r in plan.rules if not r.uses},
        {r.code: r.stage for r in plan.rules},
    )


@lru_cache(maxsize=4)
def _ignored(ignored: tuple[tuple[str, tuple[str, ...]], ...], article: str) -> frozenset[str]:
    return frozenset(code for glob, codes in ignored for code in codes if fnmatchcase(article, glob))


@lru_cache(maxsize=4)
def _severities(severities: LevelsByPath, article: str) -> dict[str, Severity]:
    """What the configuration says of this path; a later glob goes before an earlier one."""
    return {code: level for glob, pairs in severities if fnmatchcase(article, glob) for code, level in pairs}


# ------------------------------------------------------------------------------------------------------------ drafts


@dataclass
class Draft:
    """An article on its way: the fixes that were made in each pass, and what was found in the present text.

    Plain data, so that it can be spilled to disk between tidying and settling.
    """

    source: Source
    original: str | None
    text: str | None
    passes: list[list[tuple[Finding, Fix]]] = field(default_factory=list)
    found: dict[str, list[Finding]] = field(default_factory=dict)
    extra: list[Finding] = field(default_factory=list)
    """RUN findings, and those of the bytes: they stand whatever becomes of the text."""
    extra_pass: list[int] = field(default_factory=list)
    """How many passes had been made when each of `extra` was found: its span is of that text."""
    lossy: str = ""
    """What of the bytes could be decoded, where not all could: for lines and columns only."""
    allowed: set[str] = field(default_factory=set)
    """The suppressions that have kept something from being found."""
    key: bytes = b""
    """What a cache knows the article by; empty without one."""


def receive(desk: Desk, source: Source, data: bytes, size: int) -> Draft:
    """The bytes of an article as a draft; where they cannot be understood, its text is None and it goes no further."""
    draft = Draft(source, None, None)
    fatal = False
    for checker in desk.files:
        validator = checker.validator
        assert isinstance(validator, FileValidator)
        found = _findings(desk, checker, draft, partial(validator.check_bytes, data, size))
        draft.extra += found
        draft.extra_pass += [0] * len(found)
        fatal |= bool(found) and validator.fatal
    if not fatal and (data or not size):
        with suppress(UnicodeDecodeError):
            draft.original = draft.text = data.decode("utf-8")
    if draft.text is None:
        draft.lossy = data.decode("utf-8", "replace")
        if not draft.extra:  # the rules that say so are not selected
            report_unreadable(desk, draft, "not UTF-8" if data else "larger than the limit")
    return draft


def tidy(desk: Desk, draft: Draft) -> Article | None:
    """Brings a draft to the fixpoint of the rules that need nothing but the article; gives its last parse."""
    if draft.text is None:
        return None
    return _work(desk, draft, desk.articles, {}, {c.key for c in desk.articles})


def observe(desk: Desk, draft: Draft, article: Article) -> Iterator[tuple[Checker, Any]]:
    """What an article contributes to the evidence of each corpus validator."""
    if not draft.source.asked:
        article = replace(article, asked=False)
    for checker in desk.corpus:
        assert isinstance(checker.validator, CorpusValidator)
        try:
            seen = checker.validator.observe(article)
        except Exception as e:  # noqa: BLE001 - as in `_findings`
            _crashed(desk, checker, draft, e)
            continue
        if seen is not None:
            yield checker, seen


def settle(desk: Desk, draft: Draft, facts: Mapping[str, Facts]) -> None:
    """Goes on with the facts of the corpus, frozen, to the fixpoint of all rules and of what was decided."""
    if draft.text is None:
        return
    stale = {
        c.key
        for c in desk.corpus
        if c.key in facts
        and not (getattr(c.validator, "needs_fact", False) and draft.source.id not in facts[c.key].articles)
    }
    if stale or _decided(desk.plan, draft):
        _work(desk, draft, (*desk.articles, *desk.corpus), facts, stale, last=True)


def _work(
    desk: Desk, draft: Draft, checkers: Sequence[Checker], facts: Mapping[str, Facts], stale: set[str],
    last: bool = False,
) -> Article:  # fmt: skip
    """Passes until nothing can be applied. `stale` are the checkers that have to look again.

    `last`: at the end the fixes that a person has accepted are made, too.
    """
    assert draft.text is not None
    plan = desk.plan
    by_key = {c.key: c for c in checkers}
    begun = len(draft.passes)
    seen = {draft.text: begun}
    texts = [draft.text]
    article = _parse(plan, draft)
    while True:
        for key in by_key:
            if key in stale:
                checker = by_key[key]
                again = _again if checker.validator.lasting else _look
                draft.found[key] = again(desk, checker, draft, article, facts)
        stale = set()
        ready = _ready(plan, draft, last)
        if not ready:
            return article
        chosen = [ready[i] for i in choose([(desk.stages[f.code], fix.edits) for f, fix in ready])]
        chosen, after = _make(desk, draft, article, chosen)
        if not chosen or after is None:
            continue
        draft.passes.append(chosen)
        if after.text in seen or len(draft.passes) - begun > plan.limits.passes:
            return _roll_back(desk, draft, begun, seen.get(after.text), texts, checkers, facts)
        seen[after.text] = len(draft.passes)
        texts.append(after.text)
        draft.text = after.text
        stale = _move(draft, by_key, article, after, [e for _, fix in chosen for e in fix.edits])
        article = after


def _ready(plan: Plan, draft: Draft, last: bool) -> list[tuple[Finding, Fix]]:
    """The fixes that may be applied now."""
    threshold = Safety.UNSAFE if plan.unsafe else Safety.SAFE
    ready = [
        (f, f.fixes[0])
        for found in draft.found.values()
        for f in found
        if len(f.fixes) == 1 and f.fixes[0].safety >= threshold
    ]
    if "decided" not in plan.options or not (ready or last):
        return ready
    from copydesk.judgement import follow

    return follow(plan, draft.source.id, draft.original or "", draft.passes, draft.found, ready, last)


def _decided(plan: Plan, draft: Draft) -> bool:
    """Whether something may have been decided of what is found in the present text."""
    if "decided" not in plan.options:
        return False
    from copydesk.judgement import concerned

    return concerned(plan, draft.source.id, draft.found.values())


def _parse(plan: Plan, draft: Draft, text: str | None = None, before: Article | None = None) -> Article:
    return parse(text if text is not None else draft.text or "", draft.source.id, plan.prose, plan.language, before)


def _make(
    desk: Desk, draft: Draft, article: Article, chosen: list[tuple[Finding, Fix]]
) -> tuple[list[tuple[Finding, Fix]], Article | None]:
    """The text after the chosen fixes; those that would damage the front matter are dropped, each by itself."""
    after = _parse(desk.plan, draft, apply(article.text, [e for _, fix in chosen for e in fix.edits]), article)
    if not _damages(article, after, chosen):
        return chosen, after
    kept = []
    for finding, fix in chosen:
        alone = _parse(desk.plan, draft, apply(article.text, fix.edits), article)
        if _damages(article, alone, [(finding, fix)]):
            _drop(desk, draft, finding, "another key of the front matter would change")
        else:
            kept.append((finding, fix))
    if not kept or len(kept) == len(chosen):
        for finding, _ in kept:
            _drop(desk, draft, finding, "together the fixes would change another key of the front matter")
        return [], None
    return _make(desk, draft, article, kept)


def _damages(before: Article, after: Article, fixes: Iterable[tuple[Finding, Fix]]) -> bool:
    """Whether a key of the front matter that no fix names has another value now; a renamed key keeps its own."""
    if before.meta is None or before.meta.root is None:
        return after.meta is not None and before.meta is None
    if after.meta is None or after.meta.root is None:
        return True
    if before.text[: before.body.start] == after.text[: after.body.start]:
        return False
    from copydesk.repair import Row, moved, renaming, rows_of

    fixes = list(fixes)
    renamed = dict(filter(None, (renaming(before, f.field or "", fix.edits) for f, fix in fixes)))
    named = {f.field for f, _ in fixes if f.field and f.field not in renamed}
    rows, now = rows_of(before.meta.root), rows_of(after.meta.root)
    if len(rows) == len(now) and all(
        old == new or (old[0] == new[0] in named) for old, new in zip(rows, now, strict=True)
    ):
        return False

    def others(rows: Iterable[Row], renamed: Mapping[str, str]) -> list[Row]:
        out = []
        for path, kind, value in rows:
            for old, new in renamed.items():
                path = moved(path, old, new)
            if not any(
                f"{path}.".startswith((f"{n}.", f"{n}[")) or n.startswith((f"{path}.", f"{path}[")) for n in named
            ):
                out.append((path, kind, value))
        return out

    return others(rows, renamed) != others(now, {})


def _drop(desk: Desk, draft: Draft, finding: Finding, why: str) -> None:
    """Takes a finding's fixes away, and says so: a fix outside its contract is a defect of its rule."""
    for found in draft.found.values():
        for n, f in enumerate(found):
            if f is finding:
                found[n] = replace(f, fixes=())
    _note(desk, draft, OUTSIDE, finding.span, {"code": finding.code, "reason": why}, finding.field)


def _move(
    draft: Draft, by_key: Mapping[str, Checker], before: Article, after: Article, edits: Sequence[Edit]
) -> set[str]:
    """Which checkers have to look again; the findings of the others are moved to where their text now stands."""
    head = before.text[: before.body.start] != after.text[: after.body.start]
    body = before.text[before.body.start :] != after.text[after.body.start :]
    changed = {"front": head, "body": body, "all": True}
    stale = {key for key, c in by_key.items() if changed[c.validator.scope]}
    shift = after.body.start - before.body.start
    for key in draft.found:
        if key not in stale and shift and by_key[key].validator.scope == "body":
            draft.found[key] = [_shifted(f, shift) for f in draft.found[key]]
        elif key in stale and by_key[key].validator.lasting:
            move = mover(edits)
            draft.found[key] = [_shifted(f, by) for f in draft.found[key] if (by := move(f.span)) is not None]
    return stale


def _again(desk: Desk, checker: Checker, draft: Draft, article: Article, facts: Mapping[str, Facts]) -> list[Finding]:
    """What a checker says now, and what a lasting one said before of places that no repair has touched."""
    found = _look(desk, checker, draft, article, facts)
    old = draft.found.get(checker.key, [])
    at = sorted(f.span.start for f in found) if old else []
    return found + [f for f in old if bisect_left(at, f.span.start) == bisect_right(at, f.span.end)]


def _shifted(f: Finding, by: int) -> Finding:
    return replace(
        f,
        span=Span(f.span.start + by, f.span.end + by),
        fixes=tuple(replace(x, edits=tuple(Edit(e.start + by, e.old, e.new) for e in x.edits)) for x in f.fixes),
    )


def _roll_back(
    desk: Desk,
    draft: Draft,
    begun: int,
    circle: int | None,
    texts: list[str],
    checkers: Sequence[Checker],
    facts: Mapping[str, Facts],
) -> Article:
    """Back to the last good text: where the circle was entered, or, without an end, where the work began."""
    good = begun if circle is None else circle
    codes = sorted({f.code for fixes in draft.passes[good:] for f, _ in fixes})
    draft.passes = draft.passes[:good]
    draft.text = texts[good - begun]
    for n, at in enumerate(draft.extra_pass):
        if at > good:  # it spoke of a text that is no more
            draft.extra[n], draft.extra_pass[n] = replace(draft.extra[n], span=Span(0, 0)), good
    article = _parse(desk.plan, draft)
    for checker in checkers:
        found = _look(desk, checker, draft, article, facts)
        draft.found[checker.key] = [replace(f, fixes=()) if f.code in codes else f for f in found]
    what = f"did not end in {desk.plan.limits.passes} passes" if circle is None else "undid one another"
    _note(desk, draft, ENDLESS, Span(0, 0), {"codes": ", ".join(codes), "what": what}, None)
    return article


# ---------------------------------------------------------------------------------------------------------- findings


def _look(desk: Desk, checker: Checker, draft: Draft, article: Article, facts: Mapping[str, Facts]) -> list[Finding]:
    """What a checker says of an article; a fix outside its contract is dropped, alone."""
    validator = checker.validator
    if isinstance(validator, CorpusValidator):
        if checker.key not in facts:
            return []
        known = facts[checker.key]
        fact = known.articles.get(article.id)
        if fact is None and validator.needs_fact:
            return []
        found = _findings(desk, checker, draft, lambda: validator.settle(article, fact, known.shared))
    else:
        found = _findings(desk, checker, draft, partial(validator.check, article))
    if not found:
        return found
    if desk.plan.options.get("suppressions"):
        found = _unsuppressed(desk, draft, article, found)
    for n, f in enumerate(found):
        kept = []
        for fix in f.fixes:
            why = _outside(_contract(checker, f.code), article, fix, f.field)
            if why is None:
                kept.append(fix)
            else:
                _note(desk, draft, OUTSIDE, f.span, {"code": f.code, "reason": why}, f.field)
        if len(kept) != len(f.fixes):
            found[n] = replace(f, fixes=tuple(kept))
    return found


def _contract(checker: Checker, code: str) -> Contract:
    """What the fixes of a rule keep to."""
    validator = checker.validator
    cases = [case for case in validator.contracts if case in checker.rules and checker.rules[case].code == code]
    return validator.contracts[cases[0]] if cases else validator.contract


def _suppressions(desk: Desk, article: Article) -> list[Suppression]:
    """Those that count: in an article that is compared with the past, those that it had then."""
    known = desk.plan.options.get("suppressed", {})
    assert isinstance(known, Mapping)
    return [s for s in read_suppressions(article) if article.id not in known or s.key in known[article.id]]


def _unsuppressed(desk: Desk, draft: Draft, article: Article, found: list[Finding]) -> list[Finding]:
    """The findings that the article does not allow."""
    suppressions = _suppressions(desk, article)
    out = []
    for f in found:
        used = [s for s in suppressions if allows(s, f)]
        draft.allowed |= {s.key for s in used}
        if not used:
            out.append(f)
    return out


def report_unused(desk: Desk, draft: Draft) -> None:
    """Says which suppressions of the article have kept nothing from being found. To be called once, at the end."""
    if draft.original is None or not desk.plan.options.get("suppressions"):
        return
    codes = {word for r in desk.plan.rules for word in (r.code, r.name)}
    for s in _suppressions(desk, _parse(desk.plan, draft, draft.original)):
        if s.key not in draft.allowed and s.rule in codes:  # a rule that does not run has nothing to say here
            _note(desk, draft, UNUSED, s.span, {"rule": s.rule, "reason": s.reason})
            draft.extra_pass[-1] = 0


def _outside(contract: Contract, article: Article, fix: Fix, field: str | None) -> str | None:
    last = 0
    for start, old, _ in fix.edits:
        if start < last or article.text[start : start + len(old)] != old:
            return "its edits do not fit the text"
        last = start + len(old)
    return violation(contract, article, fix.edits, field)


def _findings(desk: Desk, checker: Checker, draft: Draft, hits: Callable[[], Iterable[Hit]]) -> list[Finding]:
    """The hits of a checker in the words of its rules. What a validator raises becomes a finding: the run goes on."""
    out: list[Finding] = []
    try:
        found = list(hits())
        if not found:
            return out
        plan, article = desk.plan, draft.source.id
        ignored = _ignored(plan.ignored, article) if plan.ignored else ()
        severities = _severities(plan.severities, article) if plan.severities else {}
        for hit in found:
            rule = checker.rules.get(hit.case)
            if rule is None or rule.code in ignored:
                continue
            fixes = tuple(replace(f, safety=rule.safety) if f.safety > rule.safety else f for f in hit.fixes)
            out.append(
                Finding(
                    code=rule.code,
                    article=article,
                    span=hit.span,
                    field=hit.field,
                    message=rule.message.format_map(hit.values),
                    severity=severities.get(rule.code, rule.severity),
                    fixes=fixes,
                    evidence=hit.values,
                    name=rule.name,
                )
            )
    except Exception as e:  # noqa: BLE001 - the boundary of an article: one rule cannot stop the others, nor the run
        _crashed(desk, checker, draft, e)
        return []
    return out


def _crashed(desk: Desk, checker: Checker, draft: Draft, e: Exception) -> None:
    codes = ", ".join(sorted(r.code for r in checker.rules.values()))
    _note(desk, draft, CRASHED, Span(0, 0), {"codes": codes, "error": f"{type(e).__name__}: {e}"[:200]}, None)


def _note(
    desk: Desk, draft: Draft, code: str, span: Span, values: Mapping[str, object], field: str | None = None
) -> None:
    """A finding of the run itself; said once, however often it is met."""
    rule = desk.run.get(code)
    if rule is None or any(x.code == code and x.evidence == values for x in draft.extra):
        return
    message = rule.message.format_map(values)
    draft.extra.append(Finding(code, draft.source.id, span, field, message, rule.severity, (), dict(values), rule.name))
    draft.extra_pass.append(len(draft.passes))


def report_death(desk: Desk, draft: Draft) -> None:
    """Says that the process that worked on this article died; the article is copied as it is."""
    draft.text = draft.original = None
    _note(desk, draft, DIED, Span(0, 0), {})


def report_unreadable(desk: Desk, draft: Draft, reason: str) -> None:
    """Says that the file could not be read."""
    _note(desk, draft, UNREADABLE, Span(0, 0), {"reason": reason})
