"""What every command needs first: settings with the command's own options in them, and the open database.

Options become environment variables of this process, so that Dagster's definitions and child processes see the same settings.
"""

from __future__ import annotations

import os
from typing import Any

from inroad.settings import PREFIX, Settings, get_settings, load_settings
from inroad.store import Database, open_database


def use_settings(**options: Any) -> Settings:
    """Reads the settings with a command's options over them, and hands them to everything that this process starts.

    Raises:
        SettingsError: Names the variable, the fault and what is valid.
    """
    settings = load_settings(**options)
    given = settings.environ()
    for name, value in options.items():
        key = PREFIX + name.upper()
        if value is not None and key in given:
            os.environ[key] = given[key]
    get_settings.cache_clear()
    return settings


def open_for(settings: Settings) -> Database:
    """Opens the database for a command; the embedded server stops with the last command that uses it."""
    return open_database(settings, stop_at_exit=True)
