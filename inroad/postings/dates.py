"""Dates as postings write them, to ISO "YYYY-MM-DD".

"3 days ago" needs to know when it was read, and parsers here have no clock: `iso_date` gives None for it, and `days_ago` reads it
for a caller who knows the day.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
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
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?!\d)")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|\.)?[\s-]+(?:de\s+)?([^\W\d_]{3,12})\.?,?[\s-]+(?:de\s+|del\s+)?(\d{4})(?!\d)"
)
_EPOCH = re.compile(r"-?\d{9,13}(?:\.\d{1,6})?\Z")
_DASHED = re.compile(r"(?<!\d)(\d{1,2})-(\d{1,2})-(\d{4})(?!\d)")
# "3 days ago", "vor 2 Tagen", "il y a 5 jours", "hace un día", "2 giorni fa", "3 dagen geleden", "há 4 dias", "5 dni temu".
# Weeks and months are left alone: read anew every day, they would give another date every day.
_UNITS: Final = {
    0: ("hour", "stunde", "heure", "hora", "ore", "ora", "uur", "godzin", "min", "timm"),
    1: ("day", "tag", "jour", "día", "dia", "giorn", "dag", "dni", "dzień"),
}
_AGO: Final = re.compile(
    r"(?<![\w.])(?P<count>\d{1,3}|an?|one|ein(?:em|er)?|une?|un[oa]?|uma?|een|en)\s"
    r"(?:(?P<hours>" + "|".join(_UNITS[0]) + r")|(?P<days>" + "|".join(_UNITS[1]) + r"))\w{0,5}"
    r"(?P<after>\s+(?:ago|fa|geleden|temu|atrás|sedan|siden)\b)?",
    re.IGNORECASE,
)
_BEFORE_AGO: Final = re.compile(r"\b(?:vor|il y a|hace|há|för)\b", re.IGNORECASE)
_TODAY: Final = re.compile(
    r"\b(?:today|just (?:posted|now)|heute|gerade eben|aujourd['’]hui|hoy|oggi|vandaag|hoje|dzisiaj|dziś|i ?dag)\b", re.IGNORECASE
)
_YESTERDAY: Final = re.compile(r"\b(?:yesterday|gestern|hier|ayer|ieri|gisteren|ontem|wczoraj|i ?går)\b", re.IGNORECASE)


def days_ago(value: object, *, read_on: date) -> str | None:
    """Reads how long ago something was posted, counted from the day on which it was read.

    Args:
        value: "Posted 3 days ago", "vor 2 Tagen", "hier"; "30+ days ago", weeks and months name no day.
        read_on: The day of the reading.

    Returns:
        "YYYY-MM-DD", None when nothing of the kind is said.
    """
    if not isinstance(value, str):
        return None
    text = value[:120]
    if _TODAY.search(text):
        return read_on.isoformat()
    if _YESTERDAY.search(text):
        return (read_on - timedelta(days=1)).isoformat()
    for found in _AGO.finditer(text):
        if found.group("after") or _BEFORE_AGO.search(text[: found.start()]):
            count = int(found.group("count")) if found.group("count").isdigit() else 1
            return (read_on - timedelta(days=count if found.group("days") else 0)).isoformat()
    return None


def iso_date(value: object, *, day_first: bool = False) -> str | None:
    """Reads one date.

    Args:
        value: ISO 8601 (date or timestamp), Unix seconds or milliseconds, RFC 2822, or a written date in English, German,
            French, Spanish, Italian, Portuguese, Dutch or Polish.
        day_first: How "07/12/2026" is meant; "07/15/2026" and "15/07/2026" say it themselves.

    Returns:
        "YYYY-MM-DD", or None when no whole date between 1990 and 2099 is written.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()[:80]
    if _EPOCH.match(text):
        return _from_epoch(float(text))
    for pattern, order in (
        (_ISO, "ymd"),
        (_COMPACT, "ymd"),
        (_YEAR_FIRST, "ymd"),
        (_DOTTED, "dmy"),
        (_DASHED, "dmy"),
        (_SLASHED, "dmy" if day_first else "mdy"),
    ):
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
    if month > 12 >= day:
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
