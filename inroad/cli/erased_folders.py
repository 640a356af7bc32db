"""A person taken out of the folders that Inroad fills by itself: documents, logs, what Dagster's steps printed.

What lives here: walking those folders. What does not: files that were written elsewhere on a command's word (`erased_files`), and
the database's own files, which hold removed rows until PostgreSQL cleans its tables.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from inroad.cli.erased_files import MASKED, MAX_BYTES, FileReceipt, blot_log, mask_file, may_hold

# Folders of the installation's state that are written to file by file.
FOLDERS: Final = ("files", "logs", "dagster")
_LOGS: Final = frozenset({"", ".log", ".out", ".err", ".complete", ".yaml", ".toml"})
_DOCUMENTS: Final = frozenset({".pdf", ".docx", ".xlsx", ".parquet"})
_MOST_FILES: Final = 1_000_000


def erase_from_folders(home: Path, pattern: re.Pattern[str], receipt: FileReceipt, *, spare_documents: bool = False) -> None:
    """Takes a person out of every file below the state's folders: texts are masked, documents that hold the person are deleted.

    Args:
        home: `Settings.home`.
        pattern: What to mask.
        receipt: What was done is added to it.
        spare_documents: Leave the owner's documents alone, whose name the person shares.
    """
    for path in _files(home, FOLDERS[1:] if spare_documents else FOLDERS):
        try:
            kind = path.suffix.lower()
            if kind in MASKED | _LOGS and path.stat().st_size <= MAX_BYTES:
                if (blot_log if kind in _LOGS else mask_file)(path, pattern):
                    receipt.masked.append(str(path))
            elif kind in _DOCUMENTS and _document_holds(path, pattern):
                path.unlink()
                receipt.removed.append(str(path))
        except OSError:
            receipt.failed.append(str(path))


def _files(home: Path, folders: Sequence[str]) -> Iterator[Path]:
    """Regular files only: a link may lead anywhere."""
    count = 0
    for name in folders:
        for folder, _, names in os.walk(home / name, followlinks=False):
            for file in sorted(names):
                path = Path(folder) / file
                count += 1
                if count > _MOST_FILES:
                    return
                if path.is_file() and not path.is_symlink():
                    yield path


def _document_holds(path: Path, pattern: re.Pattern[str]) -> bool:
    """Whether a document holds the person; a PDF that cannot be read was made by nobody here, and goes."""
    if path.suffix.lower() != ".pdf":
        return may_hold(path, pattern)
    from inroad.contacts.pdf import MAX_BYTES as MOST
    from inroad.contacts.pdf import pdf_as_html
    from inroad.guard.errors import PermanentError

    if path.stat().st_size > MOST:
        return True
    try:
        page = pdf_as_html(path.read_bytes())
    except PermanentError:
        return True
    text = re.sub(r"<[^<>]{0,2000}>", " ", page)
    return pattern.search(text) is not None
