"""The token issuer: its tokens are checked by its published keys, and nobody else reads its private one."""

import stat
from pathlib import Path

import httpx
import jwt
import pytest

from backend.local import issuer as issuers
from backend.local.issuer import Issuer


async def published_key(issuer: Issuer, token: str) -> jwt.PyJWK:
    async with httpx.AsyncClient(trust_env=False) as client:
        keys = jwt.PyJWKSet.from_dict((await client.get(issuer.jwks_url)).json())
    return keys[jwt.get_unverified_header(token)["kid"]]


async def test_the_published_key_checks_a_token_with_clerks_claims(issuer: Issuer) -> None:
    token = issuer.issue(
        subject="user_7", email="a@b.example", name="Ann", ttl_seconds=60, session_id="sess_1"
    )
    claims = jwt.decode(
        token, await published_key(issuer, token), algorithms=["RS256"], issuer=issuers.ISSUER
    )
    assert claims.pop("exp") - claims["iat"] == 60
    assert claims.pop("nbf") == claims.pop("iat")
    assert claims == {
        "iss": issuers.ISSUER,
        "sub": "user_7",
        "azp": "http://localhost:3000",
        "sid": "sess_1",
        "email": "a@b.example",
        "name": "Ann",
    }


async def test_without_a_name_the_token_is_the_local_users(issuer: Issuer) -> None:
    token = issuer.issue()
    claims = jwt.decode(token, await published_key(issuer, token), algorithms=["RS256"])
    assert claims["sub"] == "user_local"


async def test_a_token_of_another_installation_is_refused(issuer: Issuer, tmp_path: Path) -> None:
    key = await published_key(issuer, issuer.issue())
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(issuers.issue(tmp_path), key, algorithms=["RS256"])


async def test_a_token_that_has_run_out_is_refused(issuer: Issuer) -> None:
    token = issuer.issue(ttl_seconds=-60)
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, await published_key(issuer, token), algorithms=["RS256"])


PAGE = "http://localhost:3000"


async def ask_for_token(app_of: Path, body: object, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=issuers.create_app(app_of, (PAGE,)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.post("/token", json=body, headers={"Origin": PAGE, **headers})


async def test_a_local_page_gets_a_token_for_the_person_it_names(tmp_path: Path) -> None:
    reply = await ask_for_token(tmp_path, {"subject": "user_ann", "name": "Ann"})
    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, PAGE)
    assert (reply.headers["cache-control"], reply.json()["expiresIn"]) == ("no-store", 3600)
    keys = jwt.PyJWKSet.from_dict(issuers.public_keys(tmp_path))
    claims = jwt.decode(reply.json()["token"], keys.keys[0], algorithms=["RS256"])
    assert (claims["sub"], claims["name"], claims["email"]) == ("user_ann", "Ann", "ann@opentrace.invalid")
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://elsewhere.example"}, {"Host": "elsewhere.example"}, {"Origin": "null"}]
)
async def test_no_other_page_gets_a_token(tmp_path: Path, headers: dict[str, str]) -> None:
    reply = await ask_for_token(tmp_path, {"subject": "user_ann", "name": "Ann"}, **headers)
    assert reply.status_code in (400, 403)
    assert "token" not in reply.text


@pytest.mark.parametrize(
    "body", [[], "user_ann", {}, {"subject": "ann", "name": "Ann"}, {"subject": "user_ann"}, {"name": "Ann"}]
)
async def test_a_token_for_nobody_is_refused(tmp_path: Path, body: object) -> None:
    assert (await ask_for_token(tmp_path, body)).status_code == 400


def test_the_private_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    issuers.issue(tmp_path)
    assert stat.S_IMODE((tmp_path / "issuer.pem").stat().st_mode) == 0o600


def test_the_published_keys_hold_nothing_private(tmp_path: Path) -> None:
    (key,) = issuers.public_keys(tmp_path)["keys"]
    assert set(key) == {"kty", "kid", "use", "alg", "n", "e", "key_ops"}
