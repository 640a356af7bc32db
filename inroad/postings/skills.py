"""Skills: one bundled list with synonyms, and the search for its names in text.

The list (`skills.tsv`) and everything that reads it live here: finding mentions in running text, normalising one written
form, and knowing which skills stand near each other. Postings and CVs share this module, so that both sides of a match
speak of the same names. A synonym is the same thing under another word; a competing product has a name of its own and is a
neighbour (AWS is not Azure); a product or method is a kind of what it serves (pytest is unit testing). What a mention means (a
requirement, an achievement) is decided elsewhere.

Search is one pass over the tokens of a text through a trie of token sequences, longest match first: linear in the text.
Forms that are also everyday words ("Go", "Excel", "R") are held to their exact spelling and to their neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Final

SKILL_LIST_VERSION: Final = "2"

MAX_TEXT_CHARS: Final = 400_000
"""Text beyond this is not searched: no posting or CV seen is longer than a tenth of it."""

_TOKEN = re.compile(r"\.net\b|\.NET\b|\w+(?:\+\+|#)?")
_GAP = re.compile(r"[ \u00a0]{1,2}|[./&'’+\-–_§]| ?[/&\-–] ?")
_SENTENCE_BREAK = frozenset(',;:|•·()[]\n\t\r/.!?-–*+"“”«»&')
_FOLD_CHARS: Final = {
    code: unicodedata.normalize("NFKD", chr(code))[0]
    for code in range(0xC0, 0x250)
    if unicodedata.normalize("NFKD", chr(code))[0].isalpha()
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# An exact-case form followed by one of these is the verb or the ordinary word: "Excel at", "Go to", "React to", "Lean on".
_NOT_A_SKILL_BEFORE: Final = _words(
    "to at ahead live the a an beyond out through up into on as your yourself our their this that forward away back home here"
)
# A one-letter or very common form counts only beside one of these words, or set off by punctuation on one side.
_SKILL_BEFORE: Final = _words(
    "in and or with using und oder mit et ou avec en y con of like knowledge programming language languages"
    " skills experience developer engineer entwickler développeur desarrollador kenntnisse from via"
)


@dataclass(frozen=True, slots=True)
class SkillMention:
    """A skill named in a text.

    Attributes:
        name: The normalised name, as in the list.
        start: First character of the mention in the text.
        end: Character after the last one; `text[start:end]` is the form as written.
    """

    name: str
    start: int
    end: int


@dataclass(slots=True)
class _Node:
    """One step of the trie: the tokens that may follow, and the forms that end here."""

    following: dict[str, _Node] = field(default_factory=dict)
    name: str | None = None
    exact: dict[str, tuple[str, bool]] = field(default_factory=dict)  # written form -> (name, needs a skill's neighbours)


@dataclass(frozen=True, slots=True)
class _SkillList:
    root: _Node
    names: frozenset[str]
    groups: dict[str, str]
    related: dict[str, frozenset[str]]
    general: dict[str, frozenset[str]]
    siblings: dict[str, frozenset[str]]


def _fold(token: str) -> str:
    lowered = token.lower()
    return lowered if lowered.isascii() else lowered.translate(_FOLD_CHARS).casefold()


def _key(form: str) -> tuple[str, ...]:
    return tuple(_fold(match.group()) for match in _TOKEN.finditer(form))


def _insert(root: _Node, form: str, name: str) -> None:
    """Adds one written form to the trie; "=Form" asks for exact case, "~Form" for a skill's neighbours as well."""
    marker, plain = (form[0], form[1:]) if form[:1] in "=~" else ("", form)
    node = root
    for token in _key(plain):
        node = node.following.setdefault(token, _Node())
    if marker:
        node.exact[plain] = (name, marker == "~")
    elif node.name is None:
        node.name = name


def _insert_plural(root: _Node, form: str, name: str) -> None:
    if form[:1] not in "=~" and len(form) > 3 and form[-1].isalpha() and form[-1] not in "sz":
        _insert(root, form + "s", name)


@dataclass(frozen=True, slots=True)
class _Row:
    group: str
    name: str
    synonyms: tuple[str, ...]
    related: tuple[str, ...]
    kind_of: tuple[str, ...]


