# ruff: noqa: E501 - patterns and word lists are kept whole
"""People on a page, with their roles.

What lives here: names in text, in cards, behind labels such as "Geschäftsführer:", beside titles. What does not: the shape of names
(`names`), where in a run of words they stand (`name_runs`), what speaks against them (`name_doubts`), where a role stands
(`role_places`), role words (`roles`), who owns which e-mail or phone (`binding`).

How much a name is believed depends on where it stands: with a role or a label, alone on its line, or in the middle of a text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Final

from inroad.contacts.character_classes import CAPITAL, capitals_of
from inroad.contacts.document import Document
from inroad.contacts.finding import Finding
from inroad.contacts.name_doubts import without_products, without_words
from inroad.contacts.name_runs import ENTITY_AFTER, RUN, bare_word, names_in_run
from inroad.contacts.names import (
    COMMON_WORDS,
    HONORIFIC,
    HUMP,
    is_given_name,
    is_person_name,
    is_plain_word,
    is_run_together,
    is_surname,
    split_name,
    tidy_name,
)
from inroad.contacts.role_places import are_entries, give_column_roles, give_role
from inroad.contacts.roles import LABEL, is_duty, is_role, is_title, label_role, tidy_role

MAX_PEOPLE: Final = 500

_GERMAN_NOUN = re.compile(r"(?:ungen|ung|heit|keit|schaft|tion|ität|ismus|lagen|nik)$")
_NICKNAME_SIGN = re.compile(r"[(\"“‘] ?[A-Z]")
_NICKNAMED = re.compile(
    r"(?P<first>[A-ZÀ-Þ][\w'’\-]{1,20}) [(\"“‘'](?P<called>[A-ZÀ-Þ][\w.]{1,15}(?: [A-ZÀ-Þ][\w.]{1,15})?)[)\"”’'] (?P<last>[A-ZÀ-Þ][\w'’\-]{1,25})"
)
_TITLE_BEHIND = re.compile(r"(?P<name>[^\s,–—|:]{2,20}+(?: [^\s,–—|:]{1,20}+){1,3})(?:,| [–—|-]) (?P<title>[^,.;|–—]{2,60})")
_SUFFIX = re.compile(r",?\s(?:Jr\.?|Sr\.?|II|III|IV|Esq\.?)(?![\w])")
_COMPANIES: Final = frozenset(
    """fannie mae|freddie mac|morgan chase|calvin klein|ralph lauren|paul mitchell|dorothy perkins|candy crush|marie claire|brooks running|
    warner bros|martin luther king|franklin templeton|kimberly clark|brooks brothers|
    wells fargo|charles schwab|john deere|merrill lynch|morgan stanley|ernst young|johnson johnson|louis vuitton|tommy hilfiger|marks spencer|mary kay|john lewis|sherwin williams|harley davidson|jack daniels|
    estee lauder|laura ashley|ben jerry|max mara|hugo boss|jack wolfskin|karl lagerfeld|philip morris|jones lang|otto group|max planck|ted baker|jack jones|peter pan|king charles|harry potter|santa claus|sara lee|jimmy choo|paul smith|otto beisheim|
    hong kong|sierra leone|jan mayen|san marino|costa rica|puerto rico|santa lucia|saint lucia|min price|max price|allen keys|allen key|max bath|max beds|
    christi himmelfahrt|holy see|addis ababa|kuala lumpur|santa cruz|santa clara|santa monica|las vegas|palo alto|napa valley""".replace(
        "\n    ", ""
    ).split("|")
)


def find_people(document: Document, taken: list[tuple[int, int]]) -> list[Finding]:
    """Every person named in the page's text.

    Args:
        document: The page.
        taken: Ranges of the text that belong to addresses; streets and towns are often named after people.
    """
    found: list[Finding] = []
    lines = [(line.start, line.text) for line in document.lines]
    runs = _runs_by_line(document)
    for number, (start, line) in enumerate(lines):
        is_labelled = ":" in line or "：" in line
        if " " not in line and not is_labelled:  # one word is nobody's name
            continue
        hits = {f.start: f for f in _in_line(document, start, line, runs[number], taken)} if number in runs else {}
        if not hits and _NICKNAME_SIGN.search(line):
            hits = {f.start: f for f in _with_nickname(document, start, line)}
        if is_labelled:
            _add_labelled(hits, _behind_label(document, lines, number))
        if not hits and (entry := _beside_title(document, start, line) or _above_title(document, lines, number)) is not None:
            hits[entry.start] = entry
        for finding in hits.values():
            if finding.role is None:
                give_role(finding, lines, number)
            found.append(finding)
        if len(found) >= MAX_PEOPLE:
            break
    if len(found) > 1 and ("td" in document.by_tag or "dt" in document.by_tag):
        give_column_roles(document, found, lines)
    return without_words(document, without_products(found))[:MAX_PEOPLE]


def _add_labelled(hits: dict[int, Finding], labelled: Iterator[Finding]) -> None:
    for finding in labelled:
        hits.setdefault(finding.start, finding)
        if hits[finding.start].role is None:
            hits[finding.start] = finding


def _runs_by_line(document: Document) -> dict[int, list[re.Match[str]]]:
    """The runs of capitalised words by the number of the line they begin in, searched where a line has two capitals."""
    starts = [line.start for line in document.lines]
    runs: dict[int, list[re.Match[str]]] = {}
    begin = 0
    for row in capitals_of(document.text).split(b"\n"):
        end = begin + len(row)
        if row.count(CAPITAL) > 1:
            for run in RUN.finditer(document.text, begin, end):
                runs.setdefault(bisect_right(starts, run.start()) - 1, []).append(run)
        begin = end + 1
    return runs


def _in_line(
    document: Document, start: int, line: str, runs: list[re.Match[str]], taken: list[tuple[int, int]]
) -> Iterator[Finding]:
    for run in runs:
        for begin, end in _names_between(document, run):
            at, until = run.start() - start + begin, run.start() - start + end
            if until > len(line):  # a long line is cut, at most within a name
                continue
            if any(a < start + until and start + at < b for a, b in taken) or tidy_name(line[at:until]).lower() in _COMPANIES:
                continue
            suffix = _SUFFIX.match(line, until)
            until = suffix.end() if suffix else until
            yield _finding(document, line[at:until], start + at, alone=len(line.strip()) <= until - at + 2)


def _with_nickname(document: Document, start: int, line: str) -> Iterator[Finding]:
    """`Walter (Bill) Babb`, `Gary "The Glove" Payton`: the value is the name without what the person is called."""
    for hit in islice(_NICKNAMED.finditer(line), 20):
        value = f"{hit['first']} {hit['last']}"
        if names_in_run(value) == [(0, len(value))]:
            finding = _finding(document, hit.group(), start + hit.start(), alone=len(line.strip()) <= len(hit.group()) + 2)
            finding.value, finding.details["nickname"] = value, hit["called"]
            yield finding


def _names_between(document: Document, run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The names within a run, cut where an element ends within a word: `<b>Jane Doe</b>Head of Sales`."""
    cuts = [hump.start() for hump in HUMP.finditer(run.group()) if document.is_text_boundary(run.start() + hump.start())]
    at = 0
    for cut in [*cuts, len(run.group())]:
        yield from ((at + begin, at + end) for begin, end in names_in_run(run.group()[at:cut]))
        at = cut


