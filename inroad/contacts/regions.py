# ruff: noqa: E501 - patterns and word lists are kept whole
"""Which country a page speaks from, so that its national phone numbers and addresses can be read.

What lives here: the weighing of what a page gives away (schema, top-level domain, language, international numbers, postcodes,
country names). What does not: reading numbers (`phones`) and addresses (`addresses`).
"""

from __future__ import annotations

import re
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from inroad.contacts.character_classes import classes_of
from inroad.contacts.document import IRISH_WORDS, Document
from inroad.contacts.structured import Item

_GENERIC_COUNTRY_TLDS: Final = frozenset("io co tv me ai cc ws fm ly to gg gl sh st la vc ag sc im is it".split()) - {"it", "is"}  # noqa: SIM905
_TLD_REGION: Final = {"uk": "GB", "gov": "US", "mil": "US", "edu": "US", "wien": "AT", "berlin": "DE", "hamburg": "DE", "koeln": "DE", "bayern": "DE",
                      "nyc": "US", "london": "GB", "paris": "FR", "swiss": "CH", "zuerich": "CH", "cat": "ES", "scot": "GB", "wales": "GB",
                      "tirol": "AT", "amsterdam": "NL", "quebec": "CA", "sydney": "AU", "melbourne": "AU"}  # fmt: skip
