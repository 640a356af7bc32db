"""Writing a CV for one posting, in six phases, each a function with typed input and output.

1 `read_job`, 2 `choose` (both in `choosing`), 3 `tailor`, 4 `merge`, 5 `add_head`, 6 `grade_and_improve`. Without a writer the
result is a selection and ordering of the person's own sentences. Nothing here decides whether a claim is true: that is the gate
(`checking`), which every proposed line passes before it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from inroad.cvs.assembling import OPTIONAL, Draft, Line, assemble
from inroad.cvs.career import read_career
from inroad.cvs.checking import Gate
from inroad.cvs.choosing import SAME_WORTH, ChosenEntry, Job, Selection, Statement, career_text, choose, read_job, score_text
from inroad.cvs.claims.support import find_support, sentences, telling_stems
from inroad.cvs.layout import count_words, lay_out
from inroad.cvs.model import Cv, Finding, Match
from inroad.cvs.profile import Profile
from inroad.cvs.writing import Writer, WritingRequest, word_lines
from inroad.postings.languages import detect_language, language_name
from inroad.postings.model import Annotation, Posting
from inroad.postings.skills import normalise_skill

COMPOSER_VERSION = "3"
TARGET_WORDS = (550, 650)
MAX_SUMMARY_WORDS = 70
MAX_SKILLS_PER_GROUP = 12
MIN_BULLETS = (4, 3, 2)  # of the last, the last but one and every older position, where the person has them
MAX_WORDED = 8  # lines of one entry that a writer is asked for
SAME_STATEMENT = 0.7  # share of telling words from which two lines say the same


def compose_cv(
    profile: Profile,
    posting: Posting,
    *,
    writer: Writer | None = None,
    words: tuple[int, int] = TARGET_WORDS,
    annotations: Sequence[Annotation] = (),
) -> Cv:
    """Write a CV for a posting.

    Args:
        profile: The person's facts.
        posting: The job.
        writer: Proposes wording; every line is checked, and a refused one falls back to the person's own words. Without one the
            result is deterministic.
        words: Fewest and most words, where the profile has them.
        annotations: The person's marks on the posting: what to write towards first, and what not at all.

    Returns:
        The CV with the evidence for each text in it. Its language is the profile's; a posting in another one is noted.
    """
    gate = Gate(profile)
    language = detect_language(career_text(profile)) or "en"
    job, structured = read_job(posting, annotations)
    selection = choose(profile, posting, job, structured)
    draft = tailor(selection, job, language, gate, writer)
    draft = merge(draft)
    draft = add_head(draft, profile, job, language, gate, writer)
    return grade_and_improve(draft, profile, posting, job, selection.match, language, words)


def tailor(selection: Selection, job: Job, language: str, gate: Gate, writer: Writer | None) -> Draft:
    """Phase 3: word each entry's statements for the job."""
    lines: dict[str, tuple[Line, ...]] = {}
    refused: list[tuple[str, Finding]] = []
    notes: list[str] = []
    for entry in (entry for entries in selection.entries.values() for entry in entries):
        chosen = entry.statements[:MAX_WORDED]  # the others keep the person's own words
        name = ", ".join(filter(None, (entry.row.get("position"), entry.row.get("name") or entry.row.get("organization"))))
        request = WritingRequest(
            "highlights", tuple(statement.text for statement in chosen), name, job.title, job.wanted, language
        )
        worded = word_lines(writer, request, _line_check(gate, entry, chosen))
        lines[entry.fact.id] = tuple(
            Line(text, statement.fact, statement.score, _proofs(gate, entry, statement, text))
            for text, statement in zip(
                (*worded.lines, *(rest.text for rest in entry.statements[MAX_WORDED:])), entry.statements, strict=True
            )
        )
        refused.extend(worded.refused)
        notes.extend([worded.note] if worded.note else [])
    return Draft(selection.entries, lines, refused=tuple(refused), notes=tuple(dict.fromkeys(notes)))


def merge(draft: Draft) -> Draft:
    """Phase 4: leave out a line that says what a better one says already."""
    said: list[frozenset[str]] = []
    merged: dict[str, list[Line]] = {entry: [] for entry in draft.lines}
    ranked = sorted(
        ((line, entry) for entry, lines in draft.lines.items() for line in lines),
        key=lambda pair: -int(pair[0].score / SAME_WORTH),
    )
    for line, entry in ranked:
        stems = frozenset(telling_stems(line.text))
        if stems and any(len(stems & other) / len(stems | other) >= SAME_STATEMENT for other in said):
            continue
        said.append(stems)
        merged[entry].append(line)
    return replace(draft, lines={entry: tuple(lines) for entry, lines in merged.items()})


