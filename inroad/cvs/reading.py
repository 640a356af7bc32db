"""Reading a profile's file: bytes to one plain mapping, within limits.

Here lives what JSON and YAML allow that a profile must not hold: alias bombs, endless nesting, huge files, broken characters.
What the mapping means belongs to `schema` and `profile`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from inroad.guard.errors import UserError

MAX_FILE_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_NODES = 100_000


class _TextLoader(yaml.SafeLoader):
    """YAML whose plain scalars stay text: `2019` is a year, `NO` a country and `4.0` a grade, as they were written."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's own attribute, replaced as a whole)
        first: [(tag, pattern) for tag, pattern in pairs if tag == "tag:yaml.org,2002:null"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_document(path: str | Path) -> dict[str, Any]:
    """Read a JSON or YAML file that holds one mapping.

    Args:
        path: `.json`, `.yaml` or `.yml`; other names are told apart by their first character.

    Returns:
        The mapping; every scalar of a YAML file is text, except null.

    Raises:
        UserError: The file cannot be read, is too large, is not text, breaks its syntax, nests too deep or is no mapping.
    """
    path = Path(path)
    text = _read_text(path)
    is_json = path.suffix.lower() == ".json" or (path.suffix.lower() not in {".yaml", ".yml"} and text.lstrip()[:1] in {"{", "["})
    document = _parse_json(text, path) if is_json else _parse_yaml(text, path)
    if not isinstance(document, dict):
        raise _fault(path, "holds no mapping", "A profile is a JSON Resume document: a mapping with `basics`, `work`, ...")
    check_size(document, str(path))
    return document


def check_size(document: object, name: str) -> None:
    """Refuse a document that nests deeper than 40 levels, has more than 100,000 values or holds broken characters.

    Args:
        document: Parsed JSON or YAML.
        name: What to call it in the error.

    Raises:
        UserError: One of the limits is passed.
    """
    for count, (depth, value) in enumerate(_walk(document)):
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise UserError(
                f"{name}: nests deeper than {MAX_DEPTH} levels or has more than {MAX_NODES:,} values.", reason="profile-too-large"
            )
        if isinstance(value, str) and not _is_unicode(value):
            raise UserError(
                f"{name}: {value[:40]!a} holds half a character.", reason="profile-encoding", mend="Save the file as UTF-8."
            )


def _walk(document: object) -> Iterator[tuple[int, object]]:
    stack: list[tuple[int, object]] = [(0, document)]
    while stack:
        depth, value = stack.pop()
        yield depth, value
        if isinstance(value, dict):
            stack.extend((depth + 1, child) for pair in value.items() for child in pair)
        elif isinstance(value, list):
            stack.extend((depth + 1, child) for child in value)


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise _fault(path, f"cannot be read: {cause}", "Name a JSON Resume file (.json or .yaml).") from error
    if len(raw) > MAX_FILE_BYTES:
        raise _fault(path, f"is larger than {MAX_FILE_BYTES:,} bytes", "A profile is text; leave pictures out.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _fault(path, f"is not UTF-8 text (byte {error.start})", "Save the file as UTF-8.") from error


def _parse_json(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _fault(path, f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}", "Mend that line.") from error
    except RecursionError as error:
        raise _fault(path, f"nests deeper than {MAX_DEPTH} levels", "A profile needs no more than six.") from error
    except ValueError as error:  # a number of more than 4,300 digits
        raise _fault(path, f"is not JSON: {error}", "Mend that value.") from error


def _parse_yaml(text: str, path: Path) -> Any:
    try:
        _check_events(text, path)
        return yaml.load(text, Loader=_TextLoader)  # noqa: S506  (a SafeLoader with fewer types)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise _fault(path, f"is not YAML: {error.problem or 'broken'}{place}", "Mend that line.") from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise _fault(
            path, f"is not YAML: {str(error).splitlines()[0][:120] if str(error) else 'broken'}", "Mend that."
        ) from error


def _check_events(text: str, path: Path) -> None:
    """Look at the flat stream of events first: building nested or aliased nodes recurses, and a small file can ask for both."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise _fault(path, f"uses the alias *{event.anchor}", "Write the value out; aliases are not read.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise _fault(path, f"nests deeper than {MAX_DEPTH} levels or has more than {MAX_NODES:,} values", "Shorten it.")


def _fault(path: Path, fault: str, mend: str) -> UserError:
    return UserError(f"{path}: {fault}.", reason="profile-unreadable", mend=mend)
