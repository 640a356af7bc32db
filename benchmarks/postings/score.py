"""The score: of every labelled page, each field that is read right, with what was missed.

Run `python -m benchmarks.postings.score [--misses N] [--all]`; without `--all` only the jobs that nothing was tuned on count.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.postings.pages import Page, pages
from inroad.postings import extract_postings, structure_posting
from inroad.postings.model import Posting

FIELDS = ("found", "title", "company", "place", "pay", "work", "kind", "posted", "until", "language", "requirements", "years")


def judge(page: Page) -> Iterator[tuple[str, bool, str]]:
    """Yield (field, whether it was read right, what was read) of one page."""
    postings = extract_postings(page.body, url=page.url)
    yield "found", len(postings) == 1, f"{len(postings)} postings"
    if len(postings) != 1:
        yield from ((field, False, "no posting") for field in FIELDS[1:])
        return
    posting, content = postings[0], page.content
    yield "title", posting.title == content["title"], posting.title
    yield "company", posting.company == content["company"], str(posting.company)
    yield "place", content["city"] in (posting.location or ""), str(posting.location)
    yield "pay", _pay(posting) == (content["pay"][1] if "pay" in page.shown else None), str(_pay(posting))
    work = content["work"][1] if "work" in page.shown else "remote" if content["work"][1] == "remote" else None
    yield "work", posting.remote in {work, content["work"][1]}, str(posting.remote)
    yield "kind", posting.employment_type == content["kind"][1], str(posting.employment_type)
    for field, value in (("posted", posting.posted_on), ("until", posting.valid_through)):
        yield field, value == (content[field][1] if field in page.shown else None), str(value)
    yield "language", posting.language == content["lang"], str(posting.language)
    yield from _requirements(posting, content)


def _pay(posting: Posting) -> list[Any] | None:
    pay = posting.salary
    return [pay.minimum, pay.maximum, pay.currency, pay.period] if pay else None


def _requirements(posting: Posting, content: Any) -> Iterator[tuple[str, bool, str]]:
    requirements = structure_posting(posting).requirements
    wanted = {(item, "must") for item in content["must"][1]} | {(item, "nice") for item in content["nice"][1]}
    read = {(requirement.text, requirement.importance) for requirement in requirements}
    yield "requirements", read == wanted, f"missed {sorted(wanted - read)}, more {sorted(read - wanted)}"
    years = sorted(requirement.years for requirement in requirements if requirement.years)
    yield "years", years == content["years"], str(years)


def measure(*, everything: bool = False) -> tuple[Counter[str], Counter[str], list[str]]:
    """Judge the pages.

    Args:
        everything: Count the tuned jobs too.

    Returns:
        Right answers by field, questions by field, and a line for each miss.
    """
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    misses: list[str] = []
    for page in pages():
        if page.is_tuned and not everything:
            continue
        for field, is_right, read in judge(page):
            asked[field] += 1
            right[field] += is_right
            if not is_right:
                misses.append(f"{page.name} {field}: {read}")
    return right, asked, misses


def main() -> None:
    """Print the score by field and the misses."""
    right, asked, misses = measure(everything="--all" in sys.argv)
    for field in FIELDS:
        print(f"{field:13} {right[field] / asked[field]:.3f}  ({right[field]}/{asked[field]})")
    print(f"{'together':13} {right.total() / asked.total():.3f}  ({right.total()}/{asked.total()})")
    shown = int(sys.argv[sys.argv.index("--misses") + 1]) if "--misses" in sys.argv else 0
    for miss in misses[:shown]:
        print(" ", miss)


if __name__ == "__main__":
    main()
