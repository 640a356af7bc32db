"""One line of a posting: is it a requirement, how firm, how many years, and what level is asked for.

Plain functions on text; where the lines come from, and their spans, is the business of `inroad.postings.structuring`.
"""

from __future__ import annotations

import re
from typing import Final

from inroad.postings.sections import fold

_NUMBER_WORDS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "ein": 1, "zwei": 2, "drei": 3, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "zehn": 10,
    "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
    "due": 2, "tre": 3, "dois": 2, "duas": 2, "dwa": 2, "trzy": 3, "piec": 5, "quattro": 4, "cinque": 5, "twee": 2,
    "drie": 3, "vier": 4, "vijf": 5,
}  # fmt: skip
_NUMBER: Final = r"(?:\d{1,2}(?:[.,]\d)?|" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + r")"
_YEARS: Final = re.compile(
    rf"(?<![\w$€£])(?P<low>{_NUMBER})\s?(?:\(\d{{1,2}}\)\s?)?(?:\+|plus)?\s?"
    rf"(?:(?:-|–|to|bis|a|or|und|y|et|o|ou|oder|tot|of|e|do|till?|eller|i)\s?(?P<high>{_NUMBER})\s?\+?\s?)?"
    r"(?:or more |full |oder mehr |o mas |ou plus )?(?:-?\s?)(?:years?|yrs?|jahren?|jahrige[nrs]?|ans?|annees?|anos?|anni"
    r"|anno|jaar|jaren|anos|lata?|lat|roku?|ars?|ar)(?![a-z])"
)
_MONTHS: Final = re.compile(
    r"(?<!\w)(?P<low>\d{1,2})\s?\+?\s?(?:months?|monaten?|mois|meses|mesi|maanden|mesec\w*|miesi\w+|manader|maneder)(?![a-z])"
)
_SEVERAL: Final = re.compile(
    r"\b(?:several|multiple|mehrjahrige[rn]?|plusieurs annees|varios anos|langjahrige[rn]?|diversi anni|pluriennale"
    r"|meerdere jaren)\b"
)
_ABOUT_EXPERIENCE: Final = re.compile(
    r"experience|erfahrung|erfarenhet|erfaring|doswiadczen|experiencia|berufserfahrung|experiencia|esperienza|ervaring|praxis|background|work(?:ed|ing)|professional"
    r"|hands-on"
    r"|track record|tatigkeit|seniority|"
    r"minimum|at least|mindestens|au moins|minimo|al menos|almeno|minimaal|ten minste|minstens|co najmniej|min\.|minst"
    r"|mindst|pelo menos|no minimo|expertise|in (?:a|the|an"
    r"|similar|software|sales)"
)
_NOT_EXPERIENCE: Final = re.compile(
    r"\b(?:founded|since|gegrundet|history|for over|over the (?:last|past)|more than \w+ years of (?:history|success)"
    r"|anniversary|old|of age"
    r"|years? in business|contract|befristet|ausbildung zu|ausbildung als|\w*jahrige[snr]? (?:studium|ausbildung|lehre)"
    r"|fixed[- ]term|warranty|market leader|seit (?:uber|mehr als|\d+)|depuis"
    r"|desde hace|fundada)\b"
)

_NICE: Final = re.compile(
    r"\b(?:nice to have|(?:is |are |would be |as |considered )?(?:a |an )?(?:big |huge |strong |definite |real "
    r"|added )?(?:plus|bonus|advantage|asset)\b"
    r"|preferred|preferably|desirable|desired|ideally|beneficial|advantageous|optional|not required|helpful|welcome"
    r"|von vorteil|wunschenswert|idealerweise|gern(?:e)? gesehen|ein plus|vorteilhaft|optimalerweise|gerne auch"
    r"|serait un plus|est un plus|un atout|apprecie\w*|souhaite\w*|idealement|de preference"
    r"|deseable|valorable|se valora\w*|preferible\w*|idealmente|sera un plus"
    r"|gradit[oaie]|preferibilmente|titolo preferenziale|costituisce un plus|sara un plus"
    r"|mile widzian\w+|dodatkowym atutem|atutem (?:bedzie|jest)|sera um diferencial|diferencial|valoriza-se|een pre|pre is"
    r"|is mooi meegenomen|bij voorkeur|liefst)\b"
)
_MUST: Final = re.compile(
    r"\b(?:must|required|requires?|mandatory|essential|minimum|at least|you (?:need|have|bring|are)|need to|proven"
    r"|proficien\w+|demonstrated"
    r"|zwingend|erforderlich|voraussetzung|mindestens|notwendig|du (?:hast|bringst|verfugst|bist)|sie (?:haben|bringen"
    r"|verfugen|sind)"
    r"|abgeschlossene\w*|fundierte|sehr gute|gute kenntnisse|exige\w*|obligatoire|indispensable|requis\w*|maitrise"
    r"|vous (?:avez|etes|justifiez|disposez)"
    r"|imprescindible|obligatorio|requerido|se requiere|necesari[oa]|experiencia (?:de|en|minima|con)|dominio"
    r"|richiest[oaie]|indispensabil[ei]|obbligatori[oa]|almeno|esperienza (?:di|in|nel|nella|con)|ottima conoscenza"
    r"|buona conoscenza"
    r"|vereist|wymagan\w+|konieczn\w+|niezbedn\w+|doswiadczenie (?:w|na|z)|znajomosc|obrigatori[oa]|experiencia (?:com|na"
    r"|no)|dominio de|noodzakelijk|minimaal|minstens|ten minste|(?:je|jij) (?:hebt|bent|beschikt|beheerst)|ervaring met)\b"
)
_REQUIREMENT_WORDS: Final = re.compile(
    r"\b(?:experience|degree|bachelor|master|diploma|knowledge|proficien\w+|fluen\w+|ability|skills?|certif\w+"
    r"|licen[sc]e|familiar\w*|understanding"
    r"|qualification|erfahrung\w*|kenntnisse|studium|ausbildung|abschluss|fahigkeit\w*|fuhrerschein|deutschkenntnisse"
    r"|expertise|experiencia|titulo"
    r"|titulacion|conocimientos?|diplome|formation|maitrise|connaissances?|permis|nivel|niveau"
    r"|doswiadczen\w+|znajomosc|wyksztalcenie|umiejetnos\w+|jezyk\w*|experiencia|conhecimentos?|formacao|licenciatura"
    r"|carta de conducao"
    r"|esperienza|laurea|diploma di|conoscenza|conoscenze|competenz[ae]|patente|ervaring|kennis|opleiding|diploma|rijbewijs"
    r"|vaardigheden)\b"
)

