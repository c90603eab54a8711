"""Every setting of the product, read from the environment once, by entrypoints only.

Names are `OPENTRACE_<GROUP>__<FIELD>`, for instance `OPENTRACE_DATABASE__URL`; `.env.example` lists them all.
"""

from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Group):
    """Two roles: the owner migrates and works; the API's role lives behind row-level security."""

    url: SecretStr
    api_url: SecretStr
    pool_size: int = 10
    transaction_pooler: bool = False
    """True behind PgBouncer or Supabase's pooler in transaction mode: no prepared statements are kept."""
    direct_url: SecretStr | None = None
    """The owner's address past the pooler, for what wants a session: migrations, and building indexes."""


class RedisSettings(Group):
    url: SecretStr
    broker_url: SecretStr | None = None
    """The queue's broker; the event streams' Redis when unset."""


class StorageSettings(Group):
    endpoint_url: str | None = None
    """Unset: AWS itself."""
    region: str = "us-east-1"
    bucket: str
    access_key: SecretStr
    secret_key: SecretStr
    presign_seconds: int = 900
    max_upload_bytes: int = 200 * 1024 * 1024
    part_threshold_bytes: int = Field(default=64 * 1024 * 1024, ge=5 * 1024 * 1024)
    part_bytes: int = Field(default=16 * 1024 * 1024, ge=5 * 1024 * 1024, le=1024**3)
    """Files above the threshold may come in parts, each of so many bytes; S3 takes none below 5 MiB."""


class PriceSettings(Group):
    """US dollars for a million tokens."""

    input: Decimal
    output: Decimal = Decimal(0)


class ModelSettings(Group):
    """Any server that speaks OpenAI's protocol."""

    base_url: str = "https://api.openai.com/v1"
    api_key: SecretStr
    chat_model: str = "gpt-4o"
    guardrail_model: str = "gpt-4o-mini"
    summary_model: str | None = None
    """Sums up tables and images, which it must be able to see; the chat model when unset."""
    prices: dict[str, PriceSettings] = {
        "gpt-4o": PriceSettings(input=Decimal("2.50"), output=Decimal("10")),
        "gpt-4o-mini": PriceSettings(input=Decimal("0.15"), output=Decimal("0.60")),
        "text-embedding-3-large": PriceSettings(input=Decimal("0.13")),
        "text-embedding-3-small": PriceSettings(input=Decimal("0.02")),
    }
    """By the models' names; setting it replaces the whole table. What has no price is counted as such."""
    embedding_model: str = "text-embedding-3-large"
    embedding_dimensions: int = 1536
    embedding_models: dict[str, int] = {"text-embedding-3-large": 1536, "text-embedding-3-small": 1536}
    """Names and dimensions of those that a project may change to; the usual one always is among them."""
    timeout_seconds: float = 60.0
    rerank_url: str | None = None
    """Where a reranker speaks Cohere's and Jina's protocol; unset, the chat model reranks."""
    rerank_model: str = "rerank-v3.5"
    rerank_api_key: SecretStr | None = None
    concurrency: int = Field(default=16, ge=1)
    """Calls of one kind that may be under way at a time, over all processes."""
    max_inputs: int = Field(default=2048, ge=1)
    """Texts that the provider takes in one embedding request."""
    max_input_tokens: int = Field(default=8192, ge=16)
    """Of one text; a longer one is embedded in pieces, and its vector is their mean."""
    max_request_tokens: int = Field(default=300_000, ge=16)
    """Of all texts of one embedding request together."""


class AuthSettings(Group):
    """Where tokens come from: Clerk, or anything that issues RS256 tokens and publishes its keys."""

    jwks_url: str
    issuer: str
    authorized_parties: tuple[str, ...] = ()
    leeway_seconds: int = 10
    webhook_secret: SecretStr | None = None
    """`whsec_…` of the issuer's webhook for `user.*` and `session.*`; without it, none are taken."""


class ApiSettings(Group):
    host: str = "127.0.0.1"
    port: int = 8000
    allowed_origins: tuple[str, ...] = ("http://localhost:3000",)
    playground: bool = False
    metrics: bool = False
    """Whether `/metrics` answers, for Prometheus; a proxy should not let it out."""
    max_body_bytes: int = 1024 * 1024
    request_timeout_seconds: float = 30.0
    manifest_file: Path | None = None
    """Operations that clients may name by their ids, in Apollo's format."""
    only_listed_operations: bool = False
    """Whether operations that the manifest does not list are refused, for everybody."""
    operation_points: int = Field(default=10_000, ge=1)
    """What one operation may cost: a point for each object that it may load, more where a model is asked."""
    budget_points: int = Field(default=100_000, ge=1)
    points_per_second: float = Field(default=2_000.0, gt=0)
    """What a person, or a key, may spend at once, and how fast it comes back."""
    address_budget_points: int = Field(default=5_000, ge=1)
    address_points_per_second: float = Field(default=100.0, gt=0)
    """The same for everybody at one address who is not signed in; tries to sign in that fail cost 50."""
    connections_per_sender: int = Field(default=200, ge=1)
    subscriptions_per_sender: int = Field(default=1_000, ge=1)
    """What a person, a key, or everybody at an address who is not signed in may have open in one API: sockets
    and streams, and operations under way on them."""
    socket_init_seconds: float = 10.0
    """How long a socket may stay without its `connection_init`."""
    socket_max_age_seconds: float = 900
    """Of sockets and of streams over HTTP; clients connect again and go on from their cursors."""
    keep_alive_seconds: float = 12.0
    """How often something is said on a quiet connection, so that nobody on the way takes it for dead. Sockets
    are pinged: one that has not answered by the time of the next ping is dead, and all of it is ended."""
    compiled_selections: bool = True
    """Whether plain fields are said without the GraphQL library's executor; else all is said
    by it, which comes to the same."""


