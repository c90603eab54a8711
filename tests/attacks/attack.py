"""What an attack is: what is done, how it is answered, and what it may cost at most."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx

from tests.fixtures.sieges import Besieged

Strike: TypeAlias = Callable[[Besieged], Awaitable[str]]
"""Attacks, and says how it was answered: a status or a close code, and the code of the first error."""


@dataclass(frozen=True)
class Attack:
    does: str
    """As docs/security.md has it."""
    answer: str
    strike: Strike
    num_fetches: int = 0
    """Requests to the issuer, at most."""
    num_statements: int = 0
    """Statements to the database."""


def answer_of(response: httpx.Response) -> str:
    """`400 TOO_DEEP`; errors of the GraphQL library have no code."""
    kind = response.headers.get("content-type", "")
    if "json" in kind:
        code = code_of(response.json().get("errors", []))
    else:
        code = "".join(re.findall(r'"code":"(\w+)"', response.text)[:1])
    return f"{response.status_code} {code}".strip()


def code_of(errors: list[Any]) -> str:
    codes = [each.get("extensions", {}).get("code", "") for each in errors]
    return next(filter(None, codes), "")


def asking(query: str, variables: Any = None) -> Strike:
    """Sends one operation, signed in."""

    async def strike(besieged: Besieged) -> str:
        body = {"query": query, "variables": variables}
        return answer_of(await besieged.http.post("/graphql", json=body, headers=besieged.headers))

    return strike


def sending(method: str, content: Any = None, /, params: Any = None, **headers: str) -> Strike:
    """Sends one request, signed in."""

    async def strike(besieged: Besieged) -> str:
        sent = {**besieged.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        body = content() if callable(content) else content
        return answer_of(
            await besieged.http.request(method, "/graphql", content=body, params=params, headers=sent)
        )

    return strike
