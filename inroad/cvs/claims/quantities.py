"""Quantities in a line: numbers with their unit, currency, bounds, period and the thing that is counted.

Here text becomes `Quantity` values: "€50k", "fifty thousand euros" and "50.000 EUR" are the same one. Whether a fact grants a
quantity belongs to `amounts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from inroad.cvs.claims.contrasts import ORDINAL_DIGITS
from inroad.cvs.claims.units import CURRENCIES, MULTIPLIED, ONES, PARTS, PEOPLE, PERIODS, SCALES, SHARES, TENS, UNITS, VAGUE
from inroad.cvs.claims.vocabulary import FOREIGN_DEEDS, FOREIGN_FUNCTION_WORDS, FUNCTION_WORDS
from inroad.cvs.claims.words import MAX_LINE_CHARS, TOKEN, stem

_OVER = re.compile(
    r"(?:(?<!watch )over|more than|above|exceeding|upwards of|in excess of|north of|>|beyond|at least|minimum of"
    r"|no fewer than|no less than"
    r"|≥|mehr als|mindestens|\b(?:um|für|von|mit|auf|seit|in|an) über|^über|plus de|plus d['’]|au moins|más de|al menos"
    r"|mais de|oltre"
    r"|meer dan)\s*$"
)
_UNDER = re.compile(
    r"(?:nearly|almost|close to|just under|under|less than|fewer than|below|<|fast|knapp|weniger als"
    r"|\b(?:auf|von|um) unter|presque|moins de|casi|menos de|quasi|meno di|quase|bijna|minder dan)\s*$"
)
_ABOUT = re.compile(
    r"(?:about|around|roughly|approximately|approx\.?|circa|ca\.?|some|~|≈|in the order of|rund|etwa|ungefähr|environ"
    r"|quelque|une? (?:bonne )?\w+aine de|unos|unas|aproximadamente|cerca de|alrededor de|ongeveer)\s*$"
)
_UP_TO = re.compile(
    r"(?:up to|as much as|as many as|max(?:imum)?(?: of)?|at most|no more than|≤|bis zu|maximal|höchstens|jusqu['’]à|au plus"
    r"|hasta|como máximo"
    r"|fino a|até|tot)\s*$"
)
_NUMBER = re.compile(
    r"(?P<before>(?:us\$|r\$|[€$£¥₹₽₺₴₩]|\b(?:eur|usd|gbp|chf|sek|nok|dkk|pln|czk|cad|aud|inr|jpy|brl))\s?)?"
    r"(?<![\w.])(?P<digits>\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+(?![\d])(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?)"
    r"(?P<suffix>(?:\s?(?:k|thousand|tausend|tsd\.?|million(?:s|en)?|millions? d['’]|mil|mille|mio\.?|mn|bn|billions?|mrd\.?"
    r"|milliarden|millones|milioni|trillion|hundred|lakh|crore)|[mb]|mm)(?![\w]))?"
    r"(?P<plus>\s?\+)?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?-?(?P<unit>%|[€$£¥₹₽₺₴₩×]|percentage[ -]points?|per cent|pour cent|por ciento|por cento|per cento|[a-zµ²à-öø-ÿ]+)",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(r"[,;:()\[\]•|]|[.!?](?:\s|$)|\s[–—-]\s|\b(?:and|while|whereas|but|plus)\b", re.IGNORECASE)
_TEAM_OF = re.compile(
    r"\b(?:team|group|staff|crew|squad|department|unit|headcount|organi[sz]ation|workforce|company|gruppe|équipe|equipo)s?\s"
    r"(?:of|to|from|von|mit|de)\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
# Words behind a number that end the name of what is counted.
_NO_HEADS = FUNCTION_WORDS | FOREIGN_FUNCTION_WORDS | FOREIGN_DEEDS


# "Von 40 auf 15", "de 40 à 15", "de 40 a 15", "da 40 a 15", "van 40 naar 15".
_FOREIGN_TO_AFTER = {
    "von": ("auf", "zu", "bis"),
    "de": ("à", "a", "vers", "hasta", "para"),
    "du": ("à",),
    "desde": ("a", "hasta"),
    "da": ("a",),
    "van": ("naar", "tot"),
}
_FOREIGN_TO = frozenset(word for words in _FOREIGN_TO_AFTER.values() for word in words)
_FROM = re.compile(r"\b(von|desde|de|du|da|van)$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a line and what it measures.

    Attributes:
        values: Readings of the number in the base of its dimension; two where the writing is ambiguous ("1.200").
        dimension: "percent", "money", "seconds", "people", "year", "count", ...
        currency: ISO 4217 code for money.
        bound: "over", "under", "about", "up to" or "": how the number is hedged.
        span: Highest value for a vague number ("thousands of"); None for a number.
        period: "day", "month", ...: what a rate is per.
        head: Stems of the words that name what is counted.
        context: Stems of the words of the same clause.
        change: "from" or "to" when the number is one end of a change, "low" or "high" of a range, else "".
        start: First character in the line.
        end: Character after its last.
        text: As written.
        precision: Value of the last written digit, for rounding.
    """

    values: tuple[Fraction, ...]
    dimension: str
    start: int
    end: int
    text: str
    currency: str = ""
    bound: str = ""
    span: Fraction | None = None
    period: str = ""
    head: tuple[str, ...] = ()
    context: frozenset[str] = frozenset()
    change: str = ""
    precision: Fraction = Fraction(0)


