# ruff: noqa: E501 - patterns and word lists are kept whole
"""The shapes of streets, places and postcodes by country.

What lives here: patterns only, each linear in its line. What does not: combining them (`addresses`).

Sources: Universal Postal Union, "Addressing issues" country sheets; street words from the national sheets and common use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from inroad.contacts.regions import COUNTRY_NAME

_UP: Final = "A-ZÀ-ÖØ-ÞĀ-ŽŁŚŻŹĆŃ"
_WORD: Final = rf"[{_UP}][\w'’.\-]*"
_ENGLISH_TYPES: Final = (
    "Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Way|Court|Ct|Place|Pl|Highway|Hwy|Parkway|Pkwy|Pky|"
    "Square|Sq|Terrace|Ter|Terr|Circle|Cir|Crescent|Cres|Close|Plaza|Plz|"
    "Trail|Trl|Turnpike|Tpke|Pike|Loop|Alley|Row|Broadway|Bowery|Quay|Wharf|Mews|Gardens|Grove|Hill|Walk|Parade|Esplanade|"
    "Promenade|Freeway|Fwy|Expressway|Expy|Crossing|Xing|Run|Path|Center|Centre|Ctr|"
    "Common|Commons|Ridge|Point|Pointe|Park|Mall|Yard|Green|Rise|View|Vale|Cove|Creek|Landing|Bend|Pass|Passage|Embankment|"
    "Strand|Estate|Causeway|Canyon|Commerce|Str"
)
_DIRECTION: Final = r"(?:N|S|E|W|NE|NW|SE|SW|N\.E|N\.W|S\.E|S\.W|North|South|East|West|Northeast|Northwest|Southeast|Southwest|NORTH|SOUTH|EAST|WEST)\b\.?"
_NUMBER: Final = r"(?:[NSEW]\d{1,5}\s?[NSEW]?\d{0,5}|\d{1,6}[A-Za-z]?)(?:\s?[-–&/]\s?\d{1,5}[A-Za-z]?)?"
_UNIT_WORDS: Final = r"Suites?|Ste|Unit|Apt|Apartment|Floor|Fl|Room|Rm|Bldg|Building|Lvl|Level|Office|Block|Box|PMB|Dept|Mail ?Code|MS|Tower|Wing|Lot|Space|Spc|House|P\.?O\.? Box|Etage|Stock|Stiege|Top|Tür|piso|planta|étage"

_GERMAN_WORDS: Final = tuple(
    "str weg platz allee gasse ring damm ufer chaussee markt steig graben wall kai promenade stieg pfad brücke hof berg tor "
    "garten feld twiete zeile "
    "höhe bogen wiese anger park stöcken am an_der an_den auf im in_der zum zur unter hinter alte neue bei vor obere untere groß".replace(
        "_", " "
    ).split()
)
_FRENCH_WORDS: Final = tuple(
    """
        rue avenue av. boulevard bd bld place chemin impasse allée allee route quai cours square passage faubourg voie
        rond esplanade sentier villa cité montée promenade za zi z.a z.i
    """.split()  # noqa: SIM905
)
_SPANISH_WORDS: Final = tuple(
    """
        c/ calle c. avda av. avenida paseo pº p.º plaza pza pl. carrer camino ctra carretera ronda rambla travesía vía
        glorieta pol rua travessa largo praça estrada alameda avenue
    """.split()  # noqa: SIM905
)
_ITALIAN_WORDS: Final = tuple(
    """
        via viale v.le piazza p.zza corso c.so largo vicolo strada contrada località loc. lungomare borgo
    """.split()  # noqa: SIM905
)
_DUTCH_WORDS: Final = tuple(
    """
        straat laan weg plein gracht kade singel dijk dreef steeg baan lei hof pad markt haven park gatan vägen gränd
        gata väg gade vej gaten gate allé stræde katu tie kuja plads torget plass
    """.split()  # noqa: SIM905
)
_POLISH_WORDS: Final = tuple(
    """
        ul. al. os. pl. str. bd. bul. nám. jl. ulic aleja aleje plac strada b-dul calea ulitsa jalan
    """.split()  # noqa: SIM905
)
_ORDINAL: Final = r"\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH)"
_ENGLISH = re.compile(
    rf"(?<![\w.$€£/\-])(?:#\s?|(?:Plot |Door )?No\.?\s?)?{_NUMBER},?\s{{1,2}}(?:(?:{_DIRECTION}|"
    rf"[nsew])\s{{1,2}})?(?:(?:{_WORD}|{_ORDINAL}|\d{{1,3}}(?=\s(?i:st|street|ave|avenue)\b))\s{{1,2}}){{1,5}}"
    rf"(?:(?:{_ENGLISH_TYPES})\b|(?i:{_ENGLISH_TYPES})(?=\s|,|\.|$)(?<=[A-Z]))\.?(?!['’]s)(?:,?\s{{1,2}}{_DIRECTION}(?![\w]))?"
)
_TYPE_ALONE = re.compile(
    rf"(?<![\w.$€£/\-])\d{{1,5}}\s(?:{_DIRECTION}\s)?(?:Broadway|Bowery|Strand|The Strand|Esplanade|Embarcadero|Piccadilly|"
    rf"Cheapside|Holborn|Aldgate)\b"
)
_HIGHWAY = re.compile(
    rf"(?<![\w.$€£/\-])\d{{1,6}}\s{{1,2}}(?:{_DIRECTION}\s{{1,2}})?(?:Old\s|US\s|U\.S\.\s|State\s|County\s|SR\s|Ranch\s|"
    rf"Farm\s)?(?:Highway|Hwy\.?|Route|Rte\.?|Rt\.?|Road|Interstate|CR|FM|SR|US)[- ]\d{{1,4}}\b(?:\s{_DIRECTION})?"
)
_NAMED_BEFORE = re.compile(
    rf"(?<![\w])(?:{_WORD}\s){{1,3}}(?:House|Building|Tower|Centre|Court|Park|Mill|Works|Studios|Chambers|Hall|Plaza|"
    rf"Estate),?\s(?:\d{{1,4}}[A-Za-z]?(?:-\d{{1,4}})?,?\s)?(?:{_WORD}\s){{1,3}}(?:Street|Road|Avenue|Lane|Place|Way|Square|"
    rf"Drive|Close|Park|Estate|Quay)\b"
)
_GERMAN = re.compile(
    rf"(?<![\w])(?:(?:[{_UP}][\w\-]*[ \-]){{0,3}}(?:[{_UP}][\w\-]*|[{_UP}][\w.\-]*-)?(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.?|[Ww]eg|"
    rf"[Pp]latz|[Aa]llee|[Gg]asse|[Rr]ing|[Dd]amm|[Uu]fer|[Cc]haussee|[Mm]arkt|[Ss]teig|"
    rf"[Gg]raben|[Ww]all|[Kk]ai|[Pp]romenade|[Ss]tieg|[Pp]fad|[Bb]rücke|[Hh]of|[Bb]erg|[Tt]or|[Gg]arten|[Ff]eld|[Tt]wiete|"
    rf"[Zz]eile|[Ss]töcken|[Hh]öhe|[Bb]ogen|[Ww]iese|[Aa]nger|[Pp]ark)|(?:Am|An der|An den|Auf der|Auf dem|Im|In der|In den|"
    rf"Zum|Zur|Unter den|Unter der|Hinter der|Hinter dem|Alte|Alter|Neue|Neuer|Bei der|Beim|Vor dem|Obere|Untere|Großer|"
    rf"Große)\s(?:[{_UP}][\w\-]++\s?){{1,3}}?)"
    r"\s{1,2}\d{1,4}(?:\s?[a-zA-Z](?![\w]))?(?:\s?[-–/+]\s?\d{1,4}\s?[a-zA-Z]?(?![\w]))?(?![\d])"
)
_FRENCH = re.compile(
    r"(?<![\w])\d{1,5}(?:\s?[-–/]\s?\d{1,4})?\s?(?:bis|ter|quater|[A-D](?=[ ,]))?,?\s{1,2}(?:[Rr]ue|RUE|[Aa]venue|"
    r"AVENUE|[Aa]v\.|[Bb]oulevard|BOULEVARD|[Bb]d\.?|[Bb]ld|[Pp]lace|PLACE|[Cc]hemin|CHEMIN|[Ii]mpasse|[Aa]llées?|ALLEE|"
    r"[Rr]oute|ROUTE|[Qq]uai|[Cc]ours|[Ss]quare|[Pp]assage|"
    r"[Ff]aubourg|[Vv]oie|[Rr]ond-point|[Ee]splanade|[Ss]entier|[Vv]illa|[Cc]ité|[Mm]ontée|[Pp]romenade|"
    r"[Zz]\.?[AI]\.?)\s(?:[dlDL]['’e]?(?:es|e|a|u)?\s?)?(?:[\w'’.\-]++\s?){1,6}"
)
_SPANISH = re.compile(
    r"(?<![\w])(?:C/|Calle|CALLE|C\.|Avda\.?|Av\.|Avenida|AVENIDA|Paseo|Pº|P\.º|Plaza|Pza\.?|Pl\.|Carrer|Camino|Ctra\.?|"
    r"Carretera|Ronda|Rambla|Travesía|Vía|Glorieta|Pol(?:\.|ígono) Ind(?:\.|ustrial)|"
    r"Rua|RUA|Travessa|Largo|Praça|Estrada|Alameda|Avenue)\s{0,2}(?:[\w'’.ºª\-]+\s){1,7}?(?:,?\s?)(?:n\.?º?|nº|Nº|N\.º|"
    r"núm\.?|número)?\s?(?:\d{1,4}|s/n)\b(?:[\s,]{1,2}(?:\d{1,2}[ºª°]|[Bb]ajo|local|piso)\s?\w{0,10})?"
)
_SPANISH_COMMA = re.compile(
    r"(?<![\w])(?:C/|Calle|CALLE|Avda\.?|Av\.|Avenida|AVENIDA|Paseo|Plaza|Carrer|Camino|Ctra\.?|Carretera|Ronda|Rambla|"
    r"Travesía|Rua|RUA|Travessa|Largo|Praça|Estrada|Alameda|Via|VIA|Viale|VIALE|V\.le|Piazza|PIAZZA|P\.zza|Piazzale|Corso|"
    r"CORSO|C\.so|Vicolo|Strada|Contrada|"
    r"Località|Loc\.|Lungomare|Borgo)\s{1,2}(?:[^\W\d][\w'’.ºª\-]*+\s?){1,6}?,\s?(?:n\.?\s?º?°?|nº|Nº|N\.º|snc|"
    r"núm\.?)?\s?(?:\d{1,4}(?:\s?/\s?[A-Za-z0-9]{1,3}|\s?[a-zA-Z]\b)?(?!\d)|s/n|snc)"
)
_ITALIAN = re.compile(
    r"(?<![\w])(?:Via|VIA|Viale|VIALE|V\.le|Piazza|PIAZZA|P\.zza|Piazzale|Corso|CORSO|C\.so|Largo|Vicolo|Strada|Contrada|"
    r"Località|Loc\.|Lungomare|Borgo)\s{1,2}(?:[\w'’.\-]+\s){1,6}?(?:n\.?\s?)?\d{1,4}(?:\s?/\s?[A-Za-z0-9]{1,3}|"
    r"[a-zA-Z]\b)?(?![\d])"
)
_DUTCH = re.compile(
    rf"(?<![\w])(?:[{_UP}][\w'’.\-]*\s){{0,3}}[{_UP}a-z][\w'’\-]*(?:straat|laan|weg|plein|gracht|kade|singel|dijk|dreef|"
    rf"steeg|baan|lei|steenweg|hof|pad|markt|haven|park|gatan|vägen|gränd|gata|väg|gade|vej|veien|gaten|gate|allé|stræde|"
    rf"katu|tie|kuja|plads|torget|plass)\s{{1,2}}\d{{1,4}}\s?[a-zA-Z]?(?![\w])(?:\s?[-–/]\s?\d{{1,4}}[a-zA-Z]?)?(?![\d])"
)
_POLISH = re.compile(
    r"(?<![\w])(?:ul\.|Ul\.|UL\.|al\.|Al\.|os\.|Os\.|pl\.|Pl\.|str\.|Str\.|Bd\.|Bul\.|nám\.|Jl\.|(?:ulica|aleja|Aleja|"
    r"Aleje|plac|Plac|ulice|Strada|B-dul|Calea|Ulitsa|ulitsa|Jalan)\s)\s?(?:[\w.’'\-]+\s){1,5}?(?:nr\.?\s?|"
    r"No\.?\s?)?\d{1,4}\s?[a-zA-Z]?(?![\w])(?:\s?/\s?\d{1,4}[a-zA-Z]?|\s?(?:lok|m)\.\s?\d{1,4}[a-zA-Z]?)?"
)
_NUMBERED = re.compile(
    rf"(?<![\w.$€£/\-])\d{{1,5}}\s(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|NORTH|SOUTH|EAST|"
    rf"WEST)\.?\s{_ORDINAL}\b(?!\s(?:floor|century|annual))"
)
BOX = re.compile(
    r"(?<![\w])(?:(?i:P\.? ?O\.? ?Box|Post Office Box|P\.? ?Box|Postfach|Apartado(?: de Correos)?|Case postale|Boîte "
    r"postale|Casella postale|Postbus|Skr\.? ?poczt\.?|Locked Bag|GPO Box|Private Bag|Boks|Postboks|Box)(?=[\s:#])|"
    r"B\.?P\.?)\.?(?:\s?[:#]|\s?No\.?:?)?\s{0,2}\d[\d ]{1,7}\d(?![\d])"
)


def _words(*texts: str) -> frozenset[str]:
    """The letters of words, as `tokens_of` cuts a line: `c/`, `p.zza` and `ul.` become `c`, `p`, `zza` and `ul`."""
    return frozenset(part for text in texts for part in re.findall(r"[^\W\d_]+", text.lower()))


_GERMAN_ENDINGS: Final = ("straße", "strasse", "stiege", *(word for word in _GERMAN_WORDS if len(word) > 2))
BEFORE: Final = "before"
BEHIND: Final = "behind"
EITHER: Final = "either"

# Where the house number stands; which words of a line, or endings of its words, call for which pattern. Set operations cost 0.2 us, a pattern 2 to 50.
STREETS: Final[tuple[tuple[frozenset[str], tuple[str, ...], str, re.Pattern[str]], ...]] = (
    (_words(*_ENGLISH_TYPES.split("|")), (), BEFORE, _ENGLISH),
    (_words("broadway bowery strand esplanade embarcadero piccadilly cheapside holborn aldgate"), (), BEFORE, _TYPE_ALONE),
    (_words("st nd rd th"), (), BEFORE, _NUMBERED),
    (_words("highway hwy route rte rt road interstate cr fm sr us"), (), BEFORE, _HIGHWAY),
    (_words("house building tower centre court park mill works studios chambers hall plaza estate"), (), EITHER, _NAMED_BEFORE),
    (
        _words(*_GERMAN_WORDS, "am an auf im in zum zur unter hinter alte alter neue neuer bei beim vor"),
        _GERMAN_ENDINGS,
        BEHIND,
        _GERMAN,
    ),
    (_words(*_FRENCH_WORDS, "allées"), (), BEFORE, _FRENCH),
    (_words(*_SPANISH_WORDS), (), BEHIND, _SPANISH),
    (_words(*_SPANISH_WORDS, *_ITALIAN_WORDS), (), BEHIND, _SPANISH_COMMA),
    (_words(*_ITALIAN_WORDS, "piazzale"), (), BEHIND, _ITALIAN),
    (frozenset(), _DUTCH_WORDS, BEHIND, _DUTCH),
    (_words(*_POLISH_WORDS, "ulica", "ulice"), (), BEHIND, _POLISH),
    (_words("box postfach apartado postale postbus poczt locked private boks postboks bp b"), (), EITHER, BOX),
)


def shapes_called_by_line(line: str, shapes: Mapping[str, frozenset[int]] | None) -> set[int]:
    """Which of `STREETS` the words of a line call for.

    Args:
        line: One line.
        shapes: What each word of the page calls for, where that is known.
    """
    called: set[int] = set()
    for word in line.lower().split():
        if shapes is None:
            called |= shapes_called_by(word)
        elif word in shapes:
            called |= shapes[word]
    return called


@lru_cache(maxsize=20_000)
def shapes_called_by(word: str) -> frozenset[int]:
    """Which of `STREETS` one word in lower case calls for, by itself or by its ending."""
    tokens = _TOKEN.findall(word)
    return frozenset(
        at
        for at, (words, endings, _, _) in enumerate(STREETS)
        if any(token in words or (endings and token.endswith(endings)) for token in tokens)
    )


_TOKEN = re.compile(r"[^\W\d_]+")
NUMBER_THEN_NAME = re.compile(r"\d[^\W\d_]?[,.]?\s{1,2}\(?[^\W_]|\d\s?(?:bis|ter)")
"""What a line must show where the house number stands before the street's name."""
NAME_THEN_NUMBER = re.compile(r"[^\W\d_][.,]?\s{1,2}(?:[nN]\w{0,2}[.º°]{0,2}\s?)?\d")
"""What a line must show where the house number stands behind the street's name."""
TRAILING_UNIT = re.compile(
    rf"(?:[\s,|–\-]{{1,4}}(?:(?i:{_UNIT_WORDS})\b\.?:?\s?#?\s?[\w\-]{{1,10}}|#\s?[\w\-/]{{0,8}}|(?i:(?:\d{{1,3}}(?:st|nd|rd|"
    rf"th|er|e|º|ª)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|ground|upper|top)\s(?:floor|fl|étage|"
    rf"piso|planta|andar)\b\.?))){{1,3}}"
)
ADDRESS_WORD = re.compile(
    r"(?i:\b(?:floor|fl|suite|ste|building|bldg|tower|house|étage|etage|villa|flat|plot|block|street|road|avenue|centre|"
    r"center|complex|park|office|unit|area|zone|district|room|level|p\.? ?o\.? ?box|apt|"
    r"estate|campus|court|plaza|square|lane|marg|nagar|sector|phase|wing|gate|industrial|business|corner|opp|near|attn|mail "
    r"?code|c/o|z\.?i\.?|gewerbegebiet|haus|gebäude)\b)|\d"
)
UNIT_LINE = re.compile(
    rf"^\s?(?:(?i:{_UNIT_WORDS})\b.{{0,40}}|.{{0,30}}(?i:floor|suite|building|tower|house|étage|etage).{{0,30}}|"
    rf"\d{{1,3}}(?:st|nd|rd|th) floor.{{0,20}})$"
)
NOT_A_STREET = re.compile(
    r"(?i:\b(?:days?|weeks?|months?|years?|hours?|minutes?|mins|people|persons|guests|reviews?|comments?|results?|items?|"
    r"products?|posts?|pages?|users?|members?|points?\b(?! )|miles|km|percent|million|billion|"
    r"square (?:foot|feet|metres?|meters?|miles?)|in the|of the|to the|for the|on the way|at the|by the|from the|january|february|april|june|july|august|september|"
    r"october|november|december|copyright|rights|versions?|chapter|"
    r"steps? to|ways? to|per|each|founded|established|since|seit|gegründet|customers?|clients?|photos?|videos?|beds?|baths?|bedrooms?|acres?|episode|volume|lesson|tips?|reasons?|"
    r"things)\b)|\b(?:free|off|sale|save|new|best|top|how|cars?|sq|season|part)\b|[$€£%©]|\d{1,2}:\d{2}|\d\s?(?i:am|pm)\b|"
    r"\d{6,}"
)

