"""Deliveries of the token issuer: only its own, only fresh ones, and what each says."""

import base64
import hmac
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from backend.errors import Invalid, NotSignedIn
from backend.webhook_events import PersonChanged, PersonDeleted, SessionEnded, Webhooks

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
NOW = 1_800_000_000


def signed(body: bytes, *, at: int = NOW, key: bytes = KEY, id: str = "msg_1") -> dict[str, str]:
    signature = base64.b64encode(hmac.digest(key, f"{id}.{at}.".encode() + body, "sha256")).decode()
    return {"svix-id": id, "svix-timestamp": str(at), "svix-signature": f"v1,AAAA v1,{signature}"}


def read(event: Any, **how: Any) -> Any:
    body = event if isinstance(event, bytes) else orjson.dumps(event)
    return Webhooks(SECRET, clock=lambda: NOW).read(signed(body, **how), body)


PERSON = {
    "id": "user_1",
    "first_name": "Ada",
    "last_name": None,
    "primary_email_address_id": "b",
    "email_addresses": [
        {"id": "a", "email_address": "old@example.org"},
        {"id": "b", "email_address": "ada@example.org"},
    ],
    "updated_at": 1_700_000_000_500,
}


@pytest.mark.parametrize("kind", ["user.created", "user.updated"])
def test_a_person_is_read_without_the_issuers_words(kind: str) -> None:
    at = datetime.fromtimestamp(1_700_000_000.5, UTC)
    expected = PersonChanged("user_1", "ada@example.org", "Ada", at)
    assert read({"type": kind, "data": PERSON}) == expected


def test_deletions_ends_of_sessions_and_what_does_not_matter() -> None:
    assert read({"type": "user.deleted", "data": {"id": "user_1", "deleted": True}}) == PersonDeleted(
        "user_1"
    )
    for how in ("ended", "removed", "revoked"):
        assert read({"type": f"session.{how}", "data": {"id": "sess_1"}}) == SessionEnded("sess_1")
    assert read({"type": "organization.created", "data": {"id": "org_1"}}) is None


def test_the_documented_example_of_the_signature_holds() -> None:
    """Svix publishes this secret, delivery and signature for implementers to try."""
    webhooks = Webhooks("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", clock=lambda: 1614265330)
    headers = {
        "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "svix-timestamp": "1614265330",
        "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    with pytest.raises(Invalid):  # signed well, and no event of a person
        webhooks.read(headers, b'{"test": 2432232314}')


@pytest.mark.parametrize(
    "change",
    [
        {"svix-signature": ""},
        {"svix-signature": "v1,AAAA"},
        {"svix-id": "msg_2"},
        {"svix-timestamp": str(NOW + 1)},
        {"svix-timestamp": "yesterday"},
        {"svix-timestamp": ""},
        {"svix-timestamp": "-5"},
    ],
)
def test_a_delivery_that_was_not_signed_so_is_refused(change: dict[str, str]) -> None:
    body = b'{"type":"user.deleted","data":{"id":"user_1"}}'
    with pytest.raises(NotSignedIn):
        Webhooks(SECRET, clock=lambda: NOW).read(signed(body) | change, body)
    with pytest.raises(NotSignedIn):
        Webhooks(SECRET, clock=lambda: NOW).read(signed(body), body + b" ")
    with pytest.raises(NotSignedIn):
        Webhooks(SECRET, clock=lambda: NOW).read(signed(body, key=b"another"), body)


@pytest.mark.parametrize(("age", "is_taken"), [(299, True), (301, False), (-299, True), (-301, False)])
def test_a_delivery_is_taken_for_five_minutes(age: int, is_taken: bool) -> None:
    event = {"type": "user.deleted", "data": {"id": "user_1"}}
    if is_taken:
        assert read(event, at=NOW - age) == PersonDeleted("user_1")
    else:
        with pytest.raises(NotSignedIn):
            read(event, at=NOW - age)


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"[]",
        b"{}",
        b'{"type":"user.created","data":{}}',
        b'{"type":"user.created","data":{"id":7,"updated_at":1}}',
        b'{"type":"user.created","data":{"id":"u","updated_at":1e300}}',
        b'{"type":"user.deleted","data":{"id":""}}',
    ],
)
def test_what_is_signed_and_nonsense_is_invalid(event: bytes) -> None:
    with pytest.raises(Invalid):
        read(event)


@pytest.mark.parametrize("secret", ["whsec_?", "whsec_", ""])
def test_a_secret_that_is_none_is_told_at_once(secret: str) -> None:
    with pytest.raises(Invalid):
        Webhooks(secret)
