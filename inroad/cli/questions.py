"""The few questions of `inroad profile make`: enough for a first CV, the rest is written in an editor."""

from __future__ import annotations

import re
from typing import Any

import typer

from inroad.cvs.schema import ISO8601

# Positions, degrees and lines asked for at most; whoever has more writes them into the file.
MOST = 20


def ask_for_profile() -> dict[str, Any]:
    """Asks on the terminal and returns a JSON Resume document; an empty answer leaves the field out."""
    typer.echo("A few questions; Enter leaves one out.", err=True)
    basics = _answers(
        {"name": "Your name", "label": "What you are, in a few words", "email": "E-mail", "phone": "Phone"}, needs="name"
    )
    location = _answers({"city": "City", "countryCode": "Country (two letters, as in DE)"})
    summary = _text("Two or three sentences on what you do best")
    if location:
        basics["location"] = location
    if summary:
        basics["summary"] = summary
    sections = {"work": _positions(), "education": _degrees(), "skills": _skills(), "languages": _languages()}
    return {"basics": basics, **{name: entries for name, entries in sections.items() if entries}}


def _text(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip()


def _date(question: str) -> str:
    """A date as JSON Resume has it, or nothing."""
    while True:
        answer = _text(f"{question} (2024-03, or 2024)")
        if not answer or re.fullmatch(ISO8601, answer):
            return answer
        typer.echo("That is no date: write 2024, 2024-03 or 2024-03-15.", err=True)


def _answers(questions: dict[str, str], *, needs: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, question in questions.items():
        answer = _date(question) if field.endswith("Date") else _text(question)
        while field == needs and not answer:
            answer = _text(question)
        if answer:
            found[field] = answer
    return found


def _entries(title: str, first: str, questions: dict[str, str]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    while len(entries) < MOST:
        typer.echo(f"{title} {len(entries) + 1}; Enter ends the list.", err=True)
        name = _text(questions[first])
        if not name:
            break
        rest = {field: question for field, question in questions.items() if field not in (first, "highlights")}
        entry = {first: name, **_answers(rest)}
        if "highlights" in questions and (lines := _lines(questions["highlights"])):
            entry["highlights"] = lines
        entries.append(entry)
    return entries


def _lines(question: str) -> list[str]:
    lines: list[str] = []
    while len(lines) < MOST and (line := _text(question)):
        lines.append(line)
    return lines


def _positions() -> list[dict[str, Any]]:
    questions = {"name": "Company", "position": "Position", "startDate": "From", "endDate": "Until, nothing for the present one"}
    return _entries("Position", "name", {**questions, "highlights": "What you achieved there, one line with its measure"})


def _degrees() -> list[dict[str, Any]]:
    return _entries(
        "Degree",
        "institution",
        {"institution": "School or university", "studyType": "Degree", "area": "Subject", "endDate": "Until"},
    )


def _skills() -> list[dict[str, Any]]:
    return [{"name": name} for name in _split(_text("Skills, separated by commas"))]


def _languages() -> list[dict[str, Any]]:
    return [{"language": name} for name in _split(_text("Languages, separated by commas"))]


def _split(answer: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in answer.split(",") if part.strip()))
