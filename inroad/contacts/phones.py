# ruff: noqa: E501 - patterns and word lists are kept whole
"""Phone and fax numbers on a page.

What lives here: links (`tel:`, WhatsApp, Viber, ...), the cheap search for runs of text that may hold a number, and the reading
of those runs with libphonenumber. What does not: guessing the country (`regions`), structured data (`schema_contacts`).

libphonenumber's own matcher takes 24 to 41 ms for a page, nearly all of it in text without any number. Only the runs around
seven or more digits are shown to it, with enough of their surroundings that it decides as it would on the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

import phonenumbers
from phonenumbers import Leniency, NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher, PhoneNumberType

from inroad.contacts.character_classes import DIGIT, classes_of
from inroad.contacts.document import Document, Element
from inroad.contacts.finding import Finding
from inroad.contacts.regions import COUNTRY_NAME, COUNTRY_OF_NAME, may_name_country

MAX_WINDOWS: Final = 1_500
_MAX_WINDOW: Final = 2_000
_CONTEXT_BEFORE: Final = 12
_CONTEXT_AFTER: Final = 26

_PUNCTUATION: Final = r"\-x\u2010-\u2015\u2212\u30FC \u00A0\u3000().\[\]/~\u2053\u223C\u301C\t•·|"
_MIN_DIGITS: Final = 6
# Begins with the digit, to which the engine skips; the signs before it are taken in afterwards (1.0 ms became 0.3 for 50 kB).
_RUN = re.compile(rf"\d(?:[{_PUNCTUATION}+]{{0,5}}+\d){{5,60}}+")
_BEFORE_RUN = re.compile(r"[+(\[]{0,2} ?$")
_DIGITS = re.compile(r"\d")
_VANITY = re.compile(
    r"(?<![\w-])(?:1[-. ])?\(?8(?:00|33|44|55|66|77|88)\)?[-. "
    r"]{0,2}(?=[A-Z0-9-]{7,12}(?![\w]))(?=[0-9-]{0,5}[A-Z]{3})[A-Z0-9]{1,9}(?:-[A-Z0-9]{1,7}){0,2}"
)
_VANITY_CODE = re.compile(r"8(?:00|33|44|55|66|77|88)\)?[-. ]{0,2}[A-Z0-9-]{0,5}[A-Z]")
_SCHEMES = re.compile(
    r"\s*(tel|callto|sms|smsto|fax|telephone|phone|whatsapp|viber|skype|facetime)\s*:(.*)", re.IGNORECASE | re.DOTALL
)
_CHAT_LINK = re.compile(
    r"(?:https?:)?//(?:wa\.me/(?:message/)?|(?:api|web|chat)\.whatsapp\.com/send/?\?(?:[^#]{0,200}?&)?phone=)(?:%2B|\+|%20|"
    r"00)?(\d[\d\-\s]{6,20})",
    re.IGNORECASE,
)
_PHONE_PARAMETER = re.compile(r"(?:phone|number)=((?:%2B|\+| )?[\d\-%]{7,30})", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:\b(?:tele?(?:phone|fono|fone|fon|foon|ph)?s?|t[ée]l(?:[ée]phones?)?|phones?|ph|fon|call|mob(?:ile?|il|iel)?|"
    r"m[oó]vil|cell(?:ulare|ulaire|phone)?|handy|toll[- ]?free|"
    r"hotline|direct|durchwahl|office|zentrale|rufnummer|kom(?:órka|\.)|mobiltelefon|gsm|natel|whatsapp|sms|text|contact|"
    r"puh(?:elin)?|tlf|tfn|dial|local|main|line|"
    r"helpline|voice|switchboard|festnetz|customer service|ruf)|[☎✆📞📱☏]|\b[TMP])\W{0,14}$",
    re.IGNORECASE,
)
_FAX_LABEL = re.compile(
    r"(?:\b(?:tele)?fax\w{0,6}|\bfx|\bfacs(?:imile)?|\bfaks|\bt[ée]l[ée]copie(?:ur)?|🖷|📠|\bF)(?:\s?(?:no|nr|number|num|"
    r"numer)\.?)?\W{0,14}$",
    re.IGNORECASE,
)
_TELEPHONE_AND_FAX = re.compile(
    r"\b(?:tel\w{0,8}\.?|phone|fon|t)(?:\s?[/&+]\s?|\s(?:and|und|et|y|e|i)\s)(?:tele)?fax\W{0,10}$", re.IGNORECASE
)
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:(?-i:HR[AB]|VAT|TVA|BTW|IBAN|BIC|SWIFT|BLZ|SIRET|SIREN|RCS|KVK|KvK|NIP|REGON|KRS|CIF|NIF|NIPC|CNPJ|P\.? ?IVA|"
    r"C\.?F|ABN|ACN|ISBN(?:-1[03])?|ISSN|DOI|"
    r"EIN|DUNS|D-U-N-S|LEI|EORI|GLN|GTIN|EAN|UPC|ASIN|SKU|UID|CHE|TIN|NPI|MLS|BBB|DRE|NMLS|FRN|ID|CRN|ICO|IČO|DIČ|INN|OGRN|"
    r"GPS|PIN|ZIP|MwSt)|USt\S{0,8}|Umsatzsteuer\S{0,30}|"
    r"Steuer\S{0,12}|St\.?-?Nr|Kontonummer|Konto|Kto|Partita IVA|codice fiscale|tax|order|bestell\S{0,8}|artikel\S{0,8}|"
    r"invoice|rechnung\S{0,8}|licen[sc]e|lic|company|"
    r"registration|registered|charity|reg|reference|ref|serial|tracking|model|part|item|aktenzeichen|account|acct|patent|"
    r"case|claim|policy|aba|routing|sort code|"
    r"handelsregister\S{0,10}|bank|guichet|capital(?: social)?(?: de)?|lat|lng|latitude|longitude|version|build|copyright|©)"
    r"(?:[ \-]?(?:no|nr|num|number|nummer|numéro|número|numero|n°|id|code|#))?)[\s.:#°º\-=)]{0,6}(?:no|nr|number|nummer|"
    r"n°)?[\s.:#°\-=]{0,4}(?:DE|AT|FR|IT|ES|PL|GB|NL|BE|U)?$",
    re.IGNORECASE,
)
_NOT_DIALLED = re.compile(r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}|.*\d/\d+/\d.*|.*\)\..*")
_DATE = re.compile(r"(?:19|20)\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_NO_TRUNK_ZERO: Final = frozenset(("US", "CA", "PL", "ES", "IT", "PT", "NO", "DK", "CZ", "GR"))
_FICTIONAL_US = re.compile(r"\+1\d{3}55501\d{2}")
_TYPES: Final = {
    PhoneNumberType.FIXED_LINE: "fixed", PhoneNumberType.MOBILE: "mobile", PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed-or-mobile",
    PhoneNumberType.TOLL_FREE: "toll-free", PhoneNumberType.PREMIUM_RATE: "premium", PhoneNumberType.SHARED_COST: "shared-cost", PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal", PhoneNumberType.PAGER: "pager", PhoneNumberType.UAN: "uan", PhoneNumberType.VOICEMAIL: "voicemail",
}  # fmt: skip


class PhoneReader:
    """Reads numbers in the countries of one page.

    Args:
        regions: ISO codes, likeliest first, from `guess_regions`.
    """

    def __init__(self, regions: list[str]) -> None:
        self.regions = regions or ["US"]

    def read(
        self, raw: str, *, method: str, confidence: float, element: int = -1, region: str | None = None, kind: str | None = None
    ) -> Finding | None:
        """One number that is said to be one, as in a link or in structured data.

        Args:
            raw: As written; text around the number is passed over.
            method: The signal.
            confidence: What it is believed.
            element: Where it stands.
            region: The country its own record names, asked first.
            kind: "fax" and the like where the place says so.

        Returns:
            The finding; None when no plan of any likely country has such a number. Merely possible ones (right length, unknown
            block) are believed half.
        """
        text = raw.strip()[:80]
        regions = tuple(dict.fromkeys([*([region] if region else []), *self.regions]))
        number, valid = _parse_stated(text, regions)
        if number is None:
            return None
        return _finding(number, raw.strip(), method, confidence if valid else confidence * 0.55, element=element, kind=kind)


def find_phones(document: Document, reader: PhoneReader) -> list[Finding]:
    """Every number on a page outside its structured data."""
    found: list[Finding] = []
    for tag in ("a", "area", "link"):
        for element in document.by_tag.get(tag, ()):
            href = element.attrs.get("href", "")
            if href and (href[0] != "/" or href[:2] == "//"):
                found.extend(_in_link(element, reader))
    found.extend(_in_text(document, reader))
    return found


def _in_link(element: Element, reader: PhoneReader) -> Iterator[Finding]:
    href = element.attrs["href"]
    match = _SCHEMES.match(href[:300])
    if match:
        scheme, rest = match.group(1).lower(), unquote(match.group(2))
        if scheme in {"whatsapp", "viber"}:
            parameter = _PHONE_PARAMETER.search(href)
            rest = "+" + unquote(parameter.group(1)).strip().lstrip("+") if parameter else ""
        elif scheme == "skype" and not rest.strip().startswith(("+", "00")):
            return
        kind = {"fax": "fax"}.get(scheme)
        method = scheme if scheme in {"whatsapp", "viber", "sms", "callto"} else "tel"
        finding = reader.read(
            rest.partition("?")[0].strip("/ "),
            method=method,
            confidence=0.96 if not element.hidden else 0.8,
            element=element.index,
            kind=kind,
        )
        if finding is not None:
            yield finding
    elif ("wa.me" in href or "whatsapp" in href) and (chat := _CHAT_LINK.match(href.strip())):
        finding = reader.read("+" + chat.group(1), method="whatsapp", confidence=0.95, element=element.index, kind="whatsapp")
        if finding is not None:
            yield finding


@lru_cache(maxsize=4_000)
def _parse_stated(text: str, regions: tuple[str, ...], national_only: bool = False) -> tuple[PhoneNumber | None, bool]:
    possible: PhoneNumber | None = None
    text = re.sub(r"^\s*tel\s*:", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\(0\)", " ", text) if text.lstrip("( ").startswith(("+", "00")) else text
    readings = [(text, region) for region in regions]
    if text.startswith("00"):
        readings.insert(0, ("+" + text[2:], regions[0]))
    elif not text.startswith("+") and not national_only:
        readings.append(("+" + text, regions[0]))
    for written, region in readings:
        try:
            number = phonenumbers.parse(written, region, keep_raw_input=False)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return number, True
        if (
            possible is None
            and written == text
            and region == regions[0]
            and phonenumbers.is_possible_number(number)
            and not _is_invented(number)
        ):
            possible = number
    return possible, False


def _is_invented(number: PhoneNumber) -> bool:
    return len(set(str(number.national_number))) <= 2 or _is_counted(number)


def _is_counted(number: PhoneNumber) -> bool:
    """Whether the digits only count up or down: what templates put where a number belongs, even where it is a valid one."""
    digits = str(number.national_number)
    return digits in "01234567890123456789" or digits in "98765432109876543210"


def _finding(
    number: PhoneNumber, raw: str, method: str, confidence: float, *, element: int = -1, kind: str | None = None
) -> Finding | None:
    value = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if _FICTIONAL_US.fullmatch(value) or _is_counted(number):
        confidence *= 0.5
    details: dict[str, object] = {
        "type": kind or _TYPES.get(phonenumbers.number_type(number), "unknown"),
        "region": phonenumbers.region_code_for_number(number),
    }
    if number.extension:
        details["extension"] = number.extension
    return Finding("phone", value, raw, method, confidence, element=element, details=details)


def _runs(text: str, classes: bytes) -> Iterator[tuple[int, int]]:
    """Ranges of six or more digits of one line with what may stand between and before them."""
    start = 0
    for line in classes.split(b"\n"):
        end = start + len(line)
        if line.count(DIGIT) >= _MIN_DIGITS:
            for match in _RUN.finditer(text, start, end):
                before = _BEFORE_RUN.search(text, max(0, match.start() - 3), match.start())
                yield (before.start() if before else match.start()), match.end()
        start = end + 1


def text_windows(text: str, classes: bytes | None = None) -> Iterator[tuple[int, int]]:
    """Ranges of a text that can hold a phone number, widened by what decides about it; the rest cannot.

    This is the pre-filter: everything libphonenumber's matcher finds in the text it also finds in one of these.

    Args:
        text: Any text.
        classes: Its `classes_of`, where they are known.
    """
    start = end = -1
    count = 0
    for begin, until in _runs(text, classes_of(text) if classes is None else classes):
        if start >= 0 and begin - _CONTEXT_BEFORE <= end and until - start < _MAX_WINDOW:
            end = min(len(text), until + _CONTEXT_AFTER)
            continue
        if start >= 0:
            yield start, end
            count += 1
            if count >= MAX_WINDOWS:
                return
        start, end = max(0, begin - _CONTEXT_BEFORE), min(len(text), until + _CONTEXT_AFTER)
    if start >= 0:
        yield start, end


def _in_text(document: Document, reader: PhoneReader) -> Iterator[Finding]:
    text = document.text
    for start, end in text_windows(text, document.text_classes):
        window = text[start:end]
        found = _matched(window, reader.regions[0])
        for matched, raw, at in found:
            if (finding := _judge(document, matched, raw, start + at)) is not None:
                yield finding
        taken = [(at, at + len(raw)) for _, raw, at in found]
        for begin, until in _runs(window, document.text_classes[start:end]):
            if not any(a < until and begin < b for a, b in taken):
                yield from _elsewhere(document, window[begin:until], start + begin, reader)
    for match in _VANITY.finditer(text) if _VANITY_CODE.search(text) else ():
        number, valid = _parse_stated(match.group(), ("US",))
        if number is not None and valid and (finding := _finding(number, match.group(), "text", 0.85)) is not None:
            finding.start, finding.end = match.span()
            yield finding


@lru_cache(maxsize=2_000)
def _matched(window: str, region: str) -> tuple[tuple[PhoneNumber, str, int], ...]:
    return tuple(
        (m.number, m.raw_string, m.start) for m in PhoneNumberMatcher(window, region, leniency=Leniency.VALID, max_tries=200)
    )


def _elsewhere(document: Document, run: str, start: int, reader: PhoneReader) -> Iterator[Finding]:
    """A run that is no number of the page's first country: of the country named before it, or of a less likely one."""
    text = document.text
    start += len(run) - len(run.lstrip())
    raw = run.strip()
    before = text[max(0, start - 80) : start]
    if not 8 <= sum(c.isdigit() for c in raw) <= 15 or (start and text[start - 1].isalnum()):
        return
    local = _country_named(before)
    labelled = bool(_LABEL.search(before[-30:]) or _FAX_LABEL.search(before[-30:]))
    grouped = len(re.split(r"[^\d]+", raw.strip("()"))) >= 3 or raw.startswith("(")
    candidates = [local] if local else []
    if labelled or (grouped and not _DATE.search(raw)):
        candidates += reader.regions[1:]
        if raw.startswith("0") and reader.regions[0] in _NO_TRUNK_ZERO and "GB" not in candidates:
            candidates.append("GB")
    number, valid = (
        _parse_stated(raw, tuple(dict.fromkeys(candidates)), not labelled)
        if candidates and (labelled or grouped)
        else (None, False)
    )
    if number is not None and valid and (finding := _judge(document, number, raw, text.find(raw, start))) is not None:
        finding.confidence *= 0.9
        yield finding


