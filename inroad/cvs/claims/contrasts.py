"""What a line turns round although it keeps the words: a dropped "without", another place in a ranking, another period, from
and to.

Each is seen only where the fact speaks of the same matter and says the contrary. English, German, French, Spanish, Italian,
Portuguese and Dutch forms are known. Numbers and their ends belong to `amounts`, raised and lowered to `statements`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from inroad.cvs.claims.vocabulary import FOREIGN_FUNCTION_WORDS, FUNCTION_WORDS, word_set
from inroad.cvs.claims.words import MAX_LINE_CHARS, same_meaning, split_words

_NEGATION = re.compile(
    r"\b(?:without|never|no|not|none|nor|zero|neither|cannot|ohne|nie|niemals|nicht|kein\w*|sans|jamais|aucune?|ne|sin|nunca|ning[uú]n\w*"
    r"|jamás|senza|mai|nessun\w*|sem|nenhum\w*|zonder|nooit|geen|non)\b|\b\w+n['’]t\b|\bn['’]",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"\b(?:without|ohne|sans|sin|senza|sem|zonder)(?: (?:any|a single|einen? einzigen?|jede[nrs]?|jegliche[nrs]?|aucune?"
    r"|le moindre|la moindre"
    r"|ning[uú]n\w*|alcun\w*|nenhum\w*))?\b",
    re.IGNORECASE,
)
_AVOIDING = re.compile(
    r"\b(?:avoid|prevent|eliminat|spar(?:ed|ing)|free|kept|within|below|under|uninterrupted|continu|verm[ie]|frei|unterbrechungsfrei"
    r"|évit|évitant|evit)\w*|-free\b|\b0\b|\b\w+(?:los|lose[rsnm]?|frei)\b",
    re.IGNORECASE,
)
_ORDINAL_WORDS: Mapping[str, int] = {
    word: rank
    for rank, text in enumerate(
        (
            "first 1st erste erster erstes ersten erstem premier première primer primero primera primo prima primeiro eerste",
            "second 2nd zweite zweiter zweites zweiten zweitem deuxième seconde segundo segunda secondo seconda tweede",
            "third 3rd dritte dritter drittes dritten drittem troisième tercer tercero tercera terzo terza terceiro derde",
            "fourth 4th vierte vierter viertes vierten quatrième cuarto cuarta quarto quarta vierde",
            "fifth 5th fünfte fünfter fünftes fünften cinquième quinto quinta vijfde",
            "sixth 6th sechste sechster sechstes sechsten sixième sexto sexta",
            "seventh 7th siebte siebter siebtes siebten septième séptimo séptima",
            "eighth 8th achte achter achtes achten huitième octavo octava",
            "ninth 9th neunte neunter neuntes neunten neuvième noveno novena",
            "tenth 10th zehnte zehnter zehntes zehnten dixième décimo décima",
        ),
        1,
    )
    for word in text.split()
}
# "3rd", "3.", "3e", "3ème", "3.º": digits that say a rank. A full stop says so in German only before a word.
ORDINAL_DIGITS = re.compile(
    r"(?<![\w.,])(\d{1,2})(?:(?:st|nd|rd|th|e|è?me|ère|ste|de|\.?[ºª]|\.er[oa]?)\b|\.?[ºª]|\.(?= (?:Platz|Rang|Preis"
    r"|Generation|Semester"
    r"|Etage|Stufe|Jahr|Auflage|Liga)\b))"
)
# Words that only look like a rank: "first aid", "per second", "third-party", "five seconds".
_NO_RANK = re.compile(
    r"\b(?:first|second|third)[ -](?:aid|hand|party|parties|responders?|class|name|language|floor|shift|steps?|time"
    r"|of all)\b"
    r"|\b(?:per|each|every|a|one|/|at|in) ?(?:first|second|third|fourth|fifth|tenth)\b(?! (?:place|of \d|rank|prize"
    r"|generation|year))"
    r"|\b(?:premiers? secours|première fois|erste hilfe|ersten mal|primeros auxilios|prima volta|prima di|seconda? (?:che"
    r"|delle?))\b",
    re.IGNORECASE,
)
_PERIODS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "hour": r"\b(?:hourly|(?:per|an|each|every|pro|je) (?:hour|stunde)|stündlich\w*|par heure|horaires?|por hora)\b",
        "day": r"\b(?:daily|day-to-day|(?:per|a|each|every|pro|am|je|par|al|por|cada|jeden|chaque) (?:day|tag|jour|día|dia)"
        r"|täglich\w*"
        r"|quotidien\w*|diari[oa]s?|giornalier\w*|dagelijks\w*|nightly|(?:per|a|each|every) (?:night|shift))\b",
        "week": r"\b(?:weekly|(?:per|a|each|every|pro|je|die|par|la|por|cada|jede|chaque|in der) (?:week|woche|semaine|semana)"
        r"|wöchentlich\w*|hebdomadaires?|semanal(?:es)?|settimanal\w+|wekelijks\w*)\b",
        "month": r"\b(?:monthly|month-by-month|(?:per|a|each|every|pro|je|im|par|al|por|cada|jeden|chaque) (?:month|monat"
        r"|mois|mes)"
        r"|monatlich\w*|mensuel\w*|mensual(?:es)?|mensil\w*|maandelijks\w*|mensa(?:l|is))\b",
        "quarter": r"\b(?:quarterly|(?:per|a|each|every|pro|im|par|por|cada|jedes|chaque) (?:quarter|quartal|trimestre)"
        r"|vierteljährlich\w*"
        r"|trimestriel\w*|trimestral(?:es)?)\b",
        "year": r"\b(?:yearly|annual(?:ly)?|(?:per|a|each|every|pro|im|par|al|por|cada|jedes|chaque) (?:year|annum|jahr|an"
        r"|année|año|ano)"
        r"|jährlich\w*|annuel\w*|anual(?:es|mente)?|annual[ei]|jaarlijks\w*)\b",
    }.items()
}
_FROM_TO = re.compile(
    r"\b(?:from|replac\w+|swapp\w+|von|aus|de|du|des|d['’]|desde|del|da|dal|van)\s?((?:[\w.+#/-]+ ){1,3}?)"
    r"(?:to|with|by|into|nach|zu|auf|durch|vers|à|au|aux|par|a|al|hacia|por|naar|door)\s((?:[\w.+#/-]+ ?){1,3})",
    re.IGNORECASE,
)
_JOINTS = FUNCTION_WORDS | FOREIGN_FUNCTION_WORDS | word_set("to from with by nach zu auf durch vers à au aux par a al hacia por")
_PLURAL_TEAMS = re.compile(
    r"\b(?:(?:several|multiple|various|numerous|mehrere[rn]?|verschiedene[rn]?|plusieurs|diverses|vari[oa]s|divers[oa]s|più|meerdere)"
    r" \w*(?:teams?|squads?|crews?|departments?|gruppen|abteilungen|équipes?|services|equipos?|departamentos)|teams of|squads of"
    r"|équipes de|equipos de)\b",
    re.IGNORECASE,
)
_ONE_TEAM = re.compile(
    r"\b(?:(?:a|the|one|our) (?:\w+ ){0,2}(?:team|squad|crew|group)|(?:ein|einem|eines|das) (?:\w+ )?(?:teams?|gruppe)"
    r"|(?:une|l['’]|d['’]une) ?équipe|(?:un|el|del) equipo)\b",
    re.IGNORECASE,
)


def find_contrasts(line: str, facts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (kind, explanation) for each matter that a line turns round.

    Args:
        line: One line of the CV.
        facts: Texts of the facts behind it.
    """
    line = line[:MAX_LINE_CHARS]
    yield from _dropped_negations(line, facts)
    yield from _added_negations(line, facts)
    yield from _other_ranks(line, facts)
    yield from _other_periods(line, facts)
    yield from _turned_moves(line, facts)
    together = " \n ".join(facts)
    found = _PLURAL_TEAMS.search(line)
    if found and _ONE_TEAM.search(together) and not _PLURAL_TEAMS.search(together):
        yield "headcount", f"{found[0]!r}: the profile speaks of one"


