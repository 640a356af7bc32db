"""The text of a stranger's PDF or DOCX, line by line, read in a process of its own with little memory and time.

A PDF may unpack to gigabytes or loop, a DOCX is a zip that may be a bomb; neither may take this process along.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

from inroad.guard.errors import UserError

MAX_FILE_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 60_000_000  # of a DOCX; a CV with a picture has about 2 MB
MAX_MEMBERS = 2_000  # files in a DOCX
MAX_PAGES = 30
MAX_LINES = 4_000
MAX_LINE_CHARS = 2_000
MEMORY_BYTES = 1_000_000_000
SECONDS = 30


class UnreadableDocument(UserError):
    """A PDF or DOCX from which no text can be read."""

    reason = "profile-unreadable"


def read_lines(path: Path) -> list[str]:
    """Read the lines of a PDF or DOCX; list items begin with "• ".

    Args:
        path: The file; its content decides what it is.

    Raises:
        UnreadableDocument: It cannot be read, is too large, takes too long, or holds no text (a scan).
    """
    try:
        size = path.stat().st_size
        head = path.open("rb").read(1_024) if size <= MAX_FILE_BYTES else b""
    except OSError as error:
        raise _fault(path, f"cannot be read: {error.strerror or error}", "Name a PDF or DOCX file.") from error
    if size > MAX_FILE_BYTES:
        raise _fault(path, f"is larger than {MAX_FILE_BYTES:,} bytes", "Leave pictures out.")
    if b"%PDF-" not in head and not head.startswith(b"PK"):
        raise _fault(path, "is neither PDF nor DOCX", "Save it as one of them, or write a JSON Resume.")
    # This file alone: imported by its name it would bring the whole room along, which takes three times as long as the reading.
    program = f"import runpy, sys; sys.path[:0] = {sys.path!r}; runpy.run_path({__file__!r})['main']()"
    command = [sys.executable, "-I", "-c", program, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise _fault(path, f"takes longer than {SECONDS} s to read", "Print it to PDF again, or save it as DOCX.") from error
    if done.returncode != 0:
        raise _fault(path, "is damaged, or needs too much memory", "Print it to PDF again, or save it as DOCX.")
    lines: list[str] = json.loads(done.stdout)
    if not lines:
        raise _fault(path, "holds no text; it may be a scan", "Export it from the program that it was written with.")
    return lines


def main() -> None:
    """Read the file that the command line names and print its lines as JSON; the child's side of `read_lines`."""
    _limit()
    raw = Path(sys.argv[1]).read_bytes()
    lines = _docx_lines(raw) if raw.startswith(b"PK") else _pdf_lines(raw)
    kept = [_clean(line)[:MAX_LINE_CHARS] for _, line in zip(range(MAX_LINES), lines, strict=False)]
    sys.stdout.buffer.write(json.dumps([line for line in kept if line]).encode("ascii"))


def _clean(line: str) -> str:
    """One line without control characters and the private signs that icons are written in; wide gaps stay gaps."""
    kept = "".join(" " if unicodedata.category(char) in {"Cc", "Co", "Cs", "Cn"} else char for char in line)
    return "   ".join(" ".join(part.split()) for part in re.split(r"\s{3,}", unicodedata.normalize("NFC", kept)) if part.strip())


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the time limit holds there too
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _pdf_lines(raw: bytes) -> Iterator[str]:
    import pypdf

    for _, page in zip(range(MAX_PAGES), pypdf.PdfReader(io.BytesIO(raw)).pages, strict=False):
        yield from page.extract_text().splitlines()


def _docx_lines(raw: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
            raise ValueError("the archive unpacks to more than a document")
    import docx

    for block in docx.Document(io.BytesIO(raw)).iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield from dict.fromkeys(line for cell in row.cells for line in cell.text.splitlines())
            continue
        style = (block.style.name or "") if block.style else ""
        mark = "• " if "List" in style and block.text.strip() else ""
        yield from (f"{mark}{line}" for line in block.text.replace("\t", "  |  ").splitlines())


def _fault(path: Path, fault: str, mend: str) -> UnreadableDocument:
    return UnreadableDocument(f"{path} {fault}.", mend=mend)
