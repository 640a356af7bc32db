"""How large a part a line says the person had: led, ran, did, tried, helped, watched.

A claim of scope is a comparison with the fact behind it: the line may say less, never more. Other claims about a deed (who
adopted
it, that it was the first) belong to `statements`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inroad.cvs.claims.vocabulary import word_set
from inroad.cvs.claims.words import MAX_LINE_CHARS, Word, content_words, split_words, stem

# Level that a verb claims, and the level that a fact with this verb grants: 4 led people or the whole, 3 owned or ran a thing,
# 2 did it, 1.5 proposed or tried it, 1 took part, 0 watched or learned.
_FOREIGN_HEDGES = word_set(
    """unterstützt unterstützte unterstützung mitarbeit mitgearbeitet mitgewirkt mitwirkung beteiligt beteiligung assistiert
    teilnahme teilgenommen zuarbeit mithilfe assistenz beigetragen
    participé participation contribué contribution aide aidé assisté soutien appui ayudé ayuda colaboré colaboración
    participé apoyé apoyo
    participación contribución ayudado colaborado participado collaborazione partecipazione supporto"""
)
_LEVELS: dict[str, tuple[float, float]] = {
    word: (claims, grants)
    for claims, grants, text in (
        (
            4,
            4,
            """led lead leading leads headed spearheaded spearheading spearhead directed directing chaired chairing helmed
            captained leader leadership""",
        ),
        (3, 4, "managed managing manages supervised supervising oversaw overseeing steered steering"),
        (
            3,
            3,
            """owned owning owner ownership coordinated coordinating orchestrated orchestrating accountable
            championed championing responsible masterminded commanded presided governed""",
        ),
        (2, 4, "ran running run manage"),
        (
            2,
            3,
            """operated operating maintained maintaining administered administering handled handling organised organized
            organising organizing""",
        ),
        (
            1.5,
            1.5,
            """proposed proposing prototyped prototyping evaluated evaluating explored exploring researched researching drafted
            drafting suggested suggesting recommended recommending assessed assessing compared comparing investigated
            investigating planned planning piloted trialled trialed advised advising""",
        ),
        (
            1,
            1,
            """helped helping help assisted assisting assist supported supporting contributed contributing contribute
            participated participating participate collaborated collaborating involved aided aiding shadowed cooperated
            contributor assistant participation contribution""",
        ),
        # German, French and Spanish: the commonest of each level
        (
            4,
            4,
            """geleitet leitung leitete leitend geführt führte führung leiter leiterin dirigé dirigée pilotage piloté encadré
            encadrement lideré dirección liderado liderazgo dirigí dirigido
            leitender leitende dirigente federführend federführung""",
        ),
        (
            3,
            3,
            """verantwortlich verantwortet verantwortung koordiniert responsable gestion gestión gestioné
            gestionado géré coordonné coordiné coordinado coordinación koordination
            koordinierung coordinazione""",
        ),
        (1, 1, " ".join(sorted(_FOREIGN_HEDGES))),
        (0, 0, "learned learnt learning studied attended observed familiarised watched"),
    )
    for word in text.split()
}
_PASTS = word_set(
    """built led ran wrote rewrote rebuilt grew brought took taught drove made held kept cut set put won oversaw gave sped
    met sold"""
)
_CO = re.compile(
    r"\b(?:co-?|jointly )(?=(?:led|lead|managed|headed|owned|founded|directed|chaired|ran|organi[sz]ed|authored|created|developed"
    r"|built)\b)",
    re.IGNORECASE,
)
# Words of the list that are no claim where they stand: "lead time", "leading to", "a team led by", "a managed service".
_NO_CLAIM = re.compile(
    r"\bleads? (?:times?|generation|gen|engineers?|developers?|scoring|per|from)\b"
    r"|\bleading (?!(?:a|an|the|and|our|two|three|four|five|six|seven|eight|nine|ten|teams?|engineers?|projects?"
    r"|development)\b|\d|\w+[ -](?:team|engineers?|group))"
    r"|\bled to\b"
    r"|\b(?:led|managed|owned|run|headed|directed|supervised|operated|maintained|supported|driven) by\b"
    r"|-(?:led|managed|owned|run|running|driven|leading|learning)\b"
    r"|\b(?:machine|deep|reinforcement|e-)[ -]?learning\b"
    r"|\b(?:a|fully|self|using|on|to|with|of) managed\b|\bmanaged (?:services?|kubernetes|database|cloud|hosting|instances?)\b"
    r"|\bführten? (?=[^.;]{0,200}\bein$)"
    r"|\brun(?:ning)? ?-?time|\brunning (?:costs?|total)\b",
    re.IGNORECASE,
)
_TEAM_LEAD = re.compile(
    r"\b(?:team|tech(?:nical)?|engineering|project|squad|group|practice|development)[ -]lead(?:er|ership)?\b|\bhead of\b"
    r"|\bline[ -]manag|^direction (?:de|du|des|d['’])|\b(?:führungs|leitungs|personal)(?:erfahrung|verantwortung)\b",
    re.IGNORECASE,
)
_CHARGE = re.compile(r"\bin charge of\b|\btook charge of\b", re.IGNORECASE)
_TOOK_PART = re.compile(
    r"\bwork(?:ed|ing)? on\b|\b(?:took|taking|take) part in\b|\b(?:part|member) of (?:a|the|an)\b|\bplayed a (?:part|role)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:.!?–—]\s|\s(?:and|while|then)\s(?=\w+(?:ed|ing)\b|(?:" + "|".join(sorted(_PASTS)) + r")\b)",
    re.IGNORECASE,
)
_OPENERS = word_set(
    """successfully also directly fully personally actively additionally regularly i we have had has was were been to the
    then a an"""
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a line.

    Attributes:
        claims: Level of the person's part that it claims.
        grants: Level that it grants as a fact.
        word: The word that says so.
        stems: Its content words.
    """

    claims: float
    grants: float
    word: str
    stems: frozenset[str]


