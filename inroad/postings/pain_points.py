"""Pain points: what a posting says that hurts at the company, by kind, in English, German, French, Spanish, Italian and Dutch.

Plain functions on one sentence or item; where the sentences come from is the business of `inroad.postings.structuring`.
"""

from __future__ import annotations

import re
from typing import Final

from inroad.postings.sections import fold

MAX_CHARS: Final = 600

# Searched in this order; the first kind that fits names the sentence. Words are folded: lower case, no accents.
_WORDS: Final[dict[str, str]] = {
    "legacy": (
        r"legacy|technical debt|tech debt|outdated|moderni[sz]\w+|re-?platform\w*|re-?architect\w*|migrat(?:e|es|ing"
        r"|ion) (?:from|to|off|of|our)"
        r"|altsystem\w*|technische schulden|veraltet\w*|modernisier\w+|ablosung|migration (?:von|der|unserer)"
        r"|dette technique|vieilliss\w+|obsolet\w*|refonte|moderniser|deuda tecnica|modernizar|sistemas heredados"
        r"|debito tecnico|ammodern\w+|verouderd\w*|moderniseren"
    ),
    "manual-work": (
        r"manual(?:ly)? (?:work|process\w*|task\w*|step\w*|effort\w*)|spreadsheets? (?:chaos|hell|based)|automat(?:e|es"
        r"|ing) (?:our|the|manual|repetitive)"
        r"|paper[- ]based|manuelle\w* (?:arbeit\w*|prozess\w*|schritt\w*|aufwand\w*)|automatisier(?:en|st|ung) (?:unserer|der"
        r"|von)"
        r"|taches manuelles|automatiser (?:nos|les)|processus manuels|tareas manuales|automatizar (?:nuestros|los|procesos)"
        r"|attivita manuali|automatizzare|handmatige?|automatiseren"
    ),
    "quality": (
        r"(?:reduce|cut|fewer|prevent|eliminate|too many) (?:\w+ ){0,2}(?:errors?|defects?|incidents?|outages?|downtime|bugs?"
        r"|scrap|waste|complaints?|churn)"
        r"|(?:improve|raise|restore|increase) (?:\w+ ){0,2}(?:quality|reliability|stability|accuracy|uptime|patient safety)"
        r"|(?:fehler|ausfalle?|reklamationen|ausschuss|stillstand\w*) (?:zu )?(?:reduzier\w+|senk\w+|vermeid\w+|verringer\w+)"
        r"|(?:qualitat|zuverlassigkeit|stabilitat) (?:\w+ ){0,3}(?:zu )?(?:verbesser\w+|steiger\w+|erhoh\w+)"
        r"|reduire les (?:erreurs"
        r"|defauts|pannes|incidents)"
        r"|ameliorer (?:la|notre) (?:qualite|fiabilite|satisfaction)|reducir (?:los |las )?(?:errores|fallos|incidencias"
        r"|quejas)"
        r"|mejorar (?:la|nuestra) (?:calidad|fiabilidad|satisfaccion)|ridurre (?:gli |i )?(?:errori|difetti|guasti)"
        r"|(?:fouten|storingen) (?:te )?(?:verminder\w+|voorkom\w+)|kwaliteit (?:te )?verbeter\w+"
    ),
    "speed": (
        r"bottlenecks?|too slow|takes? too long|faster (?:deliver\w*|releas\w*|time)|shorten (?:\w+ ){0,2}(?:lead|cycle"
        r"|delivery|waiting) times?"
        r"|time[- ]to[- ]market|backlog of|speed up|engpass\w*|zu langsam|durchlaufzeit\w*|beschleunig\w+|wartezeiten"
        r"|goulots?|accelerer|reduire les delais|cuellos? de botella|acelerar|reducir (?:los )?plazos|colli di bottiglia"
        r"|accelerare"
        r"|knelpunt\w*|versnellen|doorlooptijd\w*"
    ),
    "cost": (
        r"(?:reduce|cut|lower|rising|control) (?:\w+ ){0,2}(?:costs?|spend\w*|expens\w+)|cost (?:reduction|pressure|savings?)"
        r"|over budget|margin pressure"
        r"|kosten (?:zu )?(?:senk\w+|reduzier\w+)|kostendruck|steigende kosten|reduire les couts|maitriser les couts"
        r"|reducir (?:los )?costes?|reducir costos"
        r"|ridurre i costi|kosten (?:te )?(?:verlag\w+|beheers\w+)"
    ),
    "compliance": (
        r"(?:prepare|preparing|ready|pass|passing|upcoming|failed) (?:\w+ ){0,5}(?:audits?|certification|inspection)"
        r"|regulatory (?:pressure|deadline|change\w*)"
        r"|(?:meet|close) (?:\w+ ){0,2}(?:compliance|regulatory) (?:gaps?|requirements?)|audit(?:s"
        r"|ierung\w*)? vor(?:zu)?bereit\w+|regulatorische\w* (?:anforderung\w*|druck)"
        r"|mise en conformite|preparer (?:les |l')audits?|preparar (?:las )?auditorias|conformita normativa|wet- en regelgeving"
    ),
    "staffing": (
        r"understaffed|short[- ]staffed|high turnover|sole (?:\w+ ){0,2}(?:developer|engineer|nurse|accountant)|replac(?:e"
        r"|ing) (?:a|our) (?:retiring|departing|leaving)"
        r"|personalmangel|fachkraftemangel|unterbesetzt|nachfolge\w*|in (?:den )?ruhestand|sous[- ]effectif"
        r"|depart a la retraite"
        r"|falta de personal|jubilacion|carenza di personale|personeelstekort"
    ),
    "growth": (
        r"(?:rapid|fast|strong|explosive|hyper)[- ]?(?:ly )?grow\w*|growing (?:fast|quickly|rapidly|team|company|demand)"
        r"|scal(?:e|ing) (?:our|the|up|from|to|fast|rapidly)"
        r"|doubl(?:ed?|ing) (?:\w+ ){0,3}(?:team|revenue|size|headcount|customers)"
        r"|open(?:ing)? (?:\w+ ){0,2}new (?:\w+ ){0,2}(?:market|office|site|store|location|clinic|plant)s?"
        r"|schnell wachs\w+|stark wachs\w+|wachsen (?:schnell|stark|weiter)|wachstum\w*|skalier\w+|neue\w* standort\w*"
        r"|forte croissance|pleine croissance|en croissance|hypercroissance|passer a l'echelle|ouverture de (?:nouveaux"
        r"|nouvelles)"
        r"|fuerte crecimiento|pleno crecimiento|en crecimiento|escalar|apertura de nuev\w+|forte crescita|in crescita"
        r"|snelgroei\w*|sterke groei|opschalen"
    ),
    "change": (
        r"restructur\w+|reorgani[sz]\w+|turnaround|(?:post-)?merger|carve[- ]out|digital transformation"
        r"|transformation (?:programme|program|journey)"
        r"|(?:tackle|solve|face|facing|address) (?:\w+ ){0,3}(?:challenges?|problems?)|umstrukturier\w+"
        r"|digitale transformation|digitalisierung|fusion"
        r"|herausforderung\w* (?:zu )?(?:losen|meistern|anzugehen)|transformation (?:numerique|digitale)|reorganisation"
        r"|relever (?:le|les|des|nos) defis?"
        r"|transformacion digital|reestructuracion|afrontar (?:los )?retos|trasformazione digitale|riorganizzazione"
        r"|digitale transformatie|reorganisatie"
    ),
}
_PATTERNS: Final = tuple((kind, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")) for kind, words in _WORDS.items())

KINDS: Final = tuple(_WORDS)


def pain_point_kind(text: str) -> str | None:
    """Names what a sentence says that hurts.

    Args:
        text: One sentence or item; its first `MAX_CHARS` characters are read.

    Returns:
        A `PainPoint.kind`, or None when it names no trouble.
    """
    folded = fold(text[:MAX_CHARS])
    return next((kind for kind, pattern in _PATTERNS if pattern.search(folded)), None)
