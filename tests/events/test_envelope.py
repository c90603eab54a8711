"""The envelope: nothing is lost on the way through Redis, and merged text is the same text."""

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.events import TEXT_APPENDED, Cursor, Event
from backend.events.envelope import merged

TOPIC = "message:1"
words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=5)
data = st.dictionaries(
    words, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words | st.lists(words)
)
kinds = st.sampled_from([TEXT_APPENDED, TEXT_APPENDED, "ToolStarted", "AnswerRestarted"])


@settings(deadline=None)
@given(data, st.booleans(), st.datetimes(timezones=st.just(UTC)))
def test_an_event_survives_the_wire(data: dict[str, object], final: bool, at: datetime) -> None:
    event = Event(TOPIC, Cursor(3, 17), "ToolStarted", data, at, final)
    assert Event.from_bytes(event.to_bytes()) == event


@settings(deadline=None)
@given(st.lists(st.tuples(kinds, words, st.booleans())))
def test_merging_changes_neither_the_text_nor_the_order_nor_the_last_cursor(
    story: list[tuple[str, str, bool]],
) -> None:
    events, attempt = [], 1
    for seq, (kind, word, is_new_attempt) in enumerate(story):
        attempt += is_new_attempt
        events.append(Event(TOPIC, Cursor(attempt, seq), kind, {"text": word}))
    told = merged(events)
    assert _texts(told) == _texts(events)
    assert [event for event in told if event.kind != TEXT_APPENDED] == [
        event for event in events if event.kind != TEXT_APPENDED
    ]
    assert [event.cursor for event in told] == sorted({event.cursor for event in told})
    assert [event.cursor for event in told[-1:]] == [event.cursor for event in events[-1:]]
    assert not any(
        one.kind == other.kind == TEXT_APPENDED and one.cursor.attempt == other.cursor.attempt
        for one, other in pairwise(told)
    )


def _texts(events: list[Event]) -> dict[int, str]:
    """The text of each attempt."""
    texts: dict[int, str] = {}
    for event in events:
        if event.kind == TEXT_APPENDED:
            attempt = event.cursor.attempt
            texts[attempt] = texts.get(attempt, "") + event.data["text"]
    return texts