# Searched in this order; folded words. "Basic" comes first: "basic to good" asks for the basics.
_LEVELS: Final[dict[str, re.Pattern[str]]] = {
    "basic": re.compile(
        r"\b(?:basic(?: knowledge)?|basics|fundamentals?|familiar(?:ity)?(?: with)?|exposure to|some (?:knowledge|experience)"
        r"|awareness"
        r"|grundkenntnisse|grundlagen|grundlegende\w*|erste (?:erfahrung\w*|kenntnisse)|notions?|bases|connaissances de base"
        r"|nociones"
        r"|conocimientos basicos|nivel basico|conoscenz[ae] (?:di )?base|nozioni|basiskennis|enige (?:kennis|ervaring)|a1|a2)\b"
    ),
    "expert": re.compile(
        r"\b(?:expert(?:ise|s)?|expert-level|deep|in-depth|extensive|advanced|mastery|profound|outstanding|excellent|native"
        r"|bilingual|c2"
        r"|fundiert\w*|tiefgehend\w*|tiefgreifend\w*|exzellent\w*|hervorragend\w*|umfassend\w*|verhandlungssicher\w*"
        r"|muttersprach\w*"
        r"|maitrise parfaite|parfaite maitrise|excellente?s?|approfondie?s?|expertise|langue maternelle|experto|avanzad[oa]s?"
        r"|excelente|profund[oa]s?"
        r"|nativo|ottim[oa]|approfondit[oa]|eccellente|madrelingua|uitstekende?|diepgaande?|moedertaal)\b"
    ),
    "proficient": re.compile(
        r"\b(?:proficien\w+|strong|solid|very good|proven|fluent|fluency|confident|c1|sehr gute?\w*|versiert\w*"
        r"|sicher\w* umgang|flie(?:ss|ß)end\w*|ausgepragt\w*"
        r"|bonne maitrise|maitrise|solides?|tres bonnes?|courant|courante|couramment|dominio|solid[oa]s?|muy buen\w*"
        r"|fluid[oa]|fluidez"
        r"|buona padronanza|padronanza|fluente|solida|zeer goede|sterke|vloeiend\w*)\b"
    ),
    "working": re.compile(
        r"\b(?:working knowledge|good|hands-on|practical|b1|b2|gute?\w*|praktische\w*|anwendungssicher\w*|bonnes?|pratique"
        r"|buen\w*|practic[oa]s?|buon[ae]|pratic[ao]|goede|praktische)\b"
    ),
}

_DEGREE: Final = re.compile(
    r"\b(?:degree|bachelor\w*|master(?:'s| of| degree)|b\.?sc|m\.?sc|ph\.?d|doctora\w+|diplom\w*|studium|studienabschluss"
    r"|hochschul\w+"
    r"|abgeschlossene\w* (?:studium|hochschulstudium|ausbildung|berufsausbildung)|ausbildung (?:als|zu[mr])"
    r"|university education"
    r"|titulacion|licenciatura|grado en|formacion profesional|bac ?\+ ?\d|laurea\w*|wyksztalcenie|licenciatura"
    r"|formacao superior|curso superior|prawo jazdy|carta de conducao|hbo|wo[- ]niveau|mbo|certifi\w+"
    r"|licen[sc]ed?|zertifi\w+"
    r"|fuhrerschein|permis|carnet|patente|rijbewijs)\b"
)