def _dropped_negations(line: str, facts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A "not" that is gone while what it denied is still there makes the contrary of the fact."""
    if _NEGATION.search(line) or _AVOIDING.search(line):
        return
    said = [word.stem for word in split_words(line)]
    for fact in facts:
        for found in _NEGATION.finditer(fact):
            denied = _telling(fact[found.end() : found.end() + 60])[:1]
            if denied and any(same_meaning(denied[0], word) for word in said):
                yield "negation", f"the profile says {fact[found.start() : found.end() + 24].strip()!r}, this line does not"
                return


def _added_negations(line: str, facts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """That something was missing or did not happen is a claim of its own: a fact must deny the same thing."""
    for found in _WITHOUT.finditer(line):
        denied = _telling(line[found.end() : found.end() + 60])[:1]
        if not denied or any(_denies(fact, denied[0]) for fact in facts):
            continue
        yield "negation", f"{line[found.start() : found.end() + 24].strip()!r} is in none of the facts behind this line"
        return


def _denies(fact: str, thing: str) -> bool:
    if not (_NEGATION.search(fact) or _AVOIDING.search(fact)):
        return False
    return any(same_meaning(thing, word.stem) for word in split_words(fact))


def _telling(text: str) -> list[str]:
    return [word.stem for word in split_words(text) if word.text.casefold() not in _JOINTS and not word.text[0].isdigit()]


def _ranks(text: str) -> dict[int, str]:
    text = _NO_RANK.sub(lambda found: "_" * len(found[0]), text)
    ranks = {
        _ORDINAL_WORDS[word.text.casefold()]: word.text for word in split_words(text) if word.text.casefold() in _ORDINAL_WORDS
    }
    return ranks | {int(found[1]): found[0] for found in ORDINAL_DIGITS.finditer(text)}


def _other_ranks(line: str, facts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A rank must be a fact's; "first" and "second" join sentences too, and are compared where the fact gives another rank."""
    said, known = _ranks(line), {rank: text for fact in facts for rank, text in _ranks(fact).items()}
    for rank, text in said.items():
        if rank in known:
            continue
        dropped = [other for other in known if other not in said]
        if dropped or (rank > 2 and any(char.isdigit() for char in text)):
            yield (
                "ordinal",
                f"{text!r} is not the profile's {known[dropped[0]]!r}" if dropped else f"{text!r} is in none of the facts",
            )
            return


def _periods(text: str) -> set[str]:
    return {name for name, pattern in _PERIODS.items() if pattern.search(text)}


def _other_periods(line: str, facts: Sequence[str]) -> Iterator[tuple[str, str]]:
    said, known = _periods(line), set().union(*map(_periods, facts)) if facts else set()
    if known and (strange := sorted(said - known)) and known - said:
        yield "unit", f"the profile says per {min(known - said)}, this line per {strange[0]}"


def _moves(text: str) -> Iterator[tuple[list[str], list[str]]]:
    for found in _FROM_TO.finditer(text):
        before, after = _telling(found[1]), _telling(found[2])
        if before and after:
            yield before, after


def _turned_moves(line: str, facts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Compare the ends of a move: from Oracle to PostgreSQL is not from PostgreSQL to Oracle."""
    known = [move for fact in facts for move in _moves(fact)]
    for before, after in _moves(line):
        if any(before[0] in there and after[0] in here and before[0] not in here for here, there in known):
            yield "direction", f"{before[0]!r} and {after[0]!r} stand at the other ends in the profile"
            return
