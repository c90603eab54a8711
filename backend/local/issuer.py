"""The token issuer of the zero-key mode: signs tokens like Clerk's and publishes the key that checks them.

`python -m backend.local.issuer --folder FOLDER --port PORT` serves `/.well-known/jwks.json`.
"""

import hashlib
import secrets
import sys
import time
from pathlib import Path
from typing import TypedDict, Unpack

import click
import jwt
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from backend.local.installation import PROJECT, write_private
from backend.local.processes import Command
from backend.local.server import LOOPBACK, Server, get

ISSUER = "https://local.opentrace.invalid"
"""A name, not a place: it stays the same while ports change, and can never belong to anyone."""

JWKS_PATH = "/.well-known/jwks.json"


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
        return Command((*module, "--folder", folder, "--port", port), self.log_file, cwd=PROJECT)

    async def answers(self) -> bool:
        reply = await get(self.jwks_url)
        return reply is not None and reply.json() == public_keys(self.installation.folder)


def create_app(folder: Path) -> Starlette:
    keys = public_keys(folder)

    async def jwks(_: Request) -> JSONResponse:
        return JSONResponse(keys, headers={"Cache-Control": "public, max-age=60"})

    return Starlette(routes=[Route(JWKS_PATH, jwks)])


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
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _key_id(key: rsa.RSAPrivateKey) -> str:
    numbers = key.public_key().public_numbers()
    return hashlib.sha256(str(numbers.n).encode()).hexdigest()[:16]


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--port", type=int, required=True)
def main(folder: Path, port: int) -> None:
    """Serve the public keys on loopback."""
    uvicorn.run(create_app(folder), host=LOOPBACK, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
