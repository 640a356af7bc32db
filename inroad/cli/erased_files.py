"""A person taken out of files that Inroad wrote: exports, output folders, letters.

What lives here: masking text files in place, and removing files that cannot be masked and hold the person. What does not: which
files are known (`inroad.store.erasure`), and files that people copied elsewhere, which nobody knows.
"""

from __future__ import annotations

import contextlib
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from inroad.store.masking import MASK

# Larger files are removed whole: they are written again by one command.
MAX_BYTES = 200_000_000
MASKED = frozenset({".csv", ".json", ".jsonl", ".xml", ".md", ".txt", ".html"})
_ZIPPED = frozenset({".xlsx", ".docx"})
# What `inroad run --out` writes, by which its folder is known, and where in it the copies of CVs and letters are.
_RESULTS = "results.json"
_COPIES = "cvs"
_TAG = re.compile(r"<[^<>]{1,500}>")


@dataclass(slots=True)
class FileReceipt:
    """What was done to the files.

    Attributes:
        masked: Files from which the person was taken out in place.
        removed: Files that held the person, or may have, and were deleted.
        failed: Files that could not be written, or that lie in an output folder elsewhere; they are as they were.
    """

    masked: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def erase_from_files(paths: Iterable[str], pattern: re.Pattern[str], *, files: Path) -> FileReceipt:
    """Takes a person out of files.

    Args:
        paths: Absolute, or below the files folder. What is no file any more is passed over.
        pattern: What to mask.
        files: The files folder; what lies there was written to the person and is removed.
    """
    receipt = FileReceipt()
    known = list(paths)
    for copy in letter_copies(known, pattern):
        try:
            copy.unlink()
            receipt.removed.append(str(copy))
        except OSError:
            receipt.failed.append(str(copy))
    for written in known:
        if "://" in written:  # an output folder elsewhere: it is told, and is its owner's to clear
            receipt.failed.append(written)
            continue
        path = files / written
        if not path.is_file():
            continue
        try:
            if path.suffix in MASKED and Path(written).is_absolute() and path.stat().st_size <= MAX_BYTES:
                if mask_file(path, pattern):
                    receipt.masked.append(str(path))
            elif not Path(written).is_absolute() or may_hold(path, pattern):
                path.unlink()
                receipt.removed.append(str(path))
        except OSError:
            receipt.failed.append(str(path))
    return receipt


def letter_copies(paths: Iterable[str], pattern: re.Pattern[str]) -> list[Path]:
    """Copies in output folders of what was written to a person, and letters there that a later run has not written over.

    Args:
        paths: As given to `erase_from_files`; the folders are those that a noted `results.json` lies in.
        pattern: What a letter's text holds when it is to the person.
    """
    known = [Path(written) for written in paths if "://" not in written]
    copies: set[Path] = set()
    for folder in {path.parent for path in known if path.is_absolute() and path.name == _RESULTS}:
        copies |= {folder / path for path in known if not path.is_absolute()}
        for letter in (folder / _COPIES).glob("*/*/*.txt"):
            if letter.name in ("letter.txt", "message.txt") and _says(letter, pattern):
                copies |= {*letter.parent.glob("letter.*"), letter.parent / "message.txt"}
    return sorted(path for path in copies if path.is_file())


def _says(path: Path, pattern: re.Pattern[str]) -> bool:
    try:
        return pattern.search(path.read_text(encoding="utf-8", errors="replace")) is not None
    except OSError:
        return True  # what cannot be looked into may


def mask_file(path: Path, pattern: re.Pattern[str]) -> bool:
    """Masks a text file, whole or not at all; returns whether anything was there."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    new = pattern.sub(lambda hit: MASK * len(hit[0]), text)
    if new == text:
        return False
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.touch(mode=0o600)
        temporary.write_text(new, encoding="utf-8", errors="surrogateescape")
        temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return True


def blot_log(path: Path, pattern: re.Pattern[str]) -> bool:
    """Blots a person out of a file that a process may be appending to: in place, byte for byte."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    hits = [(hit.start(), hit[0]) for hit in pattern.finditer(text)]
    if not hits:
        return False
    with path.open("r+b") as file:
        seen = at = 0
        for start, words in hits:
            at += len(text[seen:start].encode("utf-8", "surrogateescape"))
            size = len(words.encode("utf-8", "surrogateescape"))
            file.seek(at)
            file.write(b"#" * size)
            seen, at = start + len(words), at + size
    return True


def may_hold(path: Path, pattern: re.Pattern[str]) -> bool:
    """Whether a file that cannot be masked holds the person; what cannot be looked into may."""
    if path.suffix not in _ZIPPED or path.stat().st_size > MAX_BYTES:
        return True
    try:
        with zipfile.ZipFile(path) as parts:
            room = MAX_BYTES
            for part in parts.infolist():
                room -= part.file_size
                if room < 0:
                    return True
                if part.filename.endswith((".xml", ".rels")):
                    text = parts.read(part).decode("utf-8", "replace")
                    if pattern.search(text) or pattern.search(_TAG.sub("", text)):
                        return True
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return True
    return False