def _read_rows() -> list[_Row]:
    text = resources.files("inroad.postings").joinpath("skills.tsv").read_text(encoding="utf-8")
    rows = []
    for line in text.splitlines()[1:]:
        group, name, *lists = line.split("\t")
        rows.append(_Row(group, name, *(tuple(item for item in field.split("; ") if item) for field in lists)))
    return rows


def _relations(rows: list[_Row]) -> dict[str, frozenset[str]]:
    """The list states each relation once; it holds in both directions, as does the nearness of a kind to what it is a kind of."""
    related: dict[str, set[str]] = {row.name: set() for row in rows}
    for row in rows:
        for other in (*row.related, *row.kind_of):
            related[row.name].add(other)
            related[other].add(row.name)
    return {name: frozenset(others) for name, others in related.items()}


def _siblings(rows: list[_Row]) -> dict[str, frozenset[str]]:
    kinds: dict[str, set[str]] = {}
    for row in rows:
        for parent in row.kind_of:
            kinds.setdefault(parent, set()).add(row.name)
    return {row.name: frozenset(set[str]().union(*(kinds[p] for p in row.kind_of)) - {row.name}) for row in rows if row.kind_of}


def _generals(rows: list[_Row]) -> dict[str, frozenset[str]]:
    """Everything that each skill is a kind of, over all steps."""
    parents = {row.name: row.kind_of for row in rows}
    general: dict[str, frozenset[str]] = {}
    for name, direct in parents.items():
        found: set[str] = set()
        waiting = list(direct)
        while waiting:
            parent = waiting.pop()
            if parent not in found:
                found.add(parent)
                waiting.extend(parents[parent])
        general[name] = frozenset(found - {name})
    return general


@lru_cache(maxsize=1)
def _skill_list() -> _SkillList:
    rows = _read_rows()
    root = _Node()
    for row in rows:
        is_exact = any(form[:1] in "=~" and form[1:] == row.name for form in row.synonyms)
        for form in row.synonyms if is_exact else (row.name, *row.synonyms):
            _insert(root, form, row.name)
    for row in rows:
        is_exact = any(form[:1] in "=~" and form[1:] == row.name for form in row.synonyms)
        for form in row.synonyms if is_exact else (row.name, *row.synonyms):
            _insert_plural(root, form, row.name)
    names = frozenset(row.name for row in rows)
    groups = {row.name: row.group for row in rows}
    return _SkillList(root, names, groups, _relations(rows), _generals(rows), _siblings(rows))


def _stands_apart(text: str, start: int, end: int) -> bool:
    """Tells whether an everyday word at `start:end` is set off like an item of a list."""
    before, after = text[:start].rstrip(" \u00a0"), text[end:].lstrip(" \u00a0")
    edge_before = not before or before[-1] in _SENTENCE_BREAK
    edge_after = not after or after[0] in _SENTENCE_BREAK
    if text[end : end + 1] in {"-", "'", "’", "&"} or text[start - 1 : start] in {"-", "'", "’", "&"}:
        return False
    if text[end : end + 1] == "." and (text[end + 1 : end + 2].isalpha() or (end - start == 1 and before[-1:] in {"", "."})):
        return False  # "R.Smith", "Dr. C. Smith"
    return edge_before and edge_after


def _neighbour_words(text: str, start: int, end: int) -> tuple[str, str]:
    before = re.search(r"(\w+)[ \u00a0]?\Z", text[max(0, start - 40) : start])
    after = re.match(r"[ \u00a0](\w+)", text[end : end + 40])
    return (_fold(before.group(1)) if before else "", _fold(after.group(1)) if after else "")


def _exact_name(node: _Node, text: str, start: int, end: int) -> str | None:
    found = node.exact.get(text[start:end])
    if found is None:
        return None
    name, needs_neighbours = found
    window_start, window_end = max(0, start - 40), min(len(text), end + 40)
    before, after = _neighbour_words(text, start, end)
    if after in _NOT_A_SKILL_BEFORE or before.isdigit() or after.isdigit():
        return None
    if not needs_neighbours:
        return name
    apart = _stands_apart(text[window_start:window_end], start - window_start, end - window_start)
    near = (before in _SKILL_BEFORE or after in _SKILL_BEFORE) and text[end : end + 1] not in {"-", "'", "’", "&"}
    return name if apart or near else None


