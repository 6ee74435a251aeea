"""Builds `english.txt`: lower-case English words, American and British, one a line; and `english.licence` with it.

    apt-get download wamerican wbritish && for f in w*.deb; do dpkg-deb -x "$f" words; done
    python benchmarks/build_english.py words

Source: the Debian packages wamerican and wbritish 2020.12.07, made from SCOWL (Spell Checker Oriented Word Lists, sizes
10 to 50 of each spelling: words, contractions, abbreviations), collected by Kevin Atkinson. Its licence lets anyone
use, change and distribute the lists if the notices go with them: Debian's copyright file, which has all of them, is
copied whole. Names, possessives and words with an accent or an apostrophe are left out.
"""

import sys
from pathlib import Path

HEAD = """\
# English words, made by build_english.py from SCOWL, Copyright 2000-2011 by Kevin Atkinson, as packaged by Debian
# (wamerican, wbritish 2020.12.07). Free to use, copy, modify, distribute and sell: the licence and the notices of the
# lists that SCOWL draws on are in english.licence, which goes wherever this list goes.
"""


def main(root: Path) -> None:
    share = root / "usr" / "share"
    words: set[str] = set()
    for name in ("american-english", "british-english"):
        words.update((share / "dict" / name).read_text("utf-8").split())
    kept = sorted(w for w in words if w.isascii() and w.isalpha() and w.islower() and len(w) > 1)
    here = Path(__file__).parent.parent / "rules" / "words"
    (here / "english.txt").write_text(HEAD + "\n".join(kept) + "\n", "utf-8")
    (here / "english.licence").write_bytes((share / "doc" / "wamerican" / "copyright").read_bytes())
    print(f"{len(kept)} words")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