def exceeds_scope(line: str, facts: list[str]) -> str | None:
    """Say how a line claims a larger part in the work than its facts do.

    Each clause is held to the clauses of the facts that speak of the same thing, so that "helped migrate" is not outweighed by
    a "built" elsewhere in the same sentence.

    Args:
        line: One line of the CV.
        facts: Texts of the facts behind it.

    Returns:
        An explanation, or None.
    """
    known = [clause for fact in facts for clause in split_clauses(fact)]
    if not known:
        return None
    for clause in split_clauses(line):
        shared = [len(clause.stems & other.stems) for other in known]
        nearest = [other for other, count in zip(known, shared, strict=True) if count == max(shared)]
        granting = max(nearest, key=lambda other: other.grants)
        says_so = (
            clause.claims <= 2 and granting.grants < 2 and stem(granting.word) in {stem(word.text) for word in split_words(line)}
        )
        if clause.claims > granting.grants and not says_so:
            return f"{clause.word!r} claims more than the profile, which says {granting.word!r}"
    return None


def split_clauses(line: str) -> list[Clause]:
    """Split a line into clauses, each with the level of its verb; a clause without one continues the last."""
    line = _NO_CLAIM.sub(lambda found: "_" * len(found[0]), line[:MAX_LINE_CHARS])
    starts = [0, *(cut.end() for cut in _CLAUSE.finditer(line))]
    clauses: list[Clause] = []
    for start, end in zip(starts, [*starts[1:], len(line)], strict=True):
        text = line[start:end]
        words = split_words(text)
        stems = frozenset(word.stem for word in content_words(words) if word.text.lower() not in _LEVELS)
        claims, grants, word = _level(text, words, first=not clauses) or (
            (clauses[-1].claims, clauses[-1].grants, clauses[-1].word) if clauses else (2.0, 2.0, "")
        )
        clauses.append(Clause(claims, grants, word, stems))
    return clauses


def _level(text: str, words: list[Word], *, first: bool) -> tuple[float, float, str] | None:
    lead = _TEAM_LEAD.search(text)
    if lead:
        return 4, 4, lead[0]
    part, charge = _TOOK_PART.search(text), _CHARGE.search(text)
    if charge:
        return 3, 4, charge[0]
    levels = [(_LEVELS[word.text.lower()], word) for word in words if word.text.lower() in _LEVELS]
    hedge = next((word for (claims, _), word in levels if claims <= 1), None)
    verbs = [
        ((claims, grants), word) for (claims, grants), word in levels if claims > 1 and not (hedge and hedge.start < word.start)
    ]
    if verbs:
        (claims, grants), word = max(verbs, key=lambda found: (found[0], -found[1].start))
        less = 0.5 if _CO.search(text) else 0.0
        return claims - less, grants - less, word.text
    opening = next((word for word in words if word.text.lower() not in _OPENERS), None)
    if part and (not opening or part.start() <= opening.start + 12):
        return 1, 1, part[0]
    if hedge and (
        not opening or hedge.start <= opening.start + 24 or hedge.text.lower() in _FOREIGN_HEDGES
    ):  # German ends on its verb
        return *_LEVELS[hedge.text.lower()], hedge.text
    if opening and (first or re.search(r"(?:ed|ing)$", opening.text.lower()) or opening.text.lower() in _PASTS):
        less = 0.5 if _CO.search(text) else 0.0
        return 2 - less, 2 - less, opening.text
    return None
