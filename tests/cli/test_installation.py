"""`inroad doctor`, `stop`, `reset` and `budget`: the installation itself."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from inroad.cli import examinations, resetting
from inroad.cli.stopping import users_of
from inroad.settings import Settings, load_settings
from inroad.store import Database, embedded
from inroad.store.claims import Worker
from inroad.store.locks import hold_lock
from tests.cli.conftest import Inroad, make_domain, start


def by_name(checks: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """The doctor's lines by what they are about."""
    out: dict[str, list[dict[str, str]]] = {}
    for check in checks:
        out.setdefault(check["name"], []).append(check)
    return out


def test_the_doctor_fails_on_a_wrong_setting_and_goes_on_looking(inroad: Inroad, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor is called when something is wrong: that must not be what stops it."""
    monkeypatch.setenv("INROAD_RETRIES", "many")
    outcome = inroad("doctor", "--json")
    assert outcome.code == 1
    found = by_name(outcome.json)
    assert found["settings"][0]["status"] == "error"
    assert "INROAD_RETRIES" in found["settings"][0]["text"]
    assert found["Python"][0]["status"] == "ok"


def test_the_doctor_names_a_mistyped_variable_and_the_right_one(inroad: Inroad, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped limit is silently no limit."""
    monkeypatch.setenv("INROAD_USERAGENT", "Us/1.0")
    warning = by_name(inroad("doctor", "--json").json)["settings"][1]
    assert warning["status"] == "warning"
    assert "INROAD_USERAGENT" in warning["text"]
    assert "INROAD_USER_AGENT" in warning["mend"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "None is configured; everything works by rules."),
        ({"INROAD_LLM_BASE_URL": "http://127.0.0.1:11434/v1"}, "llama3 at 127.0.0.1, asked without a key."),
        ({"INROAD_LLM_BASE_URL": "https://api.example/v1", "INROAD_LLM_API_KEY": "sk-secret"}, "llama3 at api.example."),
        ({"INROAD_LLM_REPLAY": "/no/tape"}, "No model is asked: answers are replayed from /no/tape."),
    ],
)
def test_the_doctor_says_which_model_is_asked(
    inroad: Inroad, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    """It said of a local server that no model is used, while every page went there."""
    for name, value in {"INROAD_LLM_MODEL": "llama3", **settings}.items():
        monkeypatch.setenv(name, value)
    (found,) = by_name(inroad("doctor", "--json").json)["model"]
    assert (found["status"], found["text"]) == ("ok", said)


def test_the_doctor_tells_which_keys_are_set_and_never_their_values(inroad: Inroad, monkeypatch: pytest.MonkeyPatch) -> None:
    """People paste what the doctor says into issues."""
    monkeypatch.setenv("INROAD_LLM_API_KEY", "sk-very-secret")
    monkeypatch.setenv("INROAD_PROXY", "http://jo:hunter2@proxy.example:8080")
    for outcome in (inroad("doctor"), inroad("doctor", "--json")):
        assert "INROAD_LLM_API_KEY" in outcome.out
        assert "sk-very-secret" not in outcome.out
        assert "hunter2" not in outcome.out


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("api.example.com/v1", "error"),
        ("ftp://api.example.com/v1", "error"),
        ("https://me:pass@api.example.com/v1", "error"),
        ("https://api.example.com/v1/chat/completions", "error"),
        ("http://api.example.com/v1", "warning"),
        ("http://127.0.0.1:8080/v1", "ok"),
        ("https://api.example.com/v1", "ok"),
    ],
)
def test_the_doctor_looks_at_the_shape_of_the_endpoint(url: str, status: str) -> None:
    """A wrong base URL otherwise shows only as a 404 in the middle of a run."""
    settings = load_settings(llm_base_url=url, llm_api_key="sk-1")
    assert [check.status for check in examinations.check_keys(settings)][1] == status


