# ruff: noqa: E501 - patterns and word lists are kept whole
"""People on a page, with their roles.

What lives here: names in text, in cards, behind labels such as "Geschäftsführer:", above titles. What does not: the shape of names
(`names`), where a role stands (`role_places`), role words (`roles`), who owns which e-mail or phone (`binding`).

How much a name is believed depends on where it stands: with a role or a label, alone on its line, or in the middle of a text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from inroad.contacts.document import Document
from inroad.contacts.finding import Finding
from inroad.contacts.names import (
    COMMON_WORDS,
    HONORIFIC,
    NOT_SURNAMES,
    is_given_name,
    is_person_name,
    is_surname,
    may_be_surname,
    split_name,
    tidy_name,
)
from inroad.contacts.role_places import are_entries, give_column_roles, give_role
from inroad.contacts.roles import LABEL, is_duty, is_role, is_title, label_role, tidy_role

MAX_PEOPLE: Final = 500

_UP: Final = "A-ZÀ-ÖØ-ÞĀ-ŽŁŚŻŹĆŃА-Я"
# Begins with a set of characters, so that the engine skips to one; what may not stand before it is asked afterwards.
_RUN = re.compile(
    rf"[{_UP}](?<![\w@./#'’].)(?<!\w-.)[\w'’\-]*\.?(?: (?:(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|ter|ten|zu|zur|"
    rf"vom|bin|ibn|al|el|y|e|of|and|und|the) ){{0,2}}[{_UP}][\w'’\-]*\.?){{1,12}}"
)
_HONORIFIC_TOKEN = re.compile(rf"{HONORIFIC}\.?|Dr\.-\w+\.")
_INITIAL = re.compile(rf"[{_UP}]\.?(?:[{_UP}]\.)?")
_SURNAME = re.compile(
    rf"(?:(?:Mc|Mac|O['’]|D['’]|De|Di|Le|La|Van|Von|St\.)[{_UP}])?[{_UP}](?:[^\W\d_]|['’])+(?:-[{_UP}](?:[^\W\d_]|['’])+)*"
)
_SUFFIX = re.compile(r",?\s(?:Jr\.?|Sr\.?|II|III|IV|Esq\.?)(?![\w])")
_COMPANIES: Final = frozenset(
    """fannie mae|freddie mac|morgan chase|calvin klein|ralph lauren|paul mitchell|dorothy perkins|candy crush|marie
    claire|warner bros|martin luther king|franklin templeton|kimberly clark|brooks brothers|
    wells fargo|charles schwab|john deere|merrill lynch|morgan stanley|ernst young|johnson johnson|louis vuitton|tommy hilfiger|marks spencer|mary kay|john lewis|sherwin williams|harley davidson|jack daniels|
    estee lauder|laura ashley|ben jerry|max mara|hugo boss|jack wolfskin|karl lagerfeld|philip morris|jones lang|otto group|max planck|ted baker|jack jones|peter pan|king charles|harry potter|santa claus""".replace(
        "\n    ", ""
    ).split("|")
)
_PARTICLES: Final = frozenset("van von der den de del della di da dos du la le ter ten zu zur vom bin ibn al el".split())  # noqa: SIM905
_ENTITY_AFTER: Final = frozenset(
    """street st avenue ave road rd drive dr lane ln boulevard blvd way court ct place plaza square terrace highway hwy
    parkway pkwy circle park bridge river lake creek mountain hill hills valley beach bay island
    islands county city town township village airport station school schools university college institute academy
    foundation center centre hospital clinic church cathedral chapel museum library theatre theater hall hotel inn lodge
    resort restaurant cafe bar grill pub house houses building tower estate estates gallery studio studios shop store
    company co inc llc ltd limited llp lp plc gmbh ag kg corp corporation group associates association
    partners partnership bank insurance realty properties motors ford' honda toyota law firm attorneys award prize medal
    cup championship trophy tournament classic festival day memorial award awards collection series edition
    press publishing books records entertainment productions films news times post journal magazine herald tribune gazette
    & foods brands products international industries enterprises solutions systems technologies technology services
    trust fund society club team band orchestra quartet trio ensemble act bill amendment theorem method effect syndrome
    disease test scale formation fm tv radio network""".split()  # noqa: SIM905
)
_ENTITY_BEFORE: Final = frozenset(
    """st saint san santa fort mount mt lake port hotel via rue calle plaza rua avenida university college school hospital
    institute foundation castle cape villa chateau château château domaine casa place piazza cathedral church
    avenue street bank bridge museum house""".split()  # noqa: SIM905
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
        if is_labelled:
            _add_labelled(hits, _behind_label(document, lines, number))
        if not hits and (entry := _above_title(document, lines, number)) is not None:
            hits[entry.start] = entry
        for finding in hits.values():
            if finding.role is None:
                give_role(finding, lines, number)
            found.append(finding)
        if len(found) >= MAX_PEOPLE:
            break
    if len(found) > 1 and ("td" in document.by_tag or "dt" in document.by_tag):
        give_column_roles(document, found, lines)
    return _without_products(found)[:MAX_PEOPLE]


def _add_labelled(hits: dict[int, Finding], labelled: Iterator[Finding]) -> None:
    for finding in labelled:
        hits.setdefault(finding.start, finding)
        if hits[finding.start].role is None:
            hits[finding.start] = finding


def _without_products(found: list[Finding]) -> list[Finding]:
    """Drop what a shop calls its goods: one given name with five or more different words behind it, and never a role."""
    followers: dict[str, set[str]] = {}
    for finding in found:
        if finding.role is None:
            first, _, rest = finding.value.partition(" ")
            followers.setdefault(first, set()).add(rest)
    return [
        f
        for f in found
        if f.role is not None
        or len(followers[f.value.partition(" ")[0]]) < 5
        or (is_surname(f.value.rpartition(" ")[2]) and len(followers[f.value.partition(" ")[0]]) < 8)
    ]


def _runs_by_line(document: Document) -> dict[int, list[re.Match[str]]]:
    """The runs of capitalised words by the number of the line they begin in: one search of the text, not one a line."""
    starts = [line.start for line in document.lines]
    runs: dict[int, list[re.Match[str]]] = {}
    for run in _RUN.finditer(document.text):
        runs.setdefault(bisect_right(starts, run.start()) - 1, []).append(run)
    return runs


def _in_line(
    document: Document, start: int, line: str, runs: list[re.Match[str]], taken: list[tuple[int, int]]
) -> Iterator[Finding]:
    for run in runs:
        for begin, end in names_in_run(run.group()):
            at, until = run.start() - start + begin, run.start() - start + end
            if until > len(line):  # a long line is cut, at most within a name
                continue
            if any(a < start + until and start + at < b for a, b in taken) or tidy_name(line[at:until]).lower() in _COMPANIES:
                continue
            suffix = _SUFFIX.match(line, until)
            until = suffix.end() if suffix else until
            yield _finding(document, line[at:until], start + at, alone=len(line.strip()) <= until - at + 2)


@lru_cache(maxsize=20_000)
def _may_begin_name(token: str) -> bool:
    return is_given_name(token) or _HONORIFIC_TOKEN.fullmatch(token) is not None


def names_in_run(run: str) -> list[tuple[int, int]]:
    """The names within a run of capitalised words, as ranges."""
    if not any(_may_begin_name(token) for token in run.split(" ")):
        return []
    tokens = [(m.group(), m.start(), m.end()) for m in re.finditer(r"\S+", run)]
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(tokens):
        size, honorific = _name_length([t[0] for t in tokens[at : at + 8]])
        before = tokens[at - 1][0].lower().strip(".,") if at else ""
        after = tokens[at + size][0].lower().strip(".,'’s") if size and at + size < len(tokens) else ""
        if size and before not in _ENTITY_BEFORE and after not in _ENTITY_AFTER:
            end = tokens[at + size - 1][2]
            text = run[tokens[at][1] : end]
            spans.append((tokens[at][1], end - 1 if text.endswith(".") and not re.search(r"(?:\b\w|Jr|Sr)\.$", text) else end))
            at += size
        else:
            at += size if size and honorific else 1
    return spans


def _name_length(tokens: list[str]) -> tuple[int, bool]:
    """How many tokens from the first on are one name; 0 for none."""
    at = 0
    while at < len(tokens) and at < 4 and _HONORIFIC_TOKEN.fullmatch(tokens[at]):
        at += 1
    if at >= len(tokens):
        return 0, False
    rest = tokens[at:]
    size = _after_honorific(rest) if at else _unannounced(rest)
    return (at + size if size else 0), at > 0


def _after_honorific(tokens: list[str]) -> int:
    """`Miss Collins`, `Dr. Jen`, `Prof. J. van der Berg`: one name is enough."""
    first = tokens[0].rstrip(".,")
    if is_given_name(first) or _INITIAL.fullmatch(tokens[0]):
        return _unannounced(tokens) or (1 if len(first) > 2 else 0)
    if not _SURNAME.fullmatch(first) or len(first) < 3 or first.lower() in NOT_SURNAMES or not may_be_surname(first):
        return 0
    following = len(tokens) > 1 and not tokens[0].endswith((".", ",")) and _is_last(tokens[1], first.isupper())
    return 2 if following else 1


def _unannounced(tokens: list[str]) -> int:
    """A given name, then initials and further given names, then one or two surnames, the first of which decides."""
    first = tokens[0]
    size = 1
    if not first[:1].isupper():  # "von" and "al" are given names somewhere, and particles here
        return 0
    if _INITIAL.fullmatch(first):
        if len(tokens) < 3 or not is_given_name(tokens[1]):
            return 0
        size = 2
    elif not is_given_name(first) or (first.endswith(".") and not _INITIAL.fullmatch(first)):
        return 0
    upper = first.isupper() and len(first) > 2
    while size < min(len(tokens), 4) and (
        _INITIAL.fullmatch(tokens[size]) or (is_given_name(tokens[size]) and _more_follow(tokens, size, upper=upper))
    ):
        size += 1
    particles = size
    while particles < len(tokens) and tokens[particles].lower() in _PARTICLES and particles < size + 3:
        particles += 1
    if particles >= len(tokens) or not _is_last(tokens[particles], upper):
        return 0
    if size == 1 and first.lower() in COMMON_WORDS and not is_surname(_bare(tokens[particles])):
        return 0
    end = particles + 1
    if (
        end < len(tokens)
        and not tokens[particles].endswith((".", ","))
        and _is_last(tokens[end], upper)
        and is_surname(_bare(tokens[end]))
    ):
        starts_another = is_given_name(tokens[end]) and end + 1 < len(tokens) and _is_last(tokens[end + 1], upper)
        end += 0 if starts_another or _bare(tokens[particles]) != tokens[particles] else 1
    return end


def _more_follow(tokens: list[str], size: int, *, upper: bool) -> bool:
    return (
        size + 1 < len(tokens)
        and not tokens[size].endswith((".", ","))
        and _is_last(tokens[size + 1], upper)
        and is_surname(_bare(tokens[size + 1]))
    )


def _bare(token: str) -> str:
    return re.sub(r"['’]s$", "", token.rstrip(".,"))


def _is_last(token: str, upper: bool) -> bool:
    bare = _bare(token)
    if (
        not _SURNAME.fullmatch(bare)
        or bare.lower() in NOT_SURNAMES
        or bare.lower()
        in _ENTITY_AFTER
        - {
            "park",
            "lane",
            "hall",
            "house",
            "hill",
            "fields",
            "banks",
            "bill",
            "price",
            "times",
            "post",
            "law",
            "bridge",
            "church",
            "way",
        }
    ):
        return False
    if bare.isupper() != upper and len(bare) > 1:
        return False
    return may_be_surname(bare) and (
        len(bare) > 2
        or bare.lower()
        in {"li", "wu", "xu", "yu", "ma", "ng", "ho", "do", "vo", "le", "ko", "lo", "oh", "hu", "he", "lu", "fu", "ki", "an"}
    )


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
    if any(token.lower() in COMMON_WORDS or token.lower() in _ENTITY_AFTER for token in tokens):
        return None
    if not (is_surname(_bare(tokens[-1])) or is_given_name(tokens[0])) and not are_entries(document, start, below):
        return None
    finding = _finding(document, text, start + line.index(text), alone=True)
    finding.role, finding.confidence = tidy_role(title), 0.8
    return finding