def find_quantities(text: str) -> list[Quantity]:
    """Find the quantities of a line, in order.

    Args:
        text: One line; at most 4,000 characters are read.
    """
    text = text[:MAX_LINE_CHARS]
    found = sorted(
        [*_percentiles(text), *_written_in_digits(text), *_written_in_words(text)],
        key=lambda quantity: (quantity.start, -quantity.end),
    )
    kept: list[Quantity] = []
    for quantity in found:
        if not kept or quantity.start >= kept[-1].end:
            kept.append(quantity)
    return [_place(quantity, text, kept) for quantity in _pair_up(kept, text)]


def _percentiles(text: str) -> Iterator[Quantity]:
    """Read "p99" and "99th percentile" as the same thing."""
    for found in re.finditer(r"\bp(\d{2,3})\b|\b(\d{2,3}(?:\.\d+)?)(?:st|nd|rd|th)?[ -]percentile\b", text, re.IGNORECASE):
        value = Fraction(found[1] or found[2])
        yield Quantity((value,), "percentile", found.start(), found.end(), found[0], precision=Fraction(1))


def _written_in_digits(text: str) -> Iterator[Quantity]:
    for found in _NUMBER.finditer(text):
        after = text[found.end() : found.end() + 1]
        before = text[found.start("digits") - 1 : found.start("digits")]
        if (
            before == "-"
            and text[: found.start("digits") - 1][-1:].isalpha()
            and text[: found.start("digits") - 1][-1:].isupper()
        ):
            continue  # a name: "COVID-19", "GPT-4"
        if after.isalpha() and not _glued_unit(text, found.end()) and not re.match(r"(?:st|nd|rd|th)\b", text[found.end() :]):
            continue  # a name: "3D", "2FA"
        if not found["before"] and ORDINAL_DIGITS.match(text, found.start("digits")):
            continue  # a rank: `contrasts`' matter
        yield _measure(text, found)


def _glued_unit(text: str, at: int) -> bool:
    unit = _UNIT.match(text, at)
    return unit is not None and unit["unit"].lower() in UNITS.keys() | {"rps", "qps", "tps", "eur", "usd", "gbp", "chf"}


