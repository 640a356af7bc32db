"""Pay: amounts, currency and period, from structured fields or from a line of text.

Only what is written: no currency is guessed from a country, no hourly figure is turned into a yearly one.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Final

from inroad.postings.model import Salary
from inroad.postings.plaintext import one_line

_CURRENCY_SIGNS: Final = (
    ("US$", "USD"), ("C$", "CAD"), ("CA$", "CAD"), ("A$", "AUD"), ("AU$", "AUD"), ("NZ$", "NZD"), ("S$", "SGD"), ("HK$", "HKD"),
    ("R$", "BRL"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY"), ("₹", "INR"), ("₩", "KRW"), ("₺", "TRY"), ("₪", "ILS"), ("$", "USD"),
    ("zł", "PLN"), ("Kč", "CZK"), ("Fr.", "CHF"), ("SFr.", "CHF"), ("euros", "EUR"), ("euro", "EUR"), ("Euro", "EUR"),
    ("Euros", "EUR"), ("złotych", "PLN"), ("Franken", "CHF"),
)  # fmt: skip
_DOLLARS: Final = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD")
_CODES: Final = frozenset(
    {"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN"}
    | {"INR", "JPY", "CNY", "SGD", "HKD", "BRL", "MXN", "ZAR", "ILS", "AED", "TRY", "KRW", "ARS", "CLP", "COP"}
)
_PERIODS: Final = (
    ("hour", r"hour(?:ly)?|hr|h|stunde|std|stündlich|heure|hora|stundenlohn|uur|uurloon|ora|godz(?:in[aęy])?|timme?|time"),
    ("day", r"day|daily|tag|täglich|jour|día|dia|diem|dag|giorno|dzień|dniówka"),
    ("week", r"week(?:ly)?|wk|woche|wöchentlich|semaine|semana|settimana|tydzień|vecka|uge"),
    (
        "month",
        (
            r"month(?:ly)?|mo|monat(?:lich)?|mois|mensuel(?:le)?|mes|mensual(?:es)?|maand|mese|mês|mensil[ei]|mies(?:iąc|ięcznie)?"
            r"|mån(?:ad)?|måned|md"
        ),
    ),
    (
        "year",
        (
            r"year(?:ly)?|yr|annum|annual(?:ly)?|pa|p\.a|jahr|jährlich|jahresgehalt|an|annuel(?:le)?|ans|année|año|anua(?:l|les|is)|annually"
            r"|jaar|anno|annu[ao]|annual[ei]|ano|rok|rocznie|år|årlig"
        ),
    ),
)
_PERIOD_WORDS: Final = {
    name: re.compile(rf"\A(?:per|a|pro|par|por)?[ _-]*(?:{words})(?:s|[ _-]?(?:rate|salary|wage))?\.?\Z", re.IGNORECASE)
    for name, words in _PERIODS
}
_PERIOD_AFTER: Final = {
    name: re.compile(
        rf"(?:/|\bper\b|\b(?:an?|pro|par|por|all?|im|je|na|za|i|om|in der|die)\b)\s*(?:{words})(?![^\W\d_])",
        re.IGNORECASE,
    )
    for name, words in _PERIODS
}
_PERIOD_ALONE: Final = {
    "hour": re.compile(
        r"\bhourly\b|\bstundenlohn\b|\b(?:taux|salaire) horaire\b|\bde l['’]heure\b|\buurloon\b|\bpaga oraria\b|\bgodzinow\w+\b",
        re.IGNORECASE,
    ),
    "day": re.compile(r"\bday ?rate\b|\btagessatz\b|\btjm\b", re.IGNORECASE),
    "month": re.compile(
        r"\bmonthly\b|\bmonatlich\w*\b|\bmonatsgehalt\b|\bmensuel\w*\b|\bmensual\w*\b|\bmensil\w*\b"
        r"|\bmaandelijks\w*\b|\bmaandsalaris\b|\bmiesięczn\w*\b|\bmies\b|\bmensal\w*\b|\bmånadslön\b",
        re.IGNORECASE,
    ),
    "year": re.compile(
        r"\bannual(?:ly)?\b|\byearly\b|\bp\.\s?a\.|(?<=\d )p\.?a\b|(?<=\d[kK] )p\.?a\b|\bral\b|\bannu[ei]\b"
        r"|\blord[ao] annu[ao]\b|\bjaarsalaris\b"
        r"|\brocznie\b|\bårlig\w*\b|\bårslön\b|\bjährlich\w*\b|\bjahresgehalt\b|\bannuel\w*\b|\banua[li]\w*\b|\bjahresbrutto\w*\b",
        re.IGNORECASE,
    ),
}

_AMOUNT: Final = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3}){1,3}(?:[.,]\d{1,2})?(?!\d)|\d{1,7}(?:[.,]\d{1,2})?(?!\d)"
_SIGN: Final = (
    r"US\$|CA?\$|AU?\$|NZ\$|S\$|HK\$|R\$|[€£¥₹₩₺₪$]|zł(?:otych)?|Kč|S?Fr\.|\bFranken\b|\b[Ee]uros?\b|\bkr\b|\b(?:"
    + "|".join(sorted(_CODES))
    + r")\b"
)
_MONEY: Final = re.compile(
    rf"(?P<before>{_SIGN})?\s?(?P<amount>{_AMOUNT})\s?(?P<thousand>[kK]\b|[tT]sd\.?)?\s?(?P<after>{_SIGN})?"
)
_RANGE_GAP: Final = re.compile(
    r"\s*(?:\.?[-–—]|-|–|—|to|bis|à|a|and|und|et|y|hasta|up to|e|i|en|tot|do|till?|and up to|bis zu)\s*(?:/\s*)?\Z", re.IGNORECASE
)
_LABEL: Final = re.compile(
    r"\b(?:salary|compensation|pay(?: range| rate| scale)?|wages?|remuneration|gehalt\w*|vergütung|entgelt|lohn|verdienst|salaire"
    r"|rémunération|salario|retribución|sueldo|base pay|ote|brutto\w*|stundenlohn|jahresgehalt|jahresbrutto\w*|monatsgehalt"
    r"|tagessatz|retribuzione|stipendio|ral|compenso|paga|loon|uurloon"
    r"|salaris|bruto|salário|remuneração|vencimento|wynagrodzenie|pensja|stawka|zarobki|lön\w*|månadslön|løn\w*|day ?rate|tjm)\b",
    re.IGNORECASE,
)
_NOT_PAY: Final = re.compile(
    r"\b(?:revenue|funding|raised|million|billion|mio|mrd|budget|valuation|umsatz|bonus of|stipend|allowance|reimburse\w*"
    r"|signing bonus|sign-on bonus"
    r"|referral|zuschuss|\w+zuschuss|gutschein|prämie|budget de|chiffre d'affaires|fatturato|facturación|omzet|przychod\w*"
    r"|voucher"
    r"|tickets? restaurant|buoni pasto)\b",
    re.IGNORECASE,
)

_CROWNS: Final = {"sv": "SEK", "da": "DKK", "no": "NOK", "nb": "NOK"}

MAX_LINE_CHARS: Final = 400


def currency_code(value: object) -> str | None:
    """ISO 4217 code of a written currency ("$", "Eur", "CHF"), None when unknown."""
    if not isinstance(value, str):
        return None
    text = value.strip()[:12]
    if text.upper() in _CODES or re.fullmatch(r"[A-Z]{3}", text):
        return text.upper()
    return next((code for sign, code in _CURRENCY_SIGNS if sign == text), None)


def pay_period(value: object) -> str | None:
    """The period of a pay figure ("HOUR", "per-year-salary", "monatlich"), None when unknown."""
    if not isinstance(value, str):
        return None
    text = value.strip()[:40]
    exact = next((name for name, pattern in _PERIOD_WORDS.items() if pattern.match(text)), None)
    return exact or _period_in(f"/{text}") or _period_in(text)


def _period_in(text: str) -> str | None:
    for table in (_PERIOD_AFTER, _PERIOD_ALONE):
        found = next((name for name, pattern in table.items() if pattern.search(text)), None)
        if found:
            return found
    return None


def amount(value: object) -> float | None:
    """One amount: a number, or text with separators of any country and a trailing k. None when it is not a positive amount."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _positive(value)
    if not isinstance(value, str):
        return None
    found = _MONEY.search(value.strip()[:40])
    return _value_of(found) if found else None


