"""Connections that say too little, too slowly or too much, and sockets that pages of other sites open."""

import asyncio
from contextlib import suppress
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend.transport.patience import PatientHttp
from tests.attacks.attack import Attack, Strike, code_of
from tests.fixtures.served import Socket
from tests.fixtures.sieges import Besieged, good_token

HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BODY = b"Content-Length: 1000\r\n\r\n{"


def dripping(*beginning: bytes, drop: bytes) -> Strike:
    """Says the beginning, then one drop now and then, until it is answered or let go of."""

    async def strike(besieged: Besieged) -> str:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(PatientHttp, "head_seconds", 0.5)
            reader, writer = await asyncio.open_connection(*besieged.hurried_address)
            writer.writelines(beginning)
            dripping = asyncio.create_task(drip(writer, drop))
            try:
                async with asyncio.timeout(20):
                    return await answered(reader)
            finally:
                dripping.cancel()
                writer.close()

    return strike


async def answered(reader: asyncio.StreamReader) -> str:
    """All that is said until the connection ends, in whichever way it does."""
    answer = bytearray()
    with suppress(ConnectionError):
        while part := await reader.read(1000):
            answer += part
    return said(bytes(answer))


async def drip(writer: asyncio.StreamWriter, drop: bytes) -> None:
    with suppress(ConnectionError):
        while True:
            await asyncio.sleep(0.05)
            writer.write(drop)
            await writer.drain()


def said(answer: bytes) -> str:
    if not answer:
        return "closed"
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1].decode()
    return f"{status} {code_of(orjson.loads(body)['errors'])}" if b"json" in head else status


async def endless_head(besieged: Besieged) -> str:
    reader, writer = await asyncio.open_connection(*besieged.hurried_address)
    writer.write(HEAD + b"X-Endless: " + b"x" * 100_000)
    answer = await answered(reader)
    writer.close()
    return answer


def socket(*messages: Any, is_silent: bool = False, **headers: str) -> Strike:
    """Opens a socket, says the messages, and waits for its end."""

    async def strike(besieged: Besieged) -> str:
        served = besieged.hurried if is_silent else besieged.served
        try:
            async with asyncio.timeout(20), served.raw_socket(**headers) as raw:
                for message in messages:
                    text = message(besieged) if callable(message) else message
                    await (raw.send(text) if isinstance(text, str) else Socket(raw).send(**text))
                while True:
                    await raw.recv()
        except InvalidStatus as refusal:
            return str(refusal.response.status_code)
        except ConnectionClosed as end:
            return str(end.rcvd.code if end.rcvd else end.code)

    return strike


def init(token: str) -> dict[str, Any]:
    return {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}


CONNECTIONS = (
    Attack("A head that comes drop by drop", "closed", dripping(HEAD, drop=b"X-Slow: 1\r\n")),
    Attack("A connection that says nothing", "closed", dripping(drop=b"")),
    Attack("A body that comes drop by drop", "504 TIMEOUT", dripping(HEAD, BODY, drop=b" ")),
    Attack("A head without an end", "400", endless_head),
    Attack("A socket that says nothing", "4408", socket(is_silent=True)),
    Attack("A socket that only pings", "4408", socket(*[{"type": "ping"}] * 20, is_silent=True)),
    Attack("A message of 300 kB", "1009", socket("x" * 300_000)),
    Attack("A message of 1,000 levels", "4400", socket("[" * 1000 + "]" * 1000)),
    Attack("A message of 200,000 levels", "4400", socket("[" * 200_000)),
    Attack("A socket of a page of another site", "403", socket(Origin="https://evil.example")),
    Attack("A socket of a page from a file", "403", socket(Origin="null")),
    Attack(
        "A socket with a token of another key",
        "4403",
        socket(lambda _: init(good_token(key="odd", kid="old"))),
    ),
    Attack("A socket with an expired token", "4403", socket(lambda _: init(good_token(exp=1_000_000_000)))),
)
