"""The client of one bucket: opened once, with the vendor's errors in our words."""

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import structlog
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession, get_session
from aiohttp import ClientConnectionError, ClientPayloadError
from botocore.exceptions import BotoCoreError, ClientError

from backend.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from types_aiobotocore_s3.client import S3Client

log = structlog.get_logger()

MISSING = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}
_REFUSED = {"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"}


@dataclass(frozen=True)
class Bucket:
    """Where objects are kept; `endpoint_url` is None on AWS itself."""

    name: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    endpoint_url: str | None = None


@dataclass(frozen=True)
class SignedUpload:
    """A PUT of exactly one file: of this length, type and SHA-256. All `headers` must be sent as they are."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


class Client:
    """What all calls of one bucket share."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._exit = AsyncExitStack()
        self._s3: S3Client

    async def open(self) -> Self:
        """Make the client; the store itself is not asked before the first call."""
        bucket = self._bucket
        client = _session().create_client(
            "s3",
            endpoint_url=bucket.endpoint_url,
            region_name=bucket.region,
            aws_access_key_id=bucket.access_key,
            aws_secret_access_key=bucket.secret_key,
            config=_config(bucket),
        )
        self._s3 = await self._exit.enter_async_context(client)
        return self

    async def close(self) -> None:
        await self._exit.aclose()

    def _at(self, key: str) -> Any:
        return {"Bucket": self._bucket.name, "Key": key}


@cache
def _session() -> AioSession:
    """One for the process: it reads the vendor's descriptions of its services, and keeps them."""
    return get_session()


def _config(bucket: Bucket) -> AioConfig:
    """Signature 4 is forced: us-east-1 would presign by version 2, which leaves the length unsigned."""
    return AioConfig(
        signature_version="s3v4",
        s3={"addressing_style": "path" if bucket.endpoint_url else "auto"},
        connect_timeout=5,
        read_timeout=30,
        retries={"max_attempts": 3, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


@contextmanager
def translated(key: str) -> Iterator[None]:
    """The vendor's errors in our words."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in MISSING:
            raise NotFound(f"There is no object {key}.") from error
        log.warning("storage.failed", code=code)
        if code in _REFUSED:
            raise Unavailable("The object store refuses our key.", code="STORAGE_REFUSED") from error
        raise Unavailable("The object store does not answer.", retry_after=5) from error
    except (BotoCoreError, ClientConnectionError, ClientPayloadError, TimeoutError) as error:
        log.warning("storage.failed", reason=repr(error))
        raise Unavailable("The object store does not answer.", retry_after=5) from error