def _finding(document: Document, text: str, start: int, *, alone: bool) -> Finding:
    text = re.sub(r"['’]s$", "", text.strip())
    honorific, _, _ = split_name(text)
    confidence = 0.75 if alone else 0.7 if honorific else 0.5
    value = tidy_name(text)
    details = {"honorific": honorific} if honorific else {}
    return Finding(
        "person",
        value,
        text,
        "text",
        confidence,
        element=document.element_at(start).index,
        start=start,
        end=start + len(text),
        name=text,
        details=dict(details),
    )


def _behind_label(document: Document, lines: list[tuple[int, str]], number: int) -> Iterator[Finding]:
    """Names after "Geschäftsführer:" and its like, on the same line or on those below."""
    start, line = lines[number]
    for label in LABEL.finditer(line):
        rest, at = line[label.end() :], start + label.end()
        if not rest.strip() and number + 1 < len(lines):
            at, rest = lines[number + 1]
        names = list(_listed_names(rest[:300]))
        for begin, name in names:
            finding = _finding(document, name, at + begin, alone=False)
            # What several are called together ("die Geschäftsführer") says less than what stands beside one of them, a duty less.
            said = label.group("label")
            finding.role, finding.confidence = label_role(said), 0.86 if is_duty(said) else 0.87 if len(names) > 1 else 0.9
            yield finding


