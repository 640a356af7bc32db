"""Recorded answers: a folder from which the whole pipeline is replayed without a key, a call or a cost.

One JSON file for each question, named by what the answer depends on: model, prompt version, schema and prompt, but not the
endpoint, so that a recording serves on any machine. What does not belong here: the exact cache, which is the database's.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from inroad.guard.errors import PermanentError, UserError
from inroad.llm.schema import schema_text

# Bytes of one recorded answer that are read.
MAX_BYTES = 8_000_000


class NotRecorded(PermanentError):
    """The folder has no answer for this question."""

    reason = "llm-not-recorded"


def question_key(model: str, version: str, schema: type[BaseModel], prompt: str) -> str:
    """SHA-256 over everything that the answer depends on but the endpoint."""
    return hashlib.sha256(json.dumps([model, version, schema_text(schema), prompt]).encode()).hexdigest()


def record(folder: Path, key: str, document: dict[str, Any], *, model: str, purpose: str) -> None:
    """Keeps one answer; a newer one for the same question takes its place, whole or not at all.

    Raises:
        UserError: The folder cannot be written.
    """
    text = json.dumps({"purpose": purpose, "model": model, "answer": document}, ensure_ascii=False, indent=1, sort_keys=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False, encoding="utf-8") as file:
            file.write(text + "\n")
        Path(file.name).replace(folder / f"{key}.json")
    except OSError as error:
        raise UserError(f"INROAD_LLM_RECORD: {folder} cannot be written: {error.strerror}.", reason="llm-record") from None


def replay(folder: Path, key: str, *, purpose: str) -> Any:
    """The recorded answer, not yet held to its schema.

    Raises:
        NotRecorded: There is none, or the file holds none.
    """
    path = folder / f"{key}.json"
    try:
        if path.stat().st_size <= MAX_BYTES:
            document = json.loads(path.read_bytes())
            if isinstance(document, dict) and "answer" in document:
                return document["answer"]
    except (OSError, ValueError, RecursionError):
        pass
    message = f"No answer for {purpose} is recorded in {folder}."
    raise NotRecorded(message, mend="Record it with INROAD_LLM_RECORD and a model.")
