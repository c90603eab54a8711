"""The token issuer of the zero-key mode: signs tokens like Clerk's and publishes the key that checks them.

`python -m backend.local.issuer --folder FOLDER --port PORT --origin ORIGIN` serves `/.well-known/jwks.json`
to everybody, and `/token` to the pages of its origins: whoever sits at this machine may be anybody.
"""

import hashlib
import json
import re
import secrets
import sys
import time
from functools import cache
from pathlib import Path
from typing import TypedDict, Unpack

import click
import jwt
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from backend.local.installation import PROJECT, Installation, write_private
from backend.local.processes import Command
from backend.local.server import LOOPBACK, Server, get

ISSUER = "https://local.opentrace.invalid"
"""A name, not a place: it stays the same while ports change, and can never belong to anyone."""

JWKS_PATH = "/.well-known/jwks.json"
TOKEN_PATH = "/token"
TOKEN_SECONDS = 3600
_SUBJECT = re.compile(r"user_[a-z0-9_]{1,80}")


class Claims(TypedDict, total=False):
    """Who the token is for; what is left out is the ready-made local user's."""

    subject: str
    email: str
    name: str
    ttl_seconds: int
    """Negative: a token that has run out already."""
    session_id: str
    """A fresh one when left out."""
    authorized_party: str


LOCAL_USER: Claims = {
    "subject": "user_local",
    "email": "local@opentrace.invalid",
    "name": "Local User",
    "ttl_seconds": 3600,
    "authorized_party": "http://localhost:3000",
}


def issue(folder: Path, **claims: Unpack[Claims]) -> str:
    """A signed token of this installation. Needs no running server; the key is made at first use."""
    key = _private_key(folder)
    who: Claims = {**LOCAL_USER, **claims}
    now = int(time.time())
    payload = {
        "iss": ISSUER,
        "sub": who["subject"],
        "azp": who["authorized_party"],
        "sid": who.get("session_id") or f"sess_{secrets.token_hex(12)}",
        "iat": now,
        "nbf": now,
        "exp": now + who["ttl_seconds"],
        "email": who["email"],
        "name": who["name"],
    }
    return jwt.encode(payload, key, algorithm="RS256", headers={"kid": _key_id(key)})


def public_keys(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The JSON Web Key Set that checks this installation's tokens."""
    key = _private_key(folder)
    shown = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"keys": [{**shown, "kid": _key_id(key), "use": "sig", "alg": "RS256"}]}


class Issuer(Server):
    """The process that serves the keys."""

    name = "issuer"
    issuer = ISSUER

    def __init__(self, installation: Installation, *, allowed_origins: tuple[str, ...] = ()) -> None:
        super().__init__(installation)
        self._allowed_origins = allowed_origins

    @property
    def jwks_url(self) -> str:
        return f"{self.address}{JWKS_PATH}"

    def issue(self, **claims: Unpack[Claims]) -> str:
        """A token that this issuer's keys check."""
        return issue(self.installation.folder, **claims)

    async def prepare(self) -> None:
        _private_key(self.installation.folder)

    def command(self) -> Command:
        folder, port = str(self.installation.folder), str(self.port)
        module = (sys.executable, "-m", "backend.local.issuer")
        origins = [word for origin in self._allowed_origins for word in ("--origin", origin)]
        argv = (*module, "--folder", folder, "--port", port, *origins)
        return Command(argv, self.log_file, cwd=PROJECT)

    async def answers(self) -> bool:
        reply = await get(self.jwks_url)
        return reply is not None and reply.json() == public_keys(self.installation.folder)


def create_app(folder: Path, allowed_origins: tuple[str, ...] = ()) -> Starlette:
    """Keys for everybody; tokens for pages of these origins, asked by a name of this machine alone."""
    keys = public_keys(folder)

    async def jwks(_: Request) -> JSONResponse:
        return JSONResponse(keys, headers={"Cache-Control": "public, max-age=60"})

    async def token(request: Request) -> JSONResponse:
        if request.headers.get("origin") not in allowed_origins:
            return JSONResponse({"message": "This page may not sign anybody in."}, 403)
        who = _asked_for(await request.body())
        if who is None:
            return JSONResponse({"message": "A token is for a `subject` like user_ann, with a `name`."}, 400)
        signed = issue(folder, **who)
        return JSONResponse(
            {"token": signed, "expiresIn": TOKEN_SECONDS}, headers={"Cache-Control": "no-store"}
        )

    return Starlette(
        routes=[Route(JWKS_PATH, jwks), Route(TOKEN_PATH, token, methods=["POST"])],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"]),
            Middleware(
                CORSMiddleware,
                allow_origins=allowed_origins,
                allow_methods=["POST"],
                allow_headers=["Content-Type"],
            ),
        ],
    )


def _asked_for(body: bytes) -> Claims | None:
    """Who a token is asked for; None when the request does not say it well."""
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    if not isinstance(asked, dict):
        return None
    subject, name = asked.get("subject"), asked.get("name")
    if not isinstance(subject, str) or not isinstance(name, str) or not _SUBJECT.fullmatch(subject):
        return None
    return {
        "subject": subject,
        "name": name[:80],
        "email": f"{subject.removeprefix('user_')}@opentrace.invalid",
        "ttl_seconds": TOKEN_SECONDS,
    }


def _private_key(folder: Path) -> rsa.RSAPrivateKey:
    path = folder / "issuer.pem"
    if not path.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        text = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_private(path, text.decode())
    return _parsed(path.read_bytes())


@cache
def _parsed(pem: bytes) -> rsa.RSAPrivateKey:
    """To check a key costs as much as many signatures."""
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _key_id(key: rsa.RSAPrivateKey) -> str:
    numbers = key.public_key().public_numbers()
    return hashlib.sha256(str(numbers.n).encode()).hexdigest()[:16]


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--port", type=int, required=True)
@click.option("--origin", "origins", multiple=True, help="Whose pages may ask for tokens.")
def main(folder: Path, port: int, origins: tuple[str, ...]) -> None:
    """Serve the public keys, and tokens for local pages, on loopback."""
    uvicorn.run(create_app(folder, origins), host=LOOPBACK, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