def _listed_names(text: str) -> Iterator[tuple[int, str]]:
    """Names in a list ("A B, C D und E F"), ending at the first thing that is none."""
    at = 0
    for piece in re.split(r"(,\s|;\s?|\s/\s|\s&\s|\s(?:und|and|et|y|e|en|i|sowie)\s|\s[–—|\-•]\s|\s\()", text):
        if (at and not piece.strip(" ,;/&–—|-•(")) or piece.strip() in {"und", "and", "et", "y", "e", "en", "i", "sowie"}:
            at += len(piece)
            continue
        name = piece.strip(" .")
        if re.fullmatch(HONORIFIC + r"\.?", name):
            at += len(piece)
            continue
        if not is_person_name(name, strict=False) or len(split_name(name)[1].split()) < 2:
            return
        yield at + (len(piece) - len(piece.lstrip())), name
        at += len(piece)


def _beside_title(document: Document, start: int, line: str) -> Finding | None:
    """A name that no list knows with a job title behind it on its line: `Krasen Tomov, Head of Sales`."""
    if not 10 <= len(line) <= 110 or not line[0].isupper():
        return None
    if not (", " in line or " - " in line or "–" in line or "—" in line or "|" in line):  # the pattern takes ten times as long
        return None
    parts = _TITLE_BEHIND.match(line)
    if parts is None or not is_title(parts["title"].strip()):
        return None
    text = parts["name"]
    if not is_person_name(text, strict=False) or is_role(text, any_case=True) or not _is_name_of_no_words(text.split()):
        return None
    finding = _finding(document, text, start, alone=False)
    finding.role, finding.confidence = tidy_role(parts["title"]), 0.86
    return finding


def _is_name_of_no_words(tokens: list[str]) -> bool:
    return not any(
        is_plain_word(token) or token.lower() in COMMON_WORDS or token.lower() in ENTITY_AFTER or is_run_together(token)
        for token in tokens
    ) and not any(map(_GERMAN_NOUN.search, tokens))


def _above_title(document: Document, lines: list[tuple[int, str]], number: int) -> Finding | None:
    """A name that no list knows, alone in its element with a job title alone in the next: `<dt>Inès Bouchard</dt><dd>Gérante</dd>`."""
    if number + 1 >= len(lines):
        return None
    start, line = lines[number]
    if not 5 <= len(line) <= 42 or not line[0].isupper() or not line.rstrip()[-1].isalpha():
        return None
    text, (below, title) = line.strip(), lines[number + 1]
    tokens = text.split()
    if not 2 <= len(tokens) <= 4 or not tokens[-1][0].isupper() or not is_title(title):
        return None
    if is_role(text, any_case=True) or not is_person_name(text, strict=False):
        return None
    if any(
        token.lower() in COMMON_WORDS or token.lower() in ENTITY_AFTER or is_run_together(token) or _GERMAN_NOUN.search(token)
        for token in tokens
    ):
        return None
    if not (is_surname(bare_word(tokens[-1])) or is_given_name(tokens[0])) and not are_entries(document, start, below):
        return None
    finding = _finding(document, text, start + line.index(text), alone=True)
    finding.role, finding.confidence = tidy_role(title), 0.8
    return finding
