"""Every setting: from the environment, overridden by the command line. `docs/settings.md` is made from this page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from archive.embedding import DEFAULT_MODEL
from archive.engines.cluster import ClusterSettings, VectorIndex
from archive.errors import DatelineError
from dateline.commands.options import DEFAULT_ARCHIVE
from search_api.pool import SEARCH_QUEUE, SEARCH_THREADS
from search_api.saved.mail import Security

__all__ = ["PREFIX", "Settings", "SettingsError", "as_markdown", "load_settings"]

PREFIX = "DATELINE_"
HEAD = """# Settings

Every setting is an environment variable; an option of the command line (`--archive`, `--model`, `--host`, `--port`,
`--processes`, `--create`) goes before it. `dateline serve` refuses to start where one can't be read, and says which.

| variable | default | |
|---|---|---|
"""


class SettingsError(DatelineError):
    """A setting can't be read: which, and what it may be."""

    code = "settings"


class Settings(BaseSettings):
    """What can be set. Only `dateline/` reads it, and passes on what a room needs."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    archive: str = Field(
        DEFAULT_ARCHIVE,
        description="The archive's folder, or `http://HOST:9200/NAME` on an [Elasticsearch cluster](elasticsearch.md).",
    )
    create: bool = Field(False, description="Whether `serve` makes an empty archive where there is none.")
    model: str = Field(
        DEFAULT_MODEL,
        description="The embedding model; other than the default, a Sentence Transformers model on this machine.",
    )
    cache: Path | None = Field(
        None, description="Where the converted model is kept; else `dateline` in the user's cache folder."
    )
    host: str = Field("127.0.0.1", description="The address that `serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="The port that `serve` listens on; 0 for any free one.")
    processes: int = Field(
        0, ge=0, le=64, description="Server processes; 0: one a core, 4 at most. Each takes about 300 MB."
    )
    search_threads: int = Field(
        SEARCH_THREADS,
        ge=1,
        le=256,
        description="Searches that run at once in each process; more only take turns with each other.",
    )
    search_queue: int = Field(
        SEARCH_QUEUE,
        ge=0,
        le=100_000,
        description="Searches that may wait in each process; later ones are answered by 503 and `Retry-After`.",
    )
    writes: Literal["local", "on", "off"] = Field(
        "local",
        description="Whether articles may be added and deleted over HTTP. With [accounts](accounts.md) editors may, "
        "unless it is `off`. Without: `local`, whoever asks for this machine by its own name; `on`, by any name, as "
        "through a proxy (there is no login: whoever reaches the port may write); `off`, nobody.",
    )
    write_limit: int = Field(
        64, ge=1, le=1024, description="MB of articles that one request may hold, as sent and unpacked."
    )
    admin_password_file: Path | None = Field(
        None,
        description="A file with the password of the first account, `admin`, which `serve` makes where there is no "
        "[account](accounts.md) yet; else it isn't read.",
    )
    trusted_proxies: str = Field(
        "127.0.0.1,::1",
        description="Addresses and networks of proxies, with commas between them, that are believed who asked and "
        "whether by TLS (`X-Forwarded-For`, `X-Forwarded-Proto`); `*`: all.",
    )
    mcp_token: SecretStr = Field(
        SecretStr(""), description="What assistants send to `dateline mcp --http` as their bearer token."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="Log lines as JSON objects, or as text to be read by eye; `auto`: text on a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    shutdown: int = Field(
        10, ge=0, le=3600, description="Seconds in which running requests may end when `serve` is told to stop."
    )

    database_url: SecretStr = Field(
        SecretStr(""),
        description="The database of [accounts](accounts.md), [saved searches and alerts](alerts.md), "
        "`postgresql://USER:PASSWORD@HOST/NAME`; else SQLite: `dateline.db` in the archive's folder, for an archive "
        "with a URL in the user's data folder.",
    )
    database_password_file: Path | None = Field(
        None, description="A file with that database's password, which then needn't stand in its URL."
    )
    public_url: str = Field(
        "", description="Where readers reach the service, for links in messages; else its own host and port."
    )
    alerts: bool = Field(
        True,
        description="Whether `serve` matches saved searches and delivers alerts; else `dateline alerts run` does.",
    )
    alerts_private: bool = Field(
        False, description="Whether webhooks may go to this machine and its own network, and not only to the internet."
    )
    alerts_give_up: float = Field(
        72.0, gt=0, le=8760, description="Hours after which a message that doesn't arrive is given up."
    )
    smtp_host: str = Field("", description="The mail server that takes alerts by e-mail; none: there are none.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Security = Field("starttls", description="`starttls`, `tls` from the beginning, or `none`.")
    smtp_user: str = Field("", description="Who logs in there; nobody: no login.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Its password.")
    smtp_from: str = Field("dateline@localhost", description="Whom alerts by e-mail come from.")

    elastic_urls: str = Field(
        "",
        description="Further nodes of the archive's cluster, `http://HOST:9200`, with commas between them; asked too, "
        "and when the one in the archive's URL doesn't answer.",
    )
    elastic_api_key: SecretStr = Field(
        SecretStr(""), description="The cluster's API key, encoded; instead of `USER:PASSWORD@` in the URL."
    )
    elastic_ca: Path | None = Field(
        None,
        description="The PEM file of the authority that signed the cluster's certificate; else those that are trusted.",
    )
    elastic_timeout: float = Field(60.0, gt=0, le=3600, description="Seconds for one request to the cluster.")
    elastic_vectors: VectorIndex | None = Field(
        None,
        description="How a new index, also that of `rebuild`, finds related passages: `flat` compares every one and "
        "is exact; `hnsw` asks a graph and is for millions of articles. Else `flat`, or as it was.",
    )
    elastic_shards: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Shards of a new index, also that of `rebuild`; else one, or as many as it had.",
    )

    @property
    def cluster(self) -> ClusterSettings:
        """Those of the cluster, as the archive takes them."""
        return ClusterSettings(
            urls=tuple(url.strip() for url in self.elastic_urls.split(",") if url.strip()),
            api_key=self.elastic_api_key.get_secret_value(),
            ca=self.elastic_ca,
            timeout=self.elastic_timeout,
            vectors=self.elastic_vectors,
            shards=self.elastic_shards,
        )

    def as_environment(self) -> dict[str, str]:
        """The variables that give these settings."""
        given = {name: value for name, value in self.model_dump().items() if value is not None}
        shown = {n: v.get_secret_value() if isinstance(v, SecretStr) else str(v) for n, v in given.items()}
        return {f"{PREFIX}{name.upper()}": value for name, value in shown.items()}


def load_settings(**given: Any) -> Settings:
    """The environment's settings under those `given`, which the command line has read. Raises SettingsError."""
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = [f"{PREFIX}{str(e['loc'][0]).upper()}={e['input']}: {e['msg']}." for e in error.errors()]
        raise SettingsError(" ".join(wrong) + " The settings are listed in docs/settings.md.") from None


def as_markdown() -> str:
    """The whole page `docs/settings.md`."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if field.default is not None and str(field.default) else ""
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |\n")
    return HEAD + "".join(rows)
