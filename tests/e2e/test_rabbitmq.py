"""RabbitMQ carries the doorbells: two processes of each kind hear them, and a lost broker loses nothing."""

import asyncio
from pathlib import Path

from backend.local.sample import PDF, QUESTION
from db.engine import Database
from tests.chaos.undisturbed import write_pdf
from tests.e2e.product import Product, ask, follow_answer, follow_document, new_project, upload
from tests.fixtures.brokers import RabbitMQ

NO_SWEEP = {"OPENTRACE_WORK__SWEEP_SECONDS": "600"}
"""So that nobody finds a row who was not rung for."""
NUM_DOCUMENTS, NUM_QUESTIONS = 4, 8
TRIES = """
SELECT (SELECT array_agg(num_tries) FROM opentrace.documents),
       (SELECT array_agg(num_tries) FROM opentrace.messages WHERE role = 'ASSISTANT')
"""


async def test_a_broker_that_is_killed_and_comes_back_has_lost_no_question(
    product: Product, database: Database, rabbitmq: RabbitMQ, tmp_path: Path
) -> None:
    """Two APIs and two workers of each kind, which hear of work by the broker alone."""
    product.env |= {"OPENTRACE_REDIS__BROKER_URL": rabbitmq.url, **NO_SWEEP}
    apis = [await product.start_api() for _ in range(2)]
    for queue in ("ingestion", "answers") * 2:
        await product.start_worker(queue)
    project = await new_project(apis[0])
    files = [PDF, *(write_pdf(tmp_path / f"{n}.pdf", n, num_sections=2) for n in range(NUM_DOCUMENTS - 1))]
    documents = [await upload(apis[number % 2], project, file) for number, file in enumerate(files)]
    for events in await asyncio.gather(*(follow_document(apis[0], each) for each in documents)):
        assert events[-1]["__typename"] == "DocumentCompleted"
    answers = [await ask(apis[number % 2], project, QUESTION) for number in range(NUM_QUESTIONS)]

    assert rabbitmq.child is not None
    rabbitmq.child.kill()
    await rabbitmq.child.wait()
    answers.append(await ask(apis[0], project, QUESTION))
    await rabbitmq.start()
    # Whoever hears this bell works until nothing waits: the question that nobody was rung for as well.
    answers.append(await ask(apis[1], project, QUESTION))

    for number, answer in enumerate(answers):
        async with asyncio.timeout(120):
            events = await follow_answer(apis[number % 2], answer)
        assert events[-1]["__typename"] == "MessageCompleted"
        assert events[-1]["message"]["citations"][0]["status"] == "VERIFIED"
    ((of_documents, of_answers),) = await database.pool.fetch(TRIES)
    assert (of_documents, of_answers) == ([1] * NUM_DOCUMENTS, [1] * len(answers))
