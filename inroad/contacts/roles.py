"""What people are at a company: the words of job titles and of the labels in front of names, in eight languages.

What lives here: recognising a role in a short text. What does not: people (`people`), names (`names`).
"""

from __future__ import annotations

import re
from typing import Final

MAX_ROLE: Final = 90

_TITLE_WORDS: Final = (
    # English
    "CEO|CFO|CTO|COO|CMO|CIO|CPO|CRO|CHRO|CSO|CISO|EVP|SVP|VP|AVP|GM|MD|Chief|President|Vice[- ]President|Chair(?:man|woman|"
    "person)?|Vice[- ]Chair|Founder|Co-?[Ff]ounder|Owner|Co-?[Oo]wner|Partner|Principal|Director|"
    "Manager|Managing|Head|Lead|Leader|Supervisor|Coordinator|Co-ordinator|Administrator|Assistant|Associate|Secretary|"
    "Treasurer|Officer|Executive|Trustee|Board|Engineer|Developer|Designer|Architect|Analyst|"
    "Consultant|Advisor|Adviser|Specialist|Strategist|Scientist|Researcher|Professor|Lecturer|Teacher|Instructor|Tutor|"
    "Trainer|Coach|Attorney|Lawyer|Solicitor|Barrister|Paralegal|Counsel|Accountant|Bookkeeper|Auditor|"
    "Controller|Broker|Agent|Realtor|Salesperson|Sales|Marketing|Recruiter|Recruitment|Editor|Writer|Journalist|Reporter|"
    "Producer|Photographer|Artist|Curator|Librarian|Nurse|Doctor|Physician|Dentist|Surgeon|Hygienist|"
    "Orthodontist|Therapist|Psychologist|Counselor|Pharmacist|Veterinarian|Technician|Mechanic|Electrician|Plumber|"
    "Estimator|Foreman|Superintendent|Inspector|Planner|Buyer|Clerk|Receptionist|Spokes(?:man|woman|person)|"
    "Representative|Ambassador|Mayor|Councillor|Senator|Pastor|Minister|Chef|Sommelier|Florist|Stylist|Webmaster|Host|"
    "Author|Creator|Intern|Member|Fellow|Operator|Proprietor|Press|Media|Contact|Registrar|Dean|Provost|"
    # German
    "Geschäftsführ\\w*|Inhaber(?:in)?|Gesellschafter(?:in)?|Vorstand\\w*|Vorsitzende\\w?|Aufsichtsrat\\w*|Prokurist(?:in)?|"
    "Leit(?:er|erin|ung)|(?!Halbleiter)\\w+leit(?:er|erin|ung)|Abteilungsleit\\w+|Assisten(?:t|tin|z)|Sekretär(?:in)?|"
    "Sekretariat|Buchhalt\\w+|Vertrieb\\w*|Verkauf|Einkauf|Ansprechpartner(?:in)?|Berater(?:in)?|\\w+berater(?:in)?|"
    "Ingenieur(?:in)?|Entwickler(?:in)?|Rechtsanw(?:alt|ältin)|Fachanw(?:alt|ältin)|Notar(?:in)?|Steuerberater(?:in)?|"
    "Wirtschaftsprüfer(?:in)?|Arzt|Ärztin|Fachärzt\\w+|Facharzt|Zahnarzt|Zahnärztin|Meister(?:in)?|\\w+meister(?:in)?|"
    "Referent(?:in)?|Sachbearbeiter(?:in)?|Pressesprecher(?:in)?|Redakt\\w+|Datenschutzbeauftragte\\w?|Auszubildende\\w?|"
    "Gründer(?:in)?|Mitarbeiter(?:in)?|Verwaltung|Kundenbetreu\\w+|Projektleit\\w+|Dozent(?:in)?|Trainer(?:in)?|Präsident(?:in)?|"
    # French
    "Directeur|Directrice|Gérante?|Présidente?|PDG|DG|Responsable|Chargée? de|Cheffe? de|Fondat(?:eur|rice)|Cofondat(?:eur|"
    "rice)|Associée?|Avocate?|Notaire|Comptable|Secrétaire|Assistante?|Ingénieure?|Conseill(?:er|ère)|Rédact(?:eur|rice)|"
    # Spanish, Portuguese
    "Director|Directora|Gerente|Administrador|Administradora|Presidente|Presidenta|Fundador|Fundadora|Socio|Socia|Jefe|Jefa|"
    "Responsable|Abogado|Abogada|Titular|Diretor|Diretora|Sócio|Sócia|Coordenador|Coordenadora|Coordinador|Coordinadora|"
    "Consejero|"
    # Italian
    "Amministratore|Amministratrice|Direttore|Direttrice|Titolare|Socio|Fondatore|Fondatrice|Avvocato|Geometra|Architetto|"
    "Ingegnere|Presidente|Commercialista|Referente|"
    # Dutch
    "Eigenaar|Eigenaresse|Directeur|Bestuurder|Oprichter|Adviseur|Medewerker|Hoofd|Voorzitter|Penningmeester|Secretaris|"
    "Contactpersoon|"
    # Polish
    "Prezes|Wiceprezes|Dyrektor|Kierownik|Właściciel(?:ka)?|Założyciel(?:ka)?|Specjalista|Specjalistka|Doradca|Pełnomocnik|"
    "Członek|Przewodniczący|Koordynator|Księgowa|Prawnik|Adwokat|Radca"
)
_ROLE_WORD = re.compile(rf"(?<![\w])(?:{_TITLE_WORDS})(?![\w])")
_ROLE_WORD_ANY_CASE = re.compile(rf"(?<![\w])(?:{_TITLE_WORDS})(?![\w])", re.IGNORECASE)
_NOT_ROLE = re.compile(
    r"[@|{}<>]|https?:|www\.|\d{3}|[.!?]\s+\S|[.!?]$|\b(?:click|read|view|more|our|we|you|your|is|are|was|were|has|have|"
    r"will|can|who|that|this|which)\b",
    re.IGNORECASE,
)

