"""Fields that must agree as a whole: titles, organisations, degrees, certificates, dates, fluency, addresses.

Each function takes what the CV says and what the profile says, and gives an explanation when the first does not follow from the
second. A shorter or abbreviated form may; a different or higher one may not.
"""

from __future__ import annotations

import re
import unicodedata

from inroad.cvs.claims.vocabulary import word_set

_JOINTS = word_set("of the for in and at an a to & und der die das de la le du des van von y e et")
_LEGAL = word_set(
    """inc incorporated llc ltd limited gmbh ag se corp corporation co company sa sas sarl bv nv plc oy oyj ab as asa aps kg
    mbh kgaa ug ev e.v spa srl sl pty pte llp lp"""
)
_TITLE_FORMS: dict[str, str] = dict(
    pair.split(":")
    for pair in word_set(
        """sr:senior snr:senior jr:junior swe:software_engineer sre:site_reliability_engineer dev:developer eng:engineer
        engr:engineer mgr:manager vp:vice_president svp:senior_vice_president cto:chief_technology_officer
        ceo:chief_executive_officer cfo:chief_financial_officer coo:chief_operating_officer
        cio:chief_information_officer qa:quality_assurance ml:machine_learning ai:artificial_intelligence dir:director
        asst:assistant assoc:associate admin:administrator dba:database_administrator programmer:developer
        hr:human_resources it:information_technology ux:user_experience ui:user_interface dept:department prof:professor
        ops:operations infra:infrastructure backend:back_end frontend:front_end fullstack:full_stack leader:lead
        tech:technical bi:business_intelligence pa:personal_assistant cofounder:co_founder rn:registered_nurse"""
    )
)
# Words that make a title smaller: leaving one out makes it larger.
_SMALLER = word_set(
    """junior assistant associate intern internship trainee apprentice deputy interim acting co vice graduate student working
    volunteer freelance visiting adjunct part temporary substitute aspiring candidate werkstudent praktikant
    praktikantin auszubildender stellvertretender"""
)
# Level of a degree to the forms in which it is written, without full stops.
_DEGREES: tuple[tuple[str, str], ...] = (
    ("postdoc", r"post-?\s?doc\w*"),
    ("doctor", r"ph\s?d|dphil|doctor\w*|dr|dr \w+|promotion|doktor\w*|scd|edd|md|jd"),
    ("mba", r"e?mba|master (?:of|in) business administration"),
    ("master", r"master\w*|m\s?sc|ms|ma|meng|mphil|mres|llm|med|magister|maitrise|laurea magistrale|mestrado|mag"),
    ("diploma", r"dipl\w*(?:-\w+)?|staatsexamen|ingenieur"),
    ("bachelor", r"bachelor\w*|b\s?sc|bs|ba|beng|btech|bed|llb|bcom|bfa|licence|licenciatura|laurea|undergraduate\w*|grado"),
    ("associate", r"associate\w*|aas?|as|foundation degree|hnd|hnc"),
    ("school", r"a-?\s?levels?|abitur|matura|high school\w*|baccalaureat\w*|bac|gcse|vwo|ib diploma"),
)
_FIELDS = {
    "science": r"\b[bm]?\s?sc\b|\b[bm]s\b|science",
    "arts": r"\b[bm]a\b|arts",
    "engineering": r"eng\b|engineering|tech\b",
    "education": r"\b[bm]ed\b",
    "laws": r"\bll[bm]\b|laws?",
}
_FLUENCY: tuple[tuple[int, str], ...] = (
    (9, r"native|mother|muttersprach\w*|natif\w*|langue maternelle|lengua materna|nativo|bilingual|first language|moedertaal"),
    (8, r"c2|full professional|near[- ]native|mastery|proficient|verhandlungssicher|excellent"),
    (7, r"c1|fluent|fließend|fliessend|courant|fluido|advanced|flytande|vloeiend|very good|sehr gut"),
    (5, r"b2|professional working|professional|upper[- ]intermediate|business|gute?|good|working"),
    (4, r"b1|intermediate|limited working|conversational|mittel\w*|intermédiaire|intermedio"),
    (3, r"a2|elementary|pre-intermediate|some|basic working"),
    (2, r"a1|beginner|basic\w*|grund\w*|débutant|notions|básico|novice|learning|school"),
)
_SKILL_LEVELS: tuple[tuple[int, str], ...] = (
    (5, r"master|expert|guru|specialist"),
    (4, r"advanced|proficient|strong|senior|experienced|very good"),
    (3, r"intermediate|competent|good|working|solid|practitioner"),
    (2, r"beginner|basic|novice|junior|elementary|familiar|foundation"),
)