def _longest(root: _Node, text: str, spans: list[tuple[int, int]], tokens: list[str], first: int) -> tuple[str, int] | None:
    """The longest form that begins at token `first`, with the index after its last token."""
    node, index, best = root, first, None
    while index < len(tokens):
        if index > first and not _GAP.fullmatch(text, spans[index - 1][1], spans[index][0]):
            break
        following = node.following.get(tokens[index])
        if following is None:
            break
        node, index = following, index + 1
        start, end = spans[first][0], spans[index - 1][1]
        name = (_exact_name(node, text, start, end) if node.exact else None) or node.name
        if name is not None:
            best = (name, index)
    return best


def find_skills(text: str) -> list[SkillMention]:
    """Finds every skill of the bundled list that a text names.

    Args:
        text: Running text or one item, in any of the list's languages; at most `MAX_TEXT_CHARS` are searched.

    Returns:
        Mentions in order of appearance, not overlapping; the longest form wins ("SQL Server" over "SQL").
    """
    text = text[:MAX_TEXT_CHARS]
    root = _skill_list().root
    matches = list(_TOKEN.finditer(text))
    spans = [match.span() for match in matches]
    tokens = [_fold(match.group()) for match in matches]
    mentions: list[SkillMention] = []
    index = 0
    while index < len(tokens):
        best = _longest(root, text, spans, tokens, index) if tokens[index] in root.following else None
        if best is None:
            index += 1
            continue
        name, after = best
        mentions.append(SkillMention(name, spans[index][0], spans[after - 1][1]))
        index = after
    return mentions


def normalise_skill(text: str) -> str | None:
    """The list's name for one written skill, or None when the list does not know it.

    Args:
        text: One skill as a person or a feed wrote it: "postgres", "R", "Führung", "Python 3".

    Returns:
        The normalised name. A form must be the whole text, except for a version number behind it.
    """
    stripped = text.lstrip(" \t\r\n,;:()[]-•*").rstrip(" \t\r\n.,;:()[]-•*")[:120]
    node = _skill_list().root
    for token in _key(stripped):
        following = node.following.get(token)
        if following is None:
            return _without_version(stripped)
        node = following
    if node.name is not None:
        return node.name
    # Alone, an everyday word is meant as the skill, whatever its case.
    return next((name for name, _ in node.exact.values()), None) or _without_version(stripped)


def _without_version(text: str) -> str | None:
    shorter = re.sub(r"[ /]?v?\d[\d.x+]{0,7}\Z", "", text)
    return normalise_skill(shorter) if shorter and shorter != text else None


def related_skills(name: str) -> frozenset[str]:
    """Skills that stand near one: what it builds on, what builds on it, and its closest alternatives.

    Args:
        name: A normalised name; any other text has no relations.

    Returns:
        Normalised names, without `name` itself; a relation holds in both directions.
    """
    return _skill_list().related.get(name, frozenset())


def general_skills(name: str) -> frozenset[str]:
    """What a skill is a kind of: who has pytest has unit testing, and not the other way round.

    Args:
        name: A normalised name; any other text is a kind of nothing.

    Returns:
        Normalised names over all steps, without `name` itself.
    """
    return _skill_list().general.get(name, frozenset())


def sibling_skills(name: str) -> frozenset[str]:
    """Other skills of the same kind: Grafana for Datadog, which both are systems monitoring.

    Args:
        name: A normalised name; any other text has no siblings.
    """
    return _skill_list().siblings.get(name, frozenset())


def skill_group(name: str) -> str | None:
    """The field of work that a skill belongs to ("databases", "nursing and care"), None for unknown names."""
    return _skill_list().groups.get(name)


def all_skills() -> frozenset[str]:
    """Every normalised name of the bundled list."""
    return _skill_list().names
