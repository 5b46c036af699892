"""Settings: defaults, then `settings.toml` in the home, then the environment. Read once, frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

SETTINGS_FILE = "settings.toml"
DEFAULT_HOME = Path("copytaster-data")
NO_CONTACT = "no contact given"

Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class Settings(BaseSettings):
    """All that can be set, one name each: `host_gap_seconds` in the file is
    `COPYTASTER_HOST_GAP_SECONDS` in the environment, and the environment wins.
    """  # noqa: D205 (one sentence)

    model_config = SettingsConfigDict(env_prefix="COPYTASTER_", frozen=True, extra="forbid")

    home: Path = Field(DEFAULT_HOME, description="Folder that holds everything.")

    contact: str = Field(
        NO_CONTACT,
        min_length=1,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="URL or mail address for publishers, sent in the User-Agent. Set your own.",
    )
    connect_to: str | None = Field(
        None,
        pattern=r"^.+:\d+$",
        examples=["127.0.0.1:8080"],
        description="HOST:PORT that every connection goes to, whatever the URL says: for replays.",
    )
    allowed_networks: tuple[str, ...] = Field(
        (), description="Private networks (CIDR) that may be fetched from; none by default."
    )
    host_gap_seconds: Seconds = Field(5.0, description="Least time between requests to one host.")
    request_timeout_seconds: Seconds = Field(30.0, description="Whole time of one request.")
    feed_max_bytes: Count = Field(10 * 2**20, description="A feed's size once decompressed.")
    page_max_bytes: Count = Field(5 * 2**20, description="A page's size once decompressed.")
    connections: Count = Field(64, description="Hosts asked at the same time.")
    max_attempts: Count = Field(10, description="Tries of one page before it is given up.")

    poll_min_minutes: Seconds = Field(15.0, description="Shortest time between polls of a feed.")
    poll_max_minutes: Seconds = Field(1440.0, description="Longest time between polls of a feed.")

    on_opt_out: Literal["record", "skip_pages"] = Field(
        "record",
        description="What follows from a declared objection to AI use or text mining.",
    )

    gap_documents: int = Field(
        10, ge=0, description="Archive pages and sitemaps read to fill one gap; 0 fills none."
    )

    workers: Count = Field(2, description="Processes that parse and extract.")
    page_time_limit_seconds: Seconds = Field(
        20.0, description="Time after which a worker that hangs on one page is replaced."
    )
    batch_pages: Count = Field(200, description="Pages in one batch: one load, one task run.")
    run_budget_seconds: Seconds = Field(
        480.0,
        description="Time after which a run of `ingest` starts no further batch; the next goes on.",
    )
    archive_keep_days: int = Field(
        0, ge=0, description="Days that raw exchanges are kept; 0 keeps them for good."
    )
    publish_rest_seconds_a_gb: float = Field(
        10.0,
        ge=0,
        description="Least age of the published copy, by its size, before `ingest` renews it; "
        "0 where the file system shares the blocks of copies (XFS, Btrfs).",
    )
    docs_runs: Count = Field(30, description="Last runs that have documents in HOME/docs.")
    docs_url: str | None = Field(
        None,
        pattern=r"^https?://",
        examples=["https://monitor.example/docs"],
        description="Address at which HOME/docs is served, for links in Prefect; else file paths.",
    )

    @property
    def has_no_contact(self) -> bool:
        """Tell whether publishers are not told whom to write to."""
        return self.contact == NO_CONTACT

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the home's file below the environment, where it is known which home is meant."""
        del dotenv_settings, file_secret_settings
        given = init_settings.init_kwargs if isinstance(init_settings, InitSettingsSource) else {}
        if "home" not in given:
            return (init_settings, env_settings)
        file = Path(given["home"]) / SETTINGS_FILE
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file))


def read_settings(home: Path | None = None, **given: object) -> Settings:
    """Return the settings of a home.

    ``given`` are values from the command line; they win over environment and file,
    those that are None count as not given.

    Raises: pydantic.ValidationError, naming each value that cannot be used.
    """
    values = {name: value for name, value in given.items() if value is not None}
    values["home"] = home or Settings(**values).home  # type: ignore[arg-type]
    return Settings(**values)  # type: ignore[arg-type]
