"""Chunks with tables or images into words that can be embedded: one question to a model for each chunk."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from backend.llm import ModelAnswerInvalid, Models, TokenUsage
from backend.rag import summary_prompts as prompts
from backend.rag import tokens
from backend.rag.parse import clean

MAX_SUMMARY = 6000
MAX_DESCRIPTION = 2000
"""Characters that are kept of what a model writes."""
TOKENS_PER_IMAGE = 1000


@dataclass(frozen=True)
class Picture:
    """An image of a chunk; `alt` is what the document itself says of it."""

    sha256: str
    content_type: str
    alt: str = ""


@dataclass(frozen=True)
class Subject:
    """What is summed up: a chunk's text, the titles above it, and its images in order."""

    text: str
    titles: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def sha256(self) -> str:
        """Hex over everything that the model is shown but the prompt itself."""
        shown = [self.text, self.titles, [[picture.sha256, picture.alt] for picture in self.pictures]]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()

    @property
    def num_tokens(self) -> int:
        """What showing it costs, estimated."""
        return tokens.estimate(prompts.SYSTEM + self.text) + TOKENS_PER_IMAGE * len(self.pictures)


@dataclass(frozen=True)
class Summary:
    """`descriptions[i]` is of the i-th picture, "" where the model said nothing of it."""

    text: str
    descriptions: tuple[str, ...] = ()


class Form(BaseModel):
    """What the model fills in."""

    summary: str = Field(description="What the excerpt says.")
    images: list[str] = Field(description="What each image shows, in order.")


async def ask(models: Models, subject: Subject, images: Sequence[bytes]) -> tuple[Summary, TokenUsage]:
    """Buy one summary; `images` are the bytes of the subject's pictures.

    Raises ModelAnswerInvalid for an answer that cannot be used, ContentRefused where the model does not take
    what it is shown, and Unavailable when it does not answer.
    """
    form, usage = await models.summarise(Form, messages(subject, images))
    text = _cleaned(form.summary, MAX_SUMMARY)
    if not text:
        raise ModelAnswerInvalid("The summary model gave an empty summary.")
    said = [_cleaned(description, MAX_DESCRIPTION) for description in form.images]
    missing = len(subject.pictures) - len(said)
    return Summary(text, tuple([*said, *[""] * missing][: len(subject.pictures)])), usage


def messages(subject: Subject, images: Sequence[bytes]) -> list[dict[str, Any]]:
    """The prompt, as OpenAI's protocol writes it: images are parts of the message, as data addresses."""
    parts: list[dict[str, Any]] = [_text(prompts.excerpt(subject.text, subject.titles))]
    for number, (picture, data) in enumerate(zip(subject.pictures, images, strict=True), 1):
        address = f"data:{picture.content_type};base64,{base64.b64encode(data).decode()}"
        parts += [
            _text(prompts.caption(number, picture.alt)),
            {"type": "image_url", "image_url": {"url": address}},
        ]
    content: Any = parts if subject.pictures else parts[0]["text"]
    return [{"role": "system", "content": prompts.SYSTEM}, {"role": "user", "content": content}]


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _cleaned(text: str, limit: int) -> str:
    return "\n".join(clean.lines(text))[:limit].strip()
