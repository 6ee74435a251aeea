"""Checks and cleans a corpus of articles, and accounts for every character it changes."""

__version__ = "0.1.0"
