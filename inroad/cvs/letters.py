"""A cover letter and a short message for one CV: drafts, made of the person's own lines and checked like the CV.

Everything that a draft says of the person is a line of the finished CV or of the profile, or a wording of one that the fact gate
has passed. The sentences between them are fixed (`phrases`). Nothing here sends anything; drawing files belongs to
`letter_files`, choosing whom to write to to `fit`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inroad.cvs.checking import Gate
from inroad.cvs.choosing import Job, read_job, score_text
from inroad.cvs.claims.support import find_support, sentences
from inroad.cvs.layout import clean, short_url
from inroad.cvs.model import Cv, Fact, Finding
from inroad.cvs.phrases import is_fixed, phrases_in
from inroad.cvs.profile import Profile
from inroad.cvs.writing import Writer, WritingRequest, word_lines
from inroad.postings.languages import language_name
from inroad.postings.model import Posting
from inroad.postings.skills import normalise_skill

LETTER_VERSION = "2"
MAX_DEEDS = 4  # lines of the person's work in a letter
MAX_SKILLS = 6
MAX_ABOUT_SENTENCES = 2
MAX_MESSAGE_CHARS = 700  # a first message on a network, or a mail that is read on a telephone
_MAX_TITLE_CHARS = 120


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph or bullet of a draft.

    Attributes:
        text: What it says.
        kind: "frame" for a fixed sentence, "about", "deed" or "skills" for what is said of the person.
        facts: Ids of the facts that it rests on; empty for a frame.
        place: Where a deed was done: the employer or project of its entry.
    """

    text: str
    kind: str
    facts: tuple[str, ...] = ()
    place: str = ""

    @property
    def shown(self) -> str:
        """The text as it is drawn, with the place behind it."""
        return f"{self.text.rstrip('.')} ({self.place})" if self.place else self.text


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter or a message, not sent.

    Attributes:
        subject: Subject line.
        salutation: First line.
        parts: Paragraphs in order.
        regards: Closing formula.
        name: The person's.
        contacts: The person's address, phone, ...
        language: ISO 639-1 code.
    """

    subject: str
    salutation: str
    parts: tuple[Part, ...]
    regards: str
    name: str
    contacts: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Outreach:
    """Both drafts for one CV.

    Attributes:
        letter: The cover letter.
        message: The short message.
        findings: What the fact gate holds against them; one of severity "block" means that they must not be kept.
        refused: Proposed wordings that the gate refused, with its reasons.
        notes: Why a writer gave nothing, or the fixed sentences are in another language.
    """

    letter: Draft
    message: Draft
    findings: tuple[Finding, ...] = ()
    refused: tuple[tuple[str, Finding], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Deed:
    """A line of the CV with the entry of the profile that it belongs to."""

    text: str
    facts: tuple[str, ...]
    entry: Fact
    row: Mapping[str, Any]
    score: float


def write_outreach(
    cv: Cv, profile: Profile, posting: Posting, *, addressee: str | None = None, writer: Writer | None = None
) -> Outreach:
    """Draft a cover letter and a short message.

    Args:
        cv: The finished CV; its lines and their evidence are what the drafts may say.
        profile: The person's facts.
        posting: The job.
        addressee: Full name of the person to write to; None greets everybody.
        writer: Proposes wording for the person's lines, which the gate takes or refuses.

    Returns:
        Both drafts, with what the gate holds against the finished text.
    """
    gate = Gate(profile)
    job, _ = read_job(posting)
    language, _ = phrases_in(cv.language)
    own = () if language == cv.language else (_frame_note(cv.language, language),)
    deeds = _best_deeds(cv, profile, job)
    worded, refused, notes = _word(deeds, gate, job, language, writer)
    about = _about(cv, job)
    letter = _letter(cv, posting, addressee, worded, about, _skills(cv, job))
    message = _message(cv, posting, addressee, worded, about)
    findings = [finding for draft in (letter, message) for finding in check_draft(draft, profile, frames=_frames(cv, posting))]
    return Outreach(letter, message, tuple(dict.fromkeys(findings)), refused, (*own, *notes))


def _frame_note(own: str, frame: str) -> str:
    theirs = language_name(own)
    return f"There are no fixed sentences in {theirs}: the letter's are in {language_name(frame)}, the person's own in {theirs}."


def _frames(cv: Cv, posting: Posting) -> frozenset[str]:
    """The sentence of a draft that holds a stranger's words, the job's title and company; we wrote it, and it needs no proof."""
    return frozenset({_opening(cv, posting)})


def check_draft(draft: Draft, profile: Profile, *, frames: frozenset[str] = frozenset()) -> list[Finding]:
    """Report every claim of a draft that the profile does not make; also of one that a person has edited.

    Args:
        draft: A letter or message.
        profile: The person's facts.
        frames: Sentences that were composed here and say nothing of the person.
    """
    gate = Gate(profile)
    findings: list[Finding] = []
    for index, part in enumerate(draft.parts):
        path = f"/parts/{index}"
        unknown = [name for name in part.facts if name not in profile.facts]
        findings.extend(Finding("block", "evidence", path, f"{name!r} is no fact of the profile") for name in unknown)
        if part.kind == "deed":
            findings.extend(_check_deed(gate, profile, part, path))
        elif part.kind == "skills":
            findings.extend(_check_skills(gate, part, path, draft.language))
        elif part.kind != "frame" or not (part.text in frames or is_fixed(part.text, draft.language)):
            findings.extend(gate.check_summary(part.text, path))
    findings.extend(gate.check_basics({"name": draft.name}))
    return findings


def _check_deed(gate: Gate, profile: Profile, part: Part, path: str) -> Iterator[Finding]:
    entries = {profile.facts[name].entry for name in part.facts if name in profile.facts}
    grounds = [(fact, row) for section in ("work", "projects", "volunteer") for fact, row in profile.entries(section)]
    known = [(fact, row) for fact, row in grounds if fact.id in entries]
    if len(known) != 1:
        yield Finding("block", "evidence", path, "the line names no single entry of the profile")
        return
    fact, row = known[0]
    if part.place and part.place != _place(row):
        yield Finding("block", "employer", path, f"{part.place!r} is not where the profile says this was done")
    yield from gate.check_text(part.text, path, gate.ground_of(fact, row), fact.id)


def _check_skills(gate: Gate, part: Part, path: str, language: str) -> Iterator[Finding]:
    """Check the sentence about skills: each must be the profile's; reworded, it is read as one about the career."""
    _, phrases = phrases_in(language)
    before, _, after = phrases.skills.partition("{skills}")
    if not (part.text.startswith(before) and part.text.endswith(after)):
        yield from gate.check_summary(part.text, path)
        return
    listed = part.text[len(before) : len(part.text) - len(after)].replace(f" {phrases.conjunction} ", ", ")
    for word in listed.split(", "):
        if not gate.knows_skill(word):
            yield Finding("block", "skill", path, f"{word!r} is no skill of the profile")