def _positive(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and 0 < number < 1e9 else None


def _value_of(found: re.Match[str]) -> float | None:
    digits = re.sub(r"['’\u00a0\u202f ]", "", found.group("amount"))
    decimals = re.search(r"[.,](\d{1,2})\Z", digits)
    whole = re.sub(r"[.,]", "", digits[: decimals.start()] if decimals else digits)
    number = float(f"{whole}.{decimals.group(1) if decimals else 0}")
    return _positive(number * 1000 if found.group("thousand") else number)


def salary_of(minimum: object, maximum: object, currency: object, period: object, *, raw: object = None) -> Salary | None:
    """Builds a salary from a feed's fields.

    Args:
        minimum: Lower bound as number or text; zero and None count as absent.
        maximum: Upper bound likewise.
        currency: Code or sign.
        period: The feed's word for it.
        raw: The feed's own sentence, where it has one.

    Returns:
        The salary, or None when neither bound is an amount.
    """
    low, high = amount(minimum), amount(maximum)
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        low, high = high, low
    written = one_line(raw) or " ".join(str(part) for part in (minimum, "-", maximum, currency, period) if part not in (None, ""))
    return Salary(low, high, currency_code(currency), pay_period(period), written[:300])


def parse_salary(text: object) -> Salary | None:
    """Reads one line that is known to speak of pay ("$70 - $90 / hour", "45.000 bis 55.000 € brutto im Jahr").

    Args:
        text: The line; its first `MAX_LINE_CHARS` characters count.

    Returns:
        The first amount or range with a currency sign, code or thousands; None when there is none.
    """
    line = one_line(text, limit=MAX_LINE_CHARS)
    if line is None:
        return None
    figures = [match for match in _MONEY.finditer(line) if _value_of(match) is not None]
    for first, second in zip(figures, [*figures[1:], None], strict=False):
        in_range = second is not None and _RANGE_GAP.match(line[first.end() : second.start()]) is not None
        if _is_amount_of_money(first) or (in_range and second is not None and _is_amount_of_money(second)):
            return _salary_in(line, first, second if in_range else None)
    return None


def _is_amount_of_money(match: re.Match[str]) -> bool:
    value = _value_of(match)
    if match.group("amount") == "401" and match.group("thousand"):
        return False  # a 401(k) plan
    signed = bool(match.group("before") or match.group("after"))
    return (
        value is not None
        and (signed or bool(match.group("thousand")) or value >= 1000)
        and not (not signed and 1990 <= value <= 2099)
    )


def _salary_in(line: str, first: re.Match[str], second: re.Match[str] | None) -> Salary | None:
    low = _value_of(first)
    high = _value_of(second) if second else low
    if low is None or high is None:
        return None
    if second and second.group("thousand") and not first.group("thousand") and low < 1000:
        low *= 1000
    signs = [match.group(name) for match in (first, second) if match for name in ("before", "after")]
    codes = [code for code in map(currency_code, signs) if code]
    if re.match(r"\s?/?\s?[A-Z]{3}\b", line[(second or first).end() :]):
        signs.append(line[(second or first).end() :].strip(" /")[:3])
    exact = [sign for sign in signs if sign in _CODES] + re.findall(
        rf"\b(?:{'|'.join(_DOLLARS)})\b", line[max(0, first.start() - 5) : first.start()]
    )
    code = exact[0] if exact and "$" in signs else next(iter(codes), None)
    upper_only = second is None and re.search(
        r"\b(?:up to|bis zu|bis|jusqu['’]à|hasta|fino a|tot|até|do|upp till|op til|max\.?(?:imum)?|maximal)\s*\S{0,4}\Z",
        line[: first.start()],
        re.IGNORECASE,
    )
    lower_only = second is None and re.search(
        r"\b(?:from|ab|starting at|à partir de|dès|desde|mindestens|mind\.|min\.|at least|da|a partire da|vanaf|od"
        r"|a partir de|från|fra"
        r"|minimum|minimaal)\s*\S{0,4}\Z",
        line[: first.start()],
        re.IGNORECASE,
    )
    low, high = min(low, high), max(low, high)
    end = (second or first).end()
    period = _period_in(line[end : end + 60]) or _period_in(line)
    return Salary(None if upper_only else low, None if lower_only else high, code, period, line[:300])


def find_salary(text: str, *, language: str | None = None) -> Salary | None:
    """Finds pay in a description: the first line with a currency that speaks of pay or names a period.

    Args:
        text: Plain text with line breaks.
        language: ISO 639-1 code of the text; tells which crown "kr" is.

    Returns:
        The salary, or None. Revenue, funding and budgets are not pay.
    """
    lines = text.split("\n")[:2_000]
    for previous, line in zip(["", *lines], lines, strict=False):
        if not any(char.isdigit() for char in line) or len(line) > 4_000:
            continue
        for sentence in re.split(r"(?<=[a-z)])[.;] ", line):
            if _NOT_PAY.search(sentence) or not re.search(_SIGN, sentence):
                continue
            labelled = _LABEL.search(sentence) or (len(previous) < 60 and _LABEL.search(previous))
            salary = parse_salary(sentence) if labelled or _period_in(sentence) else None
            if salary and salary.currency is None and re.search(r"\d ?kr\b", sentence):
                salary = replace(salary, currency=_CROWNS.get(language or ""))
            if salary and salary.currency and _is_plausible(salary):
                return salary
    return None


def _is_plausible(salary: Salary) -> bool:
    top = salary.maximum or salary.minimum or 0
    return top >= (5 if salary.period in {"hour", None} else 50)
