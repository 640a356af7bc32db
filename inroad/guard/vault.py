"""Secrets at rest: what is kept in the database and must not be readable there (sessions, headers, proxies of a domain).

Authenticated encryption with a key that lies outside the database: INROAD_SECRET_KEY, else a file in INROAD_HOME that only its
owner can read and that is made when the first secret is sealed. What does not belong here: what is sealed, and where it is kept.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from inroad.guard.errors import UserError
from inroad.settings import Settings, SettingsError

KEY_FILE: Final = "secret.key"
_MIN_KEY_CHARS: Final = 32
_MAX_KEY_FILE_BYTES: Final = 4_096


class SecretUnreadable(UserError):
    """A secret cannot be opened: the key is missing, readable by others, or another one than it was sealed with."""

    reason = "secret-unreadable"


class Vault:
    """Seals and opens secrets (Fernet: AES-128-CBC and HMAC-SHA256); the key is looked for at first use.

    Args:
        settings: `secret_key`, `home`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cipher: MultiFernet | None = None

    def seal(self, secret: bytes) -> bytes:
        """Encrypts.

        Raises:
            SettingsError: INROAD_SECRET_KEY is too short.
            SecretUnreadable: The key file cannot be read or made.
        """
        return self._opened(may_create=True).encrypt(secret)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypts what `seal` made, with any of the keys.

        Raises:
            SettingsError: INROAD_SECRET_KEY is too short.
            SecretUnreadable: Sealed with another key, or changed since.
        """
        try:
            return self._opened(may_create=False).decrypt(sealed)
        except InvalidToken:
            raise SecretUnreadable(
                "A stored secret was sealed with another key.",
                mend=f"Bring back the former INROAD_SECRET_KEY or {self._path}, or enter the secret again.",
            ) from None

    @property
    def _path(self) -> Path:
        return self._settings.home / KEY_FILE

    def _opened(self, *, may_create: bool) -> MultiFernet:
        if self._cipher is None:
            if self._settings.secret_key is not None:
                keys = [_derived(text) for text in self._settings.secret_key.get_secret_value().split(",") if text.strip()]
            else:
                keys = [self._from_file(may_create=may_create)]
            self._cipher = MultiFernet([Fernet(key) for key in keys])
        return self._cipher

    def _from_file(self, *, may_create: bool) -> bytes:
        path = self._path
        try:
            if may_create and not path.exists():
                _make_key_file(path)
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise SecretUnreadable(f"{path} can be read by others.", mend=f"Make it private: chmod 600 {path}")
            with path.open("rb") as file:
                key = file.read(_MAX_KEY_FILE_BYTES).strip()
            Fernet(key)
        except FileNotFoundError:
            raise SecretUnreadable(
                f"There is no key file {path} to open a stored secret with.",
                mend="Bring it back from a backup, set INROAD_SECRET_KEY, or enter the secret again.",
            ) from None
        except OSError as error:
            raise SecretUnreadable(f"{path} cannot be used: {error.strerror}.", mend="Check its owner and folder.") from error
        except ValueError:
            raise SecretUnreadable(f"{path} holds no key.", mend="Bring it back from a backup, or remove it.") from None
        return key


def _make_key_file(path: Path) -> None:
    """A new key, readable by its owner alone; of two processes that make one together, the first one's counts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # never over an existing key, and never half written
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _derived(text: str) -> bytes:
    """The key that a setting stands for; it is expected to be random, so one hash is enough.

    Raises:
        SettingsError: Shorter than a random key is.
    """
    value = text.strip().encode()
    if len(value) < _MIN_KEY_CHARS:
        raise SettingsError(
            f"INROAD_SECRET_KEY is shorter than {_MIN_KEY_CHARS} characters.", mend="Make one: openssl rand -base64 32"
        )
    return base64.urlsafe_b64encode(hashlib.sha256(b"inroad vault 1\0" + value).digest())
