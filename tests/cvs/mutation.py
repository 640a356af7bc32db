"""False facts by rule: one change to a true document, each of one class.

Every rule yields (class, what was done, document); a document in which the rule finds nothing to change yields nothing.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

from inroad.cvs.claims.units import ONES, TENS
from inroad.cvs.claims.vocabulary import COMMON_DEEDS, FUNCTION_WORDS, IRREGULAR, NEUTRAL_WORDS

Resume = dict[str, Any]
TOOLS = (
    "Kafka|Flink|Kubernetes|Terraform|GitLab|Airflow|Python|Django|PostgreSQL|Ansible|Java|Spring|AWS|Rust|Go|Docker|Excel|SQL"
)
# In a line: class, pattern, replacement. Only the first hit is changed.
LINE_RULES: tuple[tuple[str, str, str | Callable[[re.Match[str]], str]], ...] = (
    ("percent", r"(\d+(?:\.\d+)?)%", lambda found: f"{float(found[1]) + 17:g}%"),
    ("number", r"(?<![\d.,€$£\w])(\d{1,3}(?:,\d{3})*)(?![\d.,%k\w])", lambda found: str(int(found[1].replace(",", "")) * 3 + 1)),
    ("number-word", r"\b(two|three|four|five|six|nine)\b", "seventeen"),
    ("currency", r"€(?=\d)", "$"),
    ("currency", r"\$(?=\d)", "£"),
    ("currency", r"£(?=\d)", "€"),
    ("suffix", r"(\d)k\b", r"\1M"),
    ("suffix", r"(\d) million\b", r"\1 billion"),
    ("suffix", r"(\d)M\b", r"\1B"),
    ("unit", r"\bminutes\b", "seconds"),
    ("unit", r"\bmonths\b", "days"),
    ("unit", r"(?<=[\w] )hours\b", "days"),
    ("unit", r"(\d ?)TB\b", r"\1PB"),
    ("scope", r"^(?:Helped to|Contributed to|Assisted in|Supported|Took part in|Participated in|Helped)\b", "Led"),
    ("scope", r"^(?:Mentored|Trained|Taught|Coached)\b", "Managed"),
    ("tool", rf"\b({TOOLS})\b", "Elixir"),
    ("tool", r"$", " with Salesforce"),
    ("adoption", r"$", ", now adopted by all teams of the company"),
    ("adoption", r"$", ", which became the industry standard"),
    ("sole", r"^(\w)", lambda found: f"Single-handedly {found[1].lower()}"),
    ("award", r"$", ", which won a national award"),
    ("superlative", r"$", ", the largest in Europe"),
    ("headcount", r"$", " with a team of 27 people"),
    ("reports", r"$", ", with nine direct reports"),
    ("degree", r"$", " as part of a PhD"),
    ("certificate", r"$", " as a certified specialist"),
    ("employer", r"$", " at Initech Corporation"),
    ("year", r"$", " in 1999"),
    ("month", r"$", " in March 1999"),
    ("money", r"$", " and saved $2.5M"),
    ("negation", r"$", " with zero defects"),
)


def false_lines(resume: Resume) -> Iterator[tuple[str, str, Resume]]:
    """Put one false fact into each highlight, by every rule that applies."""
    for section in ("work", "volunteer"):
        for index, entry in enumerate(resume.get(section) or ()):
            for place, line in enumerate(entry.get("highlights") or ()):
                for kind, pattern, replacement in LINE_RULES:
                    new = re.sub(pattern, replacement, line, count=1)
                    if new != line:
                        changed = copy.deepcopy(resume)
                        changed[section][index]["highlights"][place] = new
                        yield kind, new, changed


def false_fields(resume: Resume) -> Iterator[tuple[str, str, Resume]]:
    """Put one false fact into a field, or add an entry that the profile does not have."""
    changes: list[tuple[str, str, Any]] = [
        ("name", "basics.name", "Dr. Maxim Fairweather"),
        ("contact", "basics.email", "someone.else@post.example"),
        ("contact", "basics.phone", "+1 212 555 0100"),
        ("contact", "basics.url", "https://someone-else.example"),
        ("contact", "basics.location.city", "Reykjavik"),
        ("headline", "basics.label", "Chief Technology Officer"),
        ("headline", "basics.label", "Principal Quantum Engineer"),
        ("summary", "basics.summary", "Engineer with 34 years of experience at Initech Corporation."),
        ("summary", "basics.summary", "Holder of an MBA who managed a budget of $90M."),
        ("account", "basics.profiles.+", {"network": "GitHub", "username": "torvalds", "url": "https://github.com/torvalds"}),
        (
            "employer",
            "work.+",
            {"name": "Initech Corporation", "position": "Engineer", "startDate": "2016-01", "endDate": "2017-01"},
        ),
        ("certificate", "certificates.+", {"name": "Certified Ethical Hacker", "issuer": "EC-Council"}),
        ("school", "education.+", {"institution": "Stanford University", "studyType": "PhD", "area": "Physics"}),
        ("skill", "skills.+", {"name": "Elixir"}),
        ("skill", "skills.+", {"name": "Programming", "keywords": ["COBOL"]}),
        ("language", "languages.+", {"language": "Japanese", "fluency": "Native speaker"}),
        ("award", "awards.+", {"title": "Nobel Prize", "awarder": "Royal Swedish Academy of Sciences"}),
        ("publication", "publications.+", {"name": "Attention Is Not Enough", "publisher": "Nature"}),
        ("project", "projects.+", {"name": "Linux", "description": "Kernel of an operating system."}),
        ("reference", "references.+", {"name": "Ada Byron", "reference": "The finest colleague."}),
        ("unknown", "patents", [{"title": "Flux capacitor"}]),
    ]
    for index, entry in enumerate(resume.get("work") or ()):
        changes += [
            ("employer", f"work.{index}.name", "Initech Corporation"),
            ("title", f"work.{index}.position", f"Head of {entry.get('position', 'Work')}"),
            ("title", f"work.{index}.position", "Vice President of Engineering"),
            ("date", f"work.{index}.startDate", "1998-01"),
            ("date", f"work.{index}.endDate", "2031-12"),
            ("place", f"work.{index}.location", "Reykjavik, Iceland"),
            ("team-size", f"work.{index}.teamSize", 40),
        ]
        if entry.get("endDate"):
            changes.append(("date", f"work.{index}.endDate", None))
    for index in range(len(resume.get("education") or ())):
        changes += [
            ("school", f"education.{index}.institution", "Stanford University"),
            ("degree", f"education.{index}.studyType", "PhD"),
        ]
        changes += [("degree", f"education.{index}.area", "Nuclear Physics"), ("degree", f"education.{index}.score", "0.1")]
        changes.append(("date", f"education.{index}.endDate", "1991-01"))
    for index, entry in enumerate(resume.get("languages") or ()):
        if "ative" not in entry.get("fluency", ""):
            changes.append(("fluency", f"languages.{index}.fluency", "Native speaker"))
    for index, _ in enumerate(resume.get("certificates") or ()):
        changes += [
            ("certificate", f"certificates.{index}.name", "Certified Ethical Hacker"),
            ("date", f"certificates.{index}.date", "1997-01"),
        ]
    for kind, path, value in changes:
        yield kind, f"{path} = {value!r}", _changed(resume, path, value)


THINGS = """insurance payments hospitals schools contracts turbines invoices novels trucks warehouses tenants satellites paintings
recipes gardens weapons elevators helmets vaccines bridges stadiums aquariums violins bicycles tractors magazines museums
restaurants policies elections""".split()  # noqa: SIM905  (thirty quoted words in a column say no more)
_WORDS = FUNCTION_WORDS | NEUTRAL_WORDS | COMMON_DEEDS | IRREGULAR.keys() | ONES.keys() | TENS.keys()


def exchanged_things(resume: Resume) -> Iterator[tuple[str, str, Resume]]:
    """Exchange each plain noun or adjective of each highlight for a thing of another world, one at a time."""
    count = 0
    for index, entry in enumerate(resume.get("work") or ()):
        for place, line in enumerate(entry.get("highlights") or ()):
            for found in re.finditer(r"\b[a-z]{4,}\b", line):
                if found[0] in _WORDS or found[0].endswith(("ed", "ing", "ly")):
                    continue
                count += 1
                thing = next(thing for thing in THINGS[count % 7 :] if thing[:5] not in line)
                new = line[: found.start()] + thing + line[found.end() :]
                changed = copy.deepcopy(resume)
                changed["work"][index]["highlights"][place] = new
                yield "thing", new, changed


def swapped_jobs(resume: Resume) -> Iterator[tuple[str, str, Resume]]:
    """Give each position another one's title, dates or highlight: true pieces, false whole."""
    jobs = resume.get("work") or []
    for index, entry in enumerate(jobs):
        other = jobs[(index + 1) % len(jobs)]
        for field in ("position", "startDate"):
            if entry.get(field) and other.get(field) and other[field] not in entry[field]:
                yield "swap", f"work.{index}.{field} = {other[field]!r}", _changed(resume, f"work.{index}.{field}", other[field])
        if other is not entry and other.get("highlights"):
            moved = other["highlights"][0]
            yield "swap", f"work.{index} says {moved!r}", _changed(resume, f"work.{index}.highlights.+", moved)


def _changed(resume: Resume, path: str, value: Any) -> Resume:
    changed = copy.deepcopy(resume)
    *steps, last = path.split(".")
    target: Any = changed
    for position, step in enumerate(steps):
        following = [*steps, last][position + 1]
        target = target[int(step)] if isinstance(target, list) else target.setdefault(step, [] if following == "+" else {})
    if last == "+":
        target.append(value)
    elif value is None:
        target.pop(last)
    else:
        target[last] = value
    return changed
