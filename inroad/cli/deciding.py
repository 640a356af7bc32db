"""`inroad domain`: how one company's site is fetched, decided by a person and recorded with who, when and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from inroad.cli.choosing import known_ids
from inroad.cli.context import open_for, use_settings
from inroad.cli.curating import actor
from inroad.cli.grouping import group
from inroad.cli.intake import BadInput
from inroad.cli.page_changes import show_changes
from inroad.cli.printing import Json, one_of, print_json, say, say_columns
from inroad.settings import Settings
from inroad.store import Database

# What gives a decision back to the settings.
DEFAULT = "default"

domain = group("Decides how one company's site is fetched: headers, pace, proxy, robots, strategy.")
domain.command("changes")(show_changes)
Name = Annotated[str, typer.Argument(help="The domain, as in acme.example.")]


@domain.command("set")
def set_domain(
    name: Name,
    header: Annotated[
        list[str] | None, typer.Option("--header", help="'Name: value' sent with every request there; replaces those before.")
    ] = None,
    no_headers: Annotated[bool, typer.Option("--no-headers", help="Send no headers of its own.")] = False,
    interval: Annotated[str | None, typer.Option("--interval", help="Least seconds between two requests, or default.")] = None,
    concurrency: Annotated[str | None, typer.Option("--concurrency", help="Requests in flight, or default.")] = None,
    proxy: Annotated[
        str | None, typer.Option("--proxy", help="Proxy URLs with commas between, none to go straight, or default.")
    ] = None,
    robots: Annotated[bool | None, typer.Option("--robots/--no-robots", help="Whether robots.txt is obeyed there.")] = None,
    strategy: Annotated[
        str | None, typer.Option("--strategy", help="direct, browser, scraperapi or firecrawl; default: the cheapest that works.")
    ] = None,
    page: Annotated[str | None, typer.Option("--page", help="With --strategy: only for this page.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Kept with the decision; needed for --no-robots.")] = None,
    as_json: Json = False,
) -> None:
    """Changes how a domain is fetched; what is not named stays. Running crawls notice within half a minute."""
    from inroad.crawl.response import STRATEGIES

    if strategy is not None:
        one_of(strategy, (*STRATEGIES, DEFAULT), "strategy")
    if robots is False and not (reason or "").strip():
        raise BadInput(
            "Not obeying robots.txt is a decision that needs a reason.", mend="Add --reason, for instance the owner's leave."
        )
    settings = use_settings()
    values, told = _changes(settings, header, no_headers, interval, concurrency, proxy, robots)
    database = open_for(settings)
    (known,) = known_ids(database, [name])
    if strategy is not None and page is None:
        values["fetch_strategy"] = told["fetch_strategy"] = None if strategy == DEFAULT else strategy
    audits = _write(database, known, values, told, page, strategy, reason)
    if as_json:
        print_json(
            {"domain": known, "changes": {**told, **({"page": page, "page_strategy": strategy} if page else {})}, "audit": audits}
        )
    else:
        say(f"{known} is fetched as decided: {', '.join(told) or 'one page'}. See `inroad domain show {known}`.")


def _write(
    database: Database,
    name: str,
    values: dict[str, Any],
    told: dict[str, Any],
    page: str | None,
    strategy: str | None,
    reason: str | None,
) -> list[int]:
    from inroad.store.policies import set_page_strategy, set_policy

    if page is not None and strategy is None:
        raise BadInput("--page goes with --strategy.", mend="Name the strategy for that page.")
    if not values and page is None:
        raise BadInput("Nothing to change was named.", mend="See `inroad domain set --help`.")
    audits = []
    if values:
        audits.append(database.call(set_policy, name, values, actor=actor(), reason=reason, told=told))
    if page is not None:
        wanted = None if strategy == DEFAULT else strategy
        audits.append(database.call(set_page_strategy, _canonical(page), wanted, actor=actor(), reason=reason))
    return audits


def _canonical(page: str) -> str:
    from inroad.crawl.urls import canonical_url

    return canonical_url(page)


def _changes(
    settings: Settings,
    header: list[str] | None,
    no_headers: bool,
    interval: str | None,
    concurrency: str | None,
    proxy: str | None,
    robots: bool | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """New columns, and what may be shown of them."""
    from inroad.crawl.policies import MAX_CONCURRENCY, MAX_INTERVAL_S, parse_header, seal_headers, seal_proxies
    from inroad.crawl.proxies import parse_proxies
    from inroad.guard.vault import Vault

    values: dict[str, Any] = {}
    told: dict[str, Any] = {}
    if header or no_headers:
        pairs = [parse_header(text) for text in header or []]
        values["request_headers_sealed"] = seal_headers(Vault(settings), pairs)
        told["headers"] = [name for name, _ in pairs]
    if interval is not None:
        values["request_interval_s"] = told["request_interval_s"] = _number(interval, "interval", 0.0, MAX_INTERVAL_S)
    if concurrency is not None:
        number = _number(concurrency, "concurrency", 1.0, float(MAX_CONCURRENCY))
        values["request_concurrency"] = told["request_concurrency"] = None if number is None else int(number)
    if proxy is not None:
        proxies = None if proxy == DEFAULT else parse_proxies("" if proxy == "none" else proxy, name="--proxy")
        values["proxies_sealed"] = seal_proxies(Vault(settings), proxies)
        told["proxies"] = None if proxies is None else [item.label for item in proxies]
    if robots is not None:
        values["respect_robots"] = told["respect_robots"] = robots
    return values, told


def _number(text: str, what: str, least: float, most: float) -> float | None:
    if text == DEFAULT:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= most:
        raise BadInput(f"--{what} is not a number.", mend=f"Valid is {least:g} to {most:g}, or {DEFAULT}.")
    return value


@domain.command("show")
def show_domain(name: Name, as_json: Json = False) -> None:
    """Shows how a domain is fetched, its session, and who decided what; no secret is shown."""
    from inroad.crawl.policies import as_policy
    from inroad.guard.vault import Vault
    from inroad.store.policies import load_policy, policy_history

    settings = use_settings()
    database = open_for(settings)
    (known,) = known_ids(database, [name])
    stored = database.call(load_policy, known)
    assert stored is not None
    policy = as_policy(stored, known, Vault(settings))
    facts = {
        "domain": known,
        "headers": [header for header, _ in policy.headers],
        "interval_s": policy.interval_s,
        "concurrency": policy.concurrency,
        "proxies": None if policy.proxies is None else [proxy.label for proxy in policy.proxies],
        "respect_robots": policy.respect_robots,
        "strategy": policy.strategy,
        "has_session": policy.session_version is not None,
    }
    history: list[dict[str, Any]] = [
        {
            "at": entry.at.isoformat(),
            "actor": entry.actor,
            "reason": entry.details.get("reason"),
            "changes": entry.details.get("changes"),
        }
        for entry in database.call(policy_history, known)
    ]
    if as_json:
        print_json({**facts, "history": history})
        return
    say_columns([[key, _shown(value)] for key, value in facts.items()])
    for entry in history:
        say(f"{entry['at'][:19]} {entry['actor']}: {entry['changes']} {entry['reason'] or ''}")


def _shown(value: Any) -> str:
    if value is None:
        return "as the settings say"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