def _measure(text: str, found: re.Match[str]) -> Quantity:
    suffix = (found["suffix"] or "").strip().lower().rstrip(".")
    scale = SCALES.get(suffix, 1)
    readings = list(_readings(found["digits"]))
    values = tuple(value * scale for value, _ in readings)
    start, end = found.start(), found.end()
    bound = "over" if found["plus"] else _bound(text[:start])
    quantity = Quantity(values, "count", start, end, "", bound=bound, precision=readings[0][1] * scale)
    if re.search(r"\bfactor (?:of )?$", text[max(0, start - 12) : start], re.IGNORECASE):
        return _close(replace(quantity, dimension="times"), text)
    prefix = (found["before"] or "").strip().lower()
    if suffix == "m" and not prefix and text[found.end("suffix") - 1] == "m":
        quantity = replace(quantity, values=(*values, readings[0][0]))  # "5m" may be five million or five metres
    if prefix:
        return _close(replace(quantity, dimension="money", currency=CURRENCIES[prefix]), text)
    return _close(_with_unit(quantity, text), text)


def _with_unit(quantity: Quantity, text: str) -> Quantity:
    """Read the unit behind a number: a percent sign, a currency, a unit of measure, or nothing."""
    found = _UNIT.match(text, quantity.end)
    if not found:
        return _maybe_year(quantity)
    unit = re.sub(r"(?:per|pour|por) c(?:i?ento?|ent)$", "percent", found["unit"].lower())
    if unit in CURRENCIES:
        return replace(quantity, dimension="money", currency=CURRENCIES[unit], end=found.end())
    if unit.startswith("percentage"):
        return replace(quantity, dimension="points", end=found.end())
    if unit in UNITS:
        dimension, size = UNITS[unit]
        if dimension == "percent" and re.match(r"[ -]points?\b", text[found.end() :], re.IGNORECASE):
            dimension = "points"
        values = tuple(value * size for value in quantity.values)
        return replace(quantity, dimension=dimension, values=values, precision=quantity.precision * size, end=found.end())
    return _maybe_year(quantity)


def _maybe_year(quantity: Quantity) -> Quantity:
    value = quantity.values[0]
    is_year = value.denominator == 1 and 1950 <= value <= 2099 and quantity.precision == 1 and not quantity.bound
    return replace(quantity, dimension="year") if is_year else quantity


def _close(quantity: Quantity, text: str) -> Quantity:
    """Write down the quantity's own text; a year is one only where it was written as four digits."""
    written = text[quantity.start : quantity.end].strip()
    if quantity.dimension == "year" and not re.fullmatch(r"\d{4}", written):
        quantity = replace(quantity, dimension="count")
    return replace(quantity, text=written)