def fold(text: str) -> str:
    """Fold case, accents and spacing."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in folded if not unicodedata.combining(char)).split())


def title_problem(said: str, true: str) -> str | None:
    """Compare a job title with the profile's: the same words in any order, some may be missing, none may be added."""
    if fold(said) == fold(true):
        return None
    claimed, known = _title_words(said), _title_words(true)
    added = [word for word in claimed if word not in known]
    if added or not claimed:
        return f"{said!r} is not the profile's {true!r}"
    dropped = [word for word in known if word in _SMALLER and word not in claimed]
    return f"{said!r} leaves out {dropped[0]!r} of the profile's {true!r}" if dropped else None


def name_problem(said: str, true: str) -> str | None:
    """Compare the name of an organisation, school or place of publication, its acronym and its legal form aside."""
    if not fold(said) or fold(said) == fold(true):
        return None
    versions = [true, re.sub(r"\(.*?\)", " ", true), re.split(r"[,(|/–—]| - ", true)[0], *re.findall(r"\(([^()]*)\)", true)]
    forms = (said, re.sub(r"\(.*?\)", " ", said))
    if any(_consumes(_name_words(form), _name_words(version)) for form in forms for version in versions if fold(version)):
        return None
    return f"{said!r} is not the profile's {true!r}"


def text_problem(said: str, true: str) -> str | None:
    """Compare a short text (an award, a course, a field of study): its words must all be the profile's, an acronym aside."""
    if fold(said) == fold(true):
        return None
    claimed, known = _name_words(said), _name_words(true)
    initials = "".join(word[:1] for word in known)
    added = [word for word in claimed if word not in known and word != initials and not _is_initials_in(word, known)]
    if added or (not claimed and fold(said)):
        return f"{said!r} is not the profile's {true!r}"
    return None


def certificate_problem(said: str, true: str, issuer: str) -> str | None:
    """Compare a certificate's name; its issuer may be part of it, its level may not be left out."""
    if fold(said) == fold(true):
        return None
    known = [*_name_words(true), *_name_words(issuer)]
    claimed = _name_words(said)
    added = [
        word for word in claimed if word not in known and not _is_initials_in(word, known) and not _spells_out(claimed, known)
    ]
    if added or not claimed:
        return f"{said!r} is not the profile's {true!r}"
    telling = [
        word
        for word in claimed
        if word not in {"certified", "certificate", "certification", "exam"} and word not in _name_words(issuer)
    ]
    return None if telling or fold(said) == fold(true) else f"{said!r} does not name the profile's {true!r}"


def degree_problem(said: str, true: str) -> str | None:
    """Compare degrees: the same level, and the same kind where both name one."""
    if fold(said) == fold(true):
        return None
    claimed, known = degree_level(said), degree_level(true)
    if claimed is None or known is None:
        return text_problem(said, true)
    if claimed != known:
        return f"{said!r} is not the profile's {true!r}"
    kinds, known_kinds = _degree_fields(said), _degree_fields(true)
    if kinds and known_kinds and not kinds & known_kinds:
        return f"{said!r} is not the profile's {true!r}"
    honours = re.compile(r"\b(?:cum laude|honou?rs?|hons|first[- ]class|distinction|summa|magna)\b")
    if honours.search(fold(said)) and not honours.search(fold(true)):
        return f"{said!r} adds an honour to the profile's {true!r}"
    return None


def date_problem(said: str, true: str | None) -> str | None:
    """Compare ISO dates: the CV's may be shorter, never another or more exact."""
    if not true:
        return f"{said!r}: the profile gives no date"
    return None if true == said or true.startswith(f"{said}-") else f"{said!r} is not the profile's {true!r}"


def fluency_problem(said: str, true: str | None) -> str | None:
    """Compare fluency: as high as the profile's, or lower."""
    return _rank_problem(said, true, _FLUENCY)


def fluency_rank(text: str) -> int | None:
    """Rank what a text says of fluency, 9 for native; None when it says nothing."""
    return _rank(text, _FLUENCY)


def skill_rank(text: str) -> int | None:
    """Rank the level of a skill, 2 for a beginner's to 5 for a master's; None when a text says nothing of it."""
    return _rank(text, _SKILL_LEVELS)


def level_problem(said: str, true: str | None) -> str | None:
    """Compare the level of a skill: as high as the profile's, or lower."""
    return _rank_problem(said, true, _SKILL_LEVELS)


