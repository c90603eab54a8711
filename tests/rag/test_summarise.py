"""What a model is shown of a chunk, and what is taken of its answer."""

import base64
from typing import Any

import pytest

from backend.llm import ModelAnswerInvalid, TokenUsage
from backend.rag import summarise
from backend.rag.summarise import MAX_SUMMARY, Form, Picture, Subject

TABLE = "Lamp | Oil\nnorth | 12 < 13"
PNG = Picture("a" * 64, "image/png", "A chart <of> oil")
JPEG = Picture("b" * 64, "image/jpeg")


class Models:
    """A model that says what the test wants."""

    def __init__(self, form: Form) -> None:
        self.form = form

    async def summarise(self, _: type[Form], messages: Any) -> tuple[Form, TokenUsage]:
        return self.form, TokenUsage(10, 5)


async def said(summary: str, images: list[str], subject: Subject) -> summarise.Summary:
    models: Any = Models(Form(summary=summary, images=images))
    found, usage = await summarise.ask(models, subject, [b""] * len(subject.pictures))
    assert usage == TokenUsage(10, 5)
    return found


def test_a_chunk_without_images_is_plain_text_that_cannot_close_its_tags() -> None:
    system, user = summarise.messages(Subject(TABLE, ("Lamps", "By night")), [])
    assert system["role"] == "system"
    text = "<titles>Lamps &gt; By night</titles>\n<excerpt>\nLamp | Oil\nnorth | 12 &lt; 13\n</excerpt>"
    assert user == {"role": "user", "content": text}


def test_images_follow_the_text_as_parts_of_the_message() -> None:
    content = summarise.messages(Subject(TABLE, (), (PNG, JPEG)), [b"one", b"two"])[1]["content"]
    assert [part["type"] for part in content] == ["text", "text", "image_url", "text", "image_url"]
    assert content[1]["text"] == "Image 1 <alt>A chart &lt;of&gt; oil</alt>"
    assert content[3]["text"] == "Image 2"
    address = f"data:image/jpeg;base64,{base64.b64encode(b'two').decode()}"
    assert content[4]["image_url"] == {"url": address}


def test_the_hash_tells_apart_whatever_the_model_is_shown() -> None:
    subjects = [
        Subject(TABLE),
        Subject(TABLE, ("Lamps",)),
        Subject(TABLE, (), (PNG,)),
        Subject(TABLE, (), (JPEG,)),
        Subject(TABLE, (), (Picture(PNG.sha256, PNG.content_type),)),
    ]
    assert len({subject.sha256 for subject in subjects}) == 5
    assert Subject(TABLE).sha256 == subjects[0].sha256


async def test_every_image_has_one_description_whatever_the_model_counts() -> None:
    subject = Subject(TABLE, (), (PNG, JPEG))
    assert (await said("Oil.", ["One."], subject)).descriptions == ("One.", "")
    assert (await said("Oil.", ["One.", "Two.", "Three."], subject)).descriptions == ("One.", "Two.")


async def test_what_a_database_refuses_and_what_is_too_long_is_cut_off() -> None:
    assert (await said(" Oil\0 is\n\n\nscarce. ", [], Subject(TABLE))).text == "Oil is\nscarce."
    assert len((await said("oil " * MAX_SUMMARY, [], Subject(TABLE))).text) <= MAX_SUMMARY


@pytest.mark.parametrize("summary", ["", " \n\t", "\0\u200b"])
async def test_an_empty_summary_is_no_answer(summary: str) -> None:
    with pytest.raises(ModelAnswerInvalid):
        await said(summary, [], Subject(TABLE))
