"""Checks and cleans a corpus of articles, and accounts for every character it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from copydesk.notebook import pandera_schemas, tables

__version__ = "0.1.0"
__all__ = ["__version__", "pandera_schemas", "tables"]


def __getattr__(name: str) -> Any:
    """`pandera_schemas` and `tables`, imported when they are first asked for: the command line does without them."""
    if name in ("pandera_schemas", "tables"):
        import importlib

        module = importlib.import_module("copydesk.notebook")
        globals().update(pandera_schemas=module.pandera_schemas, tables=module.tables)
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
