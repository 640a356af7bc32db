"""The table of external services in docs/external-services.md says what the code does, row by row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from inroad.guard.gate import Gate
from inroad.guard.services import DNS, FILES, SERVICES, Service, services
from inroad.llm import LlmClient
from inroad.settings import PREFIX, Settings, load_settings
from inroad.store import Database
from resources.web import WebResource

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "external-services.md"
# What can open a connection.
NETWORK = re.compile(
    r"^\s*(?:import|from)\s+(?:httpx2?|openai|playwright|socket|ssl|urllib\.request|http\.client|ftplib|smtplib|requests|aiohttp|"
    r"websockets?|apprise|fsspec|boto3|grpc|dns|opentelemetry\.exporter)\b",
    re.MULTILINE,
)
# Module to its service; "none" talks to this machine alone or only names the library's errors.
OF_THE_WEB = (
    "asking", "browser", "browser_visit", "calls", "cookies", "direct_transport", "exchange", "failures", "fetch", "network",
    "proxies", "transport",
)  # fmt: skip
DOORS = {f"inroad/crawl/{name}.py": "web" for name in OF_THE_WEB} | {
    "inroad/stages/outputs.py": "files",
    "inroad/llm/endpoint.py": "llm",
    "inroad/stages/mail_servers.py": "dns",
    "inroad/guard/tracing.py": "traces",
    "inroad/cli/examinations.py": "none",
    "inroad/cli/serving.py": "none",
    "inroad/stages/readers.py": "none",
    "inroad/store/progress.py": "none",
}
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
    assert len(SERVICES) > 3
    assert list(_table()) == list(SERVICES)


def _modules() -> dict[str, str]:
    files = [
        file for folder in ("inroad", "resources", "assets", "sensors", "pipeline_defs") for file in (ROOT / folder).rglob("*.py")
    ]
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}


def test_only_known_modules_can_open_a_connection_and_each_belongs_to_a_service() -> None:
    """A library that is imported in passing calls out beside the guard, and nobody notices until the bill."""
    modules = _modules()
    assert len(modules) > 200
    assert {name for name, text in modules.items() if NETWORK.search(text)} == DOORS.keys()
    assert set(DOORS.values()) - {"none", "traces"} <= SERVICES.keys()
    assert "export of traces" in PAGE.read_text(encoding="utf-8")


def test_every_row_is_what_its_client_is_guarded_by(settings: Settings, database: Database) -> None:
    """A row that no client looks at promises limits that nobody keeps; page fetches had no breaker for a while."""
    keys = {"firecrawl_key": SecretStr("f"), "scraperapi_key": SecretStr("s"), "llm_api_key": SecretStr("k")}
    configured = settings.model_copy(update=keys)
    table = services(configured)
    web = WebResource(uses_browser=False).open(configured, database)
    model = LlmClient.from_settings(configured, database)
    gate = web._calls._breakers
    assert isinstance(gate, Gate)
    guarded = [gate._service, *(client._service for client in web._services.values()), model._first._service]
    modules = _modules()
    for constant in (FILES, DNS):
        (door,) = (module for module, service in DOORS.items() if service == constant.name)
        assert f"Call({constant.name.upper()}, " in modules[door]
    assert {service.name: service for service in (*guarded, FILES, DNS)} == table


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
