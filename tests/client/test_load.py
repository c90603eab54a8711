"""Much of everything, in a real browser: what is not in sight costs nothing (`make e2e`)."""

import base64
import hashlib
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from backend.cli import operations
from backend.cli.client import Client, result_of
from backend.local.stack import Stack
from db import engine
from db.models import Chat, Message, MessageRole
from db.models.base import utc_now
from tests.fixtures.browser import browse

NUM_DOCUMENTS = 1_000
NUM_ANSWERS = 1_000


def described(number: int) -> dict[str, Any]:
    name = f"document {number}.txt"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return {"name": name, "contentType": "text/plain", "size": len(name), "sha256": sha256}


RICH = r"""

The load is $F = m \cdot g$, and the moment

$$
M = \int_0^L x\,q(x)\,dx = \frac{q L^2}{2} + \sqrt{a^2 + b^2}
$$

| Crane | Lifts | Wind |
|---|---:|---|
| Harbour | 40 t | 9 kn |

```python
def lifts(tonnes: float) -> bool:
    return tonnes <= 40  # never more
```"""
"""What the last answer shows besides."""


async def await_documents(client: Client, project: str) -> None:
    """A thousand documents whose files are awaited."""
    for start in range(0, NUM_DOCUMENTS, 100):
        files = [described(number) for number in range(start, start + 100)]
        result_of(await client.execute(operations.REQUEST_UPLOADS, {"project": project, "files": files}))


async def talk(stack: Stack, chat_id: UUID) -> None:
    """Two thousand messages, each following the one before."""
    database = await engine.open(stack.postgres.url, pool_size=1, transaction_pooler=False)
    async with database.sessions() as session:
        chat = (await session.exec(select(Chat).where(Chat.id == chat_id))).one()
        before: Message | None = None
        for number in range(NUM_ANSWERS):
            for role, text in ((MessageRole.USER, "Question"), (MessageRole.ASSISTANT, "Answer")):
                is_last = number == NUM_ANSWERS - 1 and role is MessageRole.ASSISTANT
                message = Message(
                    chat_id=chat.id,
                    project_id=chat.project_id,
                    created_by=chat.created_by,
                    parent_id=before.id if before else None,
                    role=role,
                    content=f"{text} {number} of many.{RICH if is_last else ''}",
                    created_at=utc_now(),
                )
                if before:
                    before.preferred_child_id = message.id
                session.add(message)
                before = message
        await session.commit()
    await engine.close(database)


@pytest.mark.e2e
async def test_a_thousand_documents_and_a_long_chat_stay_smooth(whole_stack: Stack) -> None:
    url = f"http://127.0.0.1:{whole_stack.options.api_port}"
    client = Client(url, lambda: whole_stack.issuer.issue(subject="user_load"))
    made = result_of(await client.execute(operations.CREATE_PROJECT, {"name": "Much"}))
    project = str(made["project"]["id"])
    chat = str(result_of(await client.execute(operations.CREATE_CHAT, {"project": project}))["chat"]["id"])
    await await_documents(client, project)
    await talk(whole_stack, UUID(base64.urlsafe_b64decode(chat + "==").decode().split(":")[1]))
    seen = await browse("load.mjs", whole_stack, person="Load", project=project, chat=chat)
    assert seen["complaints"] == []
