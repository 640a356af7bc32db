"""The floors of the house: who may import whom, and where SQL and Dagster may stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Each floor may import itself and the floors before it. Rooms of one floor do not import each other, but for what SHARED names.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("inroad.settings", "inroad.store", "inroad.guard"),
    ("inroad.crawl", "inroad.contacts", "inroad.postings", "inroad.cvs", "inroad.llm"),
    ("inroad.stages",),
    ("resources",),
    ("pipeline_defs",),  # partitions, policies and storage, which assets need to be declared; `definitions` is checked apart
    ("assets", "sensors"),
    ("inroad.cli",),
)
ASSEMBLY = ("pipeline_defs.definitions", "pipeline_defs.schedules")


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the project with its dotted name."""
    for top in ("inroad", "assets", "resources", "sensors", "pipeline_defs"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    """Dotted names that a module imports, wherever in it the import stands, but not under TYPE_CHECKING."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for statement in branch.body
        for node in ast.walk(statement)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def floor_of(name: str) -> int | None:
    """Number of the floor that a module stands on; None for what is on none (the package's own root, other libraries)."""
    for number, rooms in enumerate(FLOORS):
        if any(name == room or name.startswith(room + ".") for room in rooms):
            return number
    return None


def test_the_guard_sees_the_files() -> None:
    """A structure test over an empty list is green for ever."""
    seen = dict(modules())
    assert len(seen) > 80
    for name in (
        "inroad.store.models",
        "inroad.stages.sitemaps",
        "assets.discovery",
        "pipeline_defs.definitions",
        "inroad.cli.running",
    ):
        assert name in seen
    assert "dagster" in imports(seen["assets.discovery"])
    assert "inroad.store.claims" in imports(seen["inroad.stages.sitemaps"])


def test_nothing_in_the_core_but_the_command_imports_dagster() -> None:
    """The core must stay callable from a notebook, a test or a shell, and start in a tenth of the time."""
    wrong = [
        name
        for name, path in modules()
        if name.startswith("inroad.")
        and not name.startswith("inroad.cli")
        and any(i.split(".")[0] == "dagster" for i in imports(path))
    ]
    assert wrong == []


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_floors_import_only_downwards(floor: int) -> None:
    """An upward import makes the lower room impossible to test or to use alone."""
    wrong = []
    for name, path in modules():
        if floor_of(name) != floor or name in ASSEMBLY or name == "pipeline_defs":
            continue
        for imported in imports(path):
            other = floor_of(imported)
            if other is not None and other > floor:
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


def test_only_the_store_writes_sql() -> None:
    """SQL in other rooms goes stale when a migration changes the tables; Dagster's own storage is Dagster's tables."""
    wrong = []
    for name, path in modules():
        if name.startswith(("inroad.store", "pipeline_defs")):
            continue
        for imported in imports(path):
            if imported.split(".")[0] in ("psycopg", "psycopg2", "alembic"):
                wrong.append(f"{name} imports {imported}")
            if imported.startswith("sqlalchemy.") and imported not in ALLOWED_SQLALCHEMY:
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


# Types alone: a session is what a query function takes, a connection what a lock is held by.
ALLOWED_SQLALCHEMY = {"sqlalchemy.orm", "sqlalchemy.orm.Session", "sqlalchemy.Connection"}
