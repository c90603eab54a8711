"""Large objects in parts: each is put by a signed address of its own, and together they become the object."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.errors import NotFound
from backend.storage.client import Client, SignedUpload, translated


@dataclass(frozen=True)
class StoredPart:
    """A part that has arrived; `etag` and `sha256` (in base64, where the store tells it) name its bytes."""

    size: int
    etag: str
    sha256: str | None


class Parts(Client):
    """Uploads in parts. An upload is named by its key and by the id that the store gave it."""

    async def begin_parts(self, key: str, *, content_type: str) -> str:
        """Let an object come in parts; returns the upload's id."""
        with translated(key):
            begun = await self._s3.create_multipart_upload(
                **self._at(key), ContentType=content_type, ChecksumAlgorithm="SHA256"
            )
        return begun["UploadId"]

    async def sign_part(
        self, key: str, upload_id: str, *, number: int, size: int, sha256_hex: str, expires_seconds: int
    ) -> SignedUpload:
        """Allow one part, by its number from 1: other bytes than promised will be refused by the store."""
        expires_at = datetime.now(UTC) + timedelta(seconds=expires_seconds)
        sha256 = base64.b64encode(bytes.fromhex(sha256_hex)).decode()
        promised = {"PartNumber": number, "ContentLength": size, "ChecksumSHA256": sha256}
        url = await self._s3.generate_presigned_url(
            "upload_part",
            Params={**self._at(key), "UploadId": upload_id, **promised},
            ExpiresIn=expires_seconds,
        )
        return SignedUpload(url, {"x-amz-checksum-sha256": sha256}, expires_at)

    async def stored_parts(self, key: str, upload_id: str) -> dict[int, StoredPart]:
        """The parts that have arrived, by number; raises NotFound for an upload that is over."""
        found: dict[int, StoredPart] = {}
        after = 0
        while True:
            with translated(key):
                page = await self._s3.list_parts(**self._at(key), UploadId=upload_id, PartNumberMarker=after)
            for each in page.get("Parts", []):
                after = each["PartNumber"]
                found[after] = StoredPart(each["Size"], each["ETag"], each.get("ChecksumSHA256"))
            if not page.get("IsTruncated") or not page.get("Parts"):
                return found

    async def join_parts(self, key: str, upload_id: str, parts: Mapping[int, StoredPart]) -> None:
        """Make the object of these parts, in the order of their numbers. Raises NotFound when it is over."""
        named = [_named(number, parts[number]) for number in sorted(parts)]
        with translated(key):
            await self._s3.complete_multipart_upload(
                **self._at(key), UploadId=upload_id, MultipartUpload={"Parts": named}
            )

    async def drop_parts(self, key: str, upload_id: str | None = None) -> None:
        """Give up an upload with what has arrived of it, or all that are under way for the key."""
        for id in [upload_id] if upload_id else await self._under_way(key):
            try:
                with translated(key):
                    await self._s3.abort_multipart_upload(**self._at(key), UploadId=id)
            except NotFound:
                continue

    async def _under_way(self, key: str) -> list[str]:
        with translated(key):
            found = await self._s3.list_multipart_uploads(Bucket=self._bucket.name, Prefix=key)
        return [each["UploadId"] for each in found.get("Uploads", []) if each["Key"] == key]


def _named(number: int, part: StoredPart) -> Any:
    named = {"PartNumber": number, "ETag": part.etag}
    return named | ({"ChecksumSHA256": part.sha256} if part.sha256 else {})
