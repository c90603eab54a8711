"""Summaries by rule: columns and first rows of tables, format and size of images."""

import base64
import io
from typing import Any

import openai as vendor
import pytest
from openai import AsyncOpenAI
from PIL import Image

from backend.rag import summarise
from backend.rag.summarise import Form, Picture, Subject

TABLE = "Oil in 1911.\nLamp | Litres\nnorth | 12\nsouth | 40"


def png(width: int, height: int) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(output, "PNG")
    return output.getvalue()


async def asked(openai: AsyncOpenAI, messages: Any) -> Form:
    answer = await openai.chat.completions.parse(
        model="local-extractive", messages=messages, response_format=Form
    )
    form = answer.choices[0].message.parsed
    assert form is not None
    return form


async def test_a_table_is_told_by_its_columns_and_rows(openai: AsyncOpenAI) -> None:
    messages = summarise.messages(Subject(TABLE, ("Stores",)), [])
    form = await asked(openai, messages)
    assert form.summary == (
        "About Stores. Oil in 1911. A table with the columns Lamp, Litres. north: 12. south: 40."
    )
    assert form.images == []
    assert await asked(openai, messages) == form


async def test_an_image_is_told_by_its_facts_and_what_the_document_says_of_it(openai: AsyncOpenAI) -> None:
    pictures = (Picture("a" * 64, "image/png", "A chart <of> oil"), Picture("b" * 64, "image/png"))
    subject = Subject("The stores of the island.", (), pictures)
    form = await asked(openai, summarise.messages(subject, [png(30, 20), png(7, 9)]))
    assert form.summary == "The stores of the island."
    assert form.images == [
        "A PNG image of 30 x 20 pixels. The document calls it: A chart <of> oil",
        "A PNG image of 7 x 9 pixels.",
    ]


async def test_what_is_no_image_is_refused(openai: AsyncOpenAI) -> None:
    address = f"data:image/png;base64,{base64.b64encode(b'nonsense').decode()}"
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": address}}]}]
    with pytest.raises(vendor.BadRequestError):
        await asked(openai, messages)
