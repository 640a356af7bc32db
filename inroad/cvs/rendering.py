"""Writing a checked CV to files: gate, draw, read back, keep.

Here lives the order of things: no file is written before the fact gate has passed, and none is kept that does not give every
field back in order. Drawing belongs to `pdf`, `docx` and `text`, the gate to `checking`.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from inroad.cvs.checking import check_cv
from inroad.cvs.docx import draw_docx, read_docx
from inroad.cvs.layout import Document, iter_fields, lay_out, resume_text
from inroad.cvs.looks import DEFAULT_PAPER, DEFAULT_TEMPLATE, find_look, find_paper
from inroad.cvs.model import Cv, CvBlocked, Finding
from inroad.cvs.pdf import draw_pdf, find_missing_glyphs, find_second_column, read_pdf
from inroad.cvs.profile import Profile, slug
from inroad.cvs.text import draw_json, draw_markdown, draw_text
from inroad.guard.errors import UserError
from inroad.postings.languages import detect_language

FORMATS = ("pdf", "docx", "json", "md", "txt")
# The files' own creation date: fixed, since the same CV must give the same bytes. 2000-01-01T00:00:00Z.
CREATED_AT_S = 946_684_800


def render_cv(
    cv: Cv | Mapping[str, Any],
    directory: str | Path,
    *,
    profile: Profile,
    formats: Iterable[str] = FORMATS,
    template: str = DEFAULT_TEMPLATE,
    paper: str = DEFAULT_PAPER,
) -> dict[str, Path]:
    """Check a CV against the profile and write it to files.

    Args:
        cv: A composed CV, or a JSON Resume document.
        directory: Folder for the files; made when missing.
        profile: The person's facts.
        formats: Of "pdf", "docx", "json", "md", "txt".
        template: How PDF and DOCX look: "classic", "ats" or "modern".
        paper: "a4" or "letter".

    Returns:
        Path of each format's file. The same CV gives the same bytes and the same names.

    Raises:
        CvBlocked: The CV claims what the profile does not say, a character cannot be drawn, or a file did not give every field
            back; nothing was written.
        UserError: A format, the template or the paper is unknown, or the folder cannot be written; names the path.
    """
    wanted = list(dict.fromkeys(formats))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        raise UserError(
            f"{unknown[0]!r} is no format of a CV.", reason="unknown-format", mend=f"Choose from {', '.join(FORMATS)}."
        )
    find_look(template), find_paper(paper)
    findings = check_cv(cv, profile)
    _refuse_blocked(findings)
    resume = cv.resume if isinstance(cv, Cv) else cv
    language = cv.language if isinstance(cv, Cv) else detect_language(resume_text(resume)) or "en"
    document = lay_out(resume, language)
    if "pdf" in wanted:
        findings += find_missing_glyphs(document)
    _refuse_blocked(findings)
    drawn = {name: _draw(name, document, resume, template, paper) for name in wanted}
    findings += [finding for name, raw in drawn.items() for finding in check_read_back(name, raw, document, template)]
    _refuse_blocked(findings)
    return _write_all(Path(directory), _stem(document, cv), drawn)


def check_read_back(name: str, raw: bytes, document: Document, template: str = DEFAULT_TEMPLATE) -> list[Finding]:
    """Read a file back and report the first field of the document that it does not give in its place.

    Args:
        name: Format; only "pdf" and "docx" can lose text, others pass.
        raw: The file.
        document: What was drawn.
        template: What it was drawn with; one that promises a single column is held to it.
    """
    readers: Mapping[str, Callable[[bytes], str]] = {"pdf": read_pdf, "docx": read_docx}
    if name not in readers:
        return []
    try:
        text = _folded(readers[name](raw))
    except ValueError as error:
        return [Finding("block", "read-back", "", str(error))]
    squeezed = text.replace(" ", "")
    position = squeezed_position = 0
    for field in filter(None, map(_folded, iter_fields(document))):
        may_break = any(len(word) > 60 for word in field.split())  # a word longer than a line, or a script without blanks
        found = squeezed.find(field.replace(" ", ""), squeezed_position)
        if found < 0 or (not may_break and text.find(field, position) < 0):
            return [Finding("block", "read-back", "", f"the {name.upper()} does not give back {field[:80]!r} in its place")]
        squeezed_position = found + len(field.replace(" ", ""))
        position = position if may_break else text.find(field, position) + len(field)
    beside = find_second_column(raw) if name == "pdf" and find_look(template).is_single_column else None
    return [Finding("block", "read-back", "", f"{beside[:80]!r} stands beside other text")] if beside else []


def _folded(text: str) -> str:
    """Fold what a reader does not see: line ends, runs of blanks, compatibility forms."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def _draw(name: str, document: Document, resume: Mapping[str, Any], template: str, paper: str) -> bytes:
    match name:
        case "pdf":
            return draw_pdf(document, CREATED_AT_S, template=template, paper=paper)
        case "docx":
            return draw_docx(document, CREATED_AT_S, template=template, paper=paper)
        case "md":
            return draw_markdown(document).encode()
        case "txt":
            return draw_text(document).encode()
        case _:
            return draw_json(resume).encode()


def _refuse_blocked(findings: list[Finding]) -> None:
    if any(finding.severity == "block" for finding in findings):
        raise CvBlocked(findings)


def _stem(document: Document, cv: Cv | Mapping[str, Any]) -> str:
    posting = slug(cv.posting_key, 60) if isinstance(cv, Cv) else ""
    return "-".join(filter(None, (slug(document.name, 40), "cv", posting)))


def _write_all(directory: Path, stem: str, drawn: Mapping[str, bytes]) -> dict[str, Path]:
    """Write every file under a temporary name first, then rename: a reader sees all of a file or none of it."""
    temporary: dict[str, Path] = {}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, raw in drawn.items():
            temporary[name] = _write_temporary(directory, raw)
        paths = {name: directory / f"{stem}.{name}" for name in drawn}
        for name, path in paths.items():
            temporary[name].replace(path)
            del temporary[name]
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise UserError(
            f"{directory}: the CV cannot be written: {cause}.", reason="unwritable", mend="Choose another folder or free space."
        ) from error
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)
    return paths


def _write_temporary(directory: Path, raw: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix=".cv-", suffix=".part", dir=directory)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(0o644)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path