def test_the_doctor_reports_database_schema_and_ports(inroad: Inroad, monkeypatch: pytest.MonkeyPatch) -> None:
    """These three are what most starts fail on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("INROAD_DAGSTER_PORT", str(taken.getsockname()[1]))
        outcome = inroad("doctor", "--json")
    found = by_name(outcome.json)
    assert found["PostgreSQL"][0]["status"] == "ok"
    assert found["schema"][0]["status"] == "ok"
    assert found["ports"][0]["status"] == "warning"
    assert "INROAD_DAGSTER_PORT" in found["ports"][0]["mend"]
    assert outcome.code == 0


def test_the_doctor_refuses_a_newer_schema(inroad: Inroad, database: Database) -> None:
    """Working on tables that a newer Inroad made would spoil them."""
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    outcome = inroad("doctor", "--json")
    assert by_name(outcome.json)["schema"][0]["status"] == "error"
    assert outcome.code == 1


def test_the_doctor_names_an_unreachable_server(inroad: Inroad, monkeypatch: pytest.MonkeyPatch) -> None:
    """One error among the lines, and the other lines with it."""
    monkeypatch.setenv("INROAD_DATABASE_URL", "postgresql://jo:s3cret@127.0.0.1:1/none")
    outcome = inroad("doctor")
    assert outcome.code == 1
    assert "127.0.0.1:1/none" in outcome.out
    assert "s3cret" not in outcome.out
    assert "keys" in outcome.out


def disk(free: int) -> Callable[[object], object]:
    """A disk with so many bytes free."""
    return lambda _: type("Usage", (), {"free": free})()


@pytest.mark.parametrize(("free", "status"), [(10_000, "error"), (1_000_000_000, "warning"), (50_000_000_000, "ok")])
def test_the_doctor_looks_at_the_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, status: str) -> None:
    """PostgreSQL stops on a full disk."""
    monkeypatch.setattr(examinations.shutil, "disk_usage", disk(free))
    assert [check.status for check in examinations.check_home(settings) if check.name == "disk"] == [status]


def test_a_home_that_anybody_may_write_to_is_named(settings: Settings) -> None:
    """Whoever can change the files there can change the CVs."""
    settings.home.mkdir(parents=True)
    settings.home.chmod(0o777)
    assert next(examinations.check_home(settings)).status == "warning"
    settings.home.chmod(0o755)
    assert next(examinations.check_home(settings)).status == "ok"


def test_a_budget_without_a_limit_or_with_a_wrong_one_is_refused(inroad: Inroad) -> None:
    """A budget that was not set must not look as if it were."""
    assert "--tokens" in inroad("budget", "set", "all").err
    assert inroad("budget", "set", "all", "--usd", "-1").code == 1
    assert "month" in inroad("budget", "set", "all", "--usd", "1", "--period", "year").err
    assert inroad("budget", "remove", "all", "--unit", "usd").code == 1
    assert inroad("budget", "show", "--json").json == []


def test_budgets_are_set_shown_and_removed(inroad: Inroad) -> None:
    """What is set is what holds."""
    assert inroad("budget", "set", "all", "--usd", "5", "--tokens", "1000", "--period", "month").code == 0
    assert inroad("budget", "set", "domain:Acme.example", "--credits", "10", "--soft").code == 0
    shown = inroad("budget", "show", "--json").json
    assert [(row["scope"], row["period"], row["unit"], row["limit"], row["is_soft"]) for row in shown] == [
        ("all", "month", "tokens", 1000.0, False),
        ("all", "month", "usd", 5.0, False),
        ("domain:acme.example", "total", "credits", 10.0, True),
    ]
    assert "soft" in inroad("budget", "show").out
    assert inroad("budget", "remove", "all", "--unit", "usd", "--period", "month").code == 0
    assert len(inroad("budget", "show", "--json").json) == 2


def test_resetting_needs_a_yes(inroad: Inroad, database: Database, tmp_path: Path) -> None:
    """The list of what would go comes first, and nothing goes without a yes."""
    files = tmp_path / "home" / "files"
    files.mkdir(parents=True)
    (files / "cv.pdf").write_bytes(b"x" * 2_500_000)
    make_domain(database)
    outcome = inroad("reset")
    assert outcome.code == 1
    assert "--yes" in outcome.err
    assert str(files) in outcome.out
    assert "2.5 MB" in outcome.out
    assert files.is_dir()
    assert inroad("status", "acme.example").code == 0


def test_resetting_drops_our_tables_and_folders_and_nothing_else(inroad: Inroad, database: Database, tmp_path: Path) -> None:
    """INROAD_HOME may be a folder that holds other things, and the database may hold another program's tables."""
    home = tmp_path / "home"
    for part in ("files", "logs", "dagster", "letters"):
        (home / part).mkdir(parents=True)
    (home / "secret.key").write_text("k")
    (tmp_path / "elsewhere").mkdir()
    (home / "demo").mkdir()
    (home / "demo" / "logs").symlink_to(tmp_path / "elsewhere")
    make_domain(database)
    with database.begin() as session:
        session.execute(text("CREATE TABLE not_ours (id int)"))
    assert inroad("reset", "--yes").code == 0
    assert sorted(path.name for path in home.iterdir()) == ["demo", "letters"]
    assert list((home / "demo").iterdir()) == []
    assert (tmp_path / "elsewhere").is_dir()
    with database.begin() as session:
        tables = session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    assert tables == ["not_ours"]
    assert inroad("status").code == 0, "the next command makes the tables anew"


