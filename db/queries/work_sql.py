"""The statements of leased work, written once for all tables that hold it."""

from dataclasses import asdict, dataclass

SWEEP_KEY = 720_100


@dataclass(frozen=True)
class Kind:
    """How the statements below read on one table."""

    table: str
    user: str
    waiting_since: str
    running: str
    on_claim: str
    lock_key: int

    def fill(self, statement: str) -> str:
        words = asdict(self)
        runnable = _RUNNABLE.format(**words)
        return statement.format(**words, runnable=runnable)


DOCUMENTS = Kind(
    table="opentrace.documents",
    user="uploaded_by",
    waiting_since="queued_at",
    running="'PARTITIONING', 'CHUNKING', 'SUMMARISING', 'VECTORIZATION'",
    on_claim="status = CASE WHEN d.status = 'QUEUED' THEN 'PARTITIONING' ELSE d.status END, event_seq = 0",
    lock_key=720_101,
)
MESSAGES = Kind(
    table="opentrace.messages",
    user="created_by",
    waiting_since="created_at",
    running="'RUNNING'",
    # A claim starts the text anew, except to end an answer that was stopped: what was written is kept.
    on_claim="status = 'RUNNING', event_seq = 0,"
    " content = CASE WHEN d.stop_requested_at IS NULL THEN '' ELSE d.content END",
    lock_key=720_102,
)

CRAWLS = Kind(
    table="opentrace.crawls",
    user="created_by",
    # They are held in slices: the one that was served longest ago is next.
    waiting_since="updated_at",
    running="'RUNNING'",
    on_claim="status = 'RUNNING', event_seq = 0",
    lock_key=720_103,
)
GENERATIONS = Kind(
    table="opentrace.embedding_generations",
    user="requested_by",
    # They are built in slices, too.
    waiting_since="updated_at",
    running="'BUILDING'",
    on_claim="status = 'BUILDING'",
    lock_key=720_104,
)

_RUNNABLE = "d.status IN ('QUEUED', {running}) AND (d.leased_until IS NULL OR d.leased_until <= now())"

# Claims of one kind go one at a time, so that two of them cannot both take a user's last free place. The
# time limits are the transaction's own: a claimer that freezes with the turn in hand is thrown out.
TAKE_TURN = """
SELECT set_config('lock_timeout', '5s', true),
       set_config('idle_in_transaction_session_timeout', '15s', true),
       pg_advisory_xact_lock(:key)
"""

# Leases are counted from the moment in which they are written, not from the transaction's beginning: a claim
# waits for its turn, and a renewal for a checkpoint of the same row.
CLAIM = """
WITH live AS (
    SELECT d.{user} AS user_id, count(*) AS num
      FROM {table} d
     WHERE d.status IN ({running}) AND d.leased_until > now()
     GROUP BY d.{user}
), chosen AS (
    SELECT d.id
      FROM {table} d LEFT JOIN live ON live.user_id = d.{user}
     WHERE {runnable} AND d.num_tries < :max_tries AND coalesce(live.num, 0) < :per_user
     ORDER BY coalesce(live.num, 0), d.{waiting_since}, d.id
       FOR UPDATE OF d SKIP LOCKED
     LIMIT 1
)
UPDATE {table} d
   SET {on_claim},
       attempt = d.attempt + 1,
       num_tries = d.num_tries + 1,
       leased_until = clock_timestamp() + make_interval(secs => :lease_seconds),
       started_at = coalesce(d.started_at, now()),
       updated_at = now()
  FROM chosen
 WHERE d.id = chosen.id
RETURNING d.*
"""

RENEW = """
UPDATE {table} SET leased_until = clock_timestamp() + make_interval(secs => :lease_seconds)
 WHERE id = :id AND attempt = :attempt
"""

RELEASE = """
UPDATE {table} SET leased_until = now(), rung_at = NULL, num_tries = greatest(num_tries - 1, 0)
 WHERE id = :id AND attempt = :attempt
"""

RING = """
UPDATE {table} SET rung_at = now()
 WHERE id IN (
    SELECT d.id FROM {table} d
     WHERE {runnable} AND (d.rung_at IS NULL OR d.rung_at < now() - make_interval(secs => :quiet_seconds))
     ORDER BY d.{waiting_since}, d.id
       FOR UPDATE SKIP LOCKED
     LIMIT :limit
 )
RETURNING id
"""

EXHAUSTED = """
SELECT d.* FROM {table} d
 WHERE {runnable} AND d.num_tries >= :max_tries
 ORDER BY d.{waiting_since}, d.id
   FOR UPDATE SKIP LOCKED
 LIMIT :limit
"""

EXPIRED_UPLOADS = """
UPDATE opentrace.documents d SET leased_until = now() + make_interval(secs => :lease_seconds)
 WHERE d.id IN (
    SELECT o.id FROM opentrace.documents o
     WHERE o.status = 'UPLOADING' AND o.updated_at < now() - make_interval(secs => :older_than_seconds)
       AND (o.leased_until IS NULL OR o.leased_until <= now())
     ORDER BY o.updated_at
       FOR UPDATE SKIP LOCKED
     LIMIT :limit
 )
RETURNING d.*
"""

WAITING = """
SELECT count(*) AS num, coalesce(extract(epoch FROM now() - min(d.{waiting_since})), 0) AS oldest_seconds
  FROM {table} d
 WHERE {runnable}
"""

SWEEP = "SELECT pg_try_advisory_xact_lock(:key)"
