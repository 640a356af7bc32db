"""Secrets at rest: nobody reads them without the key, and the key is nobody else's."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inroad.guard.vault import KEY_FILE, SecretUnreadable, Vault
from inroad.settings import SettingsError, load_settings

ONE, TWO = "a" * 40, "b" * 40


def vault(home: Path, key: str | None = None) -> Vault:
    return Vault(load_settings(home=home, secret_key=key))


def test_a_secret_does_not_open_with_another_key(tmp_path: Path) -> None:
    """Otherwise a stolen database would be enough."""
    sealed = vault(tmp_path, ONE).seal(b"cookie")
    assert b"cookie" not in sealed
    with pytest.raises(SecretUnreadable, match="another key"):
        vault(tmp_path, TWO).unseal(sealed)


def test_a_changed_secret_is_refused(tmp_path: Path) -> None:
    """Otherwise whoever can write to the database could choose what we send."""
    sealed = vault(tmp_path, ONE).seal(b"cookie")
    with pytest.raises(SecretUnreadable):
        vault(tmp_path, ONE).unseal(sealed[:-4] + b"AAAA")


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Otherwise every user of the machine could open the sessions."""
    vault(tmp_path).seal(b"cookie")
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(SecretUnreadable, match="chmod 600"):
        vault(tmp_path).seal(b"cookie")


def test_a_missing_key_file_is_not_made_anew_to_open_something(tmp_path: Path) -> None:
    """Otherwise a lost key would look like a broken database."""
    sealed = vault(tmp_path).seal(b"cookie")
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(SecretUnreadable, match="no key file"):
        vault(tmp_path).unseal(sealed)
    assert not (tmp_path / KEY_FILE).exists()


def test_a_short_key_is_the_persons_mistake_and_is_not_repeated(tmp_path: Path) -> None:
    """Otherwise a guessable word would pass for a key, or the error would print it."""
    with pytest.raises(SettingsError, match="INROAD_SECRET_KEY") as caught:
        vault(tmp_path, "hunter2").seal(b"cookie")
    assert "hunter2" not in str(caught.value)


def test_a_key_file_that_holds_no_key_is_named(tmp_path: Path) -> None:
    """Otherwise an empty file would end in a stack trace."""
    (tmp_path / KEY_FILE).touch(mode=0o600)
    with pytest.raises(SecretUnreadable, match="holds no key"):
        vault(tmp_path).seal(b"cookie")


def test_the_key_file_is_private_and_shared_by_processes_that_start_together(tmp_path: Path) -> None:
    """Otherwise one of two processes would seal with a key that nobody has any more."""
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda number: vault(tmp_path / "home").seal(b"%d" % number), range(16)))
    assert [vault(tmp_path / "home").unseal(item) for item in sealed] == [b"%d" % number for number in range(16)]
    assert stat.S_IMODE((tmp_path / "home" / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == [KEY_FILE]


def test_a_key_can_be_changed_without_losing_what_was_sealed(tmp_path: Path) -> None:
    """Otherwise a leaked key could never be replaced."""
    old = vault(tmp_path, ONE).seal(b"cookie")
    both = vault(tmp_path, f"{TWO}, {ONE}")
    assert both.unseal(old) == b"cookie"
    assert vault(tmp_path, TWO).unseal(both.seal(b"cookie")) == b"cookie"
