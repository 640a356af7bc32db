# ruff: noqa: E501 - patterns and word lists are kept whole
"""Numbers that registers give to companies: VAT, commercial registers, tax and statistics numbers.

What lives here: their labels, shapes and check digits, and the search for them in text. What does not: structured data
(`schema_contacts`), the company's other facts (`company`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from inroad.contacts.document import Document, Line
from inroad.contacts.finding import Finding

MAX_NUMBERS: Final = 200


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def luhn(digits: str) -> bool:
    """Luhn's check digit (ISO/IEC 7812), which SIREN and SIRET use."""
    total = sum(sum(divmod(int(d) * (2 if at % 2 else 1), 10)) for at, d in enumerate(reversed(digits)))
    return total % 10 == 0


def _iso7064(digits: str) -> bool:
    """ISO 7064 MOD 11,10: German VAT numbers."""
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(digits[-1])


def _weighted(weights: tuple[int, ...], modulus: int) -> Callable[[str], bool]:
    def check(digits: str) -> bool:
        rest = sum(w * int(d) for w, d in zip(weights, digits, strict=False)) % modulus
        return rest % 10 == int(digits[len(weights)]) and rest != 10

    return check


def _abn(digits: str) -> bool:
    weights = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
    return sum(w * (int(d) - (at == 0)) for at, (w, d) in enumerate(zip(weights, digits, strict=True))) % 89 == 0


def _swiss(digits: str) -> bool:
    rest = 11 - sum(w * int(d) for w, d in zip((5, 4, 3, 2, 7, 6, 5, 4), digits, strict=False)) % 11
    return rest % 11 == int(digits[8]) and rest != 10


def _lei(code: str) -> bool:
    return int("".join(str(int(c, 36)) for c in code)) % 97 == 1