_SENIORITY: Final = {
    "intern": (
        r"intern(?:ship)?s?|praktik\w+|werkstudent\w*|working student|stagiaire|stage(?! (?:manager|designer"
        r"|technician|hand|director))|becari[oa]|practicas|trainee"
        r"|apprenti\w*|alternan\w+|azubi|auszubildende\w*|ausbildung zu[mr]|co-?op|aprendiz"
    ),
    "executive": (
        r"chief|c[etfimo]o|cpo|cmo|cro|vp|svp|evp|vice president|president|geschaftsfuhr\w+|vorstand|directeur general"
        r"|director general|managing director|executive director|head of school|general manager"
    ),
    "lead": (
        r"lead(?! gen)|head of|head|principal|staff (?:software|engineer|developer|data|product|scientist|machine)"
        r"|director|directeur|directrice|team ?leiter\w*|leiter\w*|leitung"
        r"|teamlead\w*|manager of|engineering manager|team manager|supervisor|vorarbeiter\w*|meister\w*"
        r"|chef de service|responsable|jefe|jefa|foreman|forewoman|abteilungsleit\w+|bereichsleit\w+"
        r"|teamleit\w+|pflegedienstleit\w+|encargad[oa]|coordinador[a]?|team leader|shift leader|schichtleit\w+"
    ),
    "senior": (r"senior|sr|experienced|erfahren\w*|confirme\w*|sen|expert\w*|specialist iii|iii|iv"),
    "junior": (
        r"junior|jr|entry[ -]level|graduate|berufseinsteiger\w*|einsteiger\w*|absolvent\w*|debutant\w*|jun|associate"
        r"|early career|recien titulad[oa]|new grad"
    ),
    "mid": (r"mid[ -]?level|intermediate|medior|mid|ii|professional"),
}
_SENIORITY_PATTERNS: Final = tuple((name, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")) for name, words in _SENIORITY.items())
_BOTH_LEVELS: Final = re.compile(r"\b(?:junior|jr)\W{1,5}(?:to |bis |or |oder )?(?:senior|sr)\b|\(senior\)|\(junior\)")


def _number(text: str) -> float:
    return float(_NUMBER_WORDS[text]) if text in _NUMBER_WORDS else float(text.replace(",", "."))


def years_asked(text: str) -> float | None:
    """Years of experience that a line asks for.

    Args:
        text: One requirement.

    Returns:
        The lower bound of the first span of years ("3-5 years" is 3); months as a fraction; None when no number of years is said
        or the line speaks of something else (the company's age, a contract's length).
    """
    folded = fold(text[:600])
    if _NOT_EXPERIENCE.search(folded) and not re.search(r"experience|erfahrung|experiencia", folded):
        return None
    found = _YEARS.search(folded)
    if found:
        years = _number(found.group("low"))
        return years if 0 < years <= 40 and (_ABOUT_EXPERIENCE.search(folded) or len(folded) < 60) else None
    months = _MONTHS.search(folded)
    if months and _ABOUT_EXPERIENCE.search(folded):
        return round(int(months.group("low")) / 12, 2)
    return None


def asks_for_several_years(text: str) -> bool:
    """Tells whether a line asks for experience of several, unnumbered years ("mehrjährige Berufserfahrung")."""
    return _SEVERAL.search(fold(text[:600])) is not None


def level_asked(text: str) -> str | None:
    """How well a line asks for something to be mastered.

    Args:
        text: One requirement.

    Returns:
        "basic", "working", "proficient" or "expert", from its words or a language level of the CEFR; None when it says nothing.
    """
    folded = fold(text[:600])
    return next((name for name, pattern in _LEVELS.items() if pattern.search(folded)), None)


def names_a_degree(text: str) -> bool:
    """Tells whether a line asks for a degree, a certificate or a licence."""
    return _DEGREE.search(fold(text[:600])) is not None


def importance_of(text: str, section: str) -> str:
    """How firm a requirement is: "must" or "nice", from its own words first, then from its section ("must" or "nice")."""
    folded = fold(text[:600])
    if _NICE.search(folded) and not re.search(r"\b(?:must|required|zwingend|erforderlich|exige|imprescindible)\b(?! or)", folded):
        return "nice"
    return "nice" if section == "nice" else "must"


def reads_as_requirement(text: str) -> bool:
    """Tells whether a sentence outside any requirements section asks for something: firm or soft wording, and a thing to have."""
    folded = fold(text[:600])
    return bool((_MUST.search(folded) or _NICE.search(folded)) and _REQUIREMENT_WORDS.search(folded))


def seniority_of(title: str, years: float | None) -> str | None:
    """The level of a job, from its title, else from the years that it asks for.

    Args:
        title: Job title.
        years: The most years that a firm requirement asks for, None when none does.

    Returns:
        "intern", "junior", "mid", "senior", "lead", "executive", or None when neither says anything; "junior or senior" says
        nothing.
    """
    folded = fold(title[:300])
    if not _BOTH_LEVELS.search(folded):
        level = next((name for name, pattern in _SENIORITY_PATTERNS if pattern.search(folded)), None)
        if level is not None:
            return level
    if years is None:
        return None
    return "junior" if years < 2 else "mid" if years < 5 else "senior"
