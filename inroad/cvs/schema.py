"""The JSON Resume schema in our own compact form, and the validation of a document against it.

Here lives the shape of the document (jsonresume.org, schema 1.0.0): which fields each section has and of which type. Reading
files belongs to `reading`, ids and facts to `profile`. Formats ("uri", "email") are annotations in the published schema and are
not enforced: people leave them empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

ISO8601 = r"^([1-2][0-9]{3}-[0-1][0-9]-[0-3][0-9]|[1-2][0-9]{3}-[0-1][0-9]|[1-2][0-9]{3})$"

# One line a section: "field" is a string, "field:date" an ISO 8601 date, "field:list" a list of strings.
SECTIONS: Mapping[str, str] = {
    "work": "name location description position url startDate:date endDate:date summary highlights:list",
    "volunteer": "organization position url startDate:date endDate:date summary highlights:list",
    "education": "institution url area studyType startDate:date endDate:date score courses:list",
    "awards": "title date:date awarder summary",
    "certificates": "name date:date url issuer",
    "publications": "name publisher releaseDate:date url summary",
    "skills": "name level keywords:list",
    "languages": "language fluency",
    "interests": "name keywords:list",
    "references": "name reference",
    "projects": "name description highlights:list keywords:list startDate:date endDate:date url roles:list entity type",
}
BASICS = "name label image email phone url summary"
LOCATION = "address postalCode city countryCode region"
PROFILE = "network username url"
META = "canonical version lastModified"

_STRING = {"type": "string"}
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "": _STRING,
    "date": {"type": "string", "pattern": ISO8601},
    "list": {"type": "array", "items": _STRING},
}


def resume_schema() -> dict[str, Any]:
    """Build the JSON Schema (draft 7) of a JSON Resume document."""
    basics = _object(BASICS)
    basics["properties"] |= {"location": _object(LOCATION), "profiles": {"type": "array", "items": _object(PROFILE)}}
    sections = {name: {"type": "array", "items": _object(fields)} for name, fields in SECTIONS.items()}
    return {"type": "object", "properties": {"$schema": _STRING, "basics": basics, **sections, "meta": _object(META)}}


def iter_faults(document: object) -> Iterator[tuple[str, str, str]]:
    """Yield each breach of the schema as (path in the document, fault, mend), in document order.

    Args:
        document: Parsed JSON or YAML.
    """
    faults = sorted(_validator().iter_errors(document), key=lambda fault: [str(step).zfill(6) for step in fault.absolute_path])
    for fault in faults:
        yield readable_path(fault.absolute_path), *_explain(fault)


def readable_path(steps: Any) -> str:
    """Join path steps as a person would write them: `work[0].startDate`."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path or "the document"


def text_of(row: Mapping[str, Any], field: str) -> str:
    """Return a field's text; empty when it is missing or no text (unknown fields may be anything)."""
    value = row.get(field)
    return value if isinstance(value, str) else ""


def texts_of(row: Mapping[str, Any], field: str) -> list[str]:
    """Return the texts of a field that lists them; empty when it is missing or no list."""
    value = row.get(field)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _object(fields: str) -> dict[str, Any]:
    named = (field.partition(":") for field in fields.split())
    return {"type": "object", "properties": {name: dict(_TYPES[kind]) for name, _, kind in named}}


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(resume_schema())


def _explain(fault: ValidationError) -> tuple[str, str]:
    shown = repr(fault.instance)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    if fault.validator == "pattern":
        return f"{shown} is not a date", "Write YYYY, YYYY-MM or YYYY-MM-DD."
    wanted = {"string": "a text", "array": "a list", "object": "a mapping"}.get(str(fault.validator_value), "another type")
    if fault.instance is None:
        return "is empty", f"Give {wanted} or remove the field."
    return f"{shown} is not {wanted}", f"Write {wanted}."
