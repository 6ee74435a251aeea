"""`copydesk report`: the rates are right, the patterns say where and what, and no article forges anything."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from copydesk.cli import main
from copydesk.folders import bundled, read_rules
from copydesk.grouping import month_of
from copydesk.parse import parse
from copydesk.proof import Ground, run_alone
from copydesk.report_text import percent
from copydesk.upstream import shape

ROOT = Path(__file__).resolve().parent.parent
GOOD = "The bridge over the canal was opened on Monday, and nobody fell in."


def article(site: str, day: str, body: str = GOOD, title: str = "The bridge is open") -> str:
    return f'---\ntitle: "{title} on {day}"\ndate: {day}\nsite: "{site}"\n---\n\n{body} It was {day}.\n'


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of `a.example` 1 of 2 articles is bad in April and 2 of 2 in May; `b.example` has one, a good one."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "news"
    (folder / "old").mkdir(parents=True)
    bad = GOOD.replace("canal", "CafÃ© canal")
    for name, text in {
        "old/1.md": article("a.example", "2024-04-01"), "old/2.md": article("a.example", "2024-04-02", bad),
        "3.md": article("a.example", "2024-05-03", bad), "4.md": article("a.example", "2024-05-04", bad),
        "5.md": article("b.example", "2024-05-05"),
    }.items():  # fmt: skip
        (folder / name).write_text(text, "utf-8")
    Path("copydesk.toml").write_text('source = "site"\n', "utf-8")
    return folder


def rows(*words: str) -> list[dict[str, str]]:
    assert main(["report", "news", "--select", "ENC", "--format", "csv", "--output", "r.csv", *words]) == 0
    with Path("r.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rates_by_source_and_month(news: Path) -> None:
    found = {(r["source"], r["month"]): (r["articles"], r["with_finding"], r["rate"])
             for r in rows("--by", "source,month") if r["family"] == "ENC"}  # fmt: skip
    assert list(found.items()) == [
        (("a.example", "2024-04"), ("2", "1", "0.5")),
        (("a.example", "2024-05"), ("2", "2", "1.0")),
        (("b.example", "2024-05"), ("1", "0", "0.0")),
    ]


def test_by_folder_and_by_default(news: Path) -> None:
    assert {r["folder"]: r["with_finding"] for r in rows("--by", "folder") if r["family"] == "any"} == {
        "news": "2",
        "news/old": "1",
    }
    assert {r["source"] for r in rows()} == {"a.example", "b.example"}


def test_the_rates_agree_with_check(news: Path) -> None:
    assert main(["check", "news", "--format", "json=f.json", "--exit-zero", "-q"]) == 0
    said = json.loads(Path("f.json").read_text("utf-8"))["findings"]
    assert main(["report", "news", "--severity", "info", "--format", "csv", "--output", "all.csv"]) == 0
    with Path("all.csv").open(encoding="utf-8", newline="") as file:
        counted = sum(int(r["findings"]) for r in csv.DictReader(file) if r["family"] == "any")
    assert counted == len(said)


def test_only_findings_of_the_severity_count(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert all(r["with_finding"] == "0" for r in rows("--severity", "error"))
    assert main(["report", "news", "--severity", "error", "--upstream"]) == 0
    assert "Nothing was found." in capsys.readouterr().out


def test_a_baseline_and_conditions_of_the_configuration_do_not_count(news: Path) -> None:
    assert main(["baseline", "create", "news"]) == 0
    more = 'baseline = "copydesk-baseline.json"\nfail-on = ["rate(ENC) > 1%"]\n'
    Path("copydesk.toml").write_text(f'source = "site"\n{more}', "utf-8")
    assert sum(int(r["with_finding"]) for r in rows() if r["family"] == "ENC") == 3


@pytest.mark.parametrize("words", ["sorce", "source,month,folder", "month,month", "source,"])
def test_what_is_no_kind_is_told(news: Path, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "news", "--by", words]) == 2
    assert f"--by {words}" in capsys.readouterr().err


def test_csv_has_no_room_for_patterns(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "news", "--upstream", "--format", "csv"]) == 2
    assert "markdown" in capsys.readouterr().err


def test_upstream_says_where_how_often_and_what_it_looks_like(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "news", "--upstream", "--select", "ENC101"]) == 0
    out = capsys.readouterr().out
    assert "a.example: 3 findings in 3 of 4 articles" in out
    assert "decoded as Windows-1252" in out
    assert "`Ã©` (3)" in out
    assert all(f"news/{name}.md:7" in out for name in ("old/2", "3", "4"))
    assert "b.example" not in out


def test_values_of_the_evidence_are_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for n, words in enumerate(("the tea &amp; the", "the tea &amp; a", "the tea &copy; a")):
        (tmp_path / f"{n}.md").write_text(f"They drank {words} milk.\n", "utf-8")
    assert main(["report", str(tmp_path), "--isolated", "--upstream", "--select", "ENC201"]) == 0
    out = capsys.readouterr().out
    assert "HTML entities (&amp;, &copy;)" in out
    assert "`&amp;` (2), `&copy;` (1)" in out


def test_every_rule_that_speaks_of_a_value_has_it_in_its_evidence() -> None:
    """A place that no evidence fills would be printed as it is."""
    ground = Ground(read_rules((str(bundled()),)), (str(bundled()),))
    rules = [r for r in read_rules((str(bundled()),), examples=True).values() if r.upstream]
    assert len(rules) >= 12
    for rule in rules:
        assert rule.upstream.isprintable()
        assert not rule.upstream.endswith(".")
        names = re.findall(r"\{(\w+)\}", rule.upstream)
        example = next((e for e in rule.examples if not e.ok), None)
        if names and example:
            for record in run_alone(ground, rule.code, example.files, example.config):
                assert all(isinstance(f.evidence[n], str | int) for f in record.findings for n in names), rule.code


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ("the&nbsp;old dock, 12 m", "w&nbsp;w, 9 w"),
        ("two well-known words", "w"),
        ("Ã©", "Ã©"),
        ("one\n\ntwo", "w⏎w"),
        ("", ""),
    ],
)
def test_shapes(match: str, said: str) -> None:
    assert shape(match) == said


def test_a_long_match_has_a_short_shape() -> None:
    assert len(shape("a, " * 100_000)) <= 40


@pytest.mark.parametrize(
    ("head", "path", "month"),
    [
        ("date: 2024-05-06", "a.md", "2024-05"),
        ("pubDate: Mon, 06 May 2024 10:00:00 GMT", "a.md", "2024-05"),
        ("pubDate: 'soon: perhaps'", "a.md", "unknown"),
        ("date: 2024-13-06", "2023-02-01-a.md", "2023-02"),
        ("title: x", "news/a.md", "unknown"),
    ],
)
def test_months(head: str, path: str, month: str) -> None:
    assert month_of(parse(f"---\n{head}\n---\n\nText.\n", path)) == month


def test_a_rate_is_never_rounded_to_none_or_all() -> None:
    assert [percent(r) for r in (0.0, 0.001, 0.12, 0.999, 1.0)] == ["0%", "<1%", "12%", "99%", "100%"]


def test_the_page_needs_nothing_else_and_has_a_plot_for_each_family(news: Path) -> None:
    assert main(["report", "news", "--by", "source,month", "--upstream", "--format", "html", "--output", "r.html"]) == 0
    page = Path("r.html").read_text("utf-8")
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=", page)
    assert "2 smaller ones together" in page
    assert "<title>2024-05: 67%, 2 of 3 articles</title>" in page
    assert page.count("<figure>") >= 2
    assert "<p class=bug>Looks like: text in UTF-8 is decoded" in page


def test_a_large_source_has_plots_of_its_own(news: Path) -> None:
    for n in range(10):
        (news / f"b{n}.md").write_text(article("b.example", f"2024-0{n % 4 + 1}-11"), "utf-8")
    assert main(["report", "news", "--by", "month,source", "--format", "html", "--output", "r.html"]) == 0
    page = Path("r.html").read_text("utf-8")
    assert page.index("<h3>b.example <small>11 articles") < page.index("<h3>a.example <small>4 articles")


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "html"])
def test_a_hostile_article_forges_nothing(news: Path, form: str) -> None:
    site = "=cmd()|</td><script>x</script>`\\u202e\\n# forged"
    for n in range(3):
        (news / f"evil{n}.md").write_text(article(site, f"2024-06-0{n + 1}", "A <b>CafÃ©</b> | `x` &amp; y."), "utf-8")
    words = [] if form == "csv" else ["--upstream"]
    assert main(["report", "news", "--by", "source", *words, "--format", form, "--output", "r"]) == 0
    text = Path("r").read_text("utf-8")
    assert "\u202e" not in text
    assert not re.search(r"^# forged", text, re.M)
    if form == "html":
        assert "<script" not in text
    if form == "csv":
        assert '\n"=' not in text
    if form == "markdown":
        table = [line for line in text.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in table}) == 1


def test_no_article_is_an_error(tmp_path: Path) -> None:
    assert main(["report", str(tmp_path), "--isolated"]) == 2
    assert main(["report", str(tmp_path), "--isolated", "--allow-empty"]) == 0
    assert main(["report", str(tmp_path), "--isolated", "--allow-empty", "--by", "month", "--format", "html"]) == 0


def test_the_example_of_the_documentation_is_real(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs/by_source.md").read_text("utf-8")
    blocks = re.findall(r"```\n\$ copydesk (.*?)\n(.*?)```", text, re.S)
    assert blocks
    for command, shown in blocks:
        assert main([*command.split(), "--isolated"]) == 0
        out = capsys.readouterr().out
        for piece in shown.split("[…]\n"):
            assert piece.strip("\n") in out
