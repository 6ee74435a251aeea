"""Files that are readable and yet hold no article: empty, a stand-in, a whole web page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.validator import FileValidator, Hit, Span

BLANK = b" \t\r\n\x0b\x0c"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
POINTER = b"version https://git-lfs.github.com/spec/"
PAGE = (b"<!doctype html", b"<html")


@dataclass
class FileContent(FileValidator):
    """Looks at the file as a whole; such a file is still parsed."""

    fatal = False
    cases = ("empty", "pointer", "web-page")

    def check_bytes(self, data: bytes, size: int) -> Iterator[Hit]:
        if size and not data:
            return
        data = data.removeprefix(BYTE_ORDER_MARK)
        start = data[:1024].lstrip(BLANK)
        if not start and not data.strip(BLANK):
            yield Hit(Span(0, 0), {"bytes": size}, case="empty")
        elif start.startswith(POINTER) and size < 1024:
            yield Hit(Span(0, 0), {}, case="pointer")
        elif start[:14].lower().startswith(PAGE):
            yield Hit(Span(0, 0), {}, case="web-page")
