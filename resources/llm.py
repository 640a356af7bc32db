"""The language model at an OpenAI-compatible endpoint; without a key there is none and everything is done by rules."""

from __future__ import annotations

from dagster import ConfigurableResource
from pydantic import Field

from inroad.cvs import Writer
from inroad.guard import Scope
from inroad.llm.people import open_people_finder
from inroad.llm.writer import open_cv_writer
from inroad.settings import Settings
from inroad.stages.work import FindPeople
from inroad.store import Database


class LlmResource(ConfigurableResource[Writer]):
    """Opens model-backed writers, each call within its budget."""

    is_enabled: bool = Field(True, description="False writes by rules even where a key is set.")

    def open_writer(self, settings: Settings, database: Database, scope: Scope) -> Writer | None:
        """The writer for one CV, None without a key."""
        return open_cv_writer(settings, database, scope) if self.is_enabled else None

    def open_people(self, settings: Settings, database: Database, scope: Scope) -> FindPeople | None:
        """What finds people on a page, None without a key."""
        return open_people_finder(settings, database, scope) if self.is_enabled else None
