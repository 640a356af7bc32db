"""Proper names in a line: tools, employers, products, places, and whether a fact knows them.

A name is recognised by how it is written (capitals, digits, signs) or because the skill list knows it. Titles, degrees and
schools
as fields of their own belong to `titles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from inroad.cvs.claims.quantities import find_quantities
from inroad.cvs.claims.vocabulary import FUNCTION_WORDS, NEUTRAL_WORDS, word_set
from inroad.cvs.claims.words import MAX_LINE_CHARS, Word, is_common, split_words, stem
from inroad.postings.dates import MONTH_NUMBERS
from inroad.postings.skills import find_skills, normalise_skill, related_skills, skill_group

_MONTH_YEAR = re.compile(
    r"\b(" + "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True)) + r")\.?,?\s(?:(?:of|de|del|do)\s)?((?:19|20)\d{2})\b"
    r"|(?<![\d/.])(0?[1-9]|1[0-2])[/.]((?:19|20)\d{2})\b",
    re.IGNORECASE,
)
# "05/2019": a month and its year, which are no numbers of their own.
NUMERIC_MONTH = re.compile(r"(?<![\d/.])(?:0?[1-9]|1[0-2])[/.](?:19|20)\d{2}\b")
_ORDINARY = word_set(
    """i i'm i've ein eine einen einem einer der die das den dem mit im am zur zum le la les un une des el los las
    monday tuesday wednesday thursday friday saturday sunday mr mrs ms etc ok"""
) | frozenset(name for name in MONTH_NUMBERS if len(name) > 3)
_TECHNICAL = frozenset(
    [
        "programming languages",
        "databases",
        "data engineering",
        "data science",
        "devops",
        "cloud",
        "web backend",
        "web frontend",
        "mobile",
        "security",
        "specialist software engineering",
        "software practice",
        "analytics",
        "design",
        "engineering",
        "life science",
        "finance",
    ]
)
_CONCEPTS = word_set(
    """Algorithms Concurrency Debugging Agile Scrum Kanban Serverless Microservices WebSockets DevOps Optimisation Statistics
    Simulation Cryptography Robotics Accounting Controlling Auditing Taxation Treasury Trading Banking Chemistry
    Manufacturing Electronics Architecture Photography Illustration Branding Wireframing Onboarding IoT ETL NoSQL"""
)


_COUNTRIES = dict(
    pair.split(":")
    for pair in word_set(
        """french:france danish:denmark dutch:netherlands spanish:spain polish:poland swiss:switzerland british:britain
        finnish:finland turkish:turkey greek:greece thai:thailand welsh:wales"""
    )
)


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name in a line.

    Attributes:
        text: As written.
        canonical: The skill list's name, None for what it does not know.
        is_tool: Whether it names a product rather than a field of knowledge.
    """

    text: str
    canonical: str | None
    is_tool: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What a set of facts knows by name.

    Attributes:
        words: Case-folded words and their stems.
        skills: Normalised names of the skill list.
        forms: Each of them with a form in which it is written here.
        acronyms: Initials of every run of two to six words.
    """

    words: frozenset[str]
    skills: frozenset[str]
    forms: frozenset[tuple[str, str]]
    acronyms: frozenset[str]


@lru_cache(maxsize=8_192)
def read_known(text: str) -> Known:
    """Collect the names of one fact's text."""
    words = split_words(text)
    folded = {word.text.casefold() for word in words}
    forms = {(mention.name, text[mention.start : mention.end]) for mention in find_skills(text)}
    forms |= {(name, piece.strip()) for piece in re.split(r"[,;/|]", text) if (name := normalise_skill(piece))}
    skills = frozenset(name for name, _ in forms)
    return Known(frozenset(folded | {word.stem for word in words}), skills, frozenset(forms), frozenset(_acronyms(text)))


def merge_known(parts: Iterable[Known]) -> Known:
    """Join what several facts know."""
    parts = list(parts)
    return Known(
        frozenset().union(*(part.words for part in parts)),
        frozenset().union(*(part.skills for part in parts)),
        frozenset().union(*(part.forms for part in parts)),
        frozenset().union(*(part.acronyms for part in parts)),
    )


def find_names(line: str) -> list[Name]:
    """Find the proper names of a line.

    Args:
        line: One line; at most 4,000 characters are read.
    """
    line = line[:MAX_LINE_CHARS]
    measured = [(found.start, found.end) for found in find_quantities(line)]
    mentions = [found for found in find_skills(line) if _is_telling(found.name, line[found.start : found.end])]
    names = [_name_of(line[found.start : found.end], found.name) for found in mentions]
    taken = [*measured, *((found.start, found.end) for found in mentions)]
    words = split_words(line)
    shouted = sum(word.text[0].isupper() for word in words) > 0.6 * len(words) and len(words) > 4
    for index, word in enumerate(words):
        if any(start <= word.start < end for start, end in taken):
            continue
        if _looks_like_name(word, line, index, words, shouted=shouted):
            canonical = normalise_skill(word.text)
            names.append(_name_of(word.text, canonical))
    return names


def is_known(name: Name, known: Known) -> bool:
    """Tell whether the facts know a name: by its letters, as the same skill, or as an acronym and its words."""
    written = [form for skill, form in known.forms if skill == name.canonical]
    if name.canonical in known.skills and (not name.is_tool or any(_same_letters(name.text, form) for form in written)):
        return True
    words = split_words(name.text)
    if all(word.text.casefold() in known.words or word.stem in known.words for word in words):
        return True
    folded = name.text.casefold()
    if {folded, folded.removesuffix("s")} & known.acronyms and any(char.isupper() for char in name.text[1:]):
        return True
    initials = "".join(word.text[0] for word in words if word.text.lower() not in FUNCTION_WORDS).casefold()
    return (len(words) > 1 and initials in known.words) or (len(words) == 1 and _is_of_country(folded, known))


