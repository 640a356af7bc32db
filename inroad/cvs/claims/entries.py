"""One entry of a CV against the entry of the profile that it stands for: the fields that must agree as a whole.

Free text inside an entry (summary, highlights) belongs to `lines`. An entry is the profile's as a whole or not at all: an
employer
with another job's title is a false fact made of two true ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from inroad.cvs.claims.titles import (
    certificate_problem,
    date_problem,
    degree_problem,
    fluency_problem,
    fold,
    name_problem,
    place_problem,
    text_problem,
    title_problem,
    url_problem,
)

Comparison = Callable[[str, str], str | None]
Row = Mapping[str, Any]
Problem = tuple[str, str, str]  # field, kind of finding, explanation


def _equal(said: str, true: str) -> str | None:
    return None if fold(said) == fold(true) else f"{said!r} is not the profile's {true!r}"


def _score(said: str, true: str) -> str | None:
    if fold(said) == fold(true):
        return None
    numbers = [part for part in fold(said).replace(",", ".").replace("gpa", "").replace("/", " ").split() if part]
    known = fold(true).replace(",", ".").replace("/", " ").split()
    return (
        None
        if numbers and all(part.strip(":()") in known or not part.strip(":()") for part in numbers)
        else f"{said!r} is not the profile's {true!r}"
    )


# Section -> (the field that names the entry, (field, kind of finding, comparison), ...), most telling first.
FIELDS: Mapping[str, tuple[tuple[str, str, Comparison], ...]] = {
    "work": (
        ("name", "employer", name_problem),
        ("position", "title", title_problem),
        ("location", "place", place_problem),
        ("url", "url", url_problem),
    ),
    "volunteer": (("organization", "employer", name_problem), ("position", "title", title_problem), ("url", "url", url_problem)),
    "education": (
        ("institution", "school", name_problem),
        ("studyType", "degree", degree_problem),
        ("area", "degree", text_problem),
        ("score", "degree", _score),
        ("url", "url", url_problem),
    ),
    "awards": (("title", "award", text_problem), ("awarder", "award", name_problem)),
    "certificates": (("name", "certificate", _equal), ("issuer", "certificate", name_problem), ("url", "url", url_problem)),
    "publications": (
        ("name", "publication", text_problem),
        ("publisher", "publication", name_problem),
        ("url", "url", url_problem),
    ),
    "languages": (("language", "language", _equal), ("fluency", "fluency", fluency_problem)),
    "interests": (("name", "interest", text_problem),),
    "references": (("name", "reference", _equal), ("reference", "reference", _equal)),
    "projects": (
        ("name", "project", name_problem),
        ("entity", "employer", name_problem),
        ("type", "project", _equal),
        ("url", "url", url_problem),
    ),
}
DATES = ("startDate", "endDate", "date", "releaseDate")
# Fields that are checked elsewhere, or name nothing that could be false.
_ELSEWHERE = frozenset({"id", "summary", "highlights", "description", "courses", "keywords", "roles", "level", *DATES})


def match_entry(section: str, row: Row, known: list[Row]) -> tuple[int | None, list[Problem]]:
    """Find the profile's entry that a CV's entry stands for.

    Args:
        section: Section of the JSON Resume.
        row: The CV's entry.
        known: The profile's entries of the section.

    Returns:
        (index of the entry with the fewest contradictions, those contradictions); (None, ...) when the section is empty.
    """
    fields = FIELDS[section]
    naming, kind, _ = fields[0]
    said = _text(row, naming)
    if not known:
        return None, [(naming, kind, f"the profile has no {section}, the CV says {said!r}")]
    judged = [(list(_problems(section, row, other)), index) for index, other in enumerate(known)]
    problems, index = min(judged, key=lambda pair: (_weight(pair[0], naming), pair[1]))
    return index, problems


def _weight(problems: list[Problem], naming: str) -> float:
    return sum(3 if field == naming else 0.5 if field in {"url", "location"} else 1 for field, _, _ in problems)


def _problems(section: str, row: Row, other: Row) -> Iterator[Problem]:
    for field, kind, compare in FIELDS[section]:
        said, true = _text(row, field), _text(other, field)
        if not said:
            continue
        if section == "certificates" and field == "name":
            problem = certificate_problem(said, true, _text(other, "issuer"))
        elif section == "education" and field in {"studyType", "area"}:
            problem = _degree_problem(field, said, other)
        elif not true:
            problem = f"the profile gives none, the CV says {said!r}"
        else:
            problem = compare(said, true)
        if problem:
            yield field, kind, problem
    yield from _date_problems(row, other)


def _degree_problem(field: str, said: str, other: Row) -> str | None:
    """Compare a degree or its subject; a profile may have written both in one field."""
    true = _text(other, field)
    both = " ".join(filter(None, (_text(other, "studyType"), _text(other, "area"))))
    if field == "studyType":
        problem = degree_problem(said, true) if true else f"the profile gives none, the CV says {said!r}"
        return None if problem and fold(said) == fold(both) else problem
    return text_problem(said, both) if both else f"the profile gives none, the CV says {said!r}"


def _date_problems(row: Row, other: Row) -> Iterator[Problem]:
    for field in DATES:
        if _text(row, field):
            problem = date_problem(_text(row, field), _text(other, field) or None)
            if problem:
                yield field, "date", problem
    if _text(row, "startDate") and not _text(row, "endDate") and _text(other, "endDate"):
        yield "endDate", "date", f"without an end it goes on; the profile ends it {_text(other, 'endDate')!r}"


def _text(row: Row, field: str) -> str:
    value = row.get(field)
    return value if isinstance(value, str) else ""


def unknown_fields(section: str, row: Row) -> Iterator[tuple[str, Any]]:
    """Yield the fields of an entry that the schema does not know: whatever they say must be the profile's word for word."""
    known = (
        {field for field, _, _ in FIELDS.get(section, ())}
        | _ELSEWHERE
        | ({"name"} if section == "skills" else set())
        | ({"location"} if section == "work" else set())
    )
    yield from ((field, value) for field, value in row.items() if field not in known)
