"""Global ids: one opaque text names one object of the whole API, and reads back as type and row."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from uuid import UUID

import strawberry

from backend.errors import NotFound


@strawberry.interface(description="Anything that can be fetched again by its id alone.")
class Node:
    id: strawberry.ID = strawberry.field(
        description="The object's id, unique in the whole API; opaque, and stable for the object's life."
    )


def global_id(type_name: str, row_id: UUID) -> strawberry.ID:
    """The API's id of a row; the inverse of `parse`."""
    return strawberry.ID(urlsafe_b64encode(f"{type_name}:{row_id}".encode()).decode().rstrip("="))


def parse(id: str, *, field: str | None = None) -> tuple[str, UUID]:
    """Type name and row id of a global id. Raises NotFound for anything that never was one."""
    try:
        text = urlsafe_b64decode(id.encode("ascii") + b"=" * (-len(id) % 4)).decode()
        type_name, _, row_id = text.partition(":")
        return type_name, UUID(row_id)
    except (NotBase64, ValueError) as error:
        raise NotFound("There is nothing with this id.", field=field) from error


def row_id(id: str, type_name: str, *, field: str = "id") -> UUID:
    """The row that `id` names, if it names a `type_name`. Raises NotFound otherwise."""
    try:
        found, row = parse(id)
    except NotFound:
        found, row = "", None
    if found != type_name or row is None:
        raise NotFound(f"There is no {type_name.lower()} with this id.", field=field)
    return row
