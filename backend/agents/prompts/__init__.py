"""What the models are told; product text, one file each, with the version that every answer remembers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from backend.agents.prompts.blocks import escaped

_MARK = "\n---\n"


@dataclass(frozen=True, slots=True)
class Text:
    """A prompt as its file has it; `version` grows with every change of the words."""

    name: str
    version: int
    words: str

    def __str__(self) -> str:
        """As an answer remembers it."""
        return f"{self.name}@{self.version}"


@cache
def text(name: str) -> Text:
    """The prompt in `<name>.md`: a line with its version, a rule, and the words."""
    head, _, words = resources.files(__name__).joinpath(f"{name}.md").read_text("utf-8").partition(_MARK)
    return Text(name, int(head.removeprefix("version:")), words)


def told(name: str, today: date) -> str:
    """An agent's system prompt, with today's date where it asks for it."""
    return text(name).words.replace("{today}", today.isoformat())


def guarded(question: str) -> str:
    """The question as the guardrail model reads it; it cannot close its own tags."""
    return f"<message>\n{escaped(question)}\n</message>"


def followed(before: Iterable[tuple[str, str]], question: str) -> str:
    """A question and what was said before it, as the rewriting model reads them."""
    turns = "\n".join(f"<{role}>\n{escaped(words)}\n</{role}>" for role, words in before)
    return f"<conversation>\n{turns}\n</conversation>\n<question>\n{escaped(question)}\n</question>"


def remembered(memory: str) -> str:
    """What was said before the messages of the prompt, summed up; it is material, and no question."""
    return f"<earlier_conversation>\n{escaped(memory)}\n</earlier_conversation>"


def summed_up(memory: str, turns: Iterable[tuple[str, str]]) -> str:
    """An older memory and what was said since, as the model reads them that makes one of both."""
    said = "\n".join(f"<{role}>\n{escaped(words)}\n</{role}>" for role, words in turns)
    before = f"<memory>\n{escaped(memory)}\n</memory>\n" if memory else ""
    return f"{before}<conversation>\n{said}\n</conversation>"


def claimed(said: Iterable[tuple[Iterable[int], str]], passages: str) -> str:
    """Sentences of an answer with the numbers of passages that they cite, and these, to be checked."""
    claims = "\n".join(
        f'<claim id="{id}" passages="{",".join(map(str, numbers))}">\n{escaped(words)}\n</claim>'
        for id, (numbers, words) in enumerate(said, start=1)
    )
    return f"{claims}\n\n{passages}"


def report(agent: str, words: str, passages: str) -> str:
    """A sub-agent's report as its supervisor reads it, in a block that it cannot end, and its sources."""
    block = f'<report assistant="{agent}">\n{escaped(words)}\n</report>'
    return f"{block}\n\n{passages}" if passages else block
