"""Employment type and place of work, from the many words for them to one vocabulary.

`Posting.employment_type` and `Posting.remote` are normalised here and nowhere else.
"""

from __future__ import annotations

import re
from typing import Final

_EMPLOYMENT: Final = (
    (
        "internship",
        (
            r"intern(?:ship)?s?|praktik\w+|stage(?! (?:manager|designer|technician|hand|director))|stagiaire|prácticas"
            r"|practicas|becari[oa]|co-?op|trainee|werkstudent\w*"
        ),
    ),
    ("apprenticeship", r"apprentice\w*|ausbildung|azubi\w*|alternance|apprenti\w*|aprendiz\w*|auszubildende\w*"),
    (
        "temporary",
        r"temporary|temp|seasonal|per[ _-]?diem|zeitarbeit|intérim|interim|temporal|befristet\w*|cdd|fixed[ _-]?term|aushilfe",
    ),
    ("contract", r"contract(?:or)?|freelance\w*|1099|self[ _-]?employed|consultant contract|freiberuflich|werkvertrag"),
    ("volunteer", r"volunteer\w*|ehrenamt\w*|bénévol\w*|voluntari\w*"),
    (
        "part-time",
        r"part[ _-]?time|parttime|teilzeit|temps partiel|tiempo parcial|media jornada|minijob|mini-job|tempo parziale|deeltijds?",
    ),
    (
        "full-time",
        (
            r"full[ _-]?time|fulltime|full[ _-]or[ _-]part[ _-]time|vollzeit|temps plein|tiempo completo|jornada completa"
            r"|tempo pieno|voltijds?"
        ),
    ),
)
_EMPLOYMENT_PATTERNS: Final = tuple(
    (name, re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)) for name, words in _EMPLOYMENT
)

# Says that a job is meant to last, and only where nothing else is said that it fills the day.
_PERMANENT: Final = re.compile(
    r"(?<![^\W_])(?:permanent|festanstellung|unbefristet\w*|cdi|regular|indefinido|tempo indeterminato"
    r"|vast(?: contract)?)(?![^\W_])",
    re.IGNORECASE,
)

_HYBRID: Final = re.compile(
    r"\b(?:hybrid\w*|híbrido|teilweise (?:remote|home)|partially remote|flexible (?:remote|location))\b", re.IGNORECASE
)
_REMOTE: Final = re.compile(
    r"\b(?:(?:fully |100 ?% )?remote(?:ly)?(?! (?:sensing|support|monitoring|control|access|desktop|sites?))"
    r"|telecommut\w+|work from home|wfh|home ?office|anywhere|télétravail"
    r"|teletrabajo|remoto|à distance)\b",
    re.IGNORECASE,
)
_ONSITE: Final = re.compile(
    r"\b(?:on[ -_]?site|in[ -_]?office|in[ -_]person|vor ort|sur site|presencial|présentiel)\b", re.IGNORECASE
)


def employment_type(value: object) -> str | None:
    """Normalises a type of employment.

    Args:
        value: A word or phrase as published ("FULL_TIME", "Festanstellung, Vollzeit", "1099 Contract"), or a list of them.

    Returns:
        "full-time", "part-time", "contract", "internship", "apprenticeship", "temporary", "volunteer", or None. Of several, the
        most telling wins: an internship in full time is an internship; "full- or part-time" is full-time.
    """
    if isinstance(value, list | tuple):
        value = ", ".join(str(item) for item in value[:10] if isinstance(item, str))
    if not isinstance(value, str):
        return None
    text = value[:200].replace("_", " ")
    found = [name for name, pattern in _EMPLOYMENT_PATTERNS if pattern.search(text)]
    if {"part-time", "full-time"} <= set(found) and not set(found) - {"part-time", "full-time"}:
        return "full-time"
    if not found and _PERMANENT.search(text):
        return "full-time"
    return found[0] if found else None


def workplace(*values: object) -> str | None:
    """Normalises where the work is done.

    Args:
        *values: What the posting says of it, strongest first: a flag, a workplace type, the location, the title. True means
            remote; False says nothing, because feeds use it for "not filled in".

    Returns:
        "remote", "hybrid", "onsite", or None when nothing is said.
    """
    for value in values:
        if value is True:
            return "remote"
        if not isinstance(value, str) or not value:
            continue
        text = value[:300].replace("_", " ")
        if _HYBRID.search(text):
            return "hybrid"
        if _REMOTE.search(text):
            return "remote"
        if _ONSITE.search(text):
            return "onsite"
    return None
