"""Files that are not text in UTF-8: too large, binary, or in another encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from copydesk.validator import FileValidator, Hit, Span

MARKS = (
    (b"\xff\xfe\x00\x00", "text in UTF-32"),
    (b"\x00\x00\xfe\xff", "text in UTF-32"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"{\\rtf", "rich text (RTF)"),
)
ISO_2022 = re.compile(rb"\x1b\$(?:[@AB]|[()][A-G])")
SAMPLE = 4096  # bytes
AROUND = 16  # bytes of the excerpt on each side


@dataclass
class UnreadableFile(FileValidator):
    """Says of a file that cannot be parsed what it probably is. One finding a file: the first reason."""

    cases = ("too-large", "binary", "not-utf-8")

    def check_bytes(self, data: bytes, size: int) -> Iterator[Hit]:
        if size and not data:
            yield Hit(Span(0, 0), {"bytes": size, "mebibytes": f"{size / 2**20:,.1f}"}, case="too-large")
            return
        nature = binary_nature(data)
        if nature:
            yield Hit(Span(0, 0), {"nature": nature}, case="binary")
            return
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as e:
            yield not_utf8(data, e)


def binary_nature(data: bytes) -> str:
    """What a file that is no text probably is; empty for text."""
    for mark, nature in MARKS:
        if data.startswith(mark):
            return nature
    if b"\x00" not in data:
        return "text in ISO-2022 (Chinese, Japanese or Korean)" if ISO_2022.search(data) else ""
    sample = data[:SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) // 4 and min(even, odd) <= len(sample) // 40:
        return "text in UTF-16"
    return "binary data (it holds NUL bytes)"


def not_utf8(data: bytes, e: UnicodeDecodeError) -> Hit:
    """The hit on the first byte that is not UTF-8, with what the place would read in the likeliest encoding."""
    offset = e.start
    at = len(data[:offset].decode("utf-8"))
    sample = data[max(0, offset - SAMPLE) : offset + SAMPLE]
    high = sum(b >= 0x80 for b in sample)
    well_formed = sum(len(c.encode()) for c in sample.decode("utf-8", "ignore") if not c.isascii())
    if e.reason == "unexpected end of data":
        guess = "the file ends in the middle of a character: it may be cut off"
    elif well_formed * 2 > high:
        guess = "most of the file is UTF-8: single bytes are damaged"
    else:
        encoding, name = likely_encoding(sample)
        excerpt = data[max(0, offset - AROUND) : offset + AROUND].decode(encoding, "replace")
        guess = f"read as {name} it says {' '.join(excerpt.split())!r} here"
    values = {
        "byte": f"0x{data[offset]:02X}",
        "offset": offset,
        "line": 1 + data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n"),
        "guess": guess,
    }
    return Hit(Span(at, at + 1), values, case="not-utf-8")


def likely_encoding(sample: bytes) -> tuple[str, str]:
    """An encoding by the bytes it uses most: runs of high bytes are another alphabet, single ones are accents."""
    letters = sum(b >= 0xC0 for b in sample)
    pairs = sum(a >= 0xC0 and b >= 0xC0 for a, b in pairwise(sample))
    return ("cp1251", "Windows-1251") if pairs * 2 > letters else ("cp1252", "Windows-1252")