def _best_deeds(cv: Cv, profile: Profile, job: Job) -> list[_Deed]:
    """The lines of the CV that answer the job best, at most two of one entry, in the CV's order."""
    entries = {fact.id: (fact, row) for section in ("work", "projects", "volunteer") for fact, row in profile.entries(section)}
    found: list[_Deed] = []
    for section in ("work", "projects", "volunteer"):
        for index, entry in enumerate(cv.resume.get(section) or ()):
            for place, line in enumerate(entry.get("highlights") or ()):
                facts = tuple(cv.evidence.get(f"/{section}/{index}/highlights/{place}", ()))
                owner = next((profile.facts[name].entry for name in facts if name in profile.facts), "")
                if owner in entries:
                    found.append(_Deed(line, facts, *entries[owner], score_text(line, job) * max(0.5, 1 - 0.15 * index)))
    ranked = sorted(range(len(found)), key=lambda place: (-found[place].score, place))
    chosen: list[int] = []
    for place in ranked:
        if len(chosen) < MAX_DEEDS and sum(found[other].entry is found[place].entry for other in chosen) < 2:
            chosen.append(place)
    return [found[place] for place in sorted(chosen)]


def _word(
    deeds: list[_Deed], gate: Gate, job: Job, language: str, writer: Writer | None
) -> tuple[list[_Deed], tuple[tuple[str, Finding], ...], tuple[str, ...]]:
    request = WritingRequest("highlights", tuple(deed.text for deed in deeds), "", job.title, job.wanted, language)

    def check(index: int, text: str) -> list[Finding]:
        deed = deeds[index]
        ground = gate.ground_of(deed.entry, deed.row)
        proofs = {reading.fact.id for reading in find_support(text, ground.candidates).readings}
        stray = [] if proofs & set(deed.facts) else [Finding("block", "evidence", "", "the line words another fact")]
        return [*gate.check_text(text, f"/deeds/{index}", ground, deed.entry.id), *stray]

    worded = word_lines(writer, request, check)
    lines = [_Deed(text, deed.facts, deed.entry, deed.row, deed.score) for text, deed in zip(worded.lines, deeds, strict=True)]
    return lines, worded.refused, (worded.note,) if worded.note else ()


