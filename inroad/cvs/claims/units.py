"""The tables behind quantities: currencies, scales, units of measure, number words, periods and words for people.

Only data lives here; how a number is read from a line belongs to `quantities`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from inroad.cvs.claims.vocabulary import word_set
from inroad.cvs.claims.words import stem


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of each "name:value" in a text."""
    for pair in text.split():
        name, _, value = pair.rpartition(":")
        yield name, value


CURRENCIES: dict[str, str] = dict(
    _pairs(
        """€:EUR eur:EUR euro:EUR euros:EUR $:USD usd:USD us$:USD dollar:USD dollars:USD £:GBP gbp:GBP pound:GBP pounds:GBP
        ¥:JPY jpy:JPY
        yen:JPY chf:CHF francs:CHF sek:SEK nok:NOK dkk:DKK pln:PLN czk:CZK cad:CAD aud:AUD inr:INR ₹:INR rupees:INR ₽:RUB
        ₺:TRY ₴:UAH
        ₩:KRW brl:BRL r$:BRL kr:KR cents:CENT"""
    )
)
SCALES: dict[str, int] = {
    name: 10 ** int(power)
    for name, power in _pairs(
        """hundred:2 hundert:2 k:3 thousand:3 tausend:3 tsd:3 mille:3 mil:3 lakh:5 m:6 mn:6 mm:6 mio:6 million:6 millions:6
        millionen:6
        millones:6
        milioni:6 miljoen:6 crore:7 b:9 bn:9 billion:9 billions:9 mrd:9 milliarden:9 trillion:12 tn:12"""
    )
}
_MEASURES = {
    "percent": "%:1 percent:1 pct:1 prozent:1 percento:1 procent:1",
    "points": "pp:1 percentage-points:1 bps:1/100",
    "seconds": """ns:1/1000000000 µs:1/1000000 us:1/1000000 microseconds:1/1000000 ms:1/1000 msec:1/1000 millisecond:1/1000
        milliseconds:1/1000 s:1 sec:1 secs:1 second:1 seconds:1 sekunden:1 min:60 mins:60 minute:60 minutes:60 minuten:60
        h:3600 hr:3600 hrs:3600 hour:3600 hours:3600 stunden:3600 stunde:3600 heure:3600 heures:3600 hora:3600 horas:3600
        minutos:60 tag:86400 woche:604800 jour:86400 jours:86400 semaine:604800 semaines:604800 día:86400 días:86400
        semana:604800 semanas:604800 day:86400 days:86400 tage:86400 tagen:86400 week:604800 weeks:604800 wochen:604800
        fortnight:1209600""",
    "months": """month:1 months:1 monate:1 monaten:1 monat:1 mois:1 mes:1 meses:1 jahr:12 ans:12 année:12 années:12 año:12 años:12
        quarter:3 quarters:3 yr:12 yrs:12 year:12 years:12 jahre:12 jahren:12 decade:120 decades:120""",
    "bytes": """kb:1000 mb:1000000 gb:1000000000 tb:1000000000000 pb:1000000000000000 kib:1024 mib:1048576 gib:1073741824
        tib:1099511627776
        kilobytes:1000 megabyte:1000000 megabytes:1000000 gigabyte:1000000000 gigabytes:1000000000 terabyte:1000000000000
        terabytes:1000000000000 petabyte:1000000000000000 petabytes:1000000000000000""",
    "times": "x:1 ×:1 times:1 fold:1 -fold:1",
    "meters": "km:1000 kilometres:1000 kilometers:1000 miles:1609",
    "mass": "kg:1 tonnes:1000 tons:1000",
    "power": "kw:1 mw:1000 gw:1000000",
    "energy": "kwh:1 mwh:1000 gwh:1000000",
    "area": "sqm:1 m²:1 m2:1 ha:10000 hectares:10000",
}
# Unit -> (dimension, size in the dimension's base).
UNITS: dict[str, tuple[str, Fraction]] = {
    name: (dimension, Fraction(size)) for dimension, text in _MEASURES.items() for name, size in _pairs(text)
}
_UP_TO_NINETEEN = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen
    nineteen"""
_FOREIGN_ONES = """zwei:2 drei:3 vier:4 fünf:5 sechs:6 sieben:7 acht:8 neun:9 zehn:10 elf:11 zwölf:12 dreizehn:13 vierzehn:14
    fünfzehn:15 sechzehn:16 siebzehn:17 achtzehn:18 neunzehn:19 deux:2 trois:3 quatre:4 cinq:5 huit:8 neuf:9 dix:10 onze:11
    douze:12 treize:13 quatorze:14 quinze:15 seize:16 sept:7
    dieciséis:16 diecisiete:17 dieciocho:18 diecinueve:19 veintiuno:21 veintidós:22 veintitrés:23 veinticuatro:24 veinticinco:25
    veintiséis:26 veintisiete:27 veintiocho:28 veintinueve:29 drie:3 vijf:5 zes:6 zeven:7 negen:9 quattro:4 cinque:5 sette:7
    três:3
    oito:8 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9 diez:10 doce:12
    trece:13 catorce:14 quince:15"""
_FOREIGN_TENS = """zwanzig:20 dreißig:30 dreissig:30 vierzig:40 fünfzig:50 sechzig:60 siebzig:70 achtzig:80 neunzig:90 vingt:20
    trente:30 quarante:40 cinquante:50 soixante:60 veinte:20 treinta:30 cuarenta:40 cincuenta:50 sesenta:60 setenta:70
    ochenta:80 noventa:90"""
ONES: dict[str, int] = {
    **{word: value for value, word in enumerate(_UP_TO_NINETEEN.split())},
    **{name: int(value) for name, value in _pairs(_FOREIGN_ONES)},
    "dozen": 12,
}
# German writes a number as one word: "fünfundzwanzig", "zweihundert".
_GERMAN_ONES = "ein zwei drei vier fünf sechs sieben acht neun".split()  # noqa: SIM905
_GERMAN_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()  # noqa: SIM905
ONES |= {
    f"{one}und{ten}": ten_value * 10 + value
    for ten_value, ten in enumerate(_GERMAN_TENS, start=2)
    for value, one in enumerate(_GERMAN_ONES, start=1)
}
ONES |= {f"{one}hundert": 100 * value for value, one in enumerate(_GERMAN_ONES, start=1)}
ONES |= {f"{one}tausend": 1_000 * value for value, one in enumerate(_GERMAN_ONES, start=1)}
TENS: dict[str, int] = {
    name: int(value)
    for name, value in _pairs("twenty:20 thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 " + _FOREIGN_TENS)
}
MULTIPLIED: dict[str, int] = {
    name: int(value)
    for name, value in _pairs(
        """doubled:2 double:2 doubling:2 twice:2 twofold:2 tripled:3 triple:3 tripling:3 threefold:3 quadrupled:4 quadruple:4
        fourfold:4
        fivefold:5 tenfold:10"""
    )
}
PARTS: dict[str, Fraction] = {
    name: Fraction(value)
    for name, value in _pairs("half:50 halved:50 halving:50 halves:50 third:100/3 quarter:25 fifth:20 tenth:10")
}
# What "thirds" and the like are shares of: "two thirds", "four-fifths".
SHARES: dict[str, int] = {"thirds": 3, "quarters": 4, "fifths": 5, "tenths": 10}
VAGUE: dict[str, tuple[int, int]] = {
    "dozens": (24, 99),
    "hundreds": (100, 999),
    "thousands": (1_000, 999_999),
    "millions": (10**6, 10**9 - 1),
    "billions": (10**9, 10**12),
}
PERIODS: dict[str, str] = dict(
    _pairs(
        """second:second s:second rps:second qps:second tps:second minute:minute min:minute hour:hour hourly:hour h:hour
        day:day daily:day
        night:night nightly:night week:week weekly:week month:month monthly:month quarter:quarter quarterly:quarter year:year
        yearly:year
        annual:year annually:year annum:year yr:year stunde:hour tag:day woche:week monat:month quartal:quarter jahr:year
        täglich:day wöchentlich:week monatlich:month jährlich:year heure:hour jour:day semaine:week mois:month an:year année:year
        hora:hour día:day semana:week mes:month año:year"""
    )
)
PEOPLE: frozenset[str] = frozenset(
    map(
        stem,
        word_set(
            """people person staff employee member engineer developer designer analyst scientist colleague report fte
            headcount strong
            consultant agent volunteer nurse teacher apprentice intern trainee manager lead specialist contractor technician"""
        ),
    )
)
ANYBODY: frozenset[str] = frozenset(
    map(stem, word_set("people person staff employee member colleague report fte headcount strong individual"))
)
AUDIENCE: frozenset[str] = frozenset(
    map(stem, word_set("customer user client student pupil patient visitor subscriber reader member guest learner participant"))
)
