"""Global ids name one object, and nothing else reads as one."""

from uuid import UUID, uuid4

import pytest

from backend.errors import NotFound
from backend.schema import nodes


def test_an_id_reads_back_as_its_type_and_row() -> None:
    id = UUID("0a8ff9ea-7e1f-4ed5-8a55-9f7f3c2f6c51")
    assert nodes.parse(nodes.global_id("Document", id)) == ("Document", id)


@pytest.mark.parametrize("text", ["", "x", "Document", "RG9jdW1lbnQ6eA", "ä", "=" * 8, str(uuid4())])
def test_what_is_no_id_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        nodes.parse(text)


def test_an_id_of_another_type_is_not_found_and_says_where() -> None:
    with pytest.raises(NotFound, match="There is no chat with this id") as caught:
        nodes.row_id(nodes.global_id("Project", uuid4()), "Chat", field="chat_id")
    assert caught.value.field == "chat_id"
