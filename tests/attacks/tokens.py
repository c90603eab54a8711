"""Tokens and keys that nobody gave, over HTTP; what a bad token is refused with is the same on sockets."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.attacks.attack import Attack, Strike, answer_of
from tests.fixtures.issuers import KEYS
from tests.fixtures.sieges import PARTY, Besieged, good_token

VIEWER = {"query": "{ viewer { id } }"}


def bearing(made: Callable[[Besieged], str], num: int = 1) -> Strike:
    """Asks who it is, `num` times, each time with a fresh token; all must be answered alike."""

    async def strike(besieged: Besieged) -> str:
        answers = set()
        for _ in range(num):
            headers = {**besieged.headers, "Authorization": f"Bearer {made(besieged)}"}
            answers.add(answer_of(await besieged.http.post("/graphql", json=VIEWER, headers=headers)))
        return " or ".join(sorted(answers))

    return strike


def claims() -> dict[str, Any]:
    return jwt.decode(good_token(), options={"verify_signature": False})


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed_with_the_public_key(_: Besieged) -> str:
    public = KEYS["old"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    text = f"{part({'alg': 'HS256', 'kid': 'old'})}.{part(claims())}"
    signature = hmac.digest(public, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def by_a_key_of_its_own(besieged: Besieged) -> str:
    """It says where its key is published, and it is not the issuer's."""
    headers = {"kid": "odd", "jku": f"{besieged.keys.url}?of=the-attacker"}
    return jwt.encode(claims(), KEYS["odd"], algorithm="RS256", headers=headers)


def soon() -> int:
    return int(time.time()) + 300


REFUSED = "200 NOT_SIGNED_IN"
TOKENS = (
    Attack(
        "A token with the algorithm `none`",
        REFUSED,
        bearing(lambda _: f"{part({'alg': 'none', 'kid': 'old'})}.{part(claims())}."),
    ),
    Attack("A token signed by HS256 with the public key", REFUSED, bearing(signed_with_the_public_key)),
    Attack(
        "A token of another key under a known name",
        REFUSED,
        bearing(lambda _: good_token(key="odd", kid="old")),
    ),
    Attack("A token that says where its key is", REFUSED, bearing(by_a_key_of_its_own), num_fetches=1),
    Attack(
        "30 tokens of unknown keys",
        REFUSED,
        bearing(lambda _: good_token(key="odd", kid=f"odd-{time.monotonic_ns()}"), 30),
        num_fetches=1,
    ),
    Attack("A token that has expired", REFUSED, bearing(lambda _: good_token(exp=int(time.time()) - 60))),
    Attack(
        "A token that is not valid yet", REFUSED, bearing(lambda _: good_token(nbf=soon(), exp=soon() + 60))
    ),
    Attack("A token of another issuer", REFUSED, bearing(lambda _: good_token(iss="https://evil.example"))),
    Attack(
        "A token for another application", REFUSED, bearing(lambda _: good_token(azp="https://evil.example"))
    ),
    Attack("A token for no application", REFUSED, bearing(lambda _: good_token(azp=None))),
    Attack("A good token of somebody else's claims", REFUSED, bearing(lambda _: swapped())),
    Attack(
        "50 made-up API keys",
        REFUSED,
        bearing(lambda _: f"otk_{hashlib.sha256(str(time.monotonic_ns()).encode()).hexdigest()[:49]}", 50),
    ),
    Attack("A token of 15,000 characters", REFUSED, bearing(lambda _: "eyJ" + "x" * 15_000)),
)


def swapped() -> str:
    """The signature of one token under what another says."""
    head, _, signature = good_token().split(".")
    return f"{head}.{part({**claims(), 'sub': 'user_alice', 'azp': PARTY})}.{signature}"
