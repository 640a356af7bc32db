"""True rewordings by rule: the ways in which people write the same figure, name or date.

Written from the side of the language, not of the checker: each rule is a plain replacement that leaves the meaning alone.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

WORDS = {
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "fourteen": "14",
    "eighteen": "18",
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "sixty": "60",
}
SYNONYMS = {
    "Built": "Developed",
    "Cut": "Reduced",
    "Reduced": "Lowered",
    "Led": "Headed",
    "Wrote": "Authored",
    "Raised": "Increased",
    "Shortened": "Cut",
    "Replaced": "Substituted",
    "Migrated": "Moved",
    "Developed": "Built",
    "Improved": "Optimised",
    "Helped": "Assisted",
    "Supported": "Helped",
    "Introduced": "Established",
    "Grew": "Increased",
    "Lowered": "Cut",
    "Mentored": "Coached",
    "Trained": "Taught",
}
FORMS = {
    "PostgreSQL": "Postgres",
    "Kubernetes": "K8s",
    "JavaScript": "JS",
    "Kafka": "Apache Kafka",
    "virtual machines": "VMs",
    "CI/CD": "continuous integration",
}


def reword(line: str) -> Iterator[str]:
    """Yield rewordings of one line, each by one rule."""
    yield line.rstrip(".") + "."
    yield f"{line[0].lower()}{line[1:]}"
    yield re.sub(r"(\d)\s?%", r"\1 percent", line)
    yield re.sub(r"(\d),(\d{3})\b", r"\1\2", line)
    yield re.sub(r"(\d),(\d{3})\b", "\\1\u202f\\2", line)
    yield re.sub(r"\b(\d{1,3}),000\b", r"\1k", line)
    yield re.sub(r"€(\d[\d,.]*k?)", r"EUR \1", line)
    yield re.sub(r"(\d+(?:\.\d+)?) million", r"\1M", line)
    yield re.sub(r"(\d)k\b", r"\1,000", line)
    yield re.sub(r"\b(" + "|".join(WORDS) + r")\b", lambda found: WORDS[found[1]], line)
    numbers = {digits: word for word, digits in WORDS.items()}
    yield re.sub(
        r"(?<![\d.,€$£])\b(" + "|".join(numbers) + r")\b(?![\d.,%]| ?(?:TB|s\b|%))", lambda found: numbers[found[1]], line
    )
    for old, new in {**SYNONYMS, **FORMS}.items():
        yield re.sub(rf"(?<![\w/]){re.escape(old)}(?![\w/])", new, line, count=1)
    yield re.sub(r" a (year|day)\b", r" per \1", line)
    yield line.replace(" and ", " & ", 1)


def rewordings(resume: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (what was done, document) for every rule that changes a highlight of a document."""
    seen: set[str] = set()
    for section in ("work", "projects", "volunteer"):
        for index, entry in enumerate(resume.get(section) or ()):
            for place, line in enumerate(entry.get("highlights") or ()):
                for new in reword(line):
                    if new != line and new not in seen:
                        seen.add(new)
                        changed = copy.deepcopy(resume)
                        changed[section][index]["highlights"][place] = new
                        yield new, changed