_US_STATES: Final = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY]|"
    "Alabama|Alaska|Arizona|Arkansas|California|Calif\\.|Colorado|Connecticut|Delaware|Florida|Fla\\.|"
    "Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Mass\\.|Michigan|"
    "Minnesota|Minn\\.|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|"
    "New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|"
    "Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|D\\.C\\."
)
# A full stop belongs to a short word only: "St. Gallen" is a city, of "69001 Lyon. Mentions légales" only the first word.
_CITY_WORD: Final = rf"(?:[{_UP}][\w'’\-]{{0,2}}\.[\w'’\-]*+|[{_UP}][\w'’\-]*+)"
_CITY: Final = rf"{_CITY_WORD}(?:[ \-](?:{_CITY_WORD}|de|del|la|le|les|sur|sous|am|an der|im|bei|ob der|in|upon|on|of|den|aan|di|da|do|dos|das|nad|pod|y|en|St\.)){{0,4}}"
_UK_CODE: Final = r"(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKS-UW]|[A-HK-Y]\d[ABEHMNPRV-Y]) {0,2}\d[ABD-HJLNP-UW-Z]{2})"
_EIRCODE: Final = r"[AC-FHKNPRTV-Y]\d[\dW] ?[\dAC-FHKNPRTV-Y]{4}"
# Country, the digits that must stand in a line, the whole shape.
PLACES: Final[tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]] = (
    ("US", re.compile(r"\d{5}"), re.compile(rf"(?<![\w])(?:(?P<city>{_CITY})[,.]?\s{{1,3}}|(?<=[,\s]))(?P<region>{_US_STATES})\b\.?,?\s{{0,3}}(?P<postcode>\d{{5}}(?:[-–]\d{{4}})?)(?![\d])")),
    ("US", re.compile(r", [A-Z]{2}"), re.compile(rf"(?<![\w])(?P<city>{_CITY}),\s{{1,2}}(?P<region>A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])\b(?!\s?\d)")),
    ("CA", re.compile(r"[A-Z]\d[A-Z]"), re.compile(rf"(?<![\w])(?:(?P<city>{_CITY})[,.]?\s{{1,3}})?\(?(?P<region>AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|Ontario|Quebec|Québec|British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia|New Brunswick|Ont\.|B\.C\.|P\.Q\.)\)?[,.]?\s{{0,3}}(?:Canada,?\s)?(?P<postcode>[ABCEGHJ-NPRSTVXY]\d[A-Z] ?-?\d[A-Z]\d)\b")),
    ("GB", re.compile(r"\d[A-Z]{2}"), re.compile(rf"(?:(?<!\w)(?P<city>{_CITY}),?\s{{1,2}})?(?<![A-Z\d])(?P<postcode>{_UK_CODE})(?![\w])")),
    ("IE", re.compile(r"[A-Z]\d[\dW] ?[A-Z\d]{4}"), re.compile(rf"(?:(?P<city>Dublin \d{{1,2}}W?|{_CITY}),?\s{{1,2}})?(?:(?P<region>(?:Co\.?|County) [A-Z]\w{{3,12}}),?\s{{1,2}})?(?<![A-Z\d])(?P<postcode>{_EIRCODE})(?![\w])")),
    ("AU", re.compile(r"\d{4}"), re.compile(rf"(?<![\w])(?P<city>{_CITY}),?\s{{1,3}}(?P<region>NSW|VIC|Vic|QLD|Qld|WA|SA|TAS|Tas|ACT|NT|New South Wales|Victoria|Queensland|Western Australia|South Australia|Tasmania),?\s{{1,3}}(?:Australia,?\s)?(?P<postcode>\d{{4}})\b")),
    ("NL", re.compile(r"\d{4} ?[A-Z]{2}"), re.compile(rf"(?<![\w\-])(?:NL-)?(?P<postcode>[1-9]\d{{3}} ?[A-Z]{{2}}),?\s{{1,3}}(?P<city>{_CITY})")),
    ("PL", re.compile(r"\d{2}-\d{3}"), re.compile(rf"(?<![\w\-])(?:PL-)?(?P<postcode>\d{{2}}-\d{{3}})\s{{1,3}}(?P<city>{_CITY})")),
    ("PT", re.compile(r"\d{4}[-–]\d{3}"), re.compile(rf"(?<![\w\-])(?:PT?-)?(?P<postcode>\d{{4}}[-–]\d{{3}})\s{{1,3}}(?P<city>{_CITY})")),
    ("SE", re.compile(r"\d{3} \d{2}"), re.compile(rf"(?<![\w\-])(?:SE?-|CZ-|SK-|GR-)?(?P<postcode>[1-9]\d{{2}} \d{{2}})\s{{1,3}}(?P<city>{_CITY})(?![\w])")),
    ("EU", re.compile(r"[A-Z][-– ]{1,3}\d{4}"), re.compile(rf"(?<![\w\-.,/])(?:DE?|AT?|CH|FR?|IT?|ES?|BE?|LT|LV|EE|FI|DK|NO|HR|SI|RO|HU|BG|L|FL)[-– ]{{1,3}}(?P<postcode>\d{{4,6}})\s{{1,3}}(?P<city>{_CITY})")),
    ("EU5", re.compile(r"\d{5}"), re.compile(rf"(?<![\w\-.,/$€£+])(?P<postcode>\d{{5}})[ ,]{{1,3}}(?P<city>{_CITY})(?!\s[a-zß-ÿ])(?:\s\(?(?P<region>[A-Z]{{2}})\)?(?![\w]))?")),
    ("EU4", re.compile(r"\d{4}"), re.compile(rf"(?:(?<=^)|(?<=, )|(?<=\| )|(?<=[•·,\-–;] )|(?<=\d ))(?P<postcode>[1-9]\d{{3}})\s{{1,2}}(?P<city>{_CITY})(?=\s?(?:[,.;|()·•–]|$|(?i:Austria|Österreich|Schweiz|Suisse|Switzerland|Belg|Denmark|Danmark|Norge|Norway|Hungary|Tel|E-?Mail|Fon)))")),
    ("IN", re.compile(r"\d{3} ?\d{3}"), re.compile(rf"(?<![\w])(?P<city>{_CITY})\s?[-–,. ]\s?(?P<postcode>[1-9]\d{{2}} ?\d{{3}})(?![\d\-])(?=\s?(?:[,.;|(]|$|[A-Z]))")),
    ("RU", re.compile(r"\d{6}"), re.compile(rf"(?<![\w\-.,/+])(?P<postcode>\d{{6}}),?\s{{1,2}}(?:(?:District|Rayon) \d{{1,2}},\s)?(?P<city>{_CITY})(?=\s?(?:[,.;|(]|$))")),
)  # fmt: skip


def find_country(after: str) -> tuple[str, int] | None:
    """A country named right behind an address.

    Returns:
        The name and how many characters lie up to its end, or None.
    """
    lead = re.match(r"[\s,.;|\-–(]{0,4}", after)
    assert lead is not None
    match = COUNTRY_NAME.match(after, lead.end()) or re.compile(r"USA|U\.S\.A\.?|UK").match(after, lead.end())
    return (match.group(), match.end()) if match else None
