"""The installed Chromium, for pages that are empty without scripts."""

from __future__ import annotations

from typing import Literal

from dagster import ConfigurableResource
from pydantic import Field

from inroad.settings import Settings


class BrowserResource(ConfigurableResource[None]):
    """Says whether the web client may start a browser; the client starts it when a page needs it, and closes it."""

    is_enabled: bool = Field(True, description="False never starts one, even where INROAD_BROWSER allows it.")

    def mode(self, settings: Settings) -> Literal["auto", "off"]:
        """For the web client."""
        return settings.browser if self.is_enabled else "off"
