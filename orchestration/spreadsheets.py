"""CSV that people open with a spreadsheet: text in it must not become a formula there (OWASP, "CSV Injection").

For texts alone: a number is no formula, and stays one. What is evidence (the rules in the ledger) is never changed.
defusedcsv is made for it, but writes rows one by one in Python, and knows neither tabs nor spaces before a formula.
"""

from __future__ import annotations

# The wide forms are read as = + - @ too. Spaces before them are skipped by some programs.
_FORMULA = r"[ \f\v\p{Z}]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
# Where the list separator is ; (most of Europe), a spreadsheet splits there, and then a quoted line break ends the row.
_CELL_STARTS = r"(^|[;\t\r\n])"


def as_text(expression: str) -> str:
    """SQL of a text that stays text: a ' stands before whatever would begin a formula. Null stays null."""
    in_cells = f"regexp_replace({expression}, '{_CELL_STARTS}({_FORMULA})', '\\1''\\2', 'g')"
    return f"regexp_replace({in_cells}, '^[\\t\\r\\n]', '''\\0')"