class WorkSettings(Group):
    """How workers hold rows: a lease is renewed while the work lives and runs out when it does not."""

    lease_seconds: float = 30.0
    renew_seconds: float = 10.0
    sweep_seconds: float = 5.0
    ingestion_concurrency: int = 2
    answers_concurrency: int = 8
    documents_in_flight_per_user: int = 4
    answers_in_flight_per_user: int = 4
    answer_seconds: float = 300.0
    """How long one attempt at an answer may take."""
    check_answers: bool = False
    """Whether the guardrail model reads each answer's paraphrases beside their passages before it ends."""
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    """Where a worker answers at `/metrics`; nowhere when unset. Each worker of one machine wants its own."""
    max_tries: int = 5
    """Claims of one row before it is given up as FAILED."""


class IngestionSettings(Group):
    max_pages: int = 5000
    parse_seconds: float = 600.0
    parse_memory_bytes: int = 2 * 1024**3
    max_images: int = 500
    """Different pictures that are kept of a document."""
    max_image_bytes: int = 64 * 1024**2
    """Of all of them together, scaled down as they are kept."""
    max_image_pixels: int = 50_000_000
    """Of one before it is scaled down."""
    summary_concurrency: int = 4
    """Summaries of one document that are asked for at once."""
    embed_batch_inputs: int = 64
    embed_batch_tokens: int = 100_000
    embedding_cache_days: float = 90.0
    """How long an embedding that is of no use any more is kept, so that the same text is not bought again."""
    embedding_cache_entries: int = Field(default=500_000, ge=0)
    """How many are kept at most; one of 1,536 dimensions takes some 3 KB."""
    upload_expires_seconds: float = 86_400.0
    """How long a file may take to arrive before its document fails; longer than a signed address lives."""


class UpkeepSettings(Group):
    """How often what belongs to nothing is searched for, and how old it must be before it is deleted."""

    orphans_every_seconds: float = 21_600.0
    orphan_object_seconds: float = 86_400.0
    staging_kept_seconds: float = 604_800.0
    """How long the finished stages of a failed or cancelled document are kept for a retry."""

    generations_kept_seconds: float = 86_400.0
    """How long the vectors of an embedding model that no project can go back to are kept; searches that
    began before a change still use them."""

    indexed_from_chunks: int = 20_000
    """From how many chunks a project's vectors are indexed; smaller ones are searched exactly."""


class LimitSettings(Group):
    """How much may be uploaded; what would be more is refused before it starts."""

    files_per_request: int = 100
    documents_per_project: int = 10_000
    bytes_per_project: int = 50 * 1024**3
    unfinished_documents_per_user: int = 2000
    """Documents that are being uploaded, wait or are being taken in."""


class WebSettings(Group):
    """Who fetches pages of the web (we, or ScrapingBee when there is a key), and who searches it."""

    scrapingbee_api_key: SecretStr | None = None
    scrapingbee_base_url: str = "https://app.scrapingbee.com/api/v1"
    timeout_seconds: float = 30.0
    """For one page with all of its redirects."""
    max_bytes: int = 20 * 1024 * 1024
    """Of one page, unpacked."""
    allowed_networks: tuple[str, ...] = ()
    """Private networks whose pages may be fetched all the same, like `10.1.0.0/16`; none unless named."""
    tavily_api_key: SecretStr | None = None
    """With a key, projects that answer by a supervisor may search the web."""
    tavily_base_url: str = "https://api.tavily.com"
    duckduckgo: bool = False
    """Search by DuckDuckGo where Tavily has no key or fails; without a contract, questions go abroad."""
    crawl_delay_seconds: float = 1.0
    """The least time between two requests of a crawl; a site's own crawl-delay counts if it is longer."""
    crawl_max_depth: int = 5
    crawl_max_pages: int = 500
    """How far a crawl may go, whatever is asked for."""
    ca_file: str | None = None
    """A PEM file of certificates that are trusted beside the well-known ones."""


class TracingSettings(Group):
    """Traces for a collector that speaks OTLP over HTTP; none are recorded without an address."""

    endpoint: str | None = None
    """Its base address, like `http://localhost:4318`; `/v1/traces` is added."""
    headers: dict[str, SecretStr] = {}
    """What it wants to be told with each request, for instance its key."""
    ratio: float = Field(default=1.0, ge=0, le=1)
    """The share of operations that are recorded, with all that comes of them."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="OPENTRACE_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    database: DatabaseSettings
    redis: RedisSettings
    storage: StorageSettings
    models: ModelSettings
    auth: AuthSettings
    api: ApiSettings = ApiSettings()
    work: WorkSettings = WorkSettings()
    ingestion: IngestionSettings = IngestionSettings()
    web: WebSettings = WebSettings()
    limits: LimitSettings = LimitSettings()
    upkeep: UpkeepSettings = UpkeepSettings()
    tracing: TracingSettings = TracingSettings()
    log_level: str = "INFO"
