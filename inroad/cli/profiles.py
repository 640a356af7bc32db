"""`inroad profile`: the person the CVs are for, from a first file to the database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
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
    file: Annotated[Path, typer.Argument(help="JSON Resume or RenderCV file (json, yaml); PDF and DOCX become a draft.")],
    name: Annotated[str | None, typer.Option("--name", help="Name of the profile; by default the file's.")] = None,
    default: Annotated[bool, typer.Option("--default/--no-default", help="Whether CVs are written for this one.")] = True,
    as_json: Json = False,
) -> None:
    """Stores a profile; the same file again changes nothing. A PDF or DOCX becomes a draft to confirm."""
    from inroad.cvs.importing import Draft, from_rendercv, is_rendercv, read_draft, read_lines
    from inroad.cvs.reading import read_document

    chosen = _name(name or file.stem)
    if file.suffix.lower() in (".pdf", ".docx"):
        _keep_draft(chosen, read_draft(read_lines(file)), file, as_json=as_json)
        return
    document = read_document(file)
    draft = from_rendercv(document) if is_rendercv(document) else Draft(document, ())
    _keep(chosen, draft.resume, str(file), unread=draft.unread, default=default, as_json=as_json)


def _name(text: str) -> str:
    chosen = text.strip()
    if not 0 < len(chosen) <= 100:
        raise BadInput("A profile's name has 1 to 100 characters.", mend="Give another with --name.")
    return chosen


def _keep(chosen: str, resume: dict[str, Any], source: str, *, unread: Sequence[str] = (), default: bool, as_json: bool) -> None:
    from inroad.cvs import Profile
    from inroad.store.profiles import save_profile

    loaded = Profile.from_resume(resume, name=source)
    facts = [{"fact_id": fact.id, "kind": fact.kind, "path": fact.path, "text": fact.text} for fact in loaded.facts.values()]
    changed = open_for(use_settings()).call(save_profile, chosen, loaded.to_resume(), facts, is_default=default)
    if as_json:
        print_json({"name": chosen, "changed": changed, "facts": len(facts)} | ({"unread": list(unread)} if unread else {}))
        return
    say(f"Profile {chosen}: {len(facts)} facts stored." if changed else f"Profile {chosen} was stored already; nothing changed.")
    _say_unread(unread)


def _keep_draft(chosen: str, draft: Any, file: Path, *, as_json: bool) -> None:
    from inroad.store.profiles import save_draft

    open_for(use_settings()).call(save_draft, chosen, draft.resume, draft.unread, source=file.name)
    if as_json:
        print_json({"name": chosen, "draft": draft.resume, "unread": list(draft.unread)})
        return
    counts = ", ".join(f"{len(rows)} {section}" for section, rows in draft.resume.items() if isinstance(rows, list))
    say(f"Draft {chosen}, read from {file.name}: {counts or 'no section'}. Nothing is used until you confirm it.")
    _say_unread(draft.unread)
    say(f"Read it with `inroad profile draft {chosen}`, mend it in a file, then `inroad profile confirm {chosen} FILE`.")


def _say_unread(unread: Sequence[str]) -> None:
    if unread:
        say(f"{len(unread)} lines have no place in it:")
    for line in unread[:50]:
        say(f"  {line}")


@profile.command("draft")
def draft(
    name: Annotated[str | None, typer.Argument(help="Name of the draft; lists all without one.")] = None, as_json: Json = False
) -> None:
    """Shows a draft that was read from a PDF or DOCX, as YAML to mend, with the lines that were not understood."""
    from inroad.store.profiles import get_draft, list_drafts

    database = open_for(use_settings())
    if name is None:
        say_columns([[row.name, row.source, f"{row.updated_at:%Y-%m-%d %H:%M}"] for row in database.call(list_drafts)])
        return
    row = database.call(get_draft, name)
    if row is None:
        raise BadInput(f"There is no draft {name!r}.", mend="`inroad profile draft` lists them.")
    if as_json:
        print_json({"name": row.name, "source": row.source, "draft": row.resume, "unread": row.unread})
        return
    import yaml

    print(yaml.safe_dump(row.resume, sort_keys=False, allow_unicode=True, width=110), end="")
    for line in row.unread:
        print(f"# not understood: {line}")


@profile.command("confirm")
def confirm(
    name: Annotated[str, typer.Argument(help="Name of the draft.")],
    file: Annotated[Path | None, typer.Argument(help="The mended draft, json or yaml; without it the draft as it is.")] = None,
    default: Annotated[bool, typer.Option("--default/--no-default", help="Whether CVs are written for this one.")] = True,
    as_json: Json = False,
) -> None:
    """Makes a profile of a draft, mended or as it is; from then on CVs may rest on it."""
    from inroad.cvs.reading import read_document
    from inroad.store.profiles import drop_draft, get_draft

    database = open_for(use_settings())
    row = database.call(get_draft, name)
    if row is None:
        raise BadInput(f"There is no draft {name!r}.", mend="`inroad profile draft` lists them.")
    _keep(name, read_document(file) if file else row.resume, str(file or name), default=default, as_json=as_json)
    database.call(drop_draft, name)


@profile.command("default")
def default_(name: Annotated[str, typer.Argument(help="Name of a stored profile.")]) -> None:
    """Makes a stored profile the one that CVs are written for."""
    from inroad.store.profiles import set_default

    if not open_for(use_settings()).call(set_default, name):
        raise BadInput(f"There is no profile {name!r}.", mend="`inroad profile list` shows those that are.")
    say(f"CVs are written for {name} from now on.")


@profile.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="File to write, json or yaml.")],
    name: Annotated[str | None, typer.Option("--name", help="Name of the profile; the default one without it.")] = None,
    rendercv: Annotated[bool, typer.Option("--rendercv", help="Write RenderCV's YAML instead of a JSON Resume.")] = False,
) -> None:
    """Writes a stored profile to a file: JSON Resume, or RenderCV's YAML."""
    from inroad.cvs.importing import to_rendercv

    row = _stored(name)
    if rendercv and file.suffix.lower() == ".json":
        raise BadInput("RenderCV reads YAML.", mend="End the file's name in .yaml.")
    _save(file, _written(to_rendercv(row.resume) if rendercv else row.resume, file))
    say(f"Profile {row.name} is written to {file}.")


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
    row = _stored(name)
    if as_json:
        print_json(row.resume)
        return
    import yaml

    print(yaml.safe_dump(row.resume, sort_keys=False, allow_unicode=True, width=110), end="")


def _stored(name: str | None) -> Any:
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
    return row