_LANGUAGE_REGION: Final = {
    "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL", "pl": "PL", "pt": "PT", "da": "DK", "sv": "SE", "nb": "NO", "no": "NO", "nn": "NO",
    "fi": "FI", "cs": "CZ", "sk": "SK", "hu": "HU", "ro": "RO", "bg": "BG", "el": "GR", "hr": "HR", "sl": "SI", "et": "EE", "lv": "LV", "lt": "LT",
    "ru": "RU", "uk": "UA", "tr": "TR", "ja": "JP", "ko": "KR", "zh": "CN", "he": "IL", "en": "US", "ga": "IE", "is": "IS", "vi": "VN", "th": "TH",
    "id": "ID", "hi": "IN",
}  # fmt: skip
_COUNTRY_NAMES: Final = {
    "US": "united states|usa|u.s.a.|vereinigte staaten|états-unis|estados unidos|stati uniti",
    "GB": "united kingdom|england|scotland|wales|great britain|northern ireland|großbritannien|royaume-uni|reino unido|uk",
    "DE": "germany|deutschland|allemagne|alemania|germania|niemcy|duitsland", "AT": "austria|österreich|autriche|oostenrijk",
    "CH": "switzerland|schweiz|suisse|svizzera|suiza|zwitserland", "FR": "france|frankreich|francia|frankrijk|francja",
    "ES": "spain|españa|spanien|espagne|spagna|spanje|hiszpania", "IT": "italy|italia|italien|italie|włochy",
    "NL": "netherlands|the netherlands|nederland|niederlande|pays-bas|países bajos|holland", "BE": "belgium|belgique|belgië|belgien",
    "PL": "poland|polska|polen|pologne|polonia", "CA": "canada|kanada", "AU": "australia|australien", "NZ": "new zealand", "IE": "ireland|irland|éire",
    "PT": "portugal", "SE": "sweden|sverige|schweden", "NO": "norway|norge|norwegen", "DK": "denmark|danmark|dänemark", "FI": "finland|suomi|finnland",
    "CZ": "czech republic|czechia|česko|česká republika|tschechien", "SK": "slovakia|slovensko", "HU": "hungary|magyarország|ungarn",
    "RO": "romania|românia|rumänien", "BG": "bulgaria", "GR": "greece|griechenland", "HR": "croatia|hrvatska", "SI": "slovenia|slovenija",
    "EE": "estonia|eesti", "LV": "latvia|latvija", "LT": "lithuania|lietuva", "LU": "luxembourg|luxemburg", "RU": "russia|russian federation|russland",
    "UA": "ukraine|україна", "BY": "belarus", "KZ": "kazakhstan", "TR": "turkey|türkiye|türkei", "IL": "israel", "AE": "united arab emirates|uae|dubai",
    "SA": "saudi arabia", "QA": "qatar", "EG": "egypt", "ZA": "south africa|südafrika", "NG": "nigeria", "KE": "kenya", "IN": "india|indien",
    "CN": "china|p.r. china|pr china", "HK": "hong kong", "TW": "taiwan", "JP": "japan", "KR": "korea|south korea", "SG": "singapore|singapur",
    "MY": "malaysia", "TH": "thailand", "ID": "indonesia", "PH": "philippines", "VN": "vietnam", "BR": "brazil|brasil|brasilien", "AR": "argentina",
    "CL": "chile", "CO": "colombia", "MX": "mexico|méxico|mexiko", "PE": "peru|perú", "MT": "malta", "CY": "cyprus", "IS": "iceland",
}  # fmt: skip
COUNTRY_OF_NAME: Final = {name: code for code, names in _COUNTRY_NAMES.items() for name in names.split("|")}
COUNTRY_NAME = re.compile(
    r"(?<![\w.])(?:"
    + "|".join(re.escape(name) for name in sorted(COUNTRY_OF_NAME, key=len, reverse=True) if name != "uk")
    + r"|UK)(?!\w)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_FIRST_WORD: Final = {name: _WORD.findall(name)[0] for name in COUNTRY_OF_NAME}
_FIRST_WORDS: Final = frozenset(_FIRST_WORD.values())
_ODD_LETTERS: Final = "ſıİ"  # which a pattern takes for s and i whatever their lower case
_INTERNATIONAL = re.compile(r"\+\s?([1-9]\d{0,2})(?=[\s().\-/\d])")
# Country, what the classes of the characters of its postcodes show, their whole shape; Irish ones are words.
_POSTCODES: Final = (
    ("GB", b" 0AA", re.compile(r"\b(?:[A-Z]{1,2}\d[A-Z\d]?) \d[ABD-HJLNP-UW-Z]{2}\b")),
    (
        "US",
        b" 00000",
        re.compile(
            r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]),? \d{5}(?:-\d{4})?\b"
        ),
    ),
    ("CA", b"A0A 0A0", re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d\b")),
    ("AU", b" 0000", re.compile(r"\b(?:NSW|VIC|QLD|TAS|ACT|WA|SA|NT),? \d{4}\b")),
    ("PL", b"00-000 ", re.compile(r"\b\d{2}-\d{3} [A-ZŁŚŻŹĆ][a-ząćęłńóśźż]{2}")),
    ("NL", b"0000", re.compile(r"\b[1-9]\d{3} ?[A-Z]{2}\b(?=,? [A-Z])")),
    (
        "IE",
        b"",
        re.compile(r"\b(?:Co\. (?:Dublin|Cork|Galway|Kerry|Laois|Meath|Kildare|Wicklow|Mayo|Offaly)|Eircode|Dublin \d{1,2})\b"),
    ),
)
_WORDPRESS_DEFAULTS: Final = frozenset(("en-us", "en_us"))


def guess_regions(document: Document, items: list[Item], region: str | None) -> list[str]:
    """The countries a page is likely to write its national numbers in, likeliest first, at most four.

    Args:
        document: The page.
        items: Its structured data.
        region: What the caller knows; always first when given.

    Returns:
        ISO 3166 codes, never empty: "US" when nothing speaks for any other.
    """
    weights: dict[str, float] = {}

    def weigh(code: str | None, weight: float) -> None:
        if code:
            weights[code] = weights.get(code, 0.0) + weight

    if region and len(region) == 2:
        weigh(region.upper(), 100.0)
    weigh(region_of_host(document.host), 5.0)
    _weigh_language(document, weigh)
    for item in items[:200]:
        for country in item.texts("addressCountry")[:1]:
            weigh(country_code(country), 4.0 if item.is_a("PostalAddress") else 3.0)
    text = document.text[:100_000]
    if "+" in text:
        for code in {m.group(1) for m in _INTERNATIONAL.finditer(text)}:
            weigh(_region_of_calling_code(code), 2.5)
    numbered = "\n".join(line.text for line in document.lines if line.has_code)[:100_000]
    classes = classes_of(numbered)
    for code, shape, pattern in _POSTCODES:
        if shape in classes and (shape or any(word in numbered for word in IRISH_WORDS)) and pattern.search(numbered):
            weigh(code, 1.0 if code == "NL" else 3.0)  # "2000 GB" has the shape too
    words = document.words if len(text) == len(document.text) else None
    for code, count in countries_named(text, words).items():
        weigh(code, 1.2 + 0.3 * min(count - 1, 5))
    weigh("US", 0.3)
    return sorted(weights, key=lambda code: (-weights[code], code))[:4]


