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
            r"intern(?:ship)?s?|praktik\w+|praktyk[ia]\w*|staż\w*|tirocini\w+|estági\w+|estagi[aá]ri[oa]|praktikplats"
            r"|stage(?! (?:manager|designer|technician|hand|director))|stagiaire|prácticas"
            r"|practicas|becari[oa]|co-?op|trainee|werkstudent\w*"
        ),
    ),
    ("apprenticeship", r"apprentice\w*|ausbildung|azubi\w*|alternance|apprenti\w*|aprendiz\w*|auszubildende\w*"),
    (
        "temporary",
        (
            r"temporary|temp|seasonal|per[ _-]?diem|zeitarbeit|intérim|interim|temporal|befristet\w*|cdd|fixed[ _-]?term"
            r"|aushilfe|zeitvertrag|tempo determinato|determinato|temporári[oa]|tijdelijk\w*"
            r"|visstid\w*|na czas określony|vikariat|tidsbegränsad\w*"
        ),
    ),
    (
        "contract",
        (
            r"contract(?:or)?|b2b|umowa zlecenie|umowa o dzieło|partita iva|freelance\w*|1099|self[ _-]?employed"
            r"|consultant contract|freiberuflich|werkvertrag"
        ),
    ),
    ("volunteer", r"volunteer\w*|ehrenamt\w*|bénévol\w*|voluntari\w*"),
    (
        "part-time",
        (
            r"part[ _-]?time|parttime|teilzeit|temps partiel|tiempo parcial|media jornada|minijob|mini-job|tempo parziale"
            r"|deeltijds?|deltid"
            r"|meio período|meia jornada|tempo parcial|(?:½|pół|1/2) etatu|niepełny etat|część etatu"
        ),
    ),
    (
        "full-time",
        (
            r"full[ _-]?time|fulltime|full[ _-]or[ _-]part[ _-]time|vollzeit|temps plein|tiempo completo|jornada completa"
            r"|tempo pieno|voltijds?|heltid|pełny etat|pełen etat|tempo inteiro|tempo integral"
        ),
    ),
)
_EMPLOYMENT_PATTERNS: Final = tuple(
    (name, re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)) for name, words in _EMPLOYMENT
)

# Says that a job is meant to last, and only where nothing else is said that it fills the day.
_PERMANENT: Final = re.compile(
    r"(?<![^\W_])(?:permanent|festanstellung|unbefristet\w*|cdi|regular|indefinido|tempo indeterminato"
    r"|vast(?: contract| dienstverband)?|umowa o pracę|efetivo|sem termo|contrato sem termo|tillsvidare\w*|fast(?:ansættelse"
    r"| stilling))(?![^\W_])",
    re.IGNORECASE,
)

_HOURS: Final = re.compile(
    r"(?:(?P<low>\d{1,2})\s?[-–]\s?)?(?P<high>\d{2})(?:[.,]\d)?\s?(?:hours?|h|std\.?|stunden|uur|uren|heures|horas|ore|godzin|timmar|timer)"
    r"(?:\b|\s)",
    re.IGNORECASE,
)
_PENSUM: Final = re.compile(r"(?:(?P<low>\d{2,3})\s?%?\s?[-–]\s?)?(?P<high>\d{2,3})\s?%")
FULL_WEEK_HOURS: Final = 35
"""From so many hours a week on a job is called full-time."""

