"""Fields of study and training: what a requirement asks for and what an entry of education is in, in six languages.

Only fields that postings ask degrees in; what level a degree has is told in `claims.titles`.
"""

from __future__ import annotations

import re
from typing import Final

from inroad.cvs.claims.titles import fold

# Stems of folded words: "informat" is Informatik, informatique, informática and informatica.
_FIELDS: Final[dict[str, str]] = {
    "computing": (
        r"computer scien|comput(?:ing|er engineering)|software engineer|informat|information technolog|fachinformatik"
        r"|data scien"
    ),
    "mathematics": (
        r"mathemat|matemat|statisti|estadist|statistiek|wiskunde|quantitative|actuar|data scien|physi[ck]|physique"
        r"|fisica"
    ),
    "electrical": (
        r"electri[ck]|elektr|electrotechni|elettr|mechatroni|mecatroni|automatisier|automation|betriebstechnik"
        r"|electrotechn"
    ),
    "mechanical": r"mechanical|maschinenbau|mecani[cq]|meccanic|werktuigbouw|mechatroni|mecatroni|industriemechanik|metall",
    "engineering": r"\bengineering|ingenieur|ingenier|ingegner",
    "civil": r"civil eng|bauingenieur|genie civil|ingenieria civil|bauwesen|architect|arquitect|architett",
    "natural science": r"biolog|chemi|chimi|quimic|biochem|pharma|farma|life scien|naturwissenschaft|physi[ck]",
    "nursing": r"\bnurs|pfleg|infirmi|enfermer|infermier|verpleeg|soins infirmiers",
    "medicine": r"medicine|medizin|medecin|medicina|geneeskunde",
    "accounting": (
        r"account|buchhalt|bilanz|comptab|contab|ragioneri|boekhoud|finan[cz]|steuer|taxation|controlling|rechnungswesen"
    ),
    "business": (
        r"business|betriebswirt|\bbwl\b|wirtschaft|economi|gestion|commerce|commercial|administracion de empresas|kaufm"
        r"|kauffrau|bedrijfskunde"
        r"|management|mba"
    ),
    "marketing": r"marketing|communicat|kommunikation|comunicac|comunicaz|journalis|medien|publicidad|publicite",
    "logistics": r"logisti|supply chain|spedition|transport|lager",
    "law": r"\blaw\b|\blegal|jura\b|rechtswissenschaft|droit\b|derecho|giurisprudenza|rechten",
    "education": r"teach|lehramt|padagog|pedagog|education|enseign|magisterio|educacion|onderwijs|erzieh",
    "design": r"\bdesign|grafik|graphi[cs]|diseno|gestaltung|arts? appliques",
    "people": r"human resources|personal(?:wesen|management|wirtschaft)|ressources humaines|recursos humanos|psycholog|psicolog",
    "hospitality": r"hotel|gastronom|hospitality|cook|koch\b|cuisine|cocina|tourism",
}
_PATTERNS: Final = {name: re.compile(pattern) for name, pattern in _FIELDS.items()}
_ENGINEERING: Final = frozenset({"computing", "electrical", "mechanical", "civil"})
"""Where one of these is named, "engineering" is a part of its name."""

# Fields that a posting which asks for one commonly takes as "related".
_NEAR: Final = (
    frozenset({"computing", "mathematics", "engineering"}),
    frozenset({"electrical", "mechanical", "engineering"}),
    frozenset({"civil", "engineering"}),
    frozenset({"accounting", "business"}),
    frozenset({"marketing", "business"}),
    frozenset({"logistics", "business"}),
    frozenset({"nursing", "medicine"}),
    frozenset({"people", "business"}),
    frozenset({"natural science", "medicine"}),
)


def fields_of(text: str) -> frozenset[str]:
    """Names the fields of study that a text speaks of.

    Args:
        text: A requirement, or study type and area of an entry; its first 600 characters are read.
    """
    folded = fold(text[:600])
    found = frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(folded))
    return found - {"engineering"} if found & _ENGINEERING else found


def are_near(asked: frozenset[str], has: frozenset[str]) -> bool:
    """Tells whether one of two sets of fields is commonly taken for a field related to the other."""
    return any(asked & group and has & group for group in _NEAR)
