"""`inroad budget`: limits on what may be spent, set and shown."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from inroad.cli.context import open_for, use_settings
from inroad.cli.grouping import group
from inroad.cli.intake import BadInput
from inroad.cli.printing import Json, one_of, print_json, say, say_columns

if TYPE_CHECKING:
    from inroad.store import Database

budget = group("Sets and shows limits on tokens, dollars and credits.")
Scope = Annotated[
    str, typer.Argument(help="all, KIND:KEY, or KIND for a limit for each; KIND is run, domain, posting, purpose, ...")
]
Period = Annotated[str, typer.Option("--period", help="total, day or month (UTC).")]


@budget.command("set")
def set_limit(
    scope: Scope,
    tokens: Annotated[float | None, typer.Option("--tokens", help="Input and output tokens.")] = None,
    usd: Annotated[float | None, typer.Option("--usd", help="US dollars.")] = None,
    credits: Annotated[float | None, typer.Option("--credits", help="A scraping service's credits.")] = None,  # noqa: A002
    period: Period = "total",
    soft: Annotated[bool, typer.Option("--soft", help="Record an event when it is passed, and refuse nothing.")] = False,
) -> None:
    """Sets a limit; what was spent under it already stays counted."""
    from inroad.guard.limits import set_budget

    scope = _canonical(scope)
    database = open_for(use_settings())
    due = set_budget(database, scope, tokens=tokens, usd=usd, credits=credits, period=period, soft=soft)
    limits = (("tokens", tokens), ("usd", usd), ("credits", credits))
    given = [f"{amount:,.15g} {unit}" for unit, amount in limits if amount is not None]
    say(f"{scope}, {period}: {' and '.join(given)}{', soft' if soft else ''}.")
    if due:
        say(f"{due:,} rows that a budget kept from the model are due again.")
    if sentence := _unseen(database, scope):
        say(sentence)


def _canonical(typed: str) -> str:
    """The scope with a domain as calls name it: `domain:https://www.müller.example/` would be a limit on nothing.

    Raises:
        UserError: No such scope, or no domain.
    """
    from inroad.crawl.urls import InvalidUrl, registrable_domain
    from inroad.guard.limits import parse_scope

    kind, key = parse_scope(typed)
    if kind == "domain" and key:
        try:
            key = registrable_domain(key)
        except InvalidUrl as error:
            raise BadInput(str(error), mend="Name a company's domain: inroad budget set domain:acme.example ...") from None
    return f"{kind}:{key}" if key else kind


def _unseen(database: Database, scope: str) -> str:
    """Says so where no call was ever in a scope: a name that is typed wrongly holds nothing."""
    from inroad.store.costs import seen_keys

    kind, _, key = scope.partition(":")
    if not key:
        return ""
    seen = database.call(seen_keys, kind, key)
    return "" if not seen or key in seen else f"No call was in {scope} yet; seen so far: {', '.join(seen)}."


@budget.command("remove")
def remove_limit(
    scope: Scope,
    unit: Annotated[str, typer.Option("--unit", help="tokens, usd or credits.")],
    period: Period = "total",
) -> None:
    """Removes a limit with what was counted under it."""
    from inroad.guard.limits import PERIODS, UNITS, remove_budget

    scope = _canonical(scope)
    one_of(unit, UNITS, "unit")
    one_of(period, PERIODS, "period")
    if not remove_budget(open_for(use_settings()), scope, unit=unit, period=period):
        raise BadInput(f"There is no budget {scope} in {unit} for the period {period}.", mend="See `inroad budget show`.")
    say(f"The budget {scope} in {unit} ({period}) is removed.")


@budget.command("show")
def show(as_json: Json = False) -> None:
    """Shows every budget as it stands in its current period."""
    from inroad.guard.limits import show_budgets

    budgets = show_budgets(open_for(use_settings()))
    if as_json:
        print_json([{**asdict(item), "runs_out_at": _moment(item.runs_out_at)} for item in budgets])
        return
    if not budgets:
        say("No budget is set: `inroad budget set all --usd 5 --period month` sets one.")
        return
    rows: list[list[str]] = [["Scope", "Period", "Unit", "Limit", "Spent", "Reserved", "Left", "Expected", "Runs out", ""]]
    for item in budgets:
        amounts = [f"{amount:,.15g}" for amount in (item.limit, item.spent, item.reserved, item.left)]
        expected = "" if item.expected is None else f"{item.expected:,.8g}"
        ahead = [expected, _moment(item.runs_out_at) or ""]
        rows.append([item.scope, item.period, item.unit, *amounts, *ahead, "soft" if item.is_soft else ""])
    say_columns(rows)


def _moment(value: datetime | None) -> str | None:
    return value.strftime("%Y-%m-%d %H:%MZ") if value else None


@budget.command("costs")
def costs(
    by: Annotated[
        str, typer.Option("--by", help="cv, domain, posting, tenant, purpose, provider, model, run, day or month.")
    ] = "month",
    as_json: Json = False,
) -> None:
    """Shows what models and scraping services have cost."""
    from inroad.store.costs import COST_KINDS
    from inroad.store.costs import costs as cost_rows

    one_of(by, COST_KINDS, "kind")
    found = open_for(use_settings()).call(cost_rows, by)
    if as_json:
        print_json([asdict(item) for item in found])
        return
    if not found:
        say("Nothing was called yet.")
        return
    rows: list[list[str]] = [[by.capitalize(), "Calls", "Cached", "Refused", "Input", "Output", "USD", "Credits"]]
    for item in found:
        counts = [f"{count:,}" for count in (item.calls, item.cached, item.refused, item.input_tokens, item.output_tokens)]
        rows.append([item.key, *counts, f"{item.cost_usd:,.6f}", f"{item.credits:,g}"])
    say_columns(rows)