_HYBRID: Final = re.compile(
    r"\b(?:h[yíi]br[iyí]d\w*|ibrid[oa]|híbrid[oa]|teilweise (?:remote|home|mobil)|partially remote|flexible (?:remote|location)"
    r"|(?:home ?office|télétravail|teletrabajo|smart working|thuiswerk\w*|mobiles? arbeiten|lavoro agile|home working)"
    r" (?:möglich|partiel|possible|parcial|parziale|nach absprache|mogelijk|\(?\d)"
    r"|(?:\d|one|two|three|ein|zwei|drei|deux|trois|dos|tres|due|tre|twee|drie)(?:\s?[-–]\s?\d)?"
    r" (?:days?|tage?|jours?|días?|dias?|giorni|dagen|dni|dagar)"
    r"(?: (?:a|per|in|de|en|di|pro|im|per|à|from|w)){0,2}(?: the| our)? (?:week in |week at |week )?"
    r"(?:office|home ?office|remote|home|büro|télétravail|bureau|teletrabajo|oficina|ufficio|smart working|kantoor|thuis\w*"
    r"|zdaln\w+|biur\w+|kontoret)"
    r"|(?:teletrabajo|télétravail|remote|home ?office|smart working|thuiswerken|praca zdalna"
    r"|trabalho remoto)[ (,:]{1,3}(?:\d|two|three|zwei|drei|deux"
    r"|dos|due|twee)"
    r" (?:days?|tage?|jours?|días?|giorni|dagen|dni|dias)|mobiles arbeiten|thuiswerken|praca częściowo zdalna|semipresencial"
    r"|mix of (?:office|remote|home))\b",
    re.IGNORECASE,
)
_NO_REMOTE: Final = re.compile(
    r"\b(?:no|not|kein\w*|nicht|pas de|sans|sin|non|geen|bez|ikke|inte) (?:fully )?(?:remote|home ?office|télétravail"
    r"|teletrabajo|smart working"
    r"|thuiswerken|pracy zdalnej|da remoto)\b",
    re.IGNORECASE,
)
_REMOTE: Final = re.compile(
    r"\b(?:(?:fully |100 ?% )?remote(?:ly)?(?! (?:sensing|support|monitoring|control|access|desktop|sites?))"
    r"|telecommut\w+|work from home|wfh|home ?office|anywhere|télétravail"
    r"|teletrabajo|teletrabalho|remot[oa]|da remoto|à distance|distansarbete|på distans|fjernarbejde|zdaln\w+|op afstand"
    r"|telelavoro)\b",
    re.IGNORECASE,
)
_ONSITE: Final = re.compile(
    r"\b(?:on[ -_]?site|in[ -_]?office|in[ -_]person|vor ort|sur site|presencial|présentiel|in (?:sede|presenza)|op locatie"
    r"|stacjonarn\w+"
    r"|på plats|in loco)\b",
    re.IGNORECASE,
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
    hours = _HOURS.search(text) or _PENSUM.search(text)
    if hours and (not found or found == ["part-time"]):
        return _by_hours(hours)
    if not found and _PERMANENT.search(text):
        return "full-time"
    return found[0] if found else None


_REGION: Final = re.compile(
    r"(?:remote(?:ly)?|home ?office|télétravail|teletrabajo|remoto|zdaln\w+|op afstand|work from home)\s*"
    r"(?:[,:–-]\s*|\(\s*|(?:with)?in\s+|from\s+|anywhere in\s+|innerhalb\s+|en\s+|in\s+)"
    r"(?:the\s+|der\s+|l['’])?(?P<region>[^\W\d_][\w.&/, -]{1,60}?)(?:\s+(?:only|based|nur|seulement|solo))?\s*(?:\)|;|\Z)",
    re.IGNORECASE,
)
_NO_REGION: Final = re.compile(
    r"\A(?:first|friendly|possible|möglich|ok|hybrid\w*|full\w*|part\w*|office|optional|flexible|\d.*|days?.*|work\w*|job"
    r"|position|first.*)\Z",
    re.IGNORECASE,
)


def remote_regions(*values: object) -> list[str]:
    """The regions that remote work is bound to: "Remote (EU only)", "Remote - Germany, Austria".

    Args:
        *values: What the posting says of the place of work.

    Returns:
        Regions as written, at most ten; empty when none is named.
    """
    for value in values:
        found = _REGION.search(value[:300]) if isinstance(value, str) else None
        if found:
            names = [
                name.strip(" .-")
                for name in re.split(
                    r",|/| or | and | und | oder | et | ou | y "
                    r"| o ",
                    found.group("region"),
                )
            ]
            return [name for name in names if len(name) >= 2 and not _NO_REGION.match(name)][:10]
    return []


def _by_hours(found: re.Match[str]) -> str:
    """Full or part time from hours a week or from a share of them; the upper end of a range counts."""
    top = int(found.group("high"))
    full = FULL_WEEK_HOURS if found.re is _HOURS else 90
    return "full-time" if top >= full else "part-time"


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
        if _NO_REMOTE.search(text):
            return "onsite"
        if _HYBRID.search(text):
            return "hybrid"
        if _REMOTE.search(text):
            return "remote"
        if _ONSITE.search(text):
            return "onsite"
    return None
