"""Tokens: who is let in, who is not and why, and what happens while the issuer changes keys or is away."""

import asyncio
import base64
import hmac
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend import auth
from backend.auth import Identity, Tokens
from backend.errors import NotSignedIn, Unavailable
from backend.local.issuer import Issuer
from tests.fixtures.issuers import ISSUER, KEYS, KeyServer, publishing, token, unsigned


@pytest.fixture
async def key_server() -> AsyncIterator[KeyServer]:
    async with publishing() as keys:
        yield keys


@pytest.fixture
def tokens(key_server: KeyServer) -> Tokens:
    return Tokens(jwks_url=key_server.url, issuer=ISSUER, leeway_seconds=10)


async def refused(tokens: Tokens, text: str) -> str:
    with pytest.raises(NotSignedIn) as caught:
        await tokens.verify(text)
    return caught.value.message


async def test_the_local_issuers_token_says_who_its_bearer_is(issuer: Issuer) -> None:
    tokens = Tokens(jwks_url=issuer.jwks_url, issuer=issuer.issuer)
    text = issuer.issue(subject="user_7", email="a@b.example", name="Ada", session_id="sess_1")
    claims = jwt.decode(text, options={"verify_signature": False})
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    assert await tokens.verify(text) == Identity("user_7", "a@b.example", "Ada", "sess_1", expires_at)


async def test_what_a_token_does_not_say_is_not_made_up(tokens: Tokens) -> None:
    identity = await tokens.verify(token(email=["no", "string"], name=""))
    assert (identity.subject, identity.email, identity.name, identity.session_id) == (
        "user_1",
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"exp": 1_000_000_000}, "The token has expired; get a new one."),
        ({"exp": int(time.time()) + 9000, "nbf": int(time.time()) + 5000}, "The token is not valid yet"),
        ({"iss": "https://other.example"}, "The token comes from another issuer."),
        ({"exp": None}, "The token lacks the claim 'exp'."),
        ({"sub": None}, "The token lacks the claim 'sub'."),
        ({"iss": None}, "The token lacks the claim 'iss'."),
        ({"sub": 7}, "The token is not valid."),
        ({"key": "odd", "kid": "old"}, "The token's signature is wrong."),
        ({"key": "odd"}, "The token is signed with a key that its issuer does not publish."),
    ],
)
async def test_a_bad_token_is_refused_with_its_cause(
    tokens: Tokens, changes: dict[str, Any], sentence: str
) -> None:
    assert (await refused(tokens, token(**changes))).startswith(sentence)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é", "otk_secret", "." * 2, "Bearer x"])
async def test_what_is_no_token_is_refused_without_asking_anybody(
    tokens: Tokens, key_server: KeyServer, text: str
) -> None:
    assert await refused(tokens, text) == "The token is not a JSON Web Token."
    assert key_server.num_requests == 0


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS512", "ES256", ""])
async def test_other_algorithms_are_refused(tokens: Tokens, key_server: KeyServer, algorithm: str) -> None:
    forged = unsigned({"alg": algorithm, "typ": "JWT", "kid": "old"}, "c2lnbmVk")
    assert "RS256" in await refused(tokens, forged)
    assert key_server.num_requests == 0


async def test_the_public_key_is_no_shared_secret(tokens: Tokens) -> None:
    public = KEYS["old"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = unsigned({"alg": "HS256", "kid": "old"}).rstrip(".")
    signature = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), "sha256")).rstrip(b"=")
    assert "RS256" in await refused(tokens, f"{signed}.{signature.decode()}")


async def test_a_clock_may_be_off_by_the_leeway_and_no_more(tokens: Tokens) -> None:
    now = int(time.time())
    assert (await tokens.verify(token(exp=now - 5))).subject == "user_1"
    assert await refused(tokens, token(exp=now - 15)) == "The token has expired; get a new one."


@pytest.mark.parametrize(
    ("party", "is_taken"), [("https://app.example", True), ("https://x.example", False), (None, False)]
)
async def test_only_listed_applications_tokens_are_taken(
    key_server: KeyServer, party: str | None, is_taken: bool
) -> None:
    tokens = Tokens(
        jwks_url=key_server.url,
        issuer=ISSUER,
        authorized_parties=("https://app.example", "https://b.example"),
    )
    if is_taken:
        assert (await tokens.verify(token(azp=party))).subject == "user_1"
    else:
        assert await refused(tokens, token(azp=party)) == "The token was issued to another application."


