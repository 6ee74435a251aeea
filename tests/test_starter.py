"""`init`: what it sees, and a configuration and a job that are accepted as they are."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from copydesk import starter
from copydesk.cli import main

HELP = subprocess.run([sys.executable, "-m", "copydesk", "check", "--help"], capture_output=True, text=True, check=True)
SOURCES = ("gazette.example", "courier.example", "mercury.example")
CUT = (
    "The council of the harbour town has talked for a whole evening about the new bridge over the river, about the old "
    "ferry and its crew, about the price of the rope and the paint, and about who is to look after the lamps on both "
    "sides of the water when winter comes and the"
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


def article(
    n: int, excerpt: str = "Rain is expected.", source: str = "provider:\n  name: The Paper\n  domain: {}"
) -> str:
    named = source.format(SOURCES[n % 3])
    return (
        f"---\ntitle: Story number {n} of the harbour\nexcerpt: {excerpt}\npublishedDateTime: 2024-05-02T08:00:00Z\n"
        f"originalUrl: https://{SOURCES[n % 3]}/story-{n}\n{named}\n---\n"
    )


def write(folder: str, n: int, **kind: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    for i in range(n):
        Path(folder, f"{i:03d}.md").write_text(article(i, **kind))


def settings() -> dict[str, object]:
    return tomllib.loads(Path("copydesk.toml").read_text("utf-8"))


def test_a_corpus_of_articles(capsys: pytest.CaptureFixture[str]) -> None:
    write("news", 30)
    for i in range(8):
        Path("news", f"{i:03d}.md").write_text(article(i, excerpt=CUT.replace("bridge", f"bridge no {i}")))
    Path("news/README.md").write_text("# About\n")
    assert main(["init", "news"]) == 0
    said = capsys.readouterr().out
    assert "30 article(s) below news; looked at 30: 30 with front matter." in said
    assert "The schema 'news' recognises 30 of them by their keys; 30 of these have all that it demands" in said
    assert "(3: courier.example, gazette.example, mercury.example)" in said
    assert "Set aside as no articles: news/README.md." in said
    assert "wants a person in 8 of 30 articles: it starts as info. E.g. news/000.md:3: " in said
    made = settings()
    assert made["source"] == "provider.domain"
    assert made["schema"] == "news"
    assert made["front-matter"] == "required"
    assert made["exclude"] == ["news/README.md"]
    assert set(made["severity"].values()) == {"info"}  # type: ignore[attr-defined]
    assert main(["check", "news", "-q"]) == 0
    assert main(["check", "news", "-q", "--fail-level", "warning"]) == 0
    assert main(["init", "news"]) == 2


def test_an_empty_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    assert "No article" in capsys.readouterr().out
    assert main(["check", ".", "--allow-empty", "-q"]) == 0
    assert main(["check", ".", "-q"]) == 2
    Path("a.md").write_text("It rained.\n")
    assert main(["check", ".", "-q"]) == 0


def test_the_one_folder_of_the_articles_is_the_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    write("news", 3)
    Path("README.md").write_text("# A site\n")
    assert main(["init", "--ci", "github"]) == 0
    assert "3 article(s) below news" in capsys.readouterr().out
    assert settings()["corpus"] == ["news"]
    assert "copydesk check news --since" in Path(".github/workflows/articles.yml").read_text("utf-8")
    Path("copydesk.toml").unlink()
    write("letters", 3)
    assert main(["init", "--ci", "none"]) == 0
    assert settings()["corpus"] == ["."]


def test_what_clean_has_written_into_the_corpus_is_no_evidence_against_it(capsys: pytest.CaptureFixture[str]) -> None:
    write("news", 3)
    write("letters", 3)
    for n, path in enumerate(sorted(Path().glob("*/*.md"))):
        path.write_text(f"The ferry number {n} crosses the river at {n + 5} o'clock, as its captain said.\n" * (n + 9))
    assert main(["init"]) == 0
    assert main(["clean", "news", "--out", "cleaned", "-q"]) == 0
    capsys.readouterr()
    assert main(["check", "news", "letters", "-q", "--select", "DUP101", "--fail-level", "info"]) == 0
    assert main(["clean", "news", "--out", "cleaned2", "-q", "--select", "DUP101", "--fail-level", "info"]) == 0
    assert main(["check", ".", "-q", "--select", "DUP101", "--fail-level", "info"]) == 1, "what is asked for is checked"


def test_articles_of_folders_in_another_language(capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("post", "kurier"):
        Path("archiv", folder).mkdir(parents=True)
        for i in range(4):
            text = "Der Hafen und die Stadt sind nicht mit den Schiffen von gestern zu sehen, das ist nicht neu. "
            Path("archiv", folder, f"{i}.txt").write_text(f"Nachricht {i} aus {folder}\n\n{text * 6}\n")
    Path("archiv/post/bad.txt").write_bytes(b"\xff\xfe\x00")
    assert main(["init", "archiv"]) == 0
    said = capsys.readouterr().out
    assert "its folder does (kurier, post)" in said
    assert "1 of them could not be read" in said
    assert "1 cannot be published as they are" in said
    assert settings()["language"] == "de"
    assert "source" not in settings()
    assert main(["check", "archiv", "-q"]) == 1, "one file is not UTF-8"


def blog(n: int) -> None:
    Path("blog").mkdir()
    for i in range(n):
        head = f"headline: Post {i}\nauthor: {('Ann Low', 'Bea Hart')[i % 2]}\nprinted: 2024-05-{1 + i % 28:02d}"
        Path("blog", f"{i:03d}.md").write_text(f"---\n{head}\n---\n\nIt rained on day {i} of the fair in town.\n")


def test_keys_that_no_schema_knows_in_few_articles(capsys: pytest.CaptureFixture[str]) -> None:
    blog(3)
    assert main(["init", "blog"]) == 0
    said = capsys.readouterr().out
    assert "No schema that ships knows their keys (headline, author, printed): only YAML and content" in said
    assert "too few articles to infer a schema from" in said
    assert "schema" not in settings()
    assert not Path("desk").exists()
    assert main(["check", "blog", "-q"]) == 0


def test_a_schema_is_inferred_where_none_fits(capsys: pytest.CaptureFixture[str]) -> None:
    blog(40)
    assert main(["init", "blog"]) == 0
    file = Path("desk/rules/schemas/blog.yaml")
    assert f"so one was inferred from 40 articles: {file} (3 fields, 3 of which every" in capsys.readouterr().out
    made = settings()
    assert (made["schema"], made["workspace"]) == ("blog", "desk")
    assert made["severity"] == {"value-not-allowed": "warning"}
    assert main(["check", "blog", "-q", "--fail-level", "info", "--select", "FM1,FM2,FM3"]) == 0
    new = Path("blog/new.md")
    new.write_text("---\nheadline: A new one\nauthor: Cy Dunn\nprinted: 2024-06-01\n---\n\nIt snowed in town.\n")
    assert main(["check", "blog", "-q"]) == 0, "a new author does not block"
    assert main(["check", "blog", "-q", "--fail-level", "warning"]) == 1
    new.write_text("---\nauthor: Ann Low\nprinted: 2024-06-31\n---\n\nIt snowed in town.\n")
    assert main(["check", "blog", "--format", "json=f.json", "-q"]) == 1
    found = json.loads(Path("f.json").read_text())["findings"]
    assert {f["field"] for f in found if f["severity"] == "error"} == {"headline", "printed"}


def test_an_inferred_schema_that_is_there_is_not_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    blog(40)
    file = Path("desk/rules/schemas/blog.yaml")
    file.parent.mkdir(parents=True)
    file.write_text("fields: {headline: text}\nunknown: allow\n")
    assert main(["init", "blog"]) == 0
    assert f"{file} is there already and is used" in capsys.readouterr().out
    assert file.read_text() == "fields: {headline: text}\nunknown: allow\n"
    assert settings()["schema"] == "blog"


def test_a_schema_that_knows_little_of_what_is_there_is_not_used(capsys: pytest.CaptureFixture[str]) -> None:
    write("news", 30, source="mood: {0}\nprovider:\n  name: The Paper\n  domain: {0}")
    assert main(["init", "news"]) == 0
    said = capsys.readouterr().out
    assert "The schema 'news' recognises 30 of them by their keys; 0 of these have all" in said
    assert "nothing else, so one was inferred from 30 articles" in said
    assert settings()["schema"] == "news-articles", "a name of ours is not taken"
    assert main(["check", "news", "-q", "--fail-level", "info", "--select", "FM1,FM2,FM4"]) == 0


def test_articles_of_several_kinds_are_judged_each_by_its_own_schema(capsys: pytest.CaptureFixture[str]) -> None:
    write("news", 25)
    for i in range(10):
        Path("news", f"note-{i}.md").write_text(f"---\nheadline: Note {i}\n---\n\nIt rained on day {i} in town.\n")
    assert main(["init", "news"]) == 0
    assert "each article is judged by the schema that recognises it" in capsys.readouterr().out
    assert "schema" not in settings()
    assert main(["check", "news", "-q"]) == 0


@pytest.mark.parametrize(
    ("clue", "file"), [(".github", ".github/workflows/articles.yml"), ("gitlab", ".gitlab-ci.yml")]
)
def test_the_job_of_the_service_that_is_to_be_seen(clue: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("my news", 2)
    if clue == ".github":
        Path(".github").mkdir()
    else:
        Path(".git").mkdir()
        Path(".git/config").write_text('[remote "origin"]\n\turl = git@gitlab.example:a/b.git\n')
    assert main(["init", "my news"]) == 0
    assert f"Wrote {file}" in capsys.readouterr().out
    assert "copydesk check 'my news' --since" in Path(file).read_text("utf-8")
    before = Path(file).read_text("utf-8")
    Path("copydesk.toml").unlink()
    assert main(["init", "my news"]) == 0
    assert "exists already; this is the job" in capsys.readouterr().out
    assert Path(file).read_text("utf-8") == before


def test_the_job_alone_beside_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    write("news", 2)
    assert main(["init", "news"]) == 0
    before = Path("copydesk.toml").read_text("utf-8")
    assert main(["init", "news"]) == 2
    assert "--ci github" in capsys.readouterr().err
    assert main(["init", "news", "--ci", "github"]) == 0
    assert "copydesk check news --since" in Path(".github/workflows/articles.yml").read_text("utf-8")
    Path(".github/workflows/articles.yml").unlink()
    assert main(["init", "--ci", "github"]) == 0
    assert "copydesk check news --since" in Path(".github/workflows/articles.yml").read_text("utf-8")
    assert Path("copydesk.toml").read_text("utf-8") == before


def test_a_job_only_where_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    write("news", 1)
    assert main(["init", "news", "--ci", "none"]) == 0
    assert [p.name for p in Path().iterdir() if p.name != "news"] == ["copydesk.toml"]
    Path("copydesk.toml").unlink()
    assert main(["init", "news"]) == 0
    assert "--ci github" in capsys.readouterr().out


@pytest.mark.parametrize("service", list(starter.JOBS))
def test_the_jobs_are_yaml_and_their_flags_exist(service: str) -> None:
    text = starter.job(service, [Path("news")])
    assert yaml.safe_load(text)
    flags = {
        word for line in text.splitlines() if "copydesk check" in line or "--format" in line for word in line.split()
    }
    unknown = {f for f in flags if f.startswith("--") and f not in HELP.stdout}
    assert unknown <= {"--since"}, "--since is the only one that may be missing, in a copydesk that has not got it yet"


def test_a_text_is_toml_whatever_it_says() -> None:
    for text in ('a "b" \\ c', "tab\t\x7f\x00", "é\u2028"):
        assert tomllib.loads(f"x = {starter._toml(text)}")["x"] == text
