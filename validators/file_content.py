"""Files that are readable and yet hold no article: empty, a stand-in, a whole web page, one endless line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import FileValidator, Hit, Span

BLANK = b" \t\r\n\x0b\x0c\xef\xbb\xbf"
POINTER = b"version https://git-lfs.github.com/spec/"
PAGE = (b"<!doctype html", b"<html")


@dataclass
class FileContent(FileValidator):
    """Looks at the file as a whole; such a file is still parsed."""

    fatal = False
    cases = ("empty", "pointer", "web-page", "long-line")
    longest_line: int = 2**20
    """Bytes."""

    def check_bytes(self, data: bytes, size: int) -> Iterator[Hit]:
        if size and not data:
            return
        start = data[:1024].lstrip(BLANK)
        if not start and not data.strip(BLANK):
            yield Hit(Span(0, 0), {"bytes": size}, case="empty")
        elif start.startswith(POINTER) and size < 1024:
            yield Hit(Span(0, 0), {}, case="pointer")
        elif start[:14].lower().startswith(PAGE):
            yield Hit(Span(0, 0), {}, case="web-page")
        if len(data) > self.longest_line:
            yield from self._long_lines(data)

    def _long_lines(self, data: bytes) -> Iterator[Hit]:
        for n, line in enumerate(data.replace(b"\r", b"\n").split(b"\n"), 1):
            if len(line) > self.longest_line:
                yield Hit(Span(0, 0), {"line": n, "bytes": len(line)}, case="long-line")
                return