def add_head(draft: Draft, profile: Profile, job: Job, language: str, gate: Gate, writer: Writer | None) -> Draft:
    """Phase 5: headline, summary and skills. The skills are the profile's, those that the job names first."""
    basics = profile.resume.get("basics") or {}
    head = {field: basics[field] for field in ("name", "label", "email", "phone", "url") if basics.get(field)}
    if not head.get("label"):
        latest = next((entry.row["position"] for entry in draft.entries["work"] if entry.row.get("position")), "")
        head |= {"label": latest} if latest else {}
    own = _shortest_summary(basics.get("summary") or "", job)
    request = WritingRequest("summary", (own,) if own else (), "", job.title, job.wanted, language)
    worded = word_lines(writer, request, lambda _, text: list(gate.check_summary(text, "/basics/summary")))
    if worded.lines:
        head["summary"] = worded.lines[0]
    place = {
        field: value
        for field, value in (basics.get("location") or {}).items()
        if field in {"city", "region", "countryCode"} and value
    }
    if place.get("region") == place.get("city"):
        place.pop("region", None)
    head |= {"location": place} if place else {}
    head |= {"profiles": list(basics["profiles"])} if basics.get("profiles") else {}
    notes = (worded.note,) if worded.note else ()
    return replace(
        draft,
        head={"basics": head, "skills": list(_skills(profile, job))},
        refused=(*draft.refused, *worded.refused),
        notes=(*draft.notes, *notes),
    )


def grade_and_improve(
    draft: Draft, profile: Profile, posting: Posting, job: Job, match: Match, language: str, words: tuple[int, int]
) -> Cv:
    """Phase 6: fill up to the wanted length with the best lines, grade, and improve at most twice."""
    queue = list(_by_worth(draft))
    draft = replace(draft, kept=frozenset(_least(draft)))
    low, high = words
    goal = _wanted_words(profile, words)
    for aim in (goal, goal, goal):  # the first filling and two improvements: words are counted on the page, not estimated
        count = count_words(lay_out(assemble(draft, profile)[0], language))
        if low <= count <= high:
            break
        draft = (
            _grow(draft, queue, profile, language, aim, high) if count < low else _shrink(draft, queue, profile, language, high)
        )
    if count_words(lay_out(assemble(draft, profile)[0], language)) < low:
        draft = replace(draft, has_room=True)
    resume, evidence = assemble(draft, profile)
    count = count_words(lay_out(resume, language))
    return Cv(
        resume=resume,
        evidence=evidence,
        posting_key=posting.key,
        language=language,
        word_count=count,
        match=match,
        notes=(*draft.notes, *_notes(count, words, job, language)),
        refused=draft.refused,
    )


def _wanted_words(profile: Profile, words: tuple[int, int]) -> int:
    """Aim within the limits by seniority: a beginner's CV is short, that of twenty years has more to leave out."""
    low, high = words
    years = read_career(profile).months / 12
    share = 0.1 if years < 3 else 0.5 if years < 10 else 0.8
    return round(low + (high - low) * share)


def _line_check(gate: Gate, entry: ChosenEntry, chosen: Sequence[Statement]) -> Callable[[int, str], list[Finding]]:
    """Check a proposal against the entry; it must also word the statement that was asked, not another one."""
    ground = gate.ground_of(entry.fact, entry.row)

    def check(index: int, text: str) -> list[Finding]:
        path = f"{entry.fact.path}/highlights/{index}"
        strays = chosen[index].fact.id not in _proofs(gate, entry, chosen[index], text)
        stray = [Finding("block", "evidence", path, "the line does not word the fact that it stands for")] if strays else []
        return [*gate.check_text(text, path, ground, entry.fact.id), *stray]

    return check


def _proofs(gate: Gate, entry: ChosenEntry, statement: Statement, text: str) -> tuple[str, ...]:
    if text == statement.text:
        return (statement.fact.id,)
    support = find_support(text, gate.ground_of(entry.fact, entry.row).candidates)
    return tuple(reading.fact.id for reading in support.readings)


