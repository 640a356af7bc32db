"""The invented people of these tests, with true and false wordings of their own lines (`cases/*.yaml`)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from inroad.cvs import Profile
from inroad.postings.model import Posting

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NAMES = ("marta", "amara", "tomas", "priya")
OTHERS = ("jonas", "heike", "claire", "lucia")  # German, French, Spanish
POSTING = Posting(
    key="greenhouse:123",
    title="Senior Platform Engineer (m/f/d)",
    url="https://brightwater.example/jobs/1",
    company="Brightwater",
    location="Berlin",
    language="en",
    department="Platform",
    description="""Brightwater runs data infrastructure for ports.

What you will do
- Build and operate our Kubernetes platform for 20 product teams
- Design streaming pipelines with Kafka

What you bring
- 5+ years of experience in platform or data engineering
- Strong Python and PostgreSQL
- Experience with Kubernetes and Terraform
- Fluent English
- Degree in computer science or similar

Nice to have
- Rust
- Experience with Flink

We offer
- 30 days of holiday
""",
)


@cache
def case(name: str) -> dict[str, Any]:
    return yaml.safe_load((HERE / "cases" / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def person(name: str) -> Profile:
    given = case(name)["profile"]
    return Profile.load(ROOT / given) if isinstance(given, str) else Profile.from_resume(given)


def worded(name: str, side: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (class, line, document) for every hand-written wording: `side` is "right" or "wrong"."""
    profile = person(name)
    for line in case(name)["lines"]:
        (fact,) = [fact for fact in profile.facts.values() if fact.text.startswith(line["fact"])]
        for kind, text in _kinds(line[side]):
            yield kind, text, put(profile.to_resume(), fact.path, text)
    for kind, text in _kinds(case(name)["summary"][side]):
        yield kind, text, put(profile.to_resume(), "/basics/summary", text)


def put(resume: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """Return the document with another value at a JSON pointer."""
    changed = copy.deepcopy(resume)
    *steps, last = pointer.strip("/").split("/")
    target: Any = changed
    for step in steps:
        target = target[int(step)] if isinstance(target, list) else target[step]
    target[int(last) if isinstance(target, list) else last] = value
    return changed


def _kinds(wordings: Any) -> Iterator[tuple[str, str]]:
    yield from wordings.items() if isinstance(wordings, dict) else (("", text) for text in wordings)
