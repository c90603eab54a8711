"""What goes to a model and what comes back, as plain words: estimated, and cleaned."""

from backend.agents.context import Prompt
from backend.rag import tokens


def size(prompt: Prompt) -> int:
    """About how many tokens a model reads in this prompt."""
    return tokens.estimate("\n".join(str(message.get("content") or "") for message in prompt))


def clean(text: str) -> str:
    """`text` without what no database and no UTF-8 holds: NUL and halves of surrogate pairs."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()
