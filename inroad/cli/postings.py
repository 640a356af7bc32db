"""`inroad posting`: postings by hand, what was read of them, a person's marks on them, and closing what is over."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inroad.cli.context import open_for, use_settings
from inroad.cli.curating import actor
from inroad.cli.grouping import group
from inroad.cli.intake import BadInput, hand_over_posting
from inroad.cli.printing import Json, one_of, print_json, say, say_columns
from inroad.store import Database

if TYPE_CHECKING:
    from inroad.store.posting_views import PostingView

posting = group("Adds, shows, annotates and closes postings by hand.")
Wanted = Annotated[str, typer.Argument(help="The posting's number or key, as `inroad posting show` lists them.")]
# Characters of an item, and items of a section, on one screen; --json has all.
_SHOWN_CHARS = 110
_SHOWN_ITEMS = 12


@posting.command("add")
def add_posting(
    sources: Annotated[list[str], typer.Argument(help="URLs, files (HTML, PDF, text), or - for text on standard input.")],
    domain: Annotated[str | None, typer.Option("--domain", help="The company; by default that of the URL.")] = None,
    as_json: Json = False,
) -> None:
    """Adds postings by hand, selected for a CV; the next run or sweep matches them and writes it."""
    settings = use_settings()
    database = open_for(settings)
    added = []
    for source in sources:
        name, number = hand_over_posting(database, settings, source, domain)
        view = _view(database, str(number))
        added.append({"domain": name, "posting": number, "key": view.row.key, "title": view.row.title})
    if as_json:
        print_json(added)
        return
    for one in added:
        say(f"{one['title']} at {one['domain']} is posting {one['posting']}; go on with `inroad run {one['domain']}`.")


@posting.command("show")
def show_posting(
    wanted: Annotated[str | None, typer.Argument(help="A posting's number or key; without one all are listed.")] = None,
    domain: Annotated[str | None, typer.Option("--domain", help="Only this company's.")] = None,
    state: Annotated[
        str | None, typer.Option("--state", help="Only in this state: listed, changed, missing, closed, ...")
    ] = None,
    as_json: Json = False,
) -> None:
    """Lists postings with their state and score, or shows one: sections, what is unread, marks, answers."""
    from inroad.store.models.applications import LISTING_STATES
    from inroad.store.posting_views import posting_lines

    if state is not None:
        one_of(state, LISTING_STATES, "listing state")
    database = open_for(use_settings())
    if wanted is not None:
        view = _view(database, wanted)
        print_json(_facts(view)) if as_json else _print_view(view)
        return
    lines = database.call(posting_lines, domain=domain, state=state)
    if as_json:
        print_json([asdict(line) for line in lines])
    elif not lines:
        say("No posting is here; `inroad posting add URL` adds one, `inroad run DOMAIN` finds them.")
    else:
        heading = [["Number", "Company", "Score", "State", "Decision", "Title"]]
        say_columns(heading + [[line.id, line.domain, _score(line.score), line.state, line.status, line.title] for line in lines])


@posting.command("annotate")
def annotate_posting(
    wanted: Wanted,
    kind: Annotated[str | None, typer.Argument(help="must-have, gap, emphasise, ignore or note.")] = None,
    quote: Annotated[str | None, typer.Argument(help="The words to mark, as the posting says them.")] = None,
    span: Annotated[str | None, typer.Option("--span", help="FROM:TO, characters of the text instead of a quote.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="Your words to it.")] = None,
    remove: Annotated[int | None, typer.Option("--remove", help="Remove the mark of this number.")] = None,
    as_json: Json = False,
) -> None:
    """Marks words of a posting; the mark steers matching and writing. Without a kind it lists the marks."""
    database = open_for(use_settings())
    view = _view(database, wanted)
    if remove is not None:
        _remove(database, view, remove)
    elif kind is not None:
        _mark(database, view, kind, quote, span, note)
    marks = _view(database, str(view.row.id)).marks
    if as_json:
        print_json([_mark_facts(mark) for mark in marks])
    else:
        _print_marks(marks)


@posting.command("close")
def close_posting(
    wanted: Wanted, reason: Annotated[str | None, typer.Option("--reason", help="Kept with the decision.")] = None
) -> None:
    """Closes a posting that is over, and rejects it."""
    from inroad.store.posting_states import close_by_hand

    database = open_for(use_settings())
    view = _view(database, wanted)
    closed = database.call(close_by_hand, view.row.id, by=actor(), reason=reason)
    say(f"{view.row.title} is closed." if closed else f"{view.row.title} was closed before.")


def _view(database: Database, wanted: str) -> PostingView:
    """One posting.

    Raises:
        BadInput: There is none of that number or key.
    """
    from inroad.store.posting_views import posting_view

    view = database.call(posting_view, wanted)
    if view is None:
        raise BadInput(f"No single posting is {wanted!r:.80}.", mend="List them with `inroad posting show`.")
    return view


def _mark(database: Database, view: PostingView, kind: str, quote: str | None, span: str | None, note: str | None) -> None:
    from inroad.postings.annotations import KINDS
    from inroad.stages.annotations import mark_posting

    one_of(kind, KINDS, "kind of mark")
    if (quote is None) == (span is None):
        raise BadInput("Say what to mark: either the words or --span FROM:TO.", mend="Copy the words from the posting.")
    found = re.fullmatch(r"(\d{1,7}):(\d{1,7})", span) if span is not None else None
    if span is not None and found is None:
        raise BadInput(f"--span {span!r:.40} is not FROM:TO.", mend="Give two numbers of characters, as in --span 120:164.")
    place = (int(found.group(1)), int(found.group(2))) if found else None
    database.call(mark_posting, view.row.id, kind, by=actor(), quote=quote, span=place, note=note)


def _remove(database: Database, view: PostingView, number: int) -> None:
    from inroad.store.annotations import remove_annotation

    if not database.call(remove_annotation, view.row.id, number):
        raise BadInput(f"The posting has no mark {number}.", mend="List them with `inroad posting annotate NUMBER`.")


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:g}"


def _mark_facts(mark: Any) -> dict[str, Any]:
    names = ("id", "kind", "quote", "note", "span_start", "span_end", "is_lost", "moved_at", "made_by", "made_at")
    return {name: getattr(mark, name) for name in names}


def _facts(view: PostingView) -> dict[str, Any]:
    row = view.row
    names = (
        *("id", "key", "title", "company", "location", "remote", "url", "posted_on", "valid_through", "salary", "source"),
        *("employment_type", "language", "listing_state", "listing_reason", "listing_since", "closed_at", "description"),
    )
    match = (
        {"score": view.match.score, "parts": view.match.parts, "requirements": view.match.requirements} if view.match else None
    )
    return {
        "domain": view.domain,
        **{name: getattr(row, name) for name in names},
        "status": row.posting_curation_status,
        "status_reason": row.curation_reason,
        "structured": row.structured,
        "match": match,
        "marks": [_mark_facts(mark) for mark in view.marks],
    }


def _print_view(view: PostingView) -> None:
    row = view.row
    where = ", ".join(part for part in (row.location, row.remote, row.employment_type) if part)
    say(f"{row.id}  {row.title} at {row.company or view.domain}" + (f" ({where})" if where else ""))
    say(f"{row.url}  {row.listing_state} since {row.listing_since:%Y-%m-%d}. {row.listing_reason or ''}")
    say(f"{row.posting_curation_status}: {row.curation_reason or 'nobody has decided'}")
    if row.structured:
        _print_structured(row.structured)
    if view.match:
        say(f"Scores {view.match.score:g}.")
        answers = view.match.requirements[:_SHOWN_ITEMS]
        say_columns([[one["coverage"], one.get("mark") or "", one["text"][:_SHOWN_CHARS], one["reason"]] for one in answers])
    _print_marks(view.marks)


def _print_structured(structured: dict[str, Any]) -> None:
    rows = [["Section", "Items", "Read", "Marked", "Open"]]
    for name, found in (structured.get("coverage") or {}).items():
        if found["items"]:
            counts = (found["items"], found["read"], found["annotated"], len(found["unread"]))
            rows.append([name, *map(str, counts)])
    say(f"Read by {structured.get('reader', 'rules')}. {structured.get('note') or ''}")
    say_columns(rows)
    for point in (structured.get("pain_points") or [])[:_SHOWN_ITEMS]:
        say(f"  pain point, {point['kind']}: {point['span']['text'][:_SHOWN_CHARS]}")


def _print_marks(marks: list[Any]) -> None:
    if not marks:
        say("No marks.")
        return
    rows = [["Mark", "Kind", "State", "Words", "Note"]]
    for mark in marks:
        state = "lost" if mark.is_lost else "moved" if mark.moved_at else "stands"
        rows.append([str(mark.id), mark.kind, state, mark.quote[:_SHOWN_CHARS], mark.note or ""])
    say_columns(rows)
