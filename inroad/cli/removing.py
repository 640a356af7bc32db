"""`inroad suppress` and `inroad erase`: who must not be stored, and who must be forgotten."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import asdict
from typing import Annotated

import typer

from inroad.cli.context import open_for, use_settings
from inroad.cli.curating import actor
from inroad.cli.intake import BadInput
from inroad.cli.printing import Json, Yes, ask, one_of, plain, print_json, say, say_columns

KINDS = ("value", "domain", "pattern", "hash")
LIST = "list"
# Each * of a pattern is tried at every place of a value; more than a few mean a mistake.
MOST_STARS = 4
LONGEST = 500
SHORTEST = 3
_PHONE = re.compile(r"\+[\d ()./-]{6,40}")


def suppress(
    kind: Annotated[
        str, typer.Argument(help="value, domain, pattern (* for any characters), hash (SHA-256 of a value), or list to see all.")
    ],
    value: Annotated[str | None, typer.Argument(help="jane@acme.example, acme.example, *@acme.example, ...")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Kept with the rule.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the rule off the list.")] = False,
    as_json: Json = False,
) -> None:
    """Puts a value, a domain or a pattern on the do-not-contact list; removes what it hits."""
    from inroad.store.suppression import suppress as add_rule

    one_of(kind, (*KINDS, LIST), "kind of rule")
    if kind == LIST and value is None:
        _print_rules(as_json=as_json)
        return
    if kind == LIST or value is None:
        raise BadInput("A rule is a kind and a value; `inroad suppress list` takes none.", mend="As in value jane@acme.example.")
    rule = checked_rule(kind, value)
    if remove:
        _lift(kind, rule, as_json=as_json)
        return
    count = open_for(use_settings()).call(add_rule, kind, rule, made_by=actor(), reason=reason)
    if as_json:
        print_json({"kind": kind, "value": rule, "contacts_removed": count})
    else:
        say(f"{kind} {rule} is on the do-not-contact list; {count} contacts were removed.")


def _print_rules(*, as_json: bool) -> None:
    from inroad.store.suppression import list_rules

    rules = open_for(use_settings()).call(list_rules)
    told = [{**rule, "made_at": rule["made_at"].isoformat()} for rule in rules]
    if as_json:
        print_json(told)
    elif not told:
        say("Nobody is on the do-not-contact list.")
    else:
        rows = [[rule["kind"], rule["value"], rule["made_at"][:10], rule["made_by"], rule["reason"] or ""] for rule in told]
        say_columns([["Kind", "Value", "Since", "By", "Reason"], *rows])


def _lift(kind: str, rule: str, *, as_json: bool) -> None:
    from inroad.store.suppression import lift

    if not open_for(use_settings()).call(lift, kind, rule, made_by=actor()):
        raise BadInput(f"No rule {kind} {rule} is on the do-not-contact list.", mend="`inroad suppress list` shows all.")
    if as_json:
        print_json({"kind": kind, "value": rule, "removed": True})
    else:
        say(f"{kind} {rule} is off the do-not-contact list; what it kept out comes back when its pages are read again.")


def checked_rule(kind: str, value: str) -> str:
    """A rule that means what its writer meant.

    Raises:
        BadInput: It is too long, hits everything, or is not what its kind says.
    """
    from inroad.crawl.urls import InvalidUrl, normalise_domain

    rule = stored_form(value)
    if kind == "domain":
        try:
            return normalise_domain(rule)
        except InvalidUrl as error:
            raise BadInput(str(error)) from error
    if kind == "hash" and not re.fullmatch(r"[0-9a-f]{64}", rule.lower()):
        raise BadInput("A hash is the SHA-256 of a value in lower case: 64 hexadecimal digits.")
    if kind == "pattern" and ("*" not in rule or rule.count("*") > MOST_STARS or len(rule.replace("*", "")) < SHORTEST):
        raise BadInput(
            f"A pattern holds 1 to {MOST_STARS} * and at least {SHORTEST} other characters.", mend="As in *@acme.example."
        )
    return rule


def stored_form(value: str) -> str:
    """A value as contacts hold it: no outer space, a written-out number as E.164.

    Raises:
        BadInput: It is too short to mean one person, or too long.
    """
    text = plain(value)
    if not SHORTEST <= len(text) <= LONGEST:
        raise BadInput(f"The value has {len(text)} characters; valid is {SHORTEST} to {LONGEST}.")
    if _PHONE.fullmatch(text):
        return "+" + re.sub(r"\D", "", text.replace("(0)", ""))
    return text.lower() if "@" in text else text


def erase(
    value: Annotated[str, typer.Argument(help="An e-mail address, a phone number as +49..., a profile's URL, or a full name.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Removes a person from everything stored, keeps them out, and prints a receipt."""
    from inroad.cli.erased_files import erase_from_files
    from inroad.cli.erased_folders import erase_from_folders
    from inroad.store.erased_records import mask_records
    from inroad.store.erasure import erase as erase_rows
    from inroad.store.opening import dagster_database_url

    wanted = stored_form(value)
    settings = use_settings()
    ask(f"Remove {wanted} from everything stored, for good?", yes=yes)
    receipt = open_for(settings).call(erase_rows, wanted, actor=actor(), still_holds=still_holds)
    assert receipt.pattern is not None
    records = mask_records(dagster_database_url(settings, create=False), receipt.forms)
    done = erase_from_files(receipt.files, receipt.pattern, files=settings.files)
    erase_from_folders(settings.home, receipt.pattern, done, spare_documents=receipt.is_owners)
    if as_json:
        told = {key: value for key, value in asdict(receipt).items() if key not in ("pattern", "forms", "is_owners")}
        print_json({**told, "records": records, "files": asdict(done)})
        return
    say(f"Removed: {receipt.contacts} contacts with {receipt.sources} proofs, {receipt.answers} cached model answers.")
    say(f"Masked: {receipt.contents} stored pages, {receipt.urls} addresses of pages, {receipt.texts} other rows.")
    say(f"Masked in Dagster's records: {records} rows.")
    for what, paths in (("Masked", done.masked), ("Deleted", done.removed), ("Could not be changed", done.failed)):
        for path in paths:
            say(f"{what}: {path}")
    say(f"Kept out from now on, by SHA-256: {', '.join(receipt.hashes)}.")
    if receipt.others:
        say(f"Stood with: {', '.join(receipt.others)}. `inroad erase` takes these too.")
    say("Copies that you made of files, and backups, are not touched: delete them yourself.")


def still_holds(html: str, url: str, values: Collection[str]) -> bool:
    """Whether a masked page still gives one of the values to our own extractor, in whatever way it is hidden."""
    from inroad.contacts import extract_contacts

    wanted = {value.lower() for value in values}
    found = extract_contacts(html, url=url)
    return any({contact.value.lower(), (contact.name or "").lower()} & wanted for contact in found)
