"""`inroad profile`: the person the CVs are for, from a first file to the database."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from inroad.cli.context import open_for, use_settings
from inroad.cli.grouping import group
from inroad.cli.intake import BadInput
from inroad.cli.printing import Json, is_terminal, print_json, say, say_columns
from inroad.cli.questions import ask_for_profile

TEMPLATE = Path(__file__).with_name("profile_template.yaml")
profile = group("Makes, checks, imports and shows profiles: the person the CVs are for.")
File = Annotated[Path, typer.Argument(help="JSON Resume file, json or yaml.")]


@profile.command("make")
def make(
    file: File,
    template: Annotated[bool, typer.Option("--template", help="Write a commented template instead of asking.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Makes a profile: asks a few questions on a terminal, or writes a commented template."""
    if file.suffix.lower() not in (".yaml", ".yml", ".json"):
        raise BadInput(f"{file} is not named as a profile.", mend="End its name in .yaml or .json.")
    if file.exists() and not force:
        raise BadInput(f"{file} exists already.", mend="Name another file, or add --force to replace it.")
    is_asked = is_terminal() and not template
    if not is_asked and file.suffix.lower() == ".json":
        raise BadInput("A template with comments is YAML.", mend="End the file's name in .yaml.")
    text = _written(ask_for_profile(), file) if is_asked else TEMPLATE.read_text(encoding="utf-8")
    _save(file, text)
    say(f"Written to {file}.")
    say(f"Complete it in an editor, then `inroad profile validate {file}` and `inroad profile import {file}`.")


def _written(resume: dict[str, Any], file: Path) -> str:
    if file.suffix.lower() == ".json":
        return json.dumps(resume, ensure_ascii=False, indent=2) + "\n"
    import yaml

    return str(yaml.safe_dump(resume, sort_keys=False, allow_unicode=True, width=110))


def _save(file: Path, text: str) -> None:
    """Writes the file whole or not at all, readable by its owner alone."""
    temporary = file.with_name(f".{file.name}.part")
    try:
        temporary.touch(mode=0o600)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BadInput(f"{file} cannot be written: {error.strerror or error}.", mend="Name another file.") from error


@profile.command("validate")
def validate(file: File, as_json: Json = False) -> None:
    """Checks a profile against the schema and names every fault; exit status 1 when there is one."""
    from inroad.cvs.reading import read_document
    from inroad.cvs.schema import iter_faults

    document = read_document(file)
    faults = [{"place": place, "fault": fault, "mend": mend} for place, fault, mend in iter_faults(document)]
    facts = {} if faults else _fact_counts(document, str(file))
    if as_json:
        print_json({"file": str(file), "valid": not faults, "faults": faults, "facts": facts})
    elif faults:
        for item in faults:
            say(f"{item['place']}: {item['fault']}. {item['mend']}")
        say(f"{file} has {len(faults)} faults.")
    else:
        say(f"{file} is valid: {_listed(facts)}.")
    if faults:
        raise typer.Exit(1)


def _fact_counts(document: dict[str, Any], name: str) -> dict[str, int]:
    from inroad.cvs import Profile

    return dict(Counter(fact.kind for fact in Profile.from_resume(document, name=name).facts.values()))


def _listed(facts: dict[str, int]) -> str:
    return f"{sum(facts.values())} facts ({', '.join(f'{count} {kind}' for kind, count in facts.items())})"


@profile.command("import")
def import_(
    file: File,
    name: Annotated[str | None, typer.Option("--name", help="Name of the profile; by default the file's.")] = None,
    default: Annotated[bool, typer.Option("--default/--no-default", help="Whether CVs are written for this one.")] = True,
    as_json: Json = False,
) -> None:
    """Stores a profile; the same file again changes nothing."""
    from inroad.cvs import Profile
    from inroad.store.profiles import save_profile

    loaded = Profile.load(file)
    chosen = (name or file.stem).strip()
    if not 0 < len(chosen) <= 100:
        raise BadInput("A profile's name has 1 to 100 characters.", mend="Give another with --name.")
    facts = [{"fact_id": fact.id, "kind": fact.kind, "path": fact.path, "text": fact.text} for fact in loaded.facts.values()]
    changed = open_for(use_settings()).call(save_profile, chosen, loaded.to_resume(), facts, is_default=default)
    if as_json:
        print_json({"name": chosen, "changed": changed, "facts": len(facts)})
        return
    say(f"Profile {chosen}: {len(facts)} facts stored." if changed else f"Profile {chosen} was stored already; nothing changed.")


@profile.command("list")
def list_(as_json: Json = False) -> None:
    """Lists the stored profiles."""
    from inroad.store.profiles import list_profiles

    rows = [_entry(row) for row in open_for(use_settings()).call(list_profiles)]
    if as_json:
        print_json(rows)
        return
    if not rows:
        say("No profile is stored: `inroad profile import FILE` stores one.")
    say_columns(
        [
            [row["name"], row["person"] or "", "default" if row["is_default"] else "", f"{row['updated_at']:%Y-%m-%d %H:%M}"]
            for row in rows
        ]
    )


def _entry(row: Any) -> dict[str, Any]:
    person = (row.resume.get("basics") or {}).get("name")
    return {"name": row.name, "person": person, "is_default": row.is_default, "updated_at": row.updated_at}


@profile.command("show")
def show(
    name: Annotated[str | None, typer.Argument(help="Name of the profile; the default one without it.")] = None,
    as_json: Json = False,
) -> None:
    """Shows a stored profile as YAML, or as JSON Resume with --json."""
    from inroad.store.profiles import get_profile, list_profiles

    database = open_for(use_settings())
    row = database.call(get_profile, name)
    if row is None:
        known = ", ".join(item.name for item in database.call(list_profiles))
        which = f"called {name!r}" if name else "that is the default"
        raise BadInput(
            f"There is no profile {which}.",
            mend=f"Stored are: {known}." if known else "Store one with `inroad profile import FILE`.",
        )
    if as_json:
        print_json(row.resume)
        return
    import yaml

    print(yaml.safe_dump(row.resume, sort_keys=False, allow_unicode=True, width=110), end="")
