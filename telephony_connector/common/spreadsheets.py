"""Text for CSV files that people open in a spreadsheet."""

from __future__ import annotations


def inert(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run; a telephone number may keep its plus."""
    is_number = text[:1] == "+" and text[1:].replace(" ", "").isdigit()
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") and not is_number else text