def _country_named(before: str) -> str | None:
    if not may_name_country(before):
        return None
    names = [match.group().lower() for match in COUNTRY_NAME.finditer(before)]
    return COUNTRY_OF_NAME[names[-1]] if names else None


def _judge(document: Document, number: PhoneNumber, raw: str, start: int) -> Finding | None:
    """Keep a matched number unless its surroundings say that it is another kind of number."""
    text = document.text
    line_start = text.rfind("\n", max(0, start - 60), start) + 1 or max(0, start - 60)
    before = text[max(line_start, start - 60) : start]
    international = raw.lstrip("( ").startswith(("+", "00"))
    if not international and (_OTHER_NUMBER.search(before) or _NOT_DIALLED.fullmatch(raw)):
        return None
    if not before.strip():
        before = text[max(0, start - 30) : start]
    end = start + len(raw)
    kind = "fax" if _FAX_LABEL.search(before) and not _TELEPHONE_AND_FAX.search(before) else None
    if kind is None and re.match(r"\s{0,2}\(?(?:tele)?fax\b(?!\s?:?\s?[+(\d])", text[end : end + 12], re.IGNORECASE):
        kind = "fax"
    labelled = kind == "fax" or bool(_LABEL.search(before))
    plain = raw.strip("+").isdigit()
    confidence = 0.95 if labelled else 0.9 if international else 0.6 if plain else 0.9
    finding = _finding(number, raw, "text", confidence, element=document.element_at(start).index, kind=kind)
    if finding is not None:
        finding.start, finding.end = start, end
    return finding
