"""The object store: browsers put and get by signed addresses, workers read, deletion reaches everything."""

import base64
import hashlib
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from aiohttp import ClientConnectionError, ClientPayloadError
from botocore.exceptions import BotoCoreError, ClientError

from backend.errors import NotFound, TooLarge, Unavailable

if TYPE_CHECKING:
    from types_aiobotocore_s3.client import S3Client

log = structlog.get_logger()

_CHUNK_BYTES = 1024 * 1024
_PAGE = 1000
"""The most that S3 lists or deletes in one request."""
_MISSING = {"404", "NoSuchKey", "NotFound"}
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


@dataclass(frozen=True)
class StoredObject:
    size: int
    content_type: str


@dataclass(frozen=True)
class ListedObject:
    key: str
    size: int
    modified_at: datetime


@dataclass(frozen=True)
class Delivery:
    """What a browser is told of an object: its name, its type, and whether to show it or to save it."""

    file_name: str
    content_type: str
    is_inline: bool = False


class Storage:
    """One bucket. Every method raises Unavailable when the store does not answer."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._exit = AsyncExitStack()
        self._s3: S3Client

    async def open(self) -> "Storage":
        """Make the client; the store itself is not asked before the first call."""
        bucket = self._bucket
        client = get_session().create_client(
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

    async def presign_put(
        self, key: str, *, size: int, content_type: str, sha256_hex: str, expires_seconds: int
    ) -> SignedUpload:
        """Allow one upload without asking the store: other bytes than promised will be refused by it."""
        expires_at = datetime.now(UTC) + timedelta(seconds=expires_seconds)
        sha256 = base64.b64encode(bytes.fromhex(sha256_hex)).decode()
        promised = {"ContentLength": size, "ContentType": content_type, "ChecksumSHA256": sha256}
        url = await self._s3.generate_presigned_url(
            "put_object", Params={**self._at(key), **promised}, ExpiresIn=expires_seconds
        )
        # The length is signed too, but every client sends it by itself and browsers let nobody set it.
        headers = {"content-type": content_type, "x-amz-checksum-sha256": sha256}
        return SignedUpload(url, headers, expires_at)

    async def presign_get(self, key: str, *, delivery: Delivery, expires_seconds: int) -> str:
        """An address of the object for so long, made without asking the store."""
        way = "inline" if delivery.is_inline else "attachment"
        params = {
            **self._at(key),
            "ResponseContentDisposition": f"{way}; filename*=UTF-8''{quote(delivery.file_name, safe='')}",
            "ResponseContentType": delivery.content_type,
        }
        return await self._s3.generate_presigned_url("get_object", Params=params, ExpiresIn=expires_seconds)

    async def head(self, key: str) -> StoredObject | None:
        """What is stored there, if anything."""
        try:
            with _translated(key):
                found = await self._s3.head_object(**self._at(key))
        except NotFound:
            return None
        return StoredObject(found["ContentLength"], found.get("ContentType", ""))

    async def download(self, key: str, path: Path) -> str:
        """Copy the object into a file; returns the SHA-256 of what was written, in hex. Raises NotFound."""
        digest = hashlib.sha256()
        with _translated(key), path.open("wb") as file:
            answer = await self._s3.get_object(**self._at(key))
            async with answer["Body"] as body:
                while piece := await body.read(_CHUNK_BYTES):
                    digest.update(piece)
                    file.write(piece)
        return digest.hexdigest()

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store an object, replacing one of the same key."""
        with _translated(key):
            await self._s3.put_object(**self._at(key), Body=data, ContentType=content_type)

    async def get(self, key: str, *, max_bytes: int) -> bytes:
        """A small object at once; raises NotFound, and TooLarge for more than `max_bytes`."""
        with _translated(key):
            answer = await self._s3.get_object(**self._at(key))
            async with answer["Body"] as body:
                if answer["ContentLength"] > max_bytes:
                    raise TooLarge(f"The object {key} has more than {max_bytes} bytes.")
                return await body.read()

    async def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; those that are not there count as deleted."""
        wanted = list(keys)
        for start in range(0, len(wanted), _PAGE):
            batch = wanted[start : start + _PAGE]
            with _translated(batch[0]):
                answer = await self._s3.delete_objects(
                    Bucket=self._bucket.name,
                    Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
                )
            if errors := [error for error in answer.get("Errors", []) if error.get("Code") not in _MISSING]:
                log.warning("objects.undeleted", num_objects=len(errors), code=errors[0].get("Code"))
                raise Unavailable("The object store did not delete every object.", retry_after=5)

    async def pages(self, prefix: str, *, after: str = "") -> AsyncGenerator[list[ListedObject], None]:
        """The objects whose keys begin with `prefix` and come after `after`, in the order of their keys.

        They come a page at a time, as the store lists them; what is deleted meanwhile is not missed later.
        """
        while True:
            with _translated(prefix):
                answer = await self._s3.list_objects_v2(
                    Bucket=self._bucket.name, Prefix=prefix, StartAfter=after, MaxKeys=_PAGE
                )
            found = answer.get("Contents", [])
            if found:
                yield [ListedObject(each["Key"], each["Size"], each["LastModified"]) for each in found]
                after = found[-1]["Key"]
            if not found or not answer.get("IsTruncated"):
                return

    async def delete_prefix(self, prefix: str) -> int:
        """Delete every object whose key begins with `prefix`; returns how many there were."""
        num_deleted = 0
        async for page in self.pages(prefix):
            await self.delete([each.key for each in page])
            num_deleted += len(page)
        return num_deleted

    async def check(self) -> None:
        """Return if the store answers and has our bucket."""
        with _translated(self._bucket.name):
            await self._s3.head_bucket(Bucket=self._bucket.name)

    def _at(self, key: str) -> Any:
        return {"Bucket": self._bucket.name, "Key": key}


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
def _translated(key: str) -> Iterator[None]:
    """The vendor's errors in our words."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise NotFound(f"There is no object {key}.") from error
        log.warning("storage.failed", code=code)
        if code in _REFUSED:
            raise Unavailable("The object store refuses our key.", code="STORAGE_REFUSED") from error
        raise Unavailable("The object store does not answer.", retry_after=5) from error
    except (BotoCoreError, ClientConnectionError, ClientPayloadError, TimeoutError) as error:
        log.warning("storage.failed", reason=repr(error))
        raise Unavailable("The object store does not answer.", retry_after=5) from error