async def test_keys_are_fetched_once_for_many_at_the_same_time(tokens: Tokens, key_server: KeyServer) -> None:
    await asyncio.gather(*(tokens.verify(token()) for _ in range(20)))
    assert key_server.num_requests == 1


async def test_a_new_key_is_learned_when_a_token_names_it(
    tokens: Tokens, key_server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tokens.verify(token("old"))
    key_server.published = ["new"]
    monkeypatch.setattr(auth, "REFETCH_SECONDS", 0)
    assert (await tokens.verify(token("new"))).subject == "user_1"
    assert "does not publish" in await refused(tokens, token("old"))


async def test_unknown_keys_do_not_make_us_ask_again_and_again(tokens: Tokens, key_server: KeyServer) -> None:
    await tokens.verify(token("old"))
    for _ in range(20):
        await refused(tokens, token("odd"))
    assert key_server.num_requests == 1


async def test_a_withdrawn_key_is_forgotten_in_time(
    tokens: Tokens, key_server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tokens.verify(token("old"))
    key_server.published = ["new"]
    monkeypatch.setattr(auth, "REFETCH_SECONDS", 0)
    assert (await tokens.verify(token("old"))).subject == "user_1"
    monkeypatch.setattr(auth, "REFRESH_SECONDS", 0)
    assert "does not publish" in await refused(tokens, token("old"))


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{"kid": "old"}]}'])
async def test_known_keys_serve_while_the_issuer_is_broken(
    tokens: Tokens, key_server: KeyServer, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tokens.verify(token("old"))
    key_server.body = body
    monkeypatch.setattr(auth, "REFETCH_SECONDS", 0)
    monkeypatch.setattr(auth, "REFRESH_SECONDS", 0)
    assert (await tokens.verify(token("old"))).subject == "user_1"
    assert key_server.num_requests == 2


async def test_without_any_key_the_issuer_is_unavailable_rather_than_the_token_wrong() -> None:
    tokens = Tokens(jwks_url="http://127.0.0.1:1/jwks.json", issuer=ISSUER)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await tokens.verify(token("old"))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens whose signatures were looked at."""
    seen: list[str] = []
    decode = jwt.decode

    def watched(bearer: str, *words: Any, **named: Any) -> Any:
        seen.append(bearer)
        return decode(bearer, *words, **named)

    monkeypatch.setattr(jwt, "decode", watched)
    return seen


async def test_a_good_token_is_verified_once(tokens: Tokens, decoded: list[str]) -> None:
    good = token()
    assert await tokens.verify(good) == await tokens.verify(good)
    assert decoded == [good]


async def test_a_token_that_was_good_is_refused_once_it_is_too_old(tokens: Tokens) -> None:
    aged = token(exp=int(time.time()) - 1)
    await tokens.verify(aged)
    # Less leeway is the same as more time.
    tokens._leeway_seconds = 0
    assert "expired" in await refused(tokens, aged)


async def test_a_token_that_was_good_is_refused_once_its_key_is_withdrawn(
    tokens: Tokens, key_server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = token("old")
    await tokens.verify(good)
    key_server.published = ["new"]
    monkeypatch.setattr(auth, "REFETCH_SECONDS", 0)
    await tokens.verify(token("new"))  # its unknown key makes us ask again
    assert "does not publish" in await refused(tokens, good)


async def test_a_remembered_token_does_not_put_off_the_fetching_of_keys(
    tokens: Tokens, key_server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = token("old")
    await tokens.verify(good)
    key_server.published = ["new"]
    monkeypatch.setattr(auth, "REFETCH_SECONDS", 0)
    monkeypatch.setattr(auth, "REFRESH_SECONDS", 0)
    assert "does not publish" in await refused(tokens, good)


async def test_a_changed_token_is_not_the_one_that_was_verified(tokens: Tokens) -> None:
    good = token()
    await tokens.verify(good)
    assert "signature" in await refused(tokens, good[:-20] + "A" * 20)


async def test_no_more_tokens_are_remembered_than_may_be(
    tokens: Tokens, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "MAX_VERIFIED", 2)
    made = [token(sub=f"user_{n}") for n in range(3)]
    for each in (*made, made[2], made[0]):
        await tokens.verify(each)
    assert decoded == [*made, made[0]]