def test_resetting_is_refused_while_somebody_works(inroad: Inroad, database: Database) -> None:
    """A worker whose tables vanish loses what it holds."""
    make_domain(database)
    with Worker(database):
        outcome = inroad("reset", "--yes")
        assert outcome.code == 1
        assert "workers" in outcome.err
    with hold_lock(database, "inroad up") as held:
        assert held is not None
        assert "inroad up" in inroad("reset", "--yes").err
    assert inroad("status", "acme.example").code == 0


@pytest.fixture
def own_server(inroad: Inroad, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Settings]:
    """An embedded server of the test's own, running."""
    monkeypatch.delenv("INROAD_DATABASE_URL")
    for folder in (tmp_path, tmp_path.parent):
        folder.chmod(0o755)
    settings = load_settings()
    embedded.ensure_running(settings)
    embedded._nobody_else(embedded.describe(settings))  # this process is no user of it: the command is
    yield settings
    embedded.stop(settings)


def test_stopping_what_does_not_run_is_no_error(inroad: Inroad) -> None:
    """Scripts stop what may not run."""
    assert inroad("stop").code == 0


def test_stop_is_refused_while_another_uses_the_server(inroad: Inroad, own_server: Settings) -> None:
    """The message names who: a person would otherwise stop the wrong thing."""
    code = "import sys; sys.stdin.close(); from inroad.store import embedded; from inroad.settings import load_settings; "
    code += "embedded.ensure_running(load_settings()); print('ready', flush=True); import time; time.sleep(60)"

    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as user:
        try:
            assert user.stdout is not None
            assert user.stdout.readline() == "ready\n"
            refused = inroad("stop")
            assert refused.code == 1
            assert str(user.pid) in refused.err
            assert inroad("reset", "--yes").code == 1
            assert embedded.describe(own_server).pid() is not None
        finally:
            user.kill()
    assert users_of(embedded.describe(own_server)) == []
    outcome = inroad("stop", "--json")
    assert outcome.json["stopped"] is True
    assert embedded.describe(own_server).pid() is None


def test_resetting_takes_the_embedded_server_and_its_data(inroad: Inroad, own_server: Settings) -> None:
    """After a reset the next start must find an empty house."""
    server = embedded.describe(own_server)
    assert (server.data / "PG_VERSION").exists()
    deleted = json.loads(inroad("reset", "--yes", "--json").out)["deleted"]
    assert str(own_server.home / "postgres") in deleted
    assert not server.data.exists()
    assert embedded.describe(own_server).pid() is None
    assert resetting.find_doomed(own_server) == []


def test_the_command_runs_as_a_program(tmp_path: Path) -> None:
    """Everything above calls it in this process; a person does not."""
    with start("stop", "--json", INROAD_HOME=str(tmp_path), INROAD_CONFIG=os.devnull) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, json.loads(out)["stopped"], err) == (0, False, "")
