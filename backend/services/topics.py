"""What the events of a thing are published under."""

from uuid import UUID


def document(id: UUID) -> str:
    return f"document:{id}"


def message(id: UUID) -> str:
    return f"message:{id}"


def row_of(topic: str) -> UUID | None:
    """The id of the document or message that a topic is about; None for other topics."""
    noun, _, id = topic.partition(":")
    try:
        return UUID(id) if noun in ("document", "message") else None
    except ValueError:
        return None
