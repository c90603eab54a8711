"""From a bearer token to who is calling: signed by the issuer's published keys, checked claim by claim."""

import asyncio
import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import jwt
import structlog

from backend.errors import NotSignedIn, Unavailable
from db.models import Capability

log = structlog.get_logger()

ALGORITHMS = ("RS256",)
REFETCH_SECONDS = 5.0
REFRESH_SECONDS = 600.0
FETCH_TIMEOUT_SECONDS = 5.0
MAX_VERIFIED = 10_000
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a valid token says about its bearer."""

    subject: str
    email: str | None
    name: str | None
    session_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """What an API key lets its bearer do, in the name of the person who made it."""

    id: UUID
    capabilities: frozenset[Capability]
    project_ids: frozenset[UUID] | None
    """None: all that the person belongs to."""
    is_exhausted: bool = False
    """Its budget is used up."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user of ours, or a program that acts for one with an API key."""

    user_id: UUID
    subject: str
    session_id: str | None
    expires_at: datetime | None
    key: KeyGrant | None = None

    @property
    def key_id(self) -> UUID | None:
        return None if self.key is None else self.key.id


class Tokens:
    """Verifies tokens of one issuer by the keys that it publishes at `jwks_url`.

    Keys are fetched at first use, again after ten minutes, and when a token names an unknown one, but not
    more often than every few seconds. Known keys go on serving while their address is down.
    """

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
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._verified: dict[bytes, Identity] = {}

    async def verify(self, bearer: str) -> Identity:
        """Who the token belongs to; raises NotSignedIn with the cause, Unavailable when no key is at hand.

        What a token says never changes: one that was verified is asked for its age alone, until the keys
        are due to be fetched again. No token is kept, only its digest.
        """
        digest = hashlib.sha256(bearer.encode()).digest()
        known = self._verified.get(digest)
        if known is not None and self._is_good(known):
            return known
        identity = await self._verify(bearer)
        self._verified[digest] = identity
        if len(self._verified) > MAX_VERIFIED:
            del self._verified[next(iter(self._verified))]
        return identity

    def _is_good(self, identity: Identity) -> bool:
        is_fresh = time.monotonic() - self._fetched_at <= REFRESH_SECONDS
        return is_fresh and identity.expires_at.timestamp() + self._leeway_seconds > time.time()

    async def _verify(self, bearer: str) -> Identity:
        key = await self._key_of(bearer)
        try:
            claims = jwt.decode(
                bearer,
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
        is_old = time.monotonic() - self._fetched_at > REFRESH_SECONDS
        if name not in self._keys or (is_old and not self._fetching.locked()):
            await self._fetch(name)
        if name in self._keys:
            return self._keys[name]
        if not self._keys:
            raise Unavailable("The token issuer does not answer.", retry_after=REFETCH_SECONDS)
        raise NotSignedIn("The token is signed with a key that its issuer does not publish.")

    async def _fetch(self, name: str) -> None:
        """Learn the published keys, unless somebody has just asked for them or found this one."""
        async with self._fetching:
            now = time.monotonic()
            is_known = name in self._keys and now - self._fetched_at <= REFRESH_SECONDS
            if is_known or now - self._tried_at < REFETCH_SECONDS:
                return
            self._tried_at = now
            try:
                self._keys = await _published(self._jwks_url)
                self._fetched_at = now
                self._verified.clear()
            except (
                httpx.HTTPError,
                ValueError,
                LookupError,
                TypeError,
                AttributeError,
                jwt.PyJWTError,
            ) as error:
                log.warning("keys.unfetched", reason=repr(error))

    def _check_party(self, claims: dict[str, Any]) -> None:
        """Where applications are listed, a token that names none is refused too."""
        if self._authorized_parties and claims.get("azp") not in self._authorized_parties:
            raise NotSignedIn("The token was issued to another application.")


async def _published(url: str) -> dict[str, jwt.PyJWK]:
    """The keys by name. A proxy of the environment cannot reach our own loopback."""
    is_near = httpx.URL(url).host in _LOOPBACK
    async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_SECONDS, trust_env=not is_near) as http:
        answer = (await http.get(url)).raise_for_status().json()
    return {key.key_id: key for key in jwt.PyJWKSet.from_dict(answer).keys if key.key_id}


def _identity(claims: dict[str, Any]) -> Identity:
    """What is not a string where one belongs counts as not said."""
    email, name, session_id = (_text(claims.get(claim)) for claim in ("email", "name", "sid"))
    return Identity(claims["sub"], email, name, session_id, datetime.fromtimestamp(claims["exp"], UTC))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


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
