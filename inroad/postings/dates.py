"""Dates as postings write them, to ISO "YYYY-MM-DD".

Absolute dates only: "3 days ago" needs a clock, and parsers here have none, so it gives None and the raw text stays in the
posting's details.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

# Names and short forms in English, German, French, Spanish, Italian, Portuguese, Dutch and Polish.
MONTH_NUMBERS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari styczeń stycznia",
            "february feb februar février févr fevrier fév febrero febbraio fevereiro fev februari luty lutego",
            "march mar märz maerz mrz mars marzo março maart mrt marzec marca",
            "april apr avril avr abril abr aprile kwiecień kwietnia",
            "may mai mayo maggio mag maio mei maj maja",
            "june jun juni juin junio giugno giu junho czerwiec czerwca",
            "july jul juli juillet juil julio luglio lug julho lipiec lipca",
            "august aug août aout agosto ago augustus sierpień sierpnia augusti",
            "september sep sept septembre septiembre set settembre setembro wrzesień września",
            "october oct oktober okt octobre octubre ottobre ott outubro out październik października",
            "november nov novembre noviembre novembro listopad listopada",
            "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro grudzień grudnia",
        ),
        start=1,
    )
    for name in names.split()
}

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})\Z")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?!\d)")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|\.)?[\s-]+(?:de\s+)?([^\W\d_]{3,10})\.?,?[\s-]+(?:de\s+|del\s+)?(\d{4})(?!\d)"
)
_EPOCH = re.compile(r"-?\d{9,13}(?:\.\d{1,6})?\Z")


def iso_date(value: object) -> str | None:
    """Reads one date.

    Args:
        value: ISO 8601 (date or timestamp), Unix seconds or milliseconds, RFC 2822, or a written date in English, German,
            French or Spanish. "07/15/2026" is read month first unless that cannot be.

    Returns:
        "YYYY-MM-DD", or None when no whole date between 1990 and 2099 is written.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()[:80]
    if _EPOCH.match(text):
        return _from_epoch(float(text))
    for pattern, order in ((_ISO, "ymd"), (_COMPACT, "ymd"), (_YEAR_FIRST, "ymd"), (_DOTTED, "dmy"), (_SLASHED, "mdy")):
        found = pattern.search(text)
        if found:
            return _numeric(found.groups(), order)
    for pattern, (month, day) in ((_MONTH_FIRST, (1, 2)), (_DAY_FIRST, (2, 1))):
        for found in pattern.finditer(text):
            number = MONTH_NUMBERS.get(found.group(month).lower())
            if number:
                return _valid(int(found.group(3)), number, int(found.group(day)))
    return None


def _numeric(groups: tuple[str, ...], order: str) -> str | None:
    parts = dict(zip(order, (int(g) for g in groups), strict=True))
    year = parts["y"] + 2000 if parts["y"] < 100 else parts["y"]
    month, day = parts["m"], parts["d"]
    if order == "mdy" and month > 12:
        month, day = day, month
    return _valid(year, month, day)


def _from_epoch(number: float) -> str | None:
    seconds = number / 1000 if abs(number) >= 1e11 else number
    try:
        moment = datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return _valid(moment.year, moment.month, moment.day)


def _valid(year: int, month: int, day: int) -> str | None:
    if not 1990 <= year <= 2099:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
