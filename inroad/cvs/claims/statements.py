"""Statements about a deed that are claims of their own: who adopted it, that it was the first, won a prize, lost nothing.

Each is found by its phrase and granted by a phrase of the same kind in the facts behind the line. How large the person's part was
belongs to `scope`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inroad.cvs.claims.foreign import FOREIGN_STATEMENTS, FOREIGN_SUPERLATIVE
from inroad.cvs.claims.titles import degree_level
from inroad.cvs.claims.words import MAX_LINE_CHARS, content_words, same_meaning, split_words, stem


@dataclass(frozen=True, slots=True)
class Statement:
    """A kind of claim.

    Attributes:
        kind: Kind of the finding.
        claim: The phrases that make it.
        grant: The phrases by which a fact grants it; None when it must use the very same words.
    """

    kind: str
    claim: re.Pattern[str]
    grant: re.Pattern[str] | None


def _any_of(lines: str) -> re.Pattern[str]:
    """Compile a pattern of one alternative a line; COMPANY stands for the words for an employer, ADOPTED for being used."""
    company = r"(?:company|org(?:ani[sz]ation)?|firm|enterprise|group|business|department|team|division)"
    adopted = r"(?:adopted|rolled[ -]out|taken up|in use|used|relied (?:up)?on|embraced)"
    alternatives = "|".join(line.strip() for line in lines.strip().splitlines())
    return re.compile(alternatives.replace("COMPANY", company).replace("ADOPTED", adopted), re.IGNORECASE)


_STATEMENTS: tuple[Statement, ...] = (
    Statement(
        "adoption",
        _any_of(
            r"""\bCOMPANY[- ]?wide\b
            \bacross (?:the (?:whole |entire )?|all )COMPANY
            \bthroughout (?:the )?(?:whole |entire )?COMPANY
            \b(?:all|every) (?:\w+
            )?(?:teams?|departments?|engineers?|squads?|divisions?|offices?|developers?|sites|locations|subsidiar(?:y|ies))\b
            \b(?:all|every) (?:\w+ )?(?:merchants?|customers?|users?|clients?|stores?|shops?|branch(?:es)?|plants?|employees)\b
            \b(?:all|every) (?:\w+ )?(?:students?|patients?|schools?|hospitals?|wards?|regions?|countries|suppliers?|partners?)\b
            \bthe (?:whole|entire) COMPANY"""
        ),
        _any_of(
            r"""\bCOMPANY[- ]?wide\b
            \b(?:all|every|whole|entire|throughout|each)\b
            \bacross (?:the )?COMPANY"""
        ),
    ),
    Statement(
        "adoption",
        _any_of(r"\b(?:world-?wide|global(?:ly)?|international(?:ly)?|around the world|across the globe)\b"),
        _any_of(r"\b(?:world|global|international|countries|continents|markets|regions)"),
    ),
    Statement("adoption", _any_of(r"\b(?:nation-?wide|across the country|national(?:ly)?)\b"), _any_of(r"\b(?:nation|country)")),
    Statement("adoption", _any_of(r"\bindustry[- ](?:standard|leading|wide|first)\b"), _any_of(r"\bindustry\b")),
    Statement(
        "adoption",
        _any_of(
            r"""\b(?:de facto|company|team|organi[sz]ational|internal) standard\b
            \bbecame (?:the|a|our) (?:\w+ )?(?:standard|default|norm)\b"""
        ),
        _any_of(r"\b(?:standard|default|norm)s?\b"),
    ),
    Statement(
        "adoption",
        _any_of(
            r"""\bADOPTED (?:by|across|in|throughout)\b
            \b(?:widely|broadly) (?:adopted|used)\b
            \b(?:widespread|adoption|adopted)\b"""
        ),
        _any_of(
            r"""\b(?:adopt|rolled[ -]out|rollout|taken up|rel(?:y|ied|ies)\b|embraced|serv(?:ed|es|ing)\b)
            \b(?:standard|users?\b|uses?\b|using\b)
            \b(?:in use|used|use[sd]? (?:by|it)|now (?:runs?|uses?)|still (?:runs?|used))\b
            \b(?:org|company|team)-?wide\b
            \bfor (?:over |about |up to )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten)\b
            \bfor (?:over |about |up to )?(?:eleven|twelve|\w+teen|\w+ty)\b"""
        ),
    ),
    Statement("adoption", _any_of(r"\b(?:open[- ]sourced?|upstreamed)\b"), _any_of(r"\b(?:open[- ]source|upstream)")),
    Statement(
        "sole",
        _any_of(r"\b(?:single-?handed(?:ly)?|sole(?:ly)?|independently|alone|by myself|on my own|entirely myself)\b"),
        _any_of(
            r"\b(?:single-?handed|sole|independently|alone|myself|my own|only|by one person)\b|\bsingle-?handedly\b|\bsolely\b"
        ),
    ),
    Statement(
        "sole",
        _any_of(r"\b(?:from scratch|from the ground up|from zero|greenfield)\b"),
        _any_of(r"\b(?:from scratch|ground up|from zero|greenfield|from nothing|new|first|founded)\b"),
    ),
    Statement(
        "award",
        _any_of(
            r"""\b(?:award-winning|awarded|prize|won|nominated|recogni[sz]ed as)\b
            \b(?:honou?red|patent(?:ed|s)?|promoted|employee of the)\b"""
        ),
        _any_of(r"\b(?:award|prize|won\b|win|nominat|recogni|honou?r|patent|promot|employee of the\b)"),
    ),
    Statement(
        "maturity",
        _any_of(r"\b(?:(?:in|to|into) production|production[- ](?:grade|ready)|went live|go-live|battle-tested)\b"),
        _any_of(r"\b(?:production\b|live\b|launch|ship|deploy|releas|rolled|runs?\b|serv|customers?\b|users?\b)"),
    ),
    Statement(
        "certificate",
        _any_of(r"\b(?:certified|accredited|chartered|certification)\b"),
        _any_of(r"\b(?:certif|accredit|chartered)"),
    ),
    Statement("degree", _any_of(r"\b(?:valedictorian|cum laude|dean's list|(?:first[- ]class|with) honou?rs)\b"), None),
    Statement("title", _any_of(r"\b(?:principal|director|chief|vice president|senior|to staff)\b"), None),
    Statement(
        "number", _any_of(r"\b(?:all|each|every one|most) of (?:whom|them|which)\b"), _any_of(r"\b(?:all|each|every|most) of\b")
    ),
    Statement(
        "founder",
        _any_of(
            r"\b(?:(?:co-?)?found(?:ed|er|ers|ing)|(?:mit)?gegründet|gründer(?:in)?|gründung|(?:co)?fond(?:é|ée|ateur|atrice)|(?:co)?fundad(?:o|a|or|ora)|fundé)\b"
        ),
        _any_of(r"found|establish|start|set up|gründ|fond|fund"),
    ),
    Statement(
        "people",
        _any_of(r"\b(?:recruit(?:ed|ing)|eingestellt|einstellung von|recrut(?:é|ement)|contrat(?:é|ación) de)\b"),
        _any_of(r"recruit|hir(?:e|ing)|staffing|built (?:up )?(?:a|the) team|grew|einstell|aufbau|recrut|embauch|contrat|selec"),
    ),
    Statement(
        "result",
        _any_of(
            r"""\b(?:(?:with)?in|under|on|below) budget\b|\b(?:on|in) time\b(?! of)|\bahead of (?:schedule|time|plan)\b
            \b(?:im|unter) budget\b|\b(?:termingerecht|fristgerecht|vorzeitig|pünktlich)\b
            \bdans les (?:délais|temps)\b|\bdans le budget\b|\bantes de lo previsto\b|\ben plazo\b|\bdentro del presupuesto\b"""
        ),
        _any_of(
            r"""\b(?:budget|time|schedule|deadline|plan|punctual|late|delay)
            budget|termin|frist|vorzeitig|pünktlich|délai|temps|échéance|plazo|previsto|presupuesto"""
        ),
    ),
    Statement(
        "sole",
        _any_of(r"\bwithout (?:any |outside )?(?:help|assistance|support|supervision)\b"),
        _any_of(r"\b(?:alone|solo|single-?handed|independently|myself|unaided|unsupervised|without)\b"),
    ),
    Statement(
        "adoption",
        _any_of(r"\b(?:still|now|today) (?:in use|used|running|in service)\b|\b(?:in use|used) (?:to this day|today)\b"),
        _any_of(r"\b(?:still|now|today|to this day|runs|use[sd]? (?:it|by))\b"),
    ),
    Statement("clearance", _any_of(r"\b(?:security clearance|top secret)\b"), _any_of(r"\b(?:clearance|top secret)\b")),
    Statement(
        "money",
        _any_of(r"\b(?:p&l|profit and loss|budget)\b"),
        _any_of(
            r"""\b(?:p&l|profit|budget|spend|cost|fund|eur|usd|money)
            [€$£]"""
        ),
    ),
    Statement(
        "people",
        _any_of(r"\b(?:direct reports\b|hir(?:ed|ing)\b|line[- ]manag|performance reviews\b|people management\b)"),
        _any_of(
            r"""\b(?:reports|hir(?:ed|ing|es?)|led|team of|grew)\b
            \b(?:recruit|manag|lead|supervis|interview|onboard|head)
            \bbuilt (?:up )?(?:a|the) team"""
        ),
    ),
    Statement(
        "scope",
        _any_of(r"\b(?:department|division|directorate|business unit)\b"),
        _any_of(r"\b(?:department|division|directorate|unit|head of|organi[sz]ation)"),
    ),
    Statement(
        "people",
        _any_of(r"\b(?:c-level|c-suite|board|executives?|ceo|cto|cfo|vp)\b"),
        _any_of(r"\b(?:c-level|c-suite|board|executive|ceo|cto|cfo|coo|cio|vp|management|director)"),
    ),
    Statement(
        "negation",
        _any_of(
            r"""\b(?:never|flawless(?:ly)?|uninterrupted|seamless(?:ly)?)\b
            \b(?:downtime|error|bug|defect)-free\b"""
        ),
        _any_of(
            r"""\b(?:zero|no|without|never|none|not|0)\b
            -free\b
            \b(?:uninterrupted|flawless|seamless|avoid)"""
        ),
    ),
)
_STATEMENTS += tuple(
    Statement(kind, re.compile(claim, re.IGNORECASE), re.compile(grant, re.IGNORECASE))
    for kind, claim, grant in FOREIGN_STATEMENTS
)
# "Zero downtime", "no data loss", "without any defects": that something did not happen is a claim about that thing.
_NONE = re.compile(
    r"\b(?:zero|no|without(?: any| a single)?) (?:\w+ )?"
    r"(downtime|outages?|loss(?:es)?|incidents?|interruptions?|errors?|failures?|defects?|bugs?|complaints?|accidents?|breaches?|regressions?)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:zero|no|without|never|none|not|0|avoid\w*|prevent\w*|free)\b", re.IGNORECASE)
# Others' rank: "four senior engineers" claims more than "four engineers".
_SENIORS = re.compile(
    r"\b(senior|principal|executive|lead) (?:\w+ )?"
    r"(?:engineers|developers|managers|nurses|staff|colleagues|designers|analysts|consultants|scientists|people|leaders|stakeholders)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"\b(?:ph\.?\s?d|doctora(?:te|l)|m\.?b\.?a|m\.?sc|b\.?sc)\b|\b(?:master|bachelor)(?:['’]s|(?= of\b)|(?= degree\b))",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"(?:\b(?:the|its|their|our|a|\w+['’]s) (?:very )?)(first|largest|biggest|fastest|best|most|only|highest|top|leading"
    r"|number one)\b"
    r"(?! (?:time|half|quarter|week|month|year|day|line|aid|phase|step|part|two|three|of whom)\b)"
    r"|\b(world[- ]class|record[- ](?:breaking|setting|high|low)|best[- ]in[- ]class|market[- ]leading"
    r"|state[- ]of[- ]the[- ]art|cutting[- ]edge|unprecedented|flagship|mission[- ]critical)\b|(#1)\b|" + FOREIGN_SUPERLATIVE,
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:increas\w+|rais\w+|grew|grow(?:th|ing|n)?|boost\w*|lift(?:ed|ing)|gain(?:ed|ing)?|doubl\w+|tripl\w+"
    r"|higher|more|rose|up|gesteigert|steigerung|erhöh\w+|aument\w+|augment\w+|hausse)\b(?! to\b)",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:cut(?:ting|s)?|reduc\w+|lower\w*|decreas\w+|dropp?\w*|shr[aiu]nk\w*|trimm?\w*|slash\w*|shorten\w*|lessen\w*"
    r"|halv\w+|sav(?:ed|ing|ings|es)|fell|fewer|less|declin\w+|down|minimi[sz]\w+|cheaper|shav\w+|gesenkt|senkung|reduzier\w+|verringer\w+|réduc\w+|rédui\w+|baisse\w*|diminu\w+|disminu\w+|eliminat\w+|remov\w+|lost|losing)\b",
    re.IGNORECASE,
)
_BETTER = re.compile(
    r"\b(?:improv\w+|faster|speed|sped|accelerat\w+|quicker|better|optimi[sz]\w+|enhanc\w+)\b",
    re.IGNORECASE,
)


def iter_statements(line: str, facts: list[str], stated: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (kind, explanation) for each adoption, sole work, superlative, award, ... that no fact states.

    Args:
        line: One line of the CV.
        facts: Texts of the facts behind it and of the entry around them.
        stated: The former alone: whom the person worked with is no matter of their own title.
    """
    line = line[:MAX_LINE_CHARS]
    together = " \n ".join(facts)
    for statement in _STATEMENTS:
        for found in statement.claim.finditer(line):
            said = found[0].strip()
            if not (statement.grant.search(together) if statement.grant else _repeats(said, together)):
                yield statement.kind, f"{said!r} is in none of the facts behind this line"
                break
    for found in _SENIORS.finditer(line):
        if not any(re.search(rf"\b{found[1]}\b", fact, re.IGNORECASE) for fact in stated):
            yield "title", f"{found[0]!r} is in none of the facts behind this line"
    for found in _DEGREE.finditer(line):
        if not any(degree_level(fact) == degree_level(found[0].rstrip("'’s")) for fact in facts):
            yield "degree", f"{found[0]!r} is in none of the facts behind this line"
    for found in _NONE.finditer(line):
        if not any(_says_none_of(stem(found[1]), fact) for fact in facts):
            yield "negation", f"{found[0]!r} is in none of the facts behind this line"
    for found in _SUPERLATIVE.finditer(line):
        said = next(group for group in found.groups() if group)
        after = _next_stems(line, found.end())
        if not any(_says_of(said, after, fact) for fact in facts):
            yield "superlative", f"{found[0]!r} is in none of the facts behind this line"