# Words of titles that alone are buttons and headings.
_BUTTON = re.compile(
    r"(?:Contact|Kontakt|Press|Media|Member|Host|Board|Sales|Marketing)(?: now| us| me| form| today)?[:.]?", re.IGNORECASE
)

LABEL = re.compile(
    r"(?<![\w])(?P<label>(?:vertretungsberechtigte[rns]?\s(?:gesellschafter(?:in)?|geschäftsführer(?:in)?|vorstand)|"
    r"(?:alleinvertretungsberechtigter?\s)?geschäftsführ(?:er|erin|ender? gesellschafter(?:in)?|ung|"
    r"end)(?:\s?[/(]\s?in(?:nen)?\)?)?|"
    r"(?:gesetzlich\s)?vertreten durch(?:\sden|\sdie)?(?:\s(?:geschäftsführer(?:in)?|vorstand|inhaber(?:in)?))?|"
    r"gesetzliche[rn]?\svertreter(?:in)?|vertretungsberechtigt(?:er?)?|inhaber(?:in)?(?:\s?/\s?in)?|"
    r"vorstand(?:svorsitzende[r]?)?|vorsitzende[r]? des aufsichtsrat(?:e?s)?|aufsichtsratsvorsitzende[r]?|"
    r"(?:inhaltlich |redaktionell )?verantwortlich(?:er?)?(?:\s(?:für den inhalt|im sinne|i\.?\s?s\.?\s?d\.?|nach|gem(?:äß|"
    r"\.)|für)[^:\n]{0,60})?|ansprechpartner(?:in)?|pressekontakt|kontaktperson|datenschutzbeauftragte[r]?|gesellschafter|"
    r"prokurist(?:in)?|chefredakt\w+|redaktion|"
    r"directeur (?:de la |de )?publication|directrice (?:de la |de )?publication|responsable (?:de la |de )?(?:publication|"
    r"rédaction)|gérante?|représentant légal|président(?:e)?(?: directeur général)?|dirigeant|"
    r"legale rappresentante|rappresentante legale|amministratore(?: unico| delegato)?|titolare|direttore(?: responsabile| "
    r"sanitario)?|"
    r"administrador(?: único)?|representante legal|titular|responsable(?: del tratamiento)?|gerente|director(?: general)?|"
    r"eigenaar|directie|contactpersoon|bestuurder|prezes(?: zarządu)?|właściciel|osoba (?:do kontaktu|kontaktowa)|zarząd|"
    r"ceo|cfo|cto|coo|chief \w+(?: \w+)? officer|managing directors?|directors?|(?:company )?owners?|(?:co-?)?founders?|"
    r"proprietors?|president|principal|chair(?:man|woman|person)?|(?:press|media|sales|pr|primary|main|your)\scontact|"
    r"contact(?: person| name)?|contacts|attn|attention|"
    r"manager|general manager|secretary|treasurer|editor(?:-in-chief)?|webmaster|broker|agent|written by|posted by|author|by)"
    r")\s{0,2}[:：]\s{0,3}",
    re.IGNORECASE,
)


