"""`python -m bench.siege KIND ADDRESS TOKEN NUM`: one attacker in a process of its own, until it is ended.

It says `ready` once the attack is under way, and counts at its end as JSON how it was answered.
"""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import TypeAlias

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from backend import api_keys

Attack: TypeAlias = Callable[["Siege"], Awaitable[None]]
AT_ONCE = 8
PACE_SECONDS = 0.5
EVENTS = "subscription ($id: ID!) { projectEvents(projectId: $id) { __typename } }"


class Siege:
    """Whom it is against, and what the answers were."""

    def __init__(self, host: str, port: int, token: str, project: str) -> None:
        self.host, self.port, self.token, self.project = host, port, token, project
        self.answers: Counter[str] = Counter()
        self.ready = asyncio.Event()

    def post(self, body: bytes, token: str) -> bytes:
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
            f"Accept: application/graphql-response+json\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def exchange(self, requests: Iterator[bytes]) -> None:
        """Sends one after another, as fast as they are answered."""
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                for request in requests:
                    writer.write(request)
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                    await reader.readexactly(length)
                    self.answers[head.split(b" ")[1].decode()] += 1
                    if b"connection: close" in head.lower():
                        break
                writer.close()
            await asyncio.sleep(0.01)

    async def flood(self, requests: Callable[[], Iterator[bytes]]) -> None:
        self.ready.set()
        await asyncio.gather(*(self.exchange(requests()) for _ in range(AT_ONCE)))


def documents(siege: Siege) -> Iterator[bytes]:
    """Each another one, so that no cache knows it."""
    fields = "documents { totalCount } " * 300
    for number in count():
        query = f"query Q{number} {{ projects {{ edges {{ node {{ {fields} }} }} }} }}"
        yield siege.post(orjson.dumps({"query": query}), siege.token)


def deep(siege: Siege) -> Iterator[bytes]:
    while True:
        yield siege.post(
            b'{"query":"{a}","variables":{"a":' + b"[" * 500_000 + b"]" * 500_000 + b"}}", siege.token
        )


def bodies(siege: Siege) -> Iterator[bytes]:
    while True:
        yield siege.post(b" " * 20 * 1024 * 1024, siege.token)


def tokens(siege: Siege) -> Iterator[bytes]:
    """A signature that is wrong must be looked at to be known."""
    head, claims, signature = siege.token.split(".")
    for number in count():
        forged = f"{head}.{claims}.{number:06}{signature[6:]}"
        yield siege.post(b'{"query":"{ viewer { id } }"}', forged)


def keys(siege: Siege) -> Iterator[bytes]:
    """Whose checksum is right, so that they must be looked for."""
    while True:
        yield siege.post(b'{"query":"{ viewer { id } }"}', api_keys.make().text)


async def held(siege: Siege, num: int, beginning: bytes, drop: bytes) -> None:
    """Connections that begin something, and go on drop by drop."""

    async def hold() -> None:
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(siege.host, siege.port)
                writer.write(beginning)
                siege.answers["opened"] += 1
                while not writer.is_closing():
                    await asyncio.sleep(PACE_SECONDS)
                    writer.write(drop)
                    await writer.drain()
            siege.answers["let go of"] += 1
            await asyncio.sleep(PACE_SECONDS)

    holding = [asyncio.create_task(hold()) for _ in range(num)]
    await asyncio.sleep(1)
    siege.ready.set()
    await asyncio.gather(*holding)


async def sockets(siege: Siege, num: int, num_operations: int, token: str | None) -> None:
    """Opened a few at a time; each asks for so many subscriptions, and stays as long as it may."""
    few = asyncio.Semaphore(50)
    payload = {"Authorization": f"Bearer {token}"} if token else None

    async def stay() -> None:
        try:
            async with few:
                socket = await connect(
                    f"ws://{siege.host}:{siege.port}/graphql",
                    subprotocols=[Subprotocol("graphql-transport-ws")],
                    proxy=None,
                    open_timeout=60,
                )
                await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
                await socket.recv()
            for number in range(num_operations):
                operation = {"query": EVENTS, "variables": {"id": siege.project}}
                await socket.send(json.dumps({"type": "subscribe", "id": str(number), "payload": operation}))
            siege.answers["open"] += 1
            async for message in socket:
                siege.answers[orjson.loads(message)["type"]] += 1
        except ConnectionClosed as end:
            siege.answers[str(end.rcvd.code if end.rcvd else end.code)] += 1
        except (OSError, InvalidHandshake) as error:
            siege.answers[type(error).__name__] += 1

    staying = [asyncio.create_task(stay()) for _ in range(num)]
    siege.ready.set()
    await asyncio.gather(*staying)
    await asyncio.Event().wait()


HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BODY = HEAD + b"Content-Length: 100000\r\n\r\n{"
KINDS: dict[str, Attack] = {
    "documents": lambda siege: siege.flood(lambda: documents(siege)),
    "deep JSON": lambda siege: siege.flood(lambda: deep(siege)),
    "20 MB bodies": lambda siege: siege.flood(lambda: bodies(siege)),
    "forged tokens": lambda siege: siege.flood(lambda: tokens(siege)),
    "guessed keys": lambda siege: siege.flood(lambda: keys(siege)),
    "2,000 slow heads": lambda siege: held(siege, 2000, HEAD, b"X-Slow: 1\r\n"),
    "2,000 slow bodies": lambda siege: held(siege, 2000, BODY, b" "),
    "10,000 sockets": lambda siege: sockets(siege, 10_000, 0, None),
    "10,000 subscriptions": lambda siege: sockets(siege, 100, 100, siege.token),
}


async def main(kind: str, host: str, port: str, token: str, project: str) -> None:
    siege = Siege(host, int(port), token, project)
    attack = asyncio.ensure_future(KINDS[kind](siege))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, attack.cancel)
    await siege.ready.wait()
    print("ready", flush=True)
    with suppress(asyncio.CancelledError):
        await attack
    print(json.dumps(siege.answers), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