def _readings(digits: str) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield the values that a written number may have, each with the value of its last digit.

    A comma before three digits is read as thousands; a point may be either ("1.200" in German, "99.999" in English).
    """
    plain = re.sub(r"['’\u00a0\u202f ]", "", digits)
    marks = re.findall(r"[.,]", plain)
    grouped = re.fullmatch(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d+)?", plain)
    if grouped:
        whole, _, rest = plain.replace(grouped[1], "").replace(",", ".").partition(".")
        yield Fraction(f"{whole}.{rest or 0}"), Fraction(1, 10 ** len(rest))
        if marks == ["."]:
            yield Fraction(plain), Fraction(1, 1000)
        return
    decimal = plain.replace(",", ".")
    _, _, rest = decimal.partition(".")
    yield Fraction(decimal), Fraction(1, 10 ** len(rest))


def _written_in_words(text: str) -> Iterator[Quantity]:
    words = list(TOKEN.finditer(text))
    index = 0
    while index < len(words):
        used, quantity = 0, None
        for read in (_half_of_a_unit, _share, _single_word, _cardinal):
            used, quantity = read(text, words, index)
            if used:
                break
        if quantity:
            yield quantity
        index += max(used, 1)


Reader = tuple[int, Quantity | None]  # words used, what they say


def _half_of_a_unit(text: str, words: Sequence[re.Match[str]], index: int) -> Reader:
    """Read "half a million", "half an hour"."""
    said = [found[0].lower() for found in words[index : index + 3]]
    if (
        len(said) < 3
        or said[0] not in {"half", "quarter"}
        or said[1] not in {"a", "an"}
        or said[2] not in SCALES.keys() | UNITS.keys()
    ):
        return 0, None
    value = Fraction(1, 2 if said[0] == "half" else 4) * SCALES.get(said[2], 1)
    start, end = words[index].start(), words[index + (2 if said[2] in SCALES else 1)].end()
    made = Quantity((value,), "count", start, end, "", bound=_bound(text[:start]), precision=Fraction(1, 4))
    return 3, _close(_with_unit(made, text), text)


def _share(text: str, words: Sequence[re.Match[str]], index: int) -> Reader:
    """Read "two thirds", "four-fifths", "by half", "a third of"."""
    said = [found[0].lower() for found in words[index : index + 2]]
    start, end = words[index].span()
    if len(said) == 2 and said[1] in SHARES and said[0] in ONES:
        return 2, _percent(text, Fraction(100 * ONES[said[0]], SHARES[said[1]]), start, words[index + 1].end())
    if said[0] in PARTS and _is_part(said[0], text, words, index):
        return 1, _percent(text, PARTS[said[0]], start, end)
    return 0, None


def _single_word(text: str, words: Sequence[re.Match[str]], index: int) -> Reader:
    """Read "doubled", "tenfold", "thousands of"."""
    word = words[index][0].lower()
    start, end = words[index].span()
    if word in MULTIPLIED:
        return 1, _close(Quantity((Fraction(MULTIPLIED[word]),), "times", start, end, "", precision=Fraction(1)), text)
    if word not in VAGUE:
        return 0, None
    low, high = VAGUE[word]
    if word == "thousands" and index >= 2 and words[index - 2][0].lower() == "tens":
        low *= 10
    return 1, _close(Quantity((Fraction(low),), "count", start, end, "", span=Fraction(high)), text)


def _percent(text: str, value: Fraction, start: int, end: int) -> Quantity:
    return _close(Quantity((value,), "percent", start, end, "", bound=_bound(text[:start]), precision=Fraction(1)), text)


def _is_part(word: str, text: str, words: Sequence[re.Match[str]], index: int) -> bool:
    """A share only where the line says so: "by half", "a third of"; never "third party" or "in the third quarter"."""
    before = words[index - 1][0].lower() if index else ""
    after = words[index + 1][0].lower() if index + 1 < len(words) else ""
    if word in {"halved", "halving"}:
        return True
    if word == "half":
        return before in {"by", "in", "to", "nearly", "almost", "about", "roughly", "over"} or after in {
            "of",
            "the",
            "as",
            "its",
            "our",
        }
    return before in {"a", "one", "by"} and (
        after in {"of", "less", "more", "fewer", "faster"} or text[words[index].end() :].lstrip()[:1] in {"", ".", ",", ";"}
    )


def _cardinal(text: str, words: Sequence[re.Match[str]], index: int) -> Reader:
    """Read "twenty-five", "one hundred and twenty", "two million"; a lone "one" is a pronoun more often than a number."""
    total = current = Fraction(0)
    used = 0
    while index + used < len(words):
        word = words[index + used][0].lower()
        if used and not re.fullmatch(r"[ -]", text[words[index + used - 1].end() : words[index + used].start()]):
            break
        if word in ONES or word in TENS:
            if current % 100 and not (word == "dozen" or (word in ONES and _adds(ONES[word], int(current % 100)))):
                break  # "eight-ten" is a range, not eighteen
            current = current * 12 if word == "dozen" and current else current + (ONES[word] if word in ONES else TENS[word])
        elif word in {"hundred", "thousand", "million", "billion", "hundert", "tausend", "mille", "mil"} and used:
            current = (current or Fraction(1)) * SCALES[word]
            if word != "hundred":
                total, current = total + current, Fraction(0)
        elif not (word in {"and", "y", "e", "et"} and used and _goes_on(words, index + used, int(current % 100))):
            break
        used += 1
    if not used or (used == 1 and words[index][0].lower() == "one") or _is_september(text, words[index], used):
        return used, None
    start, end = words[index].start(), words[index + used - 1].end()
    made = Quantity((total + current,), "count", start, end, "", bound=_bound(text[:start]), precision=Fraction(1))
    return used, _close(_with_unit(made, text), text)


def _is_september(text: str, first: re.Match[str], used: int) -> bool:
    """Tell "Sept 2019", a month, from the French seven."""
    return used == 1 and first[0].lower() == "sept" and bool(re.match(r"\.? \d", text[first.end() :]))


def _adds(one: int, current: int) -> bool:
    """Tell whether a word goes on a number: "twenty-five", "soixante-quinze", "dix-sept"."""
    if current in {60, 80}:
        return one < 20
    return (one < 10 and current in TENS.values()) or (current == 10 and 7 <= one <= 9)


def _goes_on(words: Sequence[re.Match[str]], at: int, current: int) -> bool:
    """Tell the "and" of "one hundred and twenty" and "treinta y cinco" from the one between two numbers."""
    after = words[at + 1][0].lower() if at + 1 < len(words) else ""
    if words[at][0].lower() != "and":
        return current in TENS.values() and ONES.get(after, 10) < 10
    return words[at - 1][0].lower() in SCALES and (after in ONES or after in TENS)


def _bound(before: str) -> str:
    before = re.sub(r"(?:us\$|[€$£¥]|\ba\b|\ban\b|\bthe\b)\s*$", "", before[-40:].lower()).rstrip() + " "
    before = before.rstrip()
    for name, pattern in (("up to", _UP_TO), ("over", _OVER), ("about", _ABOUT), ("under", _UNDER)):
        if pattern.search(before):
            return name
    return ""


def _pair_up(quantities: list[Quantity], text: str) -> list[Quantity]:
    """Mark the two ends of "from 45 to 12 minutes" or "10-15 %" and let the one without a unit take the other's."""
    paired = list(quantities)
    for index in range(len(paired) - 1):
        one, two = paired[index], paired[index + 1]
        between = text[one.end : two.start].strip().lower()
        before = text[: one.start].rstrip().lower()
        between = (
            re.sub(r"^(?:[a-z]+ ){0,2}(?=(?:down |up )?(?:to|from)$)", "", between)
            if between not in {"to", "-", "–"}
            else between
        )
        opened = _FROM.search(before)
        if between in _FOREIGN_TO and opened and between in _FOREIGN_TO_AFTER[opened[1]]:
            between, before = "to", "from"
        if before.endswith(" by") and between == "to":
            continue  # "by 140% to 48,000": a change and where it led
        if re.fullmatch(r"(?:down |up )?to(?: (?:just|only|under|over|about|around|nearly))?", between):
            ends = (
                ("from", "to")
                if re.search(r"\bfrom(?: (?:about|over|around|nearly))?$", before) or "down" in between or "up" in between
                else ("low", "high")
            )
        elif between in {"-", "–", "—", "→", "->"}:
            ends = ("from", "to") if "→" in between or ">" in between else ("low", "high")
        elif re.fullmatch(
            r"(?:,? ?(?:down|up) )?(?:from|instead of|rather than|compared (?:to|with)|versus|vs\.?|against)", between
        ):
            ends = ("to", "from")
        else:
            continue
        one, two = replace(one, change=ends[0]), replace(two, change=ends[1])
        measured = next((other for other in reversed(paired[:index]) if other.dimension in {"seconds", "months"}), None)
        if measured is not None and one.dimension == two.dimension == "count":  # "by 25 minutes, from 40 to 15"
            one, two = _share_unit(one, measured), _share_unit(two, measured)
        paired[index] = _share_unit(one, two)
        paired[index + 1] = (
            _share_unit(two, one) if {"from", "to"} == set(ends) else two
        )  # "rose 140% to 48,000" is no range of percents
    return paired