def is_role(text: str, *, any_case: bool = False) -> bool:
    """Whether a short text is a job title: it holds a title's word and is no sentence."""
    text = text.strip()
    if not 2 <= len(text) <= MAX_ROLE or len(text.split()) > 11 or _NOT_ROLE.search(text) or _BUTTON.fullmatch(text):
        return False
    return bool((_ROLE_WORD_ANY_CASE if any_case else _ROLE_WORD).search(text))


# Words of titles that also head pages and lists: alone they make no name of the line above them.
_LOOSE = re.compile(
    r"(?<![\w])(?:Sales|Marketing|Press|Media|Contact|Member|Host|Board|Fellow|Agent|Partner|Associate|Author|Artist|Buyer|Host|"
    r"Verwaltung|Verkauf|Einkauf|Vertrieb|Press|Lead|Head(?! of)|Editor|Creator|Operator|Planner|Coach|Trainer|Assistant|"
    r"Designer)(?![\w])"
)


def may_be_role(text: str) -> bool:
    """Whether a text has a role's shape, whatever its words: short, no number, no address, no sentence."""
    return 2 <= len(text) <= 60 and len(text.split()) <= 8 and text[0].isalpha() and not _NOT_ROLE.search(text)


def is_title(text: str) -> bool:
    """Whether a short text is a job title by more than a word that also heads pages ("Sales", "Contact")."""
    text = text.strip()
    return len(text) <= 60 and len(text.split()) <= 7 and text[:1].isupper() and is_role(text) and is_role(_LOOSE.sub("", text))


def tidy_role(text: str) -> str:
    """A role without the punctuation around it; of "Rechtsanwalt (Attorney at Law" what stands before the bracket."""
    role = " ".join(text.split()).strip(" ,;:|–—-•·()[]")
    return role if ")" in role else role.partition(" (")[0]


_REPRESENTED = re.compile(
    r"^(?:gesetzlich\s)?vertreten durch(?:\s(?:den|die|das))?\s+(?=\w)|^vertretungsberechtigte[rns]?\s+(?=\w)", re.IGNORECASE
)


_DUTY = re.compile(r"verantwort|redaktion|publication|rédaction|tratamiento|attn|attention|by$|author|contact", re.IGNORECASE)


def is_duty(label: str) -> bool:
    """Whether a label names a duty ("Verantwortlich nach § 18 MStV", "Contact") and no office."""
    return _DUTY.search(label) is not None


def label_role(label: str) -> str:
    """The role that a label in front of a name states: of "Vertreten durch den Geschäftsführer" the last word."""
    return tidy_role(_REPRESENTED.sub("", tidy_role(label)))
