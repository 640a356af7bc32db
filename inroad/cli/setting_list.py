"""Every setting as a person reads it: for `inroad.toml`, docs/settings.md and the doctor. Generated from `Settings` alone.

`python -m inroad.cli.setting_list` prints the table of docs/settings.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from inroad.settings import PREFIX, Settings


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: Its name in `inroad.toml`.
        variable: Its environment variable.
        description: What it means, with its unit.
        default: Its default as TOML, None where it has none.
        shown_default: The default for a person: the same on every machine.
        valid: What is valid, in words; empty where any text is.
        is_secret: A key, a password or a URL that may hold one.
    """

    name: str
    variable: str
    description: str
    default: str | None
    shown_default: str
    valid: str
    is_secret: bool


def all_settings() -> list[Setting]:
    """Every setting, in the order of `Settings`."""
    return [_setting(name, field) for name, field in Settings.model_fields.items()]


def _setting(name: str, field: FieldInfo) -> Setting:
    default = None if field.default is None else _as_toml(field.default)
    shown = "not set" if default is None else ".inroad in the checkout" if name == "home" else _shown(field.default)
    is_secret = SecretStr in get_args(field.annotation)
    return Setting(name, PREFIX + name.upper(), field.description or "", default, shown, _valid(field), is_secret)


def _as_toml(value: Any) -> str:
    if isinstance(value, tuple):
        return json.dumps(list(value))
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(value) or "empty"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _valid(field: FieldInfo) -> str:
    """The field's own checks in words."""
    if get_origin(field.annotation) is Literal:
        return " or ".join(map(str, get_args(field.annotation)))
    if field.annotation is bool:
        return "true or false"
    words: list[str] = []
    for check in field.metadata:
        words += [f"{sign} {value}" for kind, sign, value in _bounds(check) if isinstance(check, kind)]
    return " and ".join(words)


def _bounds(check: Any) -> list[tuple[type, str, str]]:
    def number(attribute: str) -> str:
        value = getattr(check, attribute, 0)
        return f"{value:,}" if isinstance(value, int) else f"{value:g}"

    return [
        (Ge, "at least", number("ge")),
        (Gt, "more than", number("gt")),
        (Le, "at most", number("le")),
        (Lt, "less than", number("lt")),
        (MinLen, "at least", number("min_length") + " characters"),
        (MaxLen, "at most", number("max_length") + " characters"),
    ]


def as_toml() -> str:
    """The commented `inroad.toml`: every setting with its meaning and default, none of them in force."""
    lines = [
        "# Inroad's settings. Take the # away from a line to set it; an environment variable wins over this file.",
        "# Secrets are better kept in the environment; if you write one here, keep this file to yourself and out of git.",
    ]
    for item in all_settings():
        valid = f" Valid: {item.valid}." if item.valid else ""
        secret = " Secret." if item.is_secret else ""
        value = '""' if item.default is None else item.default
        default = " No default." if item.default is None else ""
        lines += ["", f"# {item.description}{valid}{secret}{default} Environment: {item.variable}", f"# {item.name} = {value}"]
    return "\n".join(lines) + "\n"


def as_markdown() -> str:
    """The table of docs/settings.md."""
    lines = ["| `inroad.toml` | environment | default | valid | meaning |", "| --- | --- | --- | --- | --- |"]
    for item in all_settings():
        secret = " Secret." if item.is_secret else ""
        cells = (f"`{item.name}`", f"`{item.variable}`", item.shown_default, item.valid, item.description + secret)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_markdown(), end="")
