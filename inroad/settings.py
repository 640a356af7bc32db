"""Every setting: its name, unit, default and environment variable.

A setting is read from the environment (`INROAD_` and its name in capitals), else from `inroad.toml` in the working folder (or
the file that `INROAD_CONFIG` names), else it has the default below. All are checked together at start. What does not belong
here: anything that changes while the program runs (that is a row of the database).
"""

from __future__ import annotations

import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from inroad.guard.errors import UserError

PREFIX = "INROAD_"
CHECKOUT = Path(__file__).resolve().parent.parent


class SettingsError(UserError):
    """A setting is missing or wrong; names the variable, the fault and what is valid."""

    reason = "bad-setting"


def _config_file() -> Path:
    return Path(os.environ.get(PREFIX + "CONFIG", "inroad.toml"))


class Fallback(BaseModel):
    """A model's endpoint that is asked when those before it fail."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    base_url: str = Field(pattern=r"^https?://")
    model: str = Field(min_length=1)
    api_key: SecretStr | None = None


class Settings(BaseSettings):
    """All settings of one installation; see each field's description."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    # where things are
    home: Path = Field(CHECKOUT / ".inroad", description="Folder for the embedded database and the files.")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL URL of the application's database; empty runs the embedded server."
    )
    dagster_database_url: SecretStr | None = Field(
        None, description="PostgreSQL URL of Dagster's database; default: same server, name + _dagster."
    )
    dagster_port: int = Field(3000, ge=1, le=65535, description="TCP port of the Dagster UI, on loopback.")
    secret_key: SecretStr | None = Field(
        None,
        description="What sessions, headers and proxies of a domain are encrypted with: 32 characters or more; several, comma "
        "separated, to change it (the first encrypts, all decrypt); default: a key file in the home folder.",
    )
    console_port: int = Field(8700, ge=1, le=65535, description="TCP port of the curation console, on loopback.")
    profile: Path | None = Field(
        None, description="JSON Resume file (json or yaml) of the person the CVs are for, or the name of a stored profile."
    )

    # how work is chosen and run
    curation: Literal["auto", "manual"] = Field(
        "auto", description="auto: rules select pages and postings; manual: a person does."
    )
    executor: Literal["local"] = Field("local", description="Where Dagster runs execute.")
    redis_url: SecretStr | None = Field(None, description="Redis URL of the distributed executor's broker.")
    partition_by: Literal["domain"] = Field("domain", description="What one Dagster partition holds.")
    refresh_after_hours: float = Field(
        24.0, gt=0, description="Hours after which a domain is due for another visit by the schedules."
    )

    # the web
    resolve: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="HOST:PORT:ADDRESS:PORT rules, comma separated; host * means all (as curl's --connect-to)."
    )
    ca_file: Path | None = Field(None, description="PEM file of a certificate authority to trust besides the system's.")
    user_agent: str = Field(
        "Inroad/0.1",
        min_length=1,
        max_length=200,
        description="Product token that robots.txt rules are matched on, sent to every site.",
    )
    contact_url: str | None = Field(
        None, description="Page or address where a site's owner can complain; sent with the User-Agent."
    )
    respect_robots: bool = Field(True, description="Obey robots.txt (RFC 9309).")
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Hosts, comma separated, that may resolve to private addresses."
    )
    proxy: SecretStr | None = Field(
        None, description="Proxy URL (http or socks5) for all requests to sites; several, comma separated, take turns."
    )
    browser: Literal["auto", "off"] = Field("auto", description="auto: use an installed Chromium for pages that need one.")
    mx_lookup: bool = Field(False, description="Ask the DNS whether the domain of each mailbox takes mail.")
    scraperapi_key: SecretStr | None = Field(None, description="ScraperAPI key; enables that strategy.")
    scraperapi_url: str = Field("https://api.scraperapi.com/", pattern=r"^https?://", description="URL of ScraperAPI.")
    firecrawl_key: SecretStr | None = Field(None, description="FireCrawl key; enables that strategy.")
    firecrawl_url: str = Field(
        "https://api.firecrawl.dev/", pattern=r"^https?://", description="URL of FireCrawl, or of one's own installation of it."
    )
    connect_timeout_s: float = Field(10.0, gt=0, le=120, description="Seconds to open a connection.")
    read_timeout_s: float = Field(15.0, gt=0, le=300, description="Seconds between two pieces of an answer.")
    request_timeout_s: float = Field(
        30.0, gt=0, le=600, description="Seconds for one request from start to end, redirects included."
    )
    domain_timeout_s: float = Field(300.0, gt=0, description="Seconds of work on one domain in one stage.")
    body_bytes: int = Field(10_000_000, ge=10_000, description="Bytes of one page, decompressed, that are read at most.")
    sitemap_bytes: int = Field(
        52_428_800, ge=10_000, description="Bytes of one sitemap, decompressed, that are read at most (sitemaps.org: 50 MiB)."
    )
    redirects: int = Field(5, ge=0, le=20, description="Redirects followed for one page.")
    fetch_concurrency: int = Field(32, ge=1, le=1000, description="Requests in flight in one process.")
    host_concurrency: int = Field(2, ge=1, le=64, description="Requests in flight to one host in one process.")
    host_interval_s: float = Field(
        0.25, ge=0, le=3600, description="Seconds between two requests to one host, all processes together."
    )
    retries: int = Field(3, ge=1, le=10, description="Attempts within one call before the failure goes to the row.")
    retry_timeout_s: float = Field(45.0, gt=0, description="Seconds after which a call is not attempted again.")

    # limits of the stages
    sitemaps_per_domain: int = Field(200, ge=1, description="Sitemap files read for one domain.")
    sitemap_depth: int = Field(4, ge=1, le=10, description="Levels of sitemap indexes followed.")
    urls_per_domain: int = Field(200_000, ge=1, description="Pages imported for one domain.")
    pages_per_domain: int = Field(12, ge=1, le=100_000, description="Pages that the rule selects for one domain.")
    match_score: float = Field(50.0, ge=0, le=100, description="Postings that score at least this are selected for a CV.")
    cvs_per_domain: int = Field(3, ge=0, description="CVs written for one domain without a person's selection.")
    cv_words: str = Field(
        "550-650", description="Fewest and most words of a CV, as in 550-650; within them the person's seniority decides."
    )
    cv_template: Literal["classic", "ats", "modern"] = Field(
        "classic", description="How PDF and DOCX look; ats is strictly one column."
    )
    cv_paper: Literal["a4", "letter"] = Field("a4", description="Paper of CVs and letters.")
    output_url: str | None = Field(
        None,
        description="Folder or fsspec URL (file://, s3://, gs://, ...) that CVs and letters are copied to whenever they change.",
    )
    max_attempts: int = Field(3, ge=1, le=20, description="Attempts at a row before it stays in Error.")
    lease_s: float = Field(300.0, gt=0, description="Seconds after which a claimed row may be claimed again.")
    queue_depth: int = Field(
        100_000, ge=1, description="Rows that may wait in the later stages before the sensors of earlier ones wait."
    )

    # Dagster
    pool_web: int = Field(4, ge=1, description="Runs that crawl at one time.")
    pool_browser: int = Field(1, ge=1, description="Runs that drive a browser at one time.")
    pool_llm: int = Field(2, ge=1, description="Runs that call a language model at one time.")

    # language model
    llm_base_url: str | None = Field(None, description="Base URL of an OpenAI-compatible endpoint.")
    llm_api_key: SecretStr | None = Field(None, description="Key for it; without one everything works by rules.")
    llm_model: str = Field("gpt-5-mini", min_length=1, description="Model name.")
    llm_timeout_s: float = Field(60.0, gt=0, description="Seconds for one model call.")
    llm_store_prompts: bool = Field(False, description="Keep prompts and answers in the ledger.")
    llm_when_refused: Literal["rules", "wait"] = Field(
        "rules", description="rules: what a budget refuses is done without the model; wait: the row stays queued until it allows."
    )
    llm_models: Annotated[tuple[tuple[str, str], ...], NoDecode] = Field(
        (), description="PURPOSE=MODEL, comma separated, where a purpose (cv, people) has a model of its own."
    )
    llm_fallbacks: tuple[Fallback, ...] = Field(
        (),
        max_length=8,
        description="Endpoints asked in their order when the first one fails: a JSON list of objects with base_url, model and, "
        "where it needs one, api_key.",
    )
    llm_prices: Annotated[tuple[tuple[str, str], ...], NoDecode] = Field(
        (),
        description="MODEL=INPUT/OUTPUT in US dollars for a million tokens, comma separated, for models that the price "
        "table does not know.",
    )
    llm_record: Path | None = Field(None, description="Folder in which every answer of the model is kept for llm_replay.")
    llm_replay: Path | None = Field(
        None, description="Folder of kept answers that are given instead of asking a model; needs no key and makes no call."
    )

    # tracing
    otlp_endpoint: str | None = Field(
        None, pattern=r"^https?://", description="URL of an OTLP/HTTP trace receiver, as in http://127.0.0.1:4318/v1/traces."
    )
    otlp_headers: SecretStr | None = Field(None, description="NAME=VALUE headers for it, comma separated.")

    @field_validator("resolve", "allow_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("cv_words")
    @classmethod
    def _are_words(cls, value: str) -> str:
        found = re.fullmatch(r"(\d{2,4})-(\d{2,4})", value, re.ASCII)
        if not found or int(found[1]) > int(found[2]):
            raise ValueError("not LEAST-MOST, as in 550-650")
        return value

    @field_validator("llm_models", "llm_prices", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        if isinstance(value, dict):  # a table of inroad.toml
            return tuple(value.items())
        if not isinstance(value, str):
            return value
        pairs = [part.strip().rpartition("=") for part in value.split(",") if part.strip()]
        if any(not (name.strip() and given.strip()) for name, _, given in pairs):
            raise ValueError("not a list of NAME=VALUE, comma separated")
        return tuple((name.strip(), given.strip()) for name, _, given in pairs)

    @field_validator("llm_prices")
    @classmethod
    def _are_prices(cls, value: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        for _, price in value:
            if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?/\d{1,6}(\.\d{1,6})?", price, re.ASCII):
                raise ValueError("a price is not INPUT/OUTPUT in dollars for a million tokens, as in 0.5/1.5")
        return value

    @field_validator("home", "profile", "ca_file", "llm_record", "llm_replay")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else value

    @field_validator("database_url", "dagster_database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("postgresql://", "postgres://", "postgresql+")):
            raise ValueError("not a PostgreSQL URL; valid is postgresql://user:password@host:5432/name")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then `inroad.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=_config_file())

    @property
    def files(self) -> Path:
        """Folder where CVs and other documents are kept."""
        return self.home / "files"

    @property
    def cv_word_range(self) -> tuple[int, int]:
        """Fewest and most words of a CV."""
        low, _, high = self.cv_words.partition("-")
        return int(low), int(high)

    @property
    def full_user_agent(self) -> str:
        """The User-Agent header: product token and, where set, the contact address."""
        return f"{self.user_agent} (+{self.contact_url})" if self.contact_url else self.user_agent

    def environ(self) -> dict[str, str]:
        """The settings that differ from their defaults, as environment variables for child processes (secrets included)."""
        out: dict[str, str] = {}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if value == field.default or value is None:
                continue
            out[PREFIX + name.upper()] = _as_text(value)
        return out


def _as_text(value: Any) -> str:
    """A setting as its environment variable says it, secrets included."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple) and value and isinstance(value[0], Fallback):
        return json.dumps([_revealed(item) for item in value])
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ",".join(f"{name}={given}" for name, given in value)
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _revealed(fallback: Fallback) -> dict[str, str]:
    key = {"api_key": fallback.api_key.get_secret_value()} if fallback.api_key else {}
    return {"base_url": fallback.base_url, "model": fallback.model, **key}


def load_settings(**overrides: Any) -> Settings:
    """Reads and checks all settings.

    Args:
        **overrides: Values by field name that win over the environment; None means not given.

    Raises:
        SettingsError: Names every faulty variable, its fault and what is valid. Values are never repeated: they may be secret.
    """
    import tomllib

    try:
        return Settings(**{key: value for key, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise SettingsError("; ".join(_sentence(item) for item in error.errors()), mend="Correct it and start again.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{_config_file()} is not valid TOML: {error}.", mend="Correct it or remove it.") from None


def _sentence(item: Any) -> str:
    name = PREFIX + ".".join(str(part) for part in item["loc"]).upper()
    if item["type"] == "extra_forbidden":
        return f"{name.removeprefix(PREFIX).lower()} in {_config_file()} is not a setting"
    return f"{name}: {item['msg'].removeprefix('Value error, ')}"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once."""
    return load_settings()
