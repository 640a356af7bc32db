"""Copying finished files to the output folder: a local one, or any that fsspec can write (s3, gs, ...).

A file is copied only when it has changed since it was copied to the same place; the row keeps its URL and SHA-256. The files
below INROAD_HOME stay the truth. What does not belong here: making files.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inroad.guard.errors import InroadError, PermanentError, TransientError
from inroad.guard.guard import Attempt, Call, Guard
from inroad.guard.services import FILES
from inroad.stages.work import Work

MAX_FILE_BYTES = 50_000_000  # a CV has about 100,000


class OutputUnavailable(TransientError):
    """The output folder cannot be written now."""

    reason = "output-unavailable"


class OutputUnusable(PermanentError):
    """The output folder's URL cannot be used: no such kind of folder, or its package is not installed."""

    reason = "output-unusable"


async def share_files(work: Work, files: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    """Copies files to the output folder, where one is set.

    Args:
        work: The run's context.
        files: Name to path below the files folder.
        known: What is there already: name to {"url", "sha256"}.

    Returns:
        The same for all files; empty without an output folder.

    Raises:
        OutputUnavailable, OutputUnusable: A file cannot be copied; those before it are there and are not copied again next time.
    """
    root = work.settings.output_url
    if not root:
        return {}
    guard = Guard(work.database)
    shared: dict[str, Any] = {}
    for name, relative in files.items():
        raw = await asyncio.to_thread(_read, work.settings.files / relative)
        entry = {"url": f"{root.rstrip('/')}/{relative}", "sha256": hashlib.sha256(raw).hexdigest()}
        if known.get(name) != entry:
            await guard.call(_call(root, entry["url"], raw))
        shared[name] = entry
    return shared


def _read(path: Path) -> bytes:
    raw = path.read_bytes()
    if len(raw) > MAX_FILE_BYTES:
        raise OutputUnusable(f"{path.name} has {len(raw):,} bytes; {MAX_FILE_BYTES:,} are copied at most.")
    return raw


def _call(root: str, url: str, raw: bytes) -> Call[None]:
    async def attempt(_attempt: Attempt) -> None:
        await asyncio.to_thread(write_url, url, raw)

    return Call(FILES, attempt, key=root.partition("://")[0] if "://" in root else "file", purpose="files")


def write_url(url: str, raw: bytes) -> None:
    """Writes one file, whole or not at all: under another name first where the folder can rename.

    Args:
        url: Path or fsspec URL.
        raw: The file.

    Raises:
        OutputUnavailable, OutputUnusable: It cannot be written.
    """
    try:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]

        folder, path = url_to_fs(url)
        folder.makedirs(path.rpartition("/")[0], exist_ok=True)
        if "file" in folder.protocol:
            with folder.open(f"{path}.part", "wb") as file:
                file.write(raw)
            folder.mv(f"{path}.part", path)
        else:  # object stores show a file when all of it is there
            folder.pipe_file(path, raw)
    except (ImportError, ValueError, NotImplementedError) as error:
        raise OutputUnusable(
            f"The output folder cannot be used: {_cause(error)}.",
            mend="Correct INROAD_OUTPUT_URL; for s3:// install inroad[s3], for gs:// inroad[gcs].",
        ) from error
    except InroadError:
        raise
    except Exception as error:
        raise OutputUnavailable(
            f"The output folder cannot be written: {_cause(error)}.", mend="Free space or check its permissions and credentials."
        ) from error


def _cause(error: BaseException) -> str:
    """The first line of an error, without what a URL may carry before an @."""
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return "".join(part.rpartition("@")[2] if "://" in first and "@" in part else part for part in (first[:200],)).rstrip(".")