def phone_problem(said: str, true: str) -> str | None:
    """Compare phone numbers by their digits; a country code or a leading zero may come or go."""
    claimed, known = (re.sub(r"\D", "", re.sub(r"\(0\)", "", text)).lstrip("0") for text in (said, true))
    short, long = sorted((claimed, known), key=len)
    same = len(short) >= 6 and long.endswith(short) and len(long) - len(short) <= 3
    return None if same or claimed == known else f"{said!r} is not the profile's {true!r}"


def url_problem(said: str, true: str) -> str | None:
    """Compare web addresses; scheme, "www." and the last slash do not count."""
    claimed, known = (
        re.sub(r"^(?:https?://)?(?:www\.)?", "", text.strip(), flags=re.IGNORECASE).rstrip("/") for text in (said, true)
    )
    host, _, path = claimed.partition("/")
    known_host, _, known_path = known.partition("/")
    return None if (host.casefold(), path) == (known_host.casefold(), known_path) else f"{said!r} is not the profile's {true!r}"


def place_problem(said: str, true: str) -> str | None:
    """Compare places: every word must be the profile's."""
    known = set(re.findall(r"\w+", fold(true)))
    added = [word for word in re.findall(r"\w+", fold(said)) if word not in known]
    return f"{said!r} is not the profile's {true!r}" if added else None


def _title_words(title: str) -> list[str]:
    title = (
        re.sub(r"\(?\b[mfwdxhgn]\s?/\s?[mfwdxhgn]\b(?:\s?/\s?[mfwdxhgn]\b)?\)?", " ", fold(title))
        .replace("co-", "co ")
        .replace("full-stack", "full stack")
    )
    words: list[str] = []
    for word in re.findall(r"[^\W_]+(?:\+\+|#)?", title):
        words.extend(_TITLE_FORMS.get(word, word).split("_"))
    return [word for word in words if word not in _JOINTS]


def _name_words(name: str) -> list[str]:
    name = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", fold(name))  # "U.S.A." -> "usa."
    return [word for word in re.findall(r"[^\W_]+(?:\+\+|#)?", name) if word not in _JOINTS and word not in _LEGAL]


def _consumes(claimed: list[str], known: list[str]) -> bool:
    """Tell whether the claim spells the known words in order, each as it is or several as their initials."""
    at = 0
    for word in claimed:
        if at < len(known) and known[at] == word:
            at += 1
            continue
        span = len(word)
        if span >= 2 and "".join(part[:1] for part in known[at : at + span]) == word and at + span <= len(known):
            at += span
            continue
        return False
    return at == len(known) and bool(claimed)


def _is_initials_in(word: str, known: list[str]) -> bool:
    joined = "".join(part[:1] for part in known)
    return 2 <= len(word) <= 6 and word in joined


def _spells_out(claimed: list[str], known: list[str]) -> bool:
    """Tell whether the claim writes out an acronym of the profile: "Certified Kubernetes Administrator" for "CKA"."""
    initials = "".join(word[:1] for word in claimed)
    return any(len(word) >= 3 and (word == initials or initials.endswith(word)) for word in known)


def degree_level(text: str) -> str | None:
    """Name the level of a degree: "bachelor", "master", "doctor", ...; None for what is no degree."""
    plain = fold(text).replace(".", "")
    for search in (re.match, re.search):  # what a text begins with decides: "Master (after a Bachelor)"
        for level, pattern in _DEGREES:
            if search(rf"(?<!\w)(?:{pattern})(?!\w)", plain):
                return level
    return None


def _degree_fields(text: str) -> set[str]:
    plain = fold(text).replace(".", "")
    return {name for name, pattern in _FIELDS.items() if re.search(pattern, plain)}


def _rank_problem(said: str, true: str | None, scale: tuple[tuple[int, str], ...]) -> str | None:
    if not true:
        return f"{said!r}: the profile gives none"
    if fold(said) == fold(true):
        return None
    claimed, known = _rank(said, scale), _rank(true, scale)
    if claimed is None or known is None or claimed > known:
        return f"{said!r} is not the profile's {true!r}"
    return None


def _rank(text: str, scale: tuple[tuple[int, str], ...]) -> int | None:
    """Rank a level; a CEFR code decides, else the longest phrase that the scale knows."""
    folded = fold(text)
    code = re.search(r"(?<!\w)[abc][12](?!\w)", folded)
    text = code[0] if code else folded
    found = [
        (len(match[0]), rank) for rank, pattern in scale for match in re.finditer(rf"(?<!\w)(?:{fold(pattern)})(?!\w)", text)
    ]
    return max(found)[1] if found else None