def _name_of(form: str, canonical: str | None) -> Name:
    """Tell a product from a field: by the list's own name for it, or because the list files a brand under its field."""
    if canonical is None or skill_group(canonical) not in _TECHNICAL:
        return Name(form, canonical, is_tool=False)
    is_brand = form[:1].isupper() and " " not in form and not _same_letters(form, canonical)
    return Name(form, canonical, is_tool=is_brand or _is_product(canonical))


def _same_letters(one: str, other: str) -> bool:
    """Tell an alias ("k8s", "Postgres", "JS", "GCP") from a neighbour that the skill list files under the same name.

    The shorter form's letters stand in the longer in order, from the same first letter; or it is made of the initials.
    """
    short, long = sorted(
        ("".join(char for char in form.casefold() if char.isalnum() or char in "+#") for form in (one, other)), key=len
    )
    initials = ["".join(word[0] for word in re.findall(r"\w+", form.casefold())) for form in (one, other)]
    if short in long or short in initials or any(len(letters) > 1 and short.startswith(letters) for letters in initials):
        return True
    letters = iter(long)
    return short[:1] == long[:1] and all(char.isdigit() or char in letters for char in short)


def _is_of_country(word: str, known: Known) -> bool:
    """Tell whether "Norwegian" follows from "Norway"."""
    country = _COUNTRIES.get(word)
    if country:
        return country in known.words
    return (
        bool(re.search(r"(?:ish|ese|ian|ean|an|i|ek)$", word))
        and len(word) >= 5
        and any(len(other) >= 4 and other[:4] == word[:4] for other in known.words)
    )


def _is_telling(name: str, form: str) -> bool:
    """Tell whether a mention of the skill list claims something: a technical name, or a field named in two words."""
    group = skill_group(name)
    return group in _TECHNICAL or (group not in {"people skills", "languages", "office"} and " " in form)


def is_known_skill(skill: str, known: Known) -> bool:
    """Tell whether the facts know one skill of a list, as a whole: by the same name or an alias of it."""
    canonical = normalise_skill(skill)
    if canonical not in known.skills:
        return False
    name = _name_of(skill, canonical)
    return not name.is_tool or any(_same_letters(skill, form) for listed, form in known.forms if listed == canonical)


def is_near(name: Name, known: Known) -> bool:
    """Tell whether a field of knowledge stands beside something that the facts know ("Monitoring" beside "Prometheus")."""
    if name.is_tool or name.canonical is None or skill_group(name.canonical) not in _TECHNICAL:
        return False
    return not related_skills(name.canonical).isdisjoint(known.skills)


def find_months(line: str) -> Iterator[tuple[str, str]]:
    """Yield each "March 2021" of a line as (text, "2021-03")."""
    for found in _MONTH_YEAR.finditer(line[:MAX_LINE_CHARS]):
        month = MONTH_NUMBERS[found[1].lower()] if found[1] else int(found[3])
        yield found[0], f"{found[2] or found[4]}-{month:02}"


def _is_product(name: str) -> bool:
    return name not in _CONCEPTS and (
        " " not in name or any(part[:1].isupper() or part[:1].isdigit() for part in name.split()[1:])
    )


def _looks_like_name(word: Word, line: str, index: int, words: list[Word], *, shouted: bool) -> bool:
    text = word.text
    lower = text.lower()
    if (
        lower in _ORDINARY
        or text.isdigit()
        or not any(char.isalpha() for char in text)
        or re.fullmatch(r"\d[\d.,]*\w{0,3}", text)
    ):
        return False
    if any(char.isupper() for char in text[1:]) or (any(char.isdigit() for char in text) and text[0].isalpha()):
        return not (text.isupper() and shouted and is_common(lower))
    if not text[0].isupper() or lower in FUNCTION_WORDS:
        return False
    if shouted:  # every word has a capital; those of any CV are no names
        return not is_common(lower)
    if _opens_sentence(word, line, index):
        following = words[index + 1] if index + 1 < len(words) else None
        runs_on = (
            following is not None
            and following.text[0].isupper()
            and not following.text[0].isdigit()
            and following.start - word.end == 1
        )
        return runs_on and lower not in NEUTRAL_WORDS and not re.search(r"(?:ed|ing)$", lower) and stem(lower) == lower
    return True


def _opens_sentence(word: Word, line: str, index: int) -> bool:
    before = line[: word.start].rstrip(" \"'“‘(«")
    return index == 0 or before[-1:] in {".", ":", ";", "!", "?", "•", "|", "–", "—", "-", ""}


def _acronyms(text: str) -> Iterator[str]:
    """Yield the initials of the runs of words between commas: what stands beside a name is no part of it."""
    for piece in re.split(r"[,;/|()]", text):
        yield from _initials(split_words(piece))


def _initials(words: list[Word]) -> Iterator[str]:
    telling = [word.text[0].casefold() for word in words if word.text.lower() not in FUNCTION_WORDS]
    every = [word.text[0].casefold() for word in words]
    for letters in (telling, every):
        for start in range(len(letters)):
            for length in range(2, 7):
                if start + length <= len(letters):
                    yield "".join(letters[start : start + length])