def _share_unit(one: Quantity, other: Quantity) -> Quantity:
    if one.dimension not in {"count", "year"} or other.dimension in {"count", "people"} or one.dimension == other.dimension:
        return one
    if other.dimension == "money" or other.dimension in {"percent", "points", "times"}:
        size = Fraction(1)
    else:
        unit = re.search(r"[a-zµ²]+$", other.text, re.IGNORECASE)
        size = UNITS.get(unit[0].lower(), ("", Fraction(1)))[1] if unit else Fraction(1)
    values = tuple(value * size for value in one.values)
    return replace(one, values=values, dimension=other.dimension, currency=other.currency, precision=one.precision * size)


def _place(quantity: Quantity, text: str, others: list[Quantity]) -> Quantity:
    """Add what surrounds the number: what is counted, per which period, and the words of its clause."""
    limit = min((other.start for other in others if other.start >= quantity.end), default=len(text))
    head = tuple(_head_words(text[quantity.end : limit]))
    left, right = _clause(text, quantity, others)
    context = frozenset(
        stem(found[0])
        for found in TOKEN.finditer(text[left:right])
        if found[0].lower() not in FUNCTION_WORDS and not found[0][0].isdigit()
    )
    dimension = quantity.dimension
    if dimension in {"count", "year"}:
        team = _TEAM_OF.search(text[max(0, quantity.start - 60) : quantity.start])
        if (head and head[-1] in PEOPLE) or (head and head[0] in PEOPLE) or team:
            dimension = "people"
            head = head or ("person",)
    bound = quantity.bound
    if (
        bound == "over"
        and dimension in {"months", "seconds"}
        and "experience" not in text[quantity.end :].lower()[:24]
        and "+" not in quantity.text
    ):
        bound = ""  # "22% over two years" is how long it took
    return replace(
        quantity, head=head, context=context, dimension=dimension, bound=bound, period=_period(text[quantity.end : limit])
    )


