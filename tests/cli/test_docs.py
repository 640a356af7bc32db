"""The pages that people read when something goes wrong: complete, and true to the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from inroad.cli.commands import COMMANDS
from inroad.cli.setting_list import all_settings
from inroad.settings import PREFIX
from tests.cli.conftest import ROOT

SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
# Functions whose first argument, and whose second, is a reason.
FIRST, SECOND = ("permanent", "transient", "make"), ("_verdict",)
# Given as the reason of something else than an error: a rule's, a decision's.
OTHERS = {"erased"}
# Put together at run time: a refusal by a product that we cannot name.
COMPOSED = {"blocked-denied", "unknown-template", "unknown-paper"}


def reasons_of(tree: ast.AST) -> Iterator[ast.expr]:
    """Expressions that give an error its reason."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                if isinstance(line, ast.Assign) and any(getattr(target, "id", "") == "reason" for target in line.targets):
                    yield line.value
        elif isinstance(node, ast.Call):
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "reason")
            name = getattr(node.func, "id", "")
            yield from node.args[:1] if name in FIRST else node.args[1:2] if name in SECOND else ()
        elif isinstance(node, ast.FunctionDef) and node.name == "describe_error":
            yield from (
                line.value.elts[0]
                for line in ast.walk(node)
                if isinstance(line, ast.Return) and isinstance(line.value, ast.Tuple)
            )
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "_MENDS" and isinstance(node.value, ast.Dict):
            yield from (key for key in node.value.keys if key is not None)
        elif isinstance(node, ast.Dict):
            yield from (v for k, v in zip(node.keys, node.values, strict=True) if getattr(k, "value", "") == "error_reason")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("blocked-"):
            yield node


def slugs_of(value: ast.expr) -> Iterator[str]:
    """The slugs that an expression may come to."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and SLUG.fullmatch(value.value):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from slugs_of(value.body)
        yield from slugs_of(value.orelse)
    elif isinstance(value, ast.Call):  # case((spent, "worker-lost"), else_=...)
        for argument in value.args:
            yield from (slug for part in ast.walk(argument) if isinstance(part, ast.Constant) for slug in slugs_of(part))


def all_reasons() -> dict[str, str]:
    """Every reason in the code, with a file that gives it."""
    found: dict[str, str] = {}
    for room in ("inroad", "assets", "resources", "sensors", "pipeline_defs"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for value in reasons_of(ast.parse(path.read_text(encoding="utf-8"))):
                found |= dict.fromkeys(slugs_of(value), str(path.relative_to(ROOT)))
    return {slug: path for slug, path in found.items() if slug not in OTHERS}


def documented() -> set[str]:
    """Reasons that have a row in the tables."""
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    first_cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    return set(re.findall(r"`([a-z0-9-]+)`", " ".join(first_cells)))


def test_the_collector_sees_reasons_of_every_form() -> None:
    """A test over an empty list is green for ever."""
    seen = all_reasons()
    assert len(seen) > 90
    for slug in ("not-a-sitemap", "not-a-domain", "timeout", "http-4xx", "worker-lost", "bug", "blocked-cloudflare", "soft-404"):
        assert slug in seen


def test_every_reason_is_documented_with_its_mend() -> None:
    """A person who meets a slug on a row looks it up here."""
    missing = {slug: path for slug, path in all_reasons().items() if slug not in documented()}
    assert missing == {}


def test_no_reason_is_documented_that_does_not_exist() -> None:
    """A table that is longer than the truth hides what changed."""
    assert sorted(documented() - set(all_reasons()) - COMPOSED) == []


def test_the_pages_name_only_commands_and_settings_that_exist() -> None:
    """A page that names a command of last year is worse than none."""
    known = {item.variable for item in all_settings()} | {PREFIX + "CONFIG"}
    pages = [path for path in (ROOT / "docs").glob("*.md") if path.name in PAGES]
    assert len(pages) == len(PAGES)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        commands = set(re.findall(r"(?:`|^|\n)inroad ([a-z-]+)", text))
        assert commands <= set(COMMANDS), page.name
        assert set(re.findall(r"INROAD_[A-Z_]+[A-Z]", text)) <= known, page.name


PAGES = ("user-guide.md", "troubleshooting.md", "settings.md", "privacy.md")


def test_the_user_guide_shows_every_command() -> None:
    """A command that the guide does not mention is not found."""
    guide = Path(ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"inroad {name}" not in guide] == []