# Shapes of the EU's VAT numbers (European Commission, VIES), and of GB, CH and NO.
_VAT: Final = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}",
    "EL": r"\d{9}", "ES": r"[A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z]", "FI": r"\d{8}", "FR": r"[A-Z0-9]{2}\d{9}", "GB": r"\d{9}(?:\d{3})?", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"\d{9}(?:\d{3})?", "LU": r"\d{8}", "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}",
    "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}",
}  # fmt: skip
_VAT_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "DE": _iso7064,
    "PL": _weighted((6, 5, 7, 2, 3, 4, 5, 6, 7), 11),
    "IT": luhn,
    "BE": lambda d: int(d[:8]) % 97 == 97 - int(d[8:]),
    "DK": lambda d: sum(w * int(c) for w, c in zip((2, 7, 6, 5, 4, 3, 2, 1), d, strict=True)) % 11 == 0,
}
_VAT_NUMBER = re.compile(r"(?<![A-Za-z0-9])(" + "|".join(_VAT) + r") ?((?:[A-Z0-9+*] ?[.\-]?){7,14}[A-Z0-9])(?![A-Za-z0-9])")
_VAT_LABEL = re.compile(
    r"VAT|USt|Umsatzsteuer|UID|TVA|T\.V\.A|BTW|IVA|NIF|CIF|NIP|DIČ|DIC|IČ DPH|ALV|MOMS|MwSt|PVM|ΑΦΜ|ДДС|intracom|Mehrwertsteuer|tax|PDV|OIB|ÁFA|Áfa|adószám|KMKR|podatk",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Register:
    """One kind of number: how it is labelled, how it looks, and what proves it."""

    kind: str
    pattern: re.Pattern[str]
    form: Callable[[re.Match[str]], str | None]


def _checked(
    kind: str, label: str, shape: str, length: tuple[int, ...], check: Callable[[str], bool] | None = None, prefix: str = ""
) -> _Register:
    def form(match: re.Match[str]) -> str | None:
        number = _digits(match.group("n"))
        return prefix + number if len(number) in length and (check is None or check(number)) and len(set(number)) > 1 else None

    return _Register(kind, re.compile(rf"(?<![A-Za-z])(?:{label})[\s.:#°º)\-]{{0,8}}(?P<n>{shape})(?![\d])", re.IGNORECASE), form)


def _as_written(match: re.Match[str]) -> str | None:
    return " ".join(match.group("n").upper().split())


def _german_register(match: re.Match[str]) -> str | None:
    kind = re.sub(r"[^A-Z]", "", match.group("k").upper())
    return " ".join(f"{kind} {match.group('n').replace(' ', '').replace('.', '')} {(match.group('s') or '').upper()}".split())


def _spanish(match: re.Match[str]) -> str | None:
    return re.sub(r"[^A-Z0-9]", "", match.group("n").upper())


_NUMBER: Final = r"(?:n(?:o|r|um(?:ber|mer|éro|ero)?|°|º)?\.?)?"
_REGISTERS: Final = (
    _Register(
        "handelsregister",
        re.compile(
            r"(?<![A-Za-z])(?P<k>H\.? ?R\.? ?[AB]|GnR|PR|VR|GsR)\.?[ \-]?(?:Nr|Nummer)?\.?[ :\-]{0,3}(?P<n>\d(?:[ .]?\d){1,6})(?P<s> [A-Z]{1,3}\b)?(?!\d)"
        ),
        _german_register,
    ),
    _Register(
        "firmenbuch",
        re.compile(r"(?<![A-Za-z])(?:FN|Firmenbuch(?:nummer|nr)?\.?)[\s.:]{0,4}(?:FN\s?)?(?P<n>\d{5,6} ?[a-z])(?![A-Za-z])"),
        lambda m: "FN " + m.group("n").replace(" ", ""),
    ),
    _checked("che-uid", "CHE|UID", r"(?:CHE)?[\- ]?\d{3}\.?\d{3}\.?\d{3}", (9,), _swiss, "CHE-"),
    _checked("siret", rf"SIRET {_NUMBER}|SIRET", r"\d{3} ?\d{3} ?\d{3} ?\d{5}", (14,), luhn),
    _checked(
        "siren",
        rf"SIREN {_NUMBER}|SIREN|R\.?C\.?S\.? ?(?:de |d')?[A-ZÉÈÎÔ][\w\-éèîôç ]{{1,30}}?(?: [AB])?",
        r"\d{3}[ .]?\d{3}[ .]?\d{3}",
        (9,),
        luhn,
    ),
    _checked(
        "kvk",
        r"KvK(?:-?\s?(?:nummer|nr))?|Kamer van Koophandel(?: \w+)?|Chamber of Commerce(?: \w+)?|Handelsregister(?:nummer)?",
        r"\d{8}",
        (8,),
    ),
    _checked(
        "nip", r"NIP", r"(?:PL ?)?\d{3}[- ]?\d{2,3}[- ]?\d{2}[- ]?\d{2,3}", (10,), _weighted((6, 5, 7, 2, 3, 4, 5, 6, 7), 11)
    ),
    _checked("regon", r"REGON", r"\d{9}(?:\d{5})?", (9, 14)),
    _checked("krs", r"KRS", r"\d{10}", (10,)),
    _checked("vat", r"P\.? ?IVA|Partita IVA|P\. ?I\.?", r"(?:IT ?)?\d{11}", (11,), luhn, "IT"),
    _Register("rea", re.compile(r"\bR\.?E\.?A\.?[\s.:n°]{0,6}(?P<n>[A-Z]{2}[ \-–]{0,3}\d{5,8})\b"), _as_written),
    _Register(
        "nif",
        re.compile(
            r"\b(?:C\.?I\.?F|N\.?I\.?F)\.?[\s.:]{0,4}(?P<n>(?:ES ?)?[A-HJNP-SUVW][ \-]?\d{7}[ \-]?[0-9A-J])(?![A-Za-z0-9])"
        ),
        _spanish,
    ),
    _checked(
        "company-number",
        r"(?:company|registered|registration|reg|co)\.?\s?(?:in\s[A-Z][a-z]+(?:\s(?:and|&)\s[A-Z][a-z]+)?\s?)?(?:(?:under|with)\s)?(?:company\s)?(?:reg(?:istration)?\.?\s)?(?:number|no|nr|num|house)\.?(?:\s?\([^)\d]{1,30}\))?",
        r"(?:(?:SC|NI|OC|SO|NC)?\d{6,8})",
        (6, 7, 8),
    ),
    _checked(
        "charity-number",
        r"(?:registered )?charity(?: in [A-Z][a-z]+(?: and [A-Z][a-z]+)?)?[ ,]{0,2}(?:registration )?(?:number|no|nr|num)\.?",
        r"(?:SC|CHY)?\d{5,8}",
        (5, 6, 7, 8),
    ),
    _checked("abn", r"A\.?B\.?N", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", (11,), _abn),
    _checked("acn", r"A\.?C\.?N", r"\d{3} ?\d{3} ?\d{3}", (9,)),
    _checked("ein", r"EIN|Federal Tax ID|Tax ID|tax identification number", r"\d{2}-\d{7}", (9,)),
    _checked("ico", r"IČO|IČ|ICO", r"\d{2,3} ?\d{2,3} ?\d{3}", (8,)),
    _checked("cvr", r"CVR(?:-?nr)?", r"\d{2} ?\d{2} ?\d{2} ?\d{2}", (8,), _VAT_CHECKS["DK"]),
    _checked("orgnr", r"Org(?:anisasjons|anisations)?\.?\s?-?(?:nr|nummer|no)", r"\d{3} ?\d{3} ?\d{3}|\d{6}-?\d{4}", (9, 10)),
    _Register(
        "steuernummer",
        re.compile(r"\bSt(?:euer)?\.?-?\s?(?:Nr|nummer)\.?[\s:]{0,4}(?P<n>\d{2,3}[ /]\d{3,4}[ /]\d{4,5})(?!\d)", re.IGNORECASE),
        _as_written,
    ),
    _Register(
        "lei",
        re.compile(r"\bLEI(?:[ -]?code)?[\s:.]{0,4}(?P<n>[A-Z0-9]{18}\d{2})\b"),
        lambda m: m.group("n") if _lei(m.group("n")) else None,
    ),
    _checked("duns", r"D-?U-?N-?S(?: ?(?:number|no|nr))?", r"\d{2}-?\d{3}-?\d{4}", (9,)),
)
_QUICK = re.compile(
    r"VAT|USt|UID|Umsatzst|TVA|[Bb][Tt][Ww]|IVA|NI[PF]\b|CIF|C\.I\.F|HR ?[AB]|H\.R|Firmenbuch|\bFN\b|CHE|SIRE[NT]|R\.?C\.?S|KvK|Koophandel|Chamber of|REGON|KRS|R\.?E\.?A|"
    r"[Cc]ompany|[Rr]egist|REGIST|[Rr]eg\.|[Cc]harity|A\.?B\.?N|A\.?C\.?N|EIN\b|Tax|IČ|ICO|DIČ|CVR|Org|St\.-Nr|Steuern|LEI|D-?U-?N-?S|moms|ALV|MwSt|[Hh]andelsreg|P\. ?I|GnR|VR|PR"
)
# Only German registers ("HRB 17") have shorter numbers, and an R in their label.
_LONG: Final = 5
_FIVE_DIGITS = re.compile(r"\d(?:\D{0,3}\d){4}")
_COURT = re.compile(
    r"(?:Amtsgerichts?|Registergericht|AG|Handelsgericht|Landesgericht)[\s:]{1,3}((?:[A-ZÄÖÜ][\wäöüß.\-]{2,30})(?:[ \-](?:am|an der|ob der|\(?[A-ZÄÖÜ][\wäöüß)\-]{2,30}))*)"
)


def normalise_number(kind: str, raw: str) -> str | None:
    """The normal form of a number whose kind a record states, None for what cannot be one (empty, words, placeholders)."""
    text = re.sub(r"[^A-Z0-9\-]", "", raw.upper().replace("VATID", ""))[:40]
    if sum(character.isdigit() for character in text) < 4 or len(set(_digits(text))) == 1:
        return None
    return text.replace("-", "") if kind == "vat" else text


def find_registrations(document: Document) -> list[Finding]:
    """Every register number that a page states beside its label."""
    found: list[Finding] = []
    for line_start, line in _labelled_lines(document):
        for kind, value, start, end, details in numbers_in(line):
            at = line_start + start
            finding = Finding(
                "company_id",
                value,
                line[start:end].strip(),
                "text",
                0.93,
                element=document.element_at(at).index,
                start=at,
                end=line_start + end,
            )
            finding.details = {"type": kind, **details}
            found.append(finding)
            if len(found) >= MAX_NUMBERS:
                return found
    return found


def _labelled_lines(document: Document) -> Iterator[tuple[int, str]]:
    """Lines that hold a label and a digit, a label on a line of its own joined with the line behind it."""
    above: Line | None = None
    for line in document.lines:
        if line.digits and _may_hold_number(line, above):
            if _QUICK.search(line.text):
                yield line.start, line.text
            elif above is not None and not above.digits and len(above.text) < 60 and _QUICK.search(above.text):
                yield above.start, document.text[above.start : line.start + len(line.text)]
        above = line


def _may_hold_number(line: Line, above: Line | None) -> bool:
    """Whether a line with digits has five near each other, or an R in it or above, as the labels of shorter numbers have."""
    if line.digits >= _LONG and _FIVE_DIGITS.search(line.text):
        return True
    return "R" in line.text or (above is not None and "R" in above.text)


def numbers_in(line: str) -> Iterator[tuple[str, str, int, int, dict[str, str]]]:
    """Register numbers in one line.

    Yields:
        Kind, normal form, start, end, details (`country` of a VAT number, `court` of a German register).
    """
    for match in _VAT_NUMBER.finditer(line):
        value = _vat(match.group(1), match.group(2))
        if value and (_VAT_LABEL.search(line) or match.group(1) in _VAT_CHECKS):
            yield "vat", value, match.start(), match.end(), {"country": match.group(1)}
    for register in _REGISTERS:
        for match in register.pattern.finditer(line):
            value = register.form(match)
            if value:
                details = {}
                if register.kind == "handelsregister" and (court := _COURT.search(line)):
                    details["court"] = court.group(1)
                yield register.kind, value, match.start(), match.end(), details


def _vat(country: str, written: str) -> str | None:
    number = re.sub(r"[ .\-]", "", written)
    shape = re.compile(_VAT[country])
    for length in range(len(number), 7, -1):
        match = shape.fullmatch(number[:length])
        if match:
            check = _VAT_CHECKS.get(country)
            return country + match.group() if check is None or check(match.group()) else None
    return None
