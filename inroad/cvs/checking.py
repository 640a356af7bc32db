"""The fact gate: a CV against the profile, field by field and line by line. It fails closed.

Here lives the walk over the document and which facts each place may rest on. What a claim is, and when a fact grants it, belongs
to `claims`. A CV that leaves things out passes; one that adds, raises or moves them does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from inroad.cvs.claims.entries import match_entry, unknown_fields
from inroad.cvs.claims.lines import Ground, check_line
from inroad.cvs.claims.names import Known, is_known_skill, merge_known
from inroad.cvs.claims.sizes import find_oversized
from inroad.cvs.claims.support import Ledger, Reading, plain, sentences
from inroad.cvs.claims.titles import fold, level_problem, phone_problem, place_problem, text_problem, title_problem, url_problem
from inroad.cvs.claims.vocabulary import word_set
from inroad.cvs.claims.words import MAX_LINE_CHARS
from inroad.cvs.layout import resume_text
from inroad.cvs.model import Cv, Fact, Finding
from inroad.cvs.profile import Profile
from inroad.cvs.reading import check_size
from inroad.cvs.schema import SECTIONS, iter_faults, text_of, texts_of
from inroad.guard.errors import UserError
from inroad.postings.languages import detect_language
from inroad.postings.skills import all_skills, skill_group

MAX_LINES = 2_000  # lines of free text in one CV; what comes after is refused unread
_PROSE = ("summary", "description")
# Headings of a skills list: they name the list, not a skill.
_SKILL_HEADINGS = word_set(
    """languages programming languages technologies tools tooling frameworks libraries databases cloud platforms
    infrastructure methods methodologies practices soft skills skills technical skills other data backend frontend
    devops testing security operating systems software further skills core skills key skills expertise engineering
    analytics sprachen werkzeuge kenntnisse weitere kenntnisse outils langages"""
) | frozenset(
    (
        "programming languages",
        "soft skills",
        "technical skills",
        "operating systems",
        "further skills",
        "core skills",
        "key skills",
        "weitere kenntnisse",
        "other skills",
        "more skills",
        "most relevant",
        "for this role",
        "data and analytics",
        "cloud and infrastructure",
        "tools and platforms",
    )
)


def check_cv(cv: Cv | Mapping[str, Any], profile: Profile) -> list[Finding]:
    """Report every claim of a CV that the profile does not make.

    Args:
        cv: A composed CV, or any JSON Resume document.
        profile: The person's facts.

    Returns:
        Findings in document order; one of severity "block" means that the CV must not leave the house. An empty list means that
        everything it says follows from the profile.
    """
    resume = cv.resume if isinstance(cv, Cv) else cv
    try:
        check_size(resume, "the CV")
    except UserError as error:
        return [Finding("block", "schema", "", error.message)]
    oversized = list(find_oversized(resume))
    if oversized:
        return oversized
    faults = [
        Finding("block", "schema", "/" + place.replace(".", "/").replace("[", "/").replace("]", ""), fault)
        for place, fault, _ in iter_faults(resume)
    ]
    if faults:
        return faults
    gate = Gate(profile)
    findings = [*gate.check_basics(resume.get("basics") or {})]
    for section in SECTIONS:
        findings.extend(gate.check_section(section, resume.get(section) or []))
    findings.extend(
        gate.check_unknown(
            {key: value for key, value in resume.items() if key not in {*SECTIONS, "basics", "meta", "$schema"}}, ""
        )
    )
    if isinstance(cv, Cv):
        findings.extend(_check_evidence(cv, profile))
    return findings


class Gate:
    """The checks of one profile, with everything about it read once.

    Args:
        profile: The person's facts.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.ledger, self.everything = _read_profile(profile)
        self._entries = {section: list(profile.entries(section)) for section in SECTIONS}
        self._grounds: dict[str, Ground] = {}
        self.language = detect_language(resume_text(profile.resume)) or "en"
        self._lines = 0

    def check_basics(self, basics: Mapping[str, Any]) -> Iterator[Finding]:
        """Check name, contact data, headline and summary."""
        true: Mapping[str, Any] = self.profile.resume.get("basics") or {}
        yield from self._check_person(basics, true)
        for index, account in enumerate(basics.get("profiles") or ()):
            yield from self._check_account(account, true.get("profiles") or [], f"/basics/profiles/{index}")
        location = basics.get("location") or {}
        for field, value in location.items():
            known = " ".join(str(part) for part in (true.get("location") or {}).values())
            problem = place_problem(str(value), known)
            if problem:
                yield Finding("block", "contact", f"/basics/location/{field}", problem)
        if basics.get("label"):
            yield from self.check_headline(basics["label"])
        if basics.get("summary"):
            yield from self.check_summary(basics["summary"], "/basics/summary")
        known_fields = {"name", "label", "image", "email", "phone", "url", "summary", "location", "profiles"}
        yield from self.check_unknown({key: value for key, value in basics.items() if key not in known_fields}, "/basics")

    def check_headline(self, label: str) -> Iterator[Finding]:
        """Check the headline: a title that the person holds, and fields that they know."""
        titles = [str((self.profile.resume.get("basics") or {}).get("label") or "")]
        titles += [row.get("position", "") for section in ("work", "volunteer") for _, row in self._entries[section]]
        titles = [title for title in titles if title]
        if any(title_problem(label, title) is None for title in titles):
            return
        for part in _headline_parts(label):
            if any(title_problem(part, title) is None for title in titles) or self.knows_skill(part) or self._is_studied(part):
                continue
            yield Finding("block", "title", "/basics/label", f"{part!r} is no title or skill of the profile")

    def check_summary(self, summary: str, path: str) -> Iterator[Finding]:
        """Check a text about the whole career, sentence by sentence."""
        for sentence in sentences(summary):
            yield from self.check_text(sentence, path, self.career())

    def check_text(self, text: str, path: str, ground: Ground, entry: str | None = None) -> Iterator[Finding]:
        """Check one line; the person's own words, in their own place, need no proof.

        Args:
            text: The line.
            path: JSON pointer for the findings.
            ground: What it may rest on.
            entry: Id of the entry it must belong to; None for anywhere.
        """
        self._lines += 1
        if self._lines > MAX_LINES:
            yield Finding("block", "too-long", path, f"a CV of more than {MAX_LINES:,} lines is not read")
        elif not text.strip() or self.ledger.exact(text, entry) is not None or self._repeats_sentences(text, entry):
            return
        elif len(text) > MAX_LINE_CHARS:  # what is not read must not pass
            yield Finding("block", "too-long", path, f"a line of {len(text):,} characters is not read")
        else:
            yield from (Finding(severity, kind, path, why) for severity, kind, why in check_line(text, ground))

    def check_section(self, section: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
        """Check all entries of one section."""
        for index, row in enumerate(rows):
            path = f"/{section}/{index}"
            if section == "skills":
                yield from self._check_skill(row, path)
                continue
            found, problems = match_entry(section, row, [known for _, known in self._entries[section]])
            yield from (Finding("block", kind, f"{path}/{field}", why) for field, kind, why in problems)
            if found is not None:
                yield from self._check_inside(section, row, path, *self._entries[section][found])

    def check_unknown(self, values: Mapping[str, Any], path: str) -> Iterator[Finding]:
        """Refuse what the schema does not know, unless the profile says the same word for word."""
        for field, value in values.items():
            if field != "id" and not _is_within(value, self.profile.resume):
                yield Finding("block", "unknown", f"{path}/{field}", f"the profile has no field {field!r} that says this")

    def career(self) -> Ground:
        """What a sentence about the whole career may rest on."""
        if "" not in self._grounds:
            rows = [row for section in ("work", "projects", "volunteer", "education") for _, row in self._entries[section]]
            dates = [row[field] for row in rows for field in ("startDate", "endDate") if row.get(field)]
            readings = [
                reading
                for reading in self.ledger.readings.values()
                if reading.fact.kind not in {"email", "phone", "url", "profile", "name", "reference"}
            ]
            months = _career_months(self._entries["work"])
            self._grounds[""] = Ground(readings, (), self.everything, dates, months, is_summary=True, language=self.language)
        return self._grounds[""]

    def ground_of(self, entry: Fact, row: Mapping[str, Any]) -> Ground:
        """What a line inside one entry may rest on."""
        if entry.id not in self._grounds:
            readings = self.ledger.of_entry(entry.id)
            frame = [reading for reading in readings if reading.fact.kind != "highlight"]
            stated = [reading for reading in readings if reading.fact.id != entry.id] or readings
            dates = [row[field] for field in ("startDate", "endDate", "date", "releaseDate") if row.get(field)]
            self._grounds[entry.id] = Ground(stated, frame, self.everything, dates, [_months(row)], language=self.language)
        return self._grounds[entry.id]

    def knows_skill(self, skill: str) -> bool:
        """Tell whether the profile names a skill, in any of its written forms."""
        if is_known_skill(skill, self.everything):
            return True
        return any(_contains(reading.fact.text, skill) for reading in self.ledger.readings.values())

    def _check_person(self, basics: Mapping[str, Any], true: Mapping[str, Any]) -> Iterator[Finding]:
        name = basics.get("name")
        if name and (
            text_problem(name, true.get("name") or "") or fold(name).split()[-1:] != fold(true.get("name") or "").split()[-1:]
        ):
            yield Finding("block", "name", "/basics/name", f"{name!r} is not the profile's {true.get('name')!r}")
        if not name:
            yield Finding("warn", "name", "/basics/name", "the CV has no name")
        email = basics.get("email")
        if email and email.strip().casefold() != str(true.get("email") or "").strip().casefold():
            yield Finding("block", "contact", "/basics/email", f"{email!r} is not the profile's {true.get('email')!r}")
        for field, compare in (("phone", phone_problem), ("url", url_problem)):
            problem = compare(basics[field], true.get(field) or "") if basics.get(field) else None
            if problem:
                yield Finding("block", "contact", f"/basics/{field}", problem)
        if basics.get("image") and basics["image"] != true.get("image"):
            yield Finding("block", "contact", "/basics/image", "the picture is not the profile's")

    def _check_account(self, account: Mapping[str, Any], known: Sequence[Mapping[str, Any]], path: str) -> Iterator[Finding]:
        for other in known:
            same = all(
                fold(account[field]) == fold(other.get(field) or "") for field in ("network", "username") if account.get(field)
            )
            if same and not (account.get("url") and url_problem(account["url"], other.get("url") or "")):
                yield from self.check_unknown(
                    {key: value for key, value in account.items() if key not in {"network", "username", "url"}}, path
                )
                return
        yield Finding("block", "contact", path, f"{' '.join(map(str, account.values()))!r} is no account of the profile")

    def _check_inside(
        self, section: str, row: Mapping[str, Any], path: str, entry: Fact, true: Mapping[str, Any]
    ) -> Iterator[Finding]:
        ground = self.ground_of(entry, true)
        for field in _PROSE:
            for sentence in sentences(text_of(row, field)):
                yield from self.check_text(sentence, f"{path}/{field}", ground, entry.id)
        for index, line in enumerate(texts_of(row, "highlights")):
            yield from self.check_text(line, f"{path}/highlights/{index}", ground, entry.id)
        for index, course in enumerate(texts_of(row, "courses")):
            if all(text_problem(course, known) for known in texts_of(true, "courses") or [""]):
                yield Finding("block", "course", f"{path}/courses/{index}", f"{course!r} is no course of the profile")
        for index, role in enumerate(texts_of(row, "roles")):
            if all(title_problem(role, known) for known in texts_of(true, "roles") or [""]):
                yield Finding("block", "title", f"{path}/roles/{index}", f"{role!r} is no role of the profile's project")
        for index, word in enumerate(texts_of(row, "keywords")):
            if not any(
                _contains(reading.fact.text, word) or is_known_skill(word, reading.known)
                for reading in self.ledger.of_entry(entry.id)
            ):
                yield Finding("block", "tool", f"{path}/keywords/{index}", f"{word!r} is not in this entry of the profile")
        lists = ("highlights", "courses", "roles", "keywords")
        odd = [
            field
            for field in (*lists, *_PROSE)
            if field in row and row[field] != (texts_of(row, field) if field in lists else text_of(row, field))
        ]
        yield from self.check_unknown({field: row[field] for field in odd}, path)
        for field, value in unknown_fields(section, row):
            yield from self.check_unknown({field: value} if value != true.get(field) else {}, path)

    def _check_skill(self, row: Mapping[str, Any], path: str) -> Iterator[Finding]:
        name, keywords = row.get("name") or "", row.get("keywords") or ()
        is_heading = bool(keywords) and (fold(name) in _SKILL_HEADINGS or fold(name) in _GROUP_NAMES)
        if name and not is_heading and not self.knows_skill(name):
            yield Finding("block", "skill", f"{path}/name", f"{name!r} is no skill of the profile")
        for index, keyword in enumerate(keywords):
            if not self.knows_skill(keyword):
                yield Finding("block", "skill", f"{path}/keywords/{index}", f"{keyword!r} is no skill of the profile")
        if row.get("level"):
            levels = [known.get("level") for _, known in self._entries["skills"] if _same_skill(name, keywords, known)]
            problem = min(
                (level_problem(row["level"], level) or "" for level in levels),
                default=f"{row['level']!r}: the profile gives no level for {name!r}",
            )
            if problem:
                yield Finding("block", "skill", f"{path}/level", problem)
        yield from self.check_unknown(
            {key: value for key, value in row.items() if key not in {"name", "level", "keywords", "id"}}, path
        )

    def _is_studied(self, part: str) -> bool:
        return any(text_problem(part, row.get("area") or "") is None for _, row in self._entries["education"] if row.get("area"))

    def _repeats_sentences(self, text: str, entry: str | None) -> bool:
        """Tell whether a line is one sentence of a longer statement of the profile, word for word."""
        wanted = plain(text)
        readings: Sequence[Reading] = self.ledger.of_entry(entry) if entry else list(self.ledger.readings.values())
        return any(wanted == plain(sentence) for reading in readings for sentence in sentences(reading.fact.text))


@lru_cache(maxsize=32)
def _read_profile(profile: Profile) -> tuple[Ledger, Known]:
    ledger = Ledger(profile)
    return ledger, merge_known(reading.known for reading in ledger.readings.values())


_GROUP_NAMES = frozenset(filter(None, (skill_group(name) for name in all_skills())))


def _check_evidence(cv: Cv, profile: Profile) -> Iterator[Finding]:
    for pointer, ids in cv.evidence.items():
        for fact_id in ids:
            if fact_id not in profile.facts:
                yield Finding("block", "evidence", pointer, f"{fact_id!r} is no fact of the profile")


def _headline_parts(label: str) -> list[str]:
    parts = [label]
    for joint in (" | ", " · ", " – ", " — ", " - ", ", ", " / ", "/", " & ", " and ", " with ", " in ", " for "):
        parts = [piece for part in parts for piece in part.split(joint)]
    return [part.strip() for part in parts if part.strip()]


def _contains(text: str, phrase: str) -> bool:
    """Tell whether a text holds a phrase as whole words."""
    wanted, words = fold(phrase), f" {_spaced(text)} "
    return bool(wanted) and f" {_spaced(wanted)} " in words


def _spaced(text: str) -> str:
    return " ".join(
        "".join(char if char.isalnum() or char in "+#." else " " for char in fold(text).replace("ci/cd", "ci"))
        .replace(". ", " ")
        .rstrip(".")
        .split()
    )


def _same_skill(name: str, keywords: Sequence[str], known: Mapping[str, Any]) -> bool:
    if name and fold(name) == fold(known.get("name") or ""):
        return True
    return not keywords and fold(name) in {fold(word) for word in known.get("keywords") or ()}


def _is_within(value: Any, document: Any) -> bool:
    """Tell whether a value stands somewhere in a document, without recursion: both may be nested deep."""
    stack = [document]
    while stack:
        current = stack.pop()
        if current == value and type(current) is type(value):
            return True
        stack.extend(current.values() if isinstance(current, Mapping) else current if isinstance(current, list) else ())
    return False


def _ordinal(iso: str) -> int:
    year, _, rest = iso.partition("-")
    return int(year) * 12 + int(rest[:2] or 1) - 1


def _months(row: Mapping[str, Any]) -> int:
    """Whole months of an entry; one without an end goes on until today."""
    if not row.get("startDate"):
        return 0
    today = date.today()  # noqa: DTZ011  (a month's difference between time zones is below the slack)
    end = (
        _ordinal(row["endDate"]) + (0 if len(row["endDate"]) > 4 else 6)
        if row.get("endDate")
        else today.year * 12 + today.month - 1
    )
    return max(0, end - _ordinal(row["startDate"]) + 1)


def _career_months(entries: Sequence[tuple[Fact, Mapping[str, Any]]]) -> list[int]:
    """Spans that "N years of experience" may mean: from the first start to the last end, and each position's own."""
    rows = [row for _, row in entries if row.get("startDate")]
    if not rows:
        return []
    first = min(_ordinal(row["startDate"]) for row in rows)
    last = max(_ordinal(row["startDate"]) + _months(row) for row in rows)
    return [last - first, *(_months(row) for row in rows)]