def _shortest_summary(summary: str, job: Job) -> str:
    """Keep the sentences that answer the job where the person's summary is long, in their order."""
    parts = list(sentences(" ".join(summary.split())))
    if len(summary.split()) <= MAX_SUMMARY_WORDS or len(parts) < 2:
        return " ".join(parts)
    ranked = sorted(range(1, len(parts)), key=lambda index: (-score_text(parts[index], job), index))
    kept = {0}
    for index in ranked:
        if sum(len(parts[position].split()) for position in kept | {index}) <= MAX_SUMMARY_WORDS:
            kept.add(index)
    return " ".join(parts[index] for index in sorted(kept))


def _skills(profile: Profile, job: Job) -> Iterator[dict[str, Any]]:
    """Yield the person's groups of skills, those with the most wanted first, and in each the wanted first."""

    def worth(skill: str) -> float:
        return job.skills.get(normalise_skill(skill) or "", 0.0)

    groups = []
    for place, (_, row) in enumerate(profile.entries("skills")):
        keywords = sorted(row.get("keywords") or (), key=lambda word: -worth(word))[:MAX_SKILLS_PER_GROUP]
        shown = {field: row[field] for field in ("name", "level") if row.get(field)} | (
            {"keywords": keywords} if keywords else {}
        )
        groups.append((-sum([worth(row.get("name") or ""), *map(worth, keywords)]), place, shown))
    yield from (shown for _, _, shown in sorted(groups, key=lambda group: group[:2]) if shown)


def _by_worth(draft: Draft) -> Iterator[tuple[str, str, float]]:
    """Yield what may be added, best first: (fact id of a bullet or of an optional entry, section, worth)."""
    offers: list[tuple[float, str, str]] = []
    for section, entries in draft.entries.items():
        for entry in entries:
            age = max(0.4, 1 - 0.15 * entry.rank) if section == "work" else 0.6
            if section in OPTIONAL:
                offers.append((entry.score * 0.4 + 0.3, entry.fact.id, section))
            offers.extend((line.score * age, line.fact.id, section) for line in draft.lines[entry.fact.id])
    offers.sort(key=lambda offer: (-offer[0], offer[1]))
    yield from ((fact, section, worth) for worth, fact, section in offers)


def _least(draft: Draft) -> Iterator[str]:
    """Yield what every CV shows: the best bullets of each position, the newest most."""
    for entry in draft.entries["work"]:
        count = MIN_BULLETS[min(entry.rank, len(MIN_BULLETS) - 1)]
        yield from (line.fact.id for line in draft.lines[entry.fact.id][:count])


def _grow(draft: Draft, queue: Sequence[tuple[str, str, float]], profile: Profile, language: str, goal: int, high: int) -> Draft:
    for fact, _, _ in queue:
        if fact in draft.kept:
            continue
        grown = replace(draft, kept=draft.kept | {fact, *_owner(draft, fact)})
        count = count_words(lay_out(assemble(grown, profile)[0], language))
        if count > high:
            continue
        draft = grown
        if count >= goal:
            break
    return draft


def _owner(draft: Draft, fact: str) -> set[str]:
    """A bullet of an optional entry brings its entry along."""
    return {
        entry.fact.id
        for section in OPTIONAL
        for entry in draft.entries[section]
        if any(line.fact.id == fact for line in draft.lines[entry.fact.id])
    }


def _shrink(draft: Draft, queue: Sequence[tuple[str, str, float]], profile: Profile, language: str, high: int) -> Draft:
    newest = {line.fact.id for entry in draft.entries["work"] for line in draft.lines[entry.fact.id][:1]}
    for fact, _, _ in reversed(queue):
        if fact not in draft.kept or fact in newest:
            continue
        draft = replace(draft, kept=draft.kept - {fact})
        if count_words(lay_out(assemble(draft, profile)[0], language)) <= high:
            break
    return draft


def _notes(count: int, words: tuple[int, int], job: Job, language: str) -> Iterator[str]:
    low, high = words
    if count < low:
        yield f"The profile gives {count} words; {low} to {high} are usual."
    elif count > high:
        yield f"The CV has {count} words; {low} to {high} are usual. What remains are positions, degrees and skills."
    if job.language and job.language != language:
        own, asked = language_name(language), language_name(job.language)
        yield (
            f"The CV is in {own}, the profile's language, and the posting is in {asked}. The person's words are not translated, "
            f"since no translation can be checked against the profile; a profile in {asked} gives a CV in {asked}."
        )
