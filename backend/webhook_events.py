"""Webhooks of the token issuer, as Svix signs them: nobody else's, none that are old, told in our words."""

import base64
import binascii
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from backend.errors import Invalid, NotSignedIn

TOLERANCE_SECONDS = 300
SECRET_PREFIX = "whsec_"


@dataclass(frozen=True)
class PersonChanged:
    """The issuer knows a person, and this is what it knew at `at`."""

    subject: str
    email: str | None
    name: str | None
    at: datetime


@dataclass(frozen=True)
class PersonDeleted:
    """The issuer has deleted a person, for good: its names are never given again."""

    subject: str


@dataclass(frozen=True)
class SessionEnded:
    """A person signed out somewhere, or was signed out."""

    session_id: str


class Webhooks:
    """Reads what was signed with this secret (`whsec_…`, as the issuer's dashboard shows it)."""

    def __init__(self, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        try:
            self._key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error as error:
            raise Invalid("The webhooks' secret is `whsec_` and base64.") from error
        if not self._key:
            raise Invalid("The webhooks' secret is empty: anybody could sign with it.")
        self._clock = clock

    def read(
        self, headers: Mapping[str, str], body: bytes
    ) -> PersonChanged | PersonDeleted | SessionEnded | None:
        """What a delivery says, None for what does not matter here.

        Raises NotSignedIn for one that was not signed by the issuer, or not lately; Invalid for nonsense.
        """
        self._check(headers, body)
        try:
            event = orjson.loads(body)
            return _read(event["type"], event["data"])
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            raise Invalid("This is no event of the issuer.") from error

    def _check(self, headers: Mapping[str, str], body: bytes) -> None:
        id, sent_at = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
        if not sent_at.isascii() or not sent_at.isdigit() or len(sent_at) > 12:
            raise NotSignedIn("The delivery does not say when it was sent.")
        if abs(self._clock() - int(sent_at)) > TOLERANCE_SECONDS:
            raise NotSignedIn("The delivery is too old, or from the future.")
        signed = f"{id}.{sent_at}.".encode() + body
        right = base64.b64encode(hmac.digest(self._key, signed, "sha256"))
        given = headers.get("svix-signature", "").encode("utf-8", "replace").split()
        if not any(hmac.compare_digest(each, b"v1," + right) for each in given):
            raise NotSignedIn("The delivery's signature is wrong.")


def _read(kind: str, data: dict[str, Any]) -> PersonChanged | PersonDeleted | SessionEnded | None:
    match kind:
        case "user.created" | "user.updated":
            at = datetime.fromtimestamp(data["updated_at"] / 1000, UTC)
            return PersonChanged(_named(data["id"]), _email(data), _name(data), at)
        case "user.deleted":
            return PersonDeleted(_named(data["id"]))
        case "session.ended" | "session.removed" | "session.revoked":
            return SessionEnded(_named(data["id"]))
        case _:
            return None


def _named(id: Any) -> str:
    if not isinstance(id, str) or not id:
        raise ValueError("an id is a string")
    return id


def _email(data: dict[str, Any]) -> str | None:
    """The address that the person calls the first."""
    for each in data.get("email_addresses") or ():
        if each["id"] == data.get("primary_email_address_id"):
            return str(each["email_address"])
    return None


def _name(data: dict[str, Any]) -> str | None:
    parts = [data.get("first_name"), data.get("last_name")]
    return " ".join(part for part in parts if isinstance(part, str) and part) or None
