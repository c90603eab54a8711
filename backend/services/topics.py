"""What the events of a thing are published under."""

from uuid import UUID


def document(id: UUID) -> str:
    return f"document:{id}"


def message(id: UUID) -> str:
    return f"message:{id}"
