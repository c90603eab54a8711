"""Objects: browsers put and get them by signed addresses, workers read them, deletion reaches everything."""

import base64
import hashlib
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import structlog

from backend.errors import NotFound, TooLarge, Unavailable
from backend.storage.client import MISSING, SignedUpload, translated
from backend.storage.parts import Parts

log = structlog.get_logger()

_CHUNK_BYTES = 1024 * 1024
_PAGE = 1000
"""The most that S3 lists or deletes in one request."""


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


class Storage(Parts):
    """One bucket. Every method raises Unavailable when the store does not answer."""

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
            with translated(key):
                found = await self._s3.head_object(**self._at(key))
        except NotFound:
            return None
        return StoredObject(found["ContentLength"], found.get("ContentType", ""))

    async def download(self, key: str, path: Path) -> str:
        """Copy the object into a file; returns the SHA-256 of what was written, in hex. Raises NotFound."""
        digest = hashlib.sha256()
        with translated(key), path.open("wb") as file:
            answer = await self._s3.get_object(**self._at(key))
            async with answer["Body"] as body:
                while piece := await body.read(_CHUNK_BYTES):
                    digest.update(piece)
                    file.write(piece)
        return digest.hexdigest()

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store an object, replacing one of the same key."""
        with translated(key):
            await self._s3.put_object(**self._at(key), Body=data, ContentType=content_type)

    async def get(self, key: str, *, max_bytes: int) -> bytes:
        """A small object at once; raises NotFound, and TooLarge for more than `max_bytes`."""
        with translated(key):
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
            with translated(batch[0]):
                answer = await self._s3.delete_objects(
                    Bucket=self._bucket.name,
                    Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
                )
            if errors := [error for error in answer.get("Errors", []) if error.get("Code") not in MISSING]:
                log.warning("objects.undeleted", num_objects=len(errors), code=errors[0].get("Code"))
                raise Unavailable("The object store did not delete every object.", retry_after=5)

    async def pages(self, prefix: str, *, after: str = "") -> AsyncGenerator[list[ListedObject], None]:
        """The objects whose keys begin with `prefix` and come after `after`, in the order of their keys.

        They come a page at a time, as the store lists them; what is deleted meanwhile is not missed later.
        """
        while True:
            with translated(prefix):
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
        with translated(self._bucket.name):
            await self._s3.head_bucket(Bucket=self._bucket.name)