def countries_named(text: str, words: frozenset[str] | None = None) -> dict[str, int]:
    """How often each country is named in a text, in any of several languages.

    Args:
        text: Any text.
        words: What stands between spaces in it, in lower case, where that is known.
    """
    lowered = text.lower()
    counted: dict[str, int] = {}
    words = frozenset(lowered.split()) if words is None else words
    named = _FIRST_WORDS & words | _FIRST_WORDS.intersection(_WORD.findall(" ".join([w for w in words if not w.isalpha()])))
    for name, code in COUNTRY_OF_NAME.items() if named else ():
        at = lowered.find(name) if _FIRST_WORD[name] in named else -1
        while at >= 0:
            end = at + len(name)
            if (not at or not lowered[at - 1].isalnum()) and (end == len(lowered) or not lowered[end].isalnum()):
                counted[code] = counted.get(code, 0) + 1
            at = lowered.find(name, end) if counted.get(code, 0) < 6 else -1
    return counted


def may_name_country(text: str) -> bool:
    """Whether `COUNTRY_NAME` can be in a short text: 2 us instead of 80 for the 80 characters before a number."""
    return not _FIRST_WORDS.isdisjoint(_WORD.findall(text.lower())) or any(letter in text for letter in _ODD_LETTERS)


def _weigh_language(document: Document, weigh: object) -> None:
    assert callable(weigh)
    language = document.language
    main, _, territory = language.partition("-")
    if len(territory) == 2:
        weigh(territory.upper(), 0.8 if language in _WORDPRESS_DEFAULTS else 2.0)
    weigh(_LANGUAGE_REGION.get(main), 0.6 if main == "en" else 2.2)
    for element in document.elements[:200]:
        if element.tag == "meta" and element.attrs.get("property") == "og:locale":
            locale = element.attrs.get("content", "")
            weigh(locale[-2:].upper() if len(locale) == 5 else None, 0.4 if locale.lower() in _WORDPRESS_DEFAULTS else 1.5)
        elif element.tag == "meta" and element.attrs.get("name", "").lower() in {"geo.region", "geo.country", "icbm.country"}:
            weigh(country_code(element.attrs.get("content", "")[:2]), 4.0)


def region_of_host(host: str) -> str | None:
    """The country of a host's top-level domain, None for generic ones (and `.io`, `.co`, `.ai`, ... which are used as such)."""
    tld = host.rpartition(".")[2]
    if tld in _TLD_REGION:
        return _TLD_REGION[tld]
    return tld.upper() if len(tld) == 2 and tld.isalpha() and tld not in _GENERIC_COUNTRY_TLDS and tld != "eu" else None


def country_code(written: str) -> str | None:
    """ISO code of a country written as code or by name in several languages, None when unknown."""
    tidy = written.strip().lower().rstrip(".")
    if len(tidy) == 2 and tidy.isalpha():
        return {"UK": "GB"}.get(tidy.upper(), tidy.upper())
    return {"deu": "DE", "aut": "AT", "che": "CH", "gbr": "GB", "fra": "FR"}.get(tidy) or COUNTRY_OF_NAME.get(tidy)


def _region_of_calling_code(digits: str) -> str | None:
    for length in (3, 2, 1):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length])) if len(digits) >= length else None
        if regions:
            return regions[0] if regions[0] != "001" else None
    return None
