"""What the properties of a schema.org JobPosting mean, whichever syntax they were written in.

Follows https://schema.org/JobPosting and the properties that search engines ask for. Boards whose feed embeds a JobPosting
(Teamtailor) read it here too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from inroad.postings.assembly import Draft, place
from inroad.postings.model import Salary
from inroad.postings.pay import parse_salary, pay_period, salary_of
from inroad.postings.plaintext import one_line
from inroad.postings.structured_data import Item


def _all(value: Any) -> list[Any]:
    return value[:100] if isinstance(value, list) else [] if value is None else [value]


def _first(value: Any) -> Any:
    values = _all(value)
    return values[0] if values else None


def _text(value: Any) -> str | None:
    """A value as text: itself, or the name (or value) of the item it is."""
    for candidate in _all(value):
        if isinstance(candidate, dict):
            candidate = next((candidate[k] for k in ("name", "legalName", "value", "@value", "text") if candidate.get(k)), None)
            candidate = _first(candidate)
        text = one_line(candidate)
        if text:
            return text
    return None


def _joined(value: Any) -> str | None:
    """Markup of a property that may be a list of lines."""
    parts = [part if isinstance(part, str) else _text(part) or "" for part in _all(value)]
    parts = [part for part in parts if part.strip()]
    return parts[0] if len(parts) == 1 else "\n".join(f"- {part}" for part in parts) or None


def _address(value: Any) -> str | None:
    if isinstance(value, dict):
        parts = [_text(value.get(name)) for name in ("addressLocality", "addressRegion", "addressCountry")]
        return place(*parts) or _text(value.get("streetAddress")) or _text(value.get("name"))
    return one_line(value)


def _place(value: Any) -> str | None:
    if not isinstance(value, dict):
        return one_line(value)
    for address in _all(value.get("address")):
        line = _address(address)
        if line:
            return line
    return _address(value) if "addressLocality" in value else _text(value.get("name"))


def _salary(item: Item) -> Salary | None:
    for name in ("baseSalary", "estimatedSalary"):
        for value in _all(item.get(name)):
            salary = _salary_of(value, item.get("salaryCurrency"))
            if salary is not None:
                return salary
    return None


def _salary_of(value: Any, currency: Any) -> Salary | None:
    if not isinstance(value, dict):
        text = one_line(value)
        exact = salary_of(value, value, _first(currency), None, raw=text) if text and text.replace(".", "").isdigit() else None
        return exact or parse_salary(value)
    currency = _first(value.get("currency")) or _first(currency)
    inner = _first(value.get("value"))
    inner = inner if isinstance(inner, dict) else {**value, "value": inner}
    single = _first(inner.get("value"))
    if isinstance(single, str) and not single.replace(".", "").replace(",", "").strip().isdigit():
        return _with_period(parse_salary(f"{single} {currency or ''}"), inner, value)
    low, high = _first(inner.get("minValue")) or single, _first(inner.get("maxValue")) or single
    period = _text(inner.get("unitText")) or _text(value.get("unitText")) or _text(value.get("duration"))
    return salary_of(low, high, currency, period)


def _with_period(salary: Salary | None, *units: Item) -> Salary | None:
    """Pay that was written as text, with the period that stands beside it."""
    period = next((found for unit in units if (found := pay_period(_text(unit.get("unitText")))) is not None), None)
    return replace(salary, period=period) if salary is not None and salary.period is None else salary


def _remote(item: Item) -> list[object]:
    kind = " ".join(text for value in _all(item.get("jobLocationType")) if (text := one_line(value)))
    return [True if "telecommute" in kind.lower() else kind]


def _regions(item: Item) -> list[str]:
    regions = (_text(value) for value in _all(item.get("applicantLocationRequirements")))
    return [region for region in regions if region]


def _sections(item: Item) -> list[tuple[str | None, object]]:
    headed = (
        ("Responsibilities", "responsibilities"),
        ("Qualifications", "qualifications"),
        ("Skills", "skills"),
        ("Experience", "experienceRequirements"),
        ("Education", "educationRequirements"),
        ("Benefits", "jobBenefits"),
    )
    return [(None, _joined(item.get("description"))), *((heading, _joined(item.get(name))) for heading, name in headed)]


def _identifier(value: Any) -> str | None:
    """A PropertyValue's value; its name is the organisation that gave the number."""
    first = _first(value)
    return one_line(_first(first.get("value"))) if isinstance(first, dict) else one_line(first)


def draft_of(item: Item) -> Draft:
    """Reads one JobPosting.

    Args:
        item: Nested dictionaries as `structured_data` gives them.

    Returns:
        A draft; its title is None when the item names none.
    """
    employer = item.get("hiringOrganization")
    places = [_place(value) for value in _all(item.get("jobLocation"))]
    regions = _regions(item)
    return Draft(
        title=_text(item.get("title")) or _text(item.get("name")),
        url=_first(item.get("url")) or _first(item.get("mainEntityOfPage")),
        company=_text(employer),
        places=[line for line in places if line] or regions,
        description=_sections(item),
        remote=_remote(item),
        posted_on=_first(item.get("datePosted")),
        valid_through=_first(item.get("validThrough")),
        salary=_salary(item),
        employment=[[text for value in _all(item.get("employmentType")) if (text := one_line(value))]],
        department=_text(item.get("department")) or _text(item.get("occupationalCategory")),
        language=_text(item.get("inLanguage")),
        details={
            "identifier": _identifier(item.get("identifier")),
            "regions": regions,
            "industry": _text(item.get("industry")),
            "direct_apply": item.get("directApply") if isinstance(item.get("directApply"), bool) else None,
            "company_url": _first(employer.get("sameAs") or employer.get("url")) if isinstance(employer, dict) else None,
        },
    )