def turns_direction(line: str, facts: list[str]) -> str | None:
    """Say when a line raises what its facts lower, or the other way round."""
    together = " \n ".join(facts)
    up, down = _UP.search(line), _DOWN.search(line)
    if bool(up) == bool(down):
        return None
    known_up, known_down, better = _UP.search(together), _DOWN.search(together), _BETTER.search(together)
    if up and known_down and not known_up and not better:
        return f"{up[0]!r} turns round {known_down[0]!r} of the profile"
    if down and known_up and not known_down and not better:
        return f"{down[0]!r} turns round {known_up[0]!r} of the profile"
    return None


def _says_none_of(thing: str, fact: str) -> bool:
    return bool(_NEGATION.search(fact)) and any(same_meaning(thing, word.stem) for word in split_words(fact))


def _says_of(superlative: str, things: list[str], fact: str) -> bool:
    """Tell whether a fact uses a superlative for the same thing: the first or best of something is a claim of its own."""
    for found in re.finditer(rf"(?<!\w){re.escape(superlative)}(?!\w)", fact, re.IGNORECASE):
        if not things or set(_next_stems(fact, found.end())) & set(things):
            return True
    return False


def _next_stems(text: str, at: int) -> list[str]:
    return [word.stem for word in content_words(split_words(text[at : at + 60]))][:2]


def _repeats(said: str, text: str) -> bool:
    """Tell whether a text has the same words, as words."""
    return bool(re.search(rf"(?<!\w){re.escape(said.casefold())}(?!\w)", text.casefold().replace("’", "'")))