def _head_words(after: str) -> Iterator[str]:
    """Yield the stems of the words after a number that name what is counted: up to its plural, or to the first joint."""
    position = 0
    for count, found in enumerate(TOKEN.finditer(after)):
        gap = after[position : found.start()]
        lower = found[0].lower()
        if count >= 4 or not re.fullmatch(r"[ \u00a0]*-?[ \u00a0]?", gap) or lower in _NO_HEADS:
            return
        if count and re.search(r"(?:ing|ed)$", lower):
            return  # "12 engineers building ...": a verb begins
        yield stem(found[0])
        if (
            (count == 0 and gap == "-")
            or (len(lower) > 3 and re.search(r"[^siu]s$", lower))
            or lower in {"people", "staff", "children", "women", "men"}
        ):
            return
        position = found.end()


def _period(after: str) -> str:
    near = re.split(r"[,;:.]\s", after[:60].lower())[0]
    found = re.search(
        r"(?:\b(?:per|every|each)\s|(?<!in )(?<!within )(?<!inside )(?<!over )(?<!for )(?<!of )(?<!half )\ban?\s|/\s?)"
        r"(second|minute|hour|day|night|week|month|quarter|year|annum|s|min|h|yr)\b",
        near,
    )
    found = found or re.search(
        r"\b(?:pro|je|im|am|par|al|por|à la)\s"
        r"(stunde|tag|woche|monat|quartal|jahr|heure|jour|semaine|mois|an|année|hora|día|semana|mes|año)\b",
        near,
    )
    found = found or re.search(r"\b(täglich|wöchentlich|monatlich|jährlich)\b", near)
    found = found or re.search(r"\b(daily|nightly|weekly|monthly|quarterly|yearly|annually|annual|hourly|rps|qps|tps)\b", near)
    return PERIODS[found[1]] if found else ""


def _clause(text: str, quantity: Quantity, others: list[Quantity]) -> tuple[int, int]:
    left = max((found.end() for found in _BOUNDARY.finditer(text, 0, quantity.start)), default=0)
    after = _BOUNDARY.search(text, quantity.end)
    right = after.start() if after else len(text)
    for other in others:  # two numbers of one clause share it half and half, the head belonging to the first
        if left <= other.start < quantity.start and other.end > left:
            left = other.end + len(_first_phrase(text[other.end : quantity.start]))
        elif quantity.end <= other.start < right:
            right = quantity.end + len(_first_phrase(text[quantity.end : other.start])) or right
    return min(left, quantity.start), max(right, quantity.end)


def _first_phrase(between: str) -> str:
    joint = re.search(r"\b(?:to|from|by|for|with|in|on|across|into|at|through|using|via|over)\b", between)
    return between[: joint.start()] if joint else between
