"""From a bearer token to who is calling: signed by the issuer's published keys, checked claim by claim."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import jwt
import structlog

from backend.errors import NotSignedIn, Unavailable

log = structlog.get_logger()

ALGORITHMS = ("RS256",)
REFETCH_SECONDS = 5.0
FETCH_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Identity:
    """What a valid token says about its bearer."""

    subject: str
    email: str | None
    name: str | None
    session_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user of ours."""

    user_id: UUID
    subject: str
    session_id: str | None
    expires_at: datetime | None


class Tokens:
    """Verifies tokens of one issuer. Keys are fetched at first use and again when an unknown one is named."""

    def __init__(
        self,
        *,
        jwks_url: str,
        issuer: str,
        authorized_parties: tuple[str, ...] = (),
        leeway_seconds: int = 10,
    ) -> None:
        self._jwks_url = jwks_url
        self._issuer = issuer
        self._authorized_parties = authorized_parties
        self._leeway_seconds = leeway_seconds
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def verify(self, token: str) -> Identity:
        """Who the token belongs to; raises NotSignedIn with the cause, Unavailable when no key is at hand."""
        key = await self._key_of(token)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                issuer=self._issuer,
                leeway=self._leeway_seconds,
                options={"require": ["exp", "iss", "sub"], "verify_aud": False},
            )
        except jwt.PyJWTError as error:
            raise NotSignedIn(_sentence(error)) from error
        self._check_party(claims)
        return _identity(claims)

    async def _key_of(self, token: str) -> jwt.PyJWK:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise NotSignedIn("The token is not a JSON Web Token.") from error
        if header.get("alg") not in ALGORITHMS:
            raise NotSignedIn("The token is signed with an algorithm that is not accepted; RS256 is.")
        name = str(header.get("kid"))
        if name not in self._keys:
            await self._fetch(name)
        if name not in self._keys:
            raise NotSignedIn("The token is signed with a key that its issuer does not publish.")
        return self._keys[name]

    async def _fetch(self, name: str) -> None:
        """Keys that are already known go on serving while the address is down."""
        async with self._fetching:
            if name in self._keys or time.monotonic() - self._fetched_at < REFETCH_SECONDS:
                return
            try:
                async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_SECONDS) as http:
                    answer = (await http.get(self._jwks_url)).raise_for_status().json()
                self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(answer).keys if key.key_id}
                self._fetched_at = time.monotonic()
            except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
                log.warning("keys.unfetched", reason=repr(error))
                if not self._keys:
                    raise Unavailable("The token issuer does not answer.", retry_after=5) from error

    def _check_party(self, claims: dict[str, Any]) -> None:
        party = claims.get("azp")
        if self._authorized_parties and party is not None and party not in self._authorized_parties:
            raise NotSignedIn("The token was issued to another application.")


def _identity(claims: dict[str, Any]) -> Identity:
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    return Identity(claims["sub"], claims.get("email"), claims.get("name"), claims.get("sid"), expires_at)


def _sentence(error: jwt.PyJWTError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "The token has expired; get a new one."
        case jwt.ImmatureSignatureError():
            return "The token is not valid yet; is the clock right?"
        case jwt.InvalidIssuerError():
            return "The token comes from another issuer."
        case jwt.MissingRequiredClaimError():
            return f"The token lacks the claim '{error.claim}'."
        case jwt.InvalidSignatureError():
            return "The token's signature is wrong."
        case _:
            return "The token is not valid."
