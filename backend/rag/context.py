"""What a chunk cannot say by itself: which document it is of, and under which titles it stands."""

import re
from collections.abc import Sequence

_MAX = 400
_ENDING = re.compile(r"\.[A-Za-z]\w{1,4}$")
_SIGNS = re.compile(r"[_+\s]+")


def of(document_name: str, title_path: Sequence[str]) -> str:
    """One line for the document, without its ending, and one for the titles, outermost first."""
    name = _SIGNS.sub(" ", _ENDING.sub("", document_name)).strip() or document_name
    titles = " > ".join(title_path)
    return "\n".join(line[:_MAX] for line in (name, titles) if line)
