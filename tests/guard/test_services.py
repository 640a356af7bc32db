"""The table of external services in docs/external-services.md says what the code does, row by row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inroad.guard.services import SERVICES, Service, services
from inroad.settings import PREFIX, load_settings

PAGE = Path(__file__).parent.parent.parent / "docs" / "external-services.md"
# Figures that are settings stand in the table under their names; here is which attribute each one fills.
FILLED = {
    "INROAD_RETRIES": lambda service: service.retry.attempts,
    "INROAD_RETRY_TIMEOUT_S": lambda service: service.retry.timeout_s,
    "INROAD_REQUEST_TIMEOUT_S": lambda service: service.timeout_s,
    "INROAD_LLM_TIMEOUT_S": lambda service: service.timeout_s,
}


def _table() -> dict[str, dict[str, str]]:
    lines = [line.strip().strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    heads = [cell.strip() for cell in lines[0]]
    rows = [dict(zip(heads, (cell.strip() for cell in line), strict=True)) for line in lines[2:]]
    return {row["service"].strip("`"): row for row in rows}


def _amount(cell: str, service: Service, pattern: str) -> float:
    """A figure of a cell, or the value of the setting that stands in its place."""
    found = re.search(pattern.replace("#", r"(\d[\d,.]*|`INROAD_[A-Z_]+`)"), cell)
    assert found, f"{service.name}: {cell!r} says nothing like {pattern!r}"
    said = found[1].strip("`").replace(",", "")
    if not said.startswith(PREFIX):
        return float(said)
    defaults = load_settings()
    assert FILLED[said](services(defaults)[service.name]) == getattr(defaults, said.removeprefix(PREFIX).lower())
    return float(FILLED[said](services(defaults)[service.name]))


def test_the_page_has_a_row_for_every_service_and_no_other() -> None:
    """A service that is not in the table is one whose limits nobody can look up."""
    assert len(SERVICES) > 5
    assert list(_table()) == list(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_each_row_says_the_permission_and_the_figures_of_the_code(name: str) -> None:
    """A figure that is changed in one place only makes the table a lie."""
    row, service = _table()[name], services(load_settings())[name]
    assert row["permission"] == service.permission.replace(", ", "; ")
    assert row["budget"].startswith(service.budget or "none")
    assert _amount(row["breaker"], service, "# failures in a row") == service.breaker.fail_max
    assert _amount(row["breaker"], service, "in a row, # s") == service.breaker.reset_after_s
    assert _amount(row["retry"], service, "# attempts") == service.retry.attempts
    assert _amount(row["retry"], service, "attempts in #") == service.retry.timeout_s
    assert _amount(row["timeout"], service, "#") == service.timeout_s
    if service.rate:
        assert _amount(row["rate"], service, "^#") == service.rate.limit
        window = {1.0: "a second", 86_400.0: "24 hours"}[service.rate.period_s]
        assert window in row["rate"]
    else:
        assert not re.match(r"\d", row["rate"])
