"""False and true wordings by class in four languages (`cases/tongues.yaml`): patterns that are tried on every line of a
person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from inroad.cvs import Profile
from tests.cvs.people import HERE, put

TONGUES = ("en", "de", "fr", "es")


@cache
def _cases() -> dict[str, Any]:
    return yaml.safe_load((HERE / "cases" / "tongues.yaml").read_text(encoding="utf-8"))


@cache
def speaker(language: str) -> Profile:
    """The person who writes in a language."""
    return Profile.from_resume(_cases()[language]["profile"])


def lies(language: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (class, what was said, document): one false fact each."""
    resume = speaker(language).to_resume()
    for kind, rules in _cases()[language]["lies"].items():
        for pattern, replacement in rules:
            for pointer, line in _lines(resume):
                new = re.sub(pattern, replacement, line, count=1)
                if new != line:
                    yield kind, new, put(resume, pointer, new)
    for kind, changes in _cases()[language]["fields"].items():
        for pointer, value in changes:
            yield kind, f"{pointer} = {value}", put(resume, pointer, value)


def truths(language: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (what was said, document): the same fact in other words."""
    resume = speaker(language).to_resume()
    for pattern, replacement in _cases()[language]["truths"]:
        for pointer, line in _lines(resume):
            new = re.sub(pattern, replacement, line, count=1)
            if new != line:
                yield new, put(resume, pointer, new)


def free_wordings(language: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (line, document): whole lines in other words, each written by hand."""
    resume = speaker(language).to_resume()
    for start, line in _cases()[language]["free"]:
        (pointer,) = [pointer for pointer, own in _lines(resume) if own.startswith(start)]
        yield line, put(resume, pointer, line)


def _lines(resume: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for index, entry in enumerate(resume["work"]):
        for place, line in enumerate(entry["highlights"]):
            yield f"/work/{index}/highlights/{place}", line