def _about(cv: Cv, job: Job) -> Part | None:
    """The sentences of the CV's summary that answer the job best, in their order."""
    summary = (cv.resume.get("basics") or {}).get("summary") or ""
    told = list(sentences(summary))
    if not told:
        return None
    best = sorted(range(len(told)), key=lambda place: (-score_text(told[place], job), place))[:MAX_ABOUT_SENTENCES]
    text = " ".join(told[place] for place in sorted({0, *best[: MAX_ABOUT_SENTENCES - 1]}))
    return Part(text, "about", tuple(cv.evidence.get("/basics/summary", ())))


def _skills(cv: Cv, job: Job) -> list[tuple[str, str]]:
    """(skill, pointer) of the CV's skills that the job names, the most wanted first."""
    listed = [
        (word, f"/skills/{index}")
        for index, group in enumerate(cv.resume.get("skills") or ())
        for word in (group.get("keywords") or [group.get("name") or ""])
    ]
    wanted = [(job.skills.get(normalise_skill(word) or "", 0.0), word, pointer) for word, pointer in listed]
    ranked = sorted((item for item in wanted if item[0] > 0), key=lambda item: -item[0])
    return [(word, pointer) for _, word, pointer in ranked[:MAX_SKILLS]]


def _letter(
    cv: Cv, posting: Posting, addressee: str | None, deeds: list[_Deed], about: Part | None, skills: list[tuple[str, str]]
) -> Draft:
    _, phrases = phrases_in(cv.language)
    parts = [Part(_opening(cv, posting), "frame")]
    parts += [about] if about else []
    if deeds:
        parts.append(Part(phrases.deeds, "frame"))
        parts += [Part(deed.text, "deed", deed.facts, _place(deed.row)) for deed in deeds]
    if skills:
        facts = tuple(dict.fromkeys(name for _, pointer in skills for name in cv.evidence.get(pointer, ())))
        parts.append(
            Part(phrases.skills.format(skills=_listed([word for word, _ in skills], phrases.conjunction)), "skills", facts)
        )
    parts.append(Part(phrases.closing, "frame"))
    return _draft(cv, posting, addressee, parts)


def _message(cv: Cv, posting: Posting, addressee: str | None, deeds: list[_Deed], about: Part | None) -> Draft:
    _, phrases = phrases_in(cv.language)
    parts = [Part(_opening(cv, posting), "frame"), *([about] if about else [])]
    best = max(deeds, key=lambda deed: deed.score, default=None)
    if best is not None:
        parts.append(Part(best.text, "deed", best.facts, _place(best.row)))
    parts.append(Part(phrases.short, "frame"))
    if sum(len(part.text) for part in parts) > MAX_MESSAGE_CHARS:
        parts = [part for part in parts if part.kind == "frame"]
    return _draft(cv, posting, addressee, parts)


def _opening(cv: Cv, posting: Posting) -> str:
    _, phrases = phrases_in(cv.language)
    pattern = phrases.opening if posting.company else phrases.opening_alone
    return pattern.format(title=_title(posting), company=clean(posting.company)[:_MAX_TITLE_CHARS])


def _draft(cv: Cv, posting: Posting, addressee: str | None, parts: list[Part]) -> Draft:
    language, phrases = phrases_in(cv.language)
    basics = cv.resume.get("basics") or {}
    name = clean(addressee)[:_MAX_TITLE_CHARS]
    given = (clean(basics.get("email")), clean(basics.get("phone")), short_url(clean(basics.get("url"))))
    return Draft(
        subject=phrases.subject.format(title=_title(posting)),
        salutation=phrases.dear.format(name=name) if name else phrases.dear_all,
        parts=tuple(parts),
        regards=phrases.regards,
        name=clean(basics.get("name")),
        contacts=tuple(filter(None, given)),
        language=language,
    )


def _title(posting: Posting) -> str:
    """The job's title, one line, shortened, without the "(m/f/d)" of German postings."""
    return re.sub(r"\s*\((?:[mwfdxh]\s?[/|]\s?){1,3}[mwfdxh]\)", "", clean(posting.title)[:_MAX_TITLE_CHARS]).strip()


def _listed(words: Sequence[str], conjunction: str) -> str:
    """Join words as a sentence does: "SQL, Python and Power BI"."""
    return f" {conjunction} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _place(row: Mapping[str, Any]) -> str:
    return clean(row.get("name") or row.get("organization"))
