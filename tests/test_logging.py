"""Log lines are JSON with ids, and hold nothing of what people wrote."""

import io
import json
import traceback
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend import logging
from db.engine import Database

PLANTED = "the lamp of Eddystone is lit at dusk"


def written(event: str, error: BaseException, **ids: Any) -> dict[str, Any]:
    """The line that the product's own processors make of an error."""
    into = io.StringIO()
    before = structlog.get_config()
    try:
        logging.configure("INFO")
        structlog.configure(
            logger_factory=structlog.WriteLoggerFactory(into), cache_logger_on_first_use=False
        )
        with logging.bind(**ids):
            structlog.get_logger().error(event, exc_info=error)
    finally:
        structlog.configure(**before)
    line: dict[str, Any] = json.loads(into.getvalue())
    return line


async def test_an_error_of_the_database_is_told_without_the_row(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with database.sessions() as session:
            connection = await session.connection()
            await connection.execute(text("CREATE TEMP TABLE lamps (id int NOT NULL, words text)"))
            await connection.execute(text("INSERT INTO lamps (words) VALUES (:words)"), {"words": PLANTED})
    assert PLANTED in "".join(traceback.format_exception(caught.value))
    line = written("message.stumbled", caught.value, message_id="m1", attempt=2)
    assert PLANTED not in json.dumps(line)
    assert (line["event"], line["message_id"], line["attempt"]) == ("message.stumbled", "m1", 2)
    first = line["exception"][0]
    assert first["exc_type"] == "IntegrityError"
    assert 'null value in column "id"' in first["exc_value"]


def test_what_an_error_was_told_with_is_cut_off_and_its_locals_stay_unseen() -> None:
    def stumble(secret: str) -> None:
        error = ValueError("It failed.\n" + secret)
        error.add_note(secret)
        raise error

    with pytest.raises(ValueError, match="It failed") as caught:
        stumble(PLANTED)
    line = written("error.masked", caught.value)
    assert PLANTED not in json.dumps(line)
    assert line["exception"][0]["exc_value"] == "It failed."
