"""JSON as people write it by hand in a page: comments, commas too many or too few, JavaScript's quotes and words.

One pass over the characters, strings kept apart from what stands between them. What sites commonly break beside that (control
characters, stray quotes, cut ends) is mended in `structured_data`.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(r"\b(?:undefined|NaN|Infinity)\b")
_COMMENT: Final = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_COMMAS: Final = re.compile(r",(?:\s*,)+")
_ASSIGNED: Final = re.compile(r"\A\s*(?:(?:var|let|const)\s+)?[\w.]{1,60}\s*=\s*(?=[\[{])")


def mend_syntax(text: str) -> str:
    """Makes JSON of what is nearly JSON.

    Args:
        text: A JSON-LD block that is no JSON.

    Returns:
        The block without comments and doubled commas, with missing commas between a value and a string set, strings in double
        quotes, and JavaScript's words for nothing as null. Whether it is JSON now is for the caller to try.
    """
    text = _ASSIGNED.sub("", text)
    quote = "'" if re.match(r"\s*[\[{\s]*'", text) else '"'
    out: list[str] = []
    position = 0
    while position < len(text):
        start = _next_string(text, position, quote)
        between = _clean(text[position:start])
        if start < len(text) and not between.strip() and out and _ends_value(out[-1]):
            between += ","  # two strings, or a value and a name, beside each other
        elif start < len(text) and _ends_value(between):
            between += ","
        out.append(between)
        end = _end_of_string(text, start, quote)
        out.append(_quoted(text[start:end], quote))
        position = end
    return "".join(out)


def _next_string(text: str, position: int, quote: str) -> int:
    """Where the next string begins, comments passed over; the text's end when there is none."""
    while position < len(text):
        char = text[position]
        if char == quote:
            return position
        comment = _COMMENT.match(text, position) if char == "/" else None
        position = comment.end() if comment else position + 1
    return len(text)


def _end_of_string(text: str, start: int, quote: str) -> int:
    position = start + 1
    while position < len(text) and text[position] != quote:
        position += 2 if text[position] == "\\" else 1
    return min(position + 1, len(text))


def _ends_value(text: str) -> bool:
    last = text.rstrip()[-5:]
    return last[-1:] in {'"', "}", "]"} or last[-1:].isdigit() or last.endswith(("true", "false", "null"))


def _clean(between: str) -> str:
    return _COMMAS.sub(",", _WORDS.sub("null", _COMMENT.sub("", between)))


def _quoted(string: str, quote: str) -> str:
    if quote == '"' or len(string) < 2:
        return string
    return '"' + string[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
