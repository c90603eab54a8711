"""Retrieved passages as the model reads them: numbered, and unable to end their own block."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from backend.agents.prompts.blocks import attribute, escaped
from backend.rag.web_passages import WebHit
from db.queries.search import Hit

NOTHING_FOUND = "No passage matches this query."


class Passages:
    """Hits in the order of their numbers; a chunk found twice keeps the number it got first."""

    def __init__(self) -> None:
        self._numbers: dict[UUID, int] = {}
        self._hits: list[Hit] = []

    @property
    def hits(self) -> Sequence[Hit]:
        """Passage `n` is `hits[n - 1]`."""
        return self._hits

    def show(self, hits: Iterable[Hit]) -> str:
        """Number `hits` and write them as blocks for the model."""
        blocks = [_block(self._number(hit), hit) for hit in hits]
        return "\n\n".join(blocks) or NOTHING_FOUND

    def again(self, numbers: Iterable[int]) -> str:
        """The passages of these numbers once more, in their order; other numbers are left out."""
        known = (number for number in sorted(numbers) if 1 <= number <= len(self._hits))
        return "\n\n".join(_block(number, self._hits[number - 1]) for number in known)

    def _number(self, hit: Hit) -> int:
        if hit.chunk_id not in self._numbers:
            self._hits.append(hit)
            self._numbers[hit.chunk_id] = len(self._hits)
        return self._numbers[hit.chunk_id]


def _block(number: int, hit: Hit) -> str:
    head = _of_page(hit) if isinstance(hit, WebHit) else _of_document(hit)
    lines = [escaped(hit.text), *(f"<image>{escaped(said)}</image>" for said in hit.pictures)]
    return "\n".join([f'<passage id="{number}" {head}>', *lines, "</passage>"])


def _of_document(hit: Hit) -> str:
    page = f' page="{hit.page_first}"' if hit.page_first is not None else ""
    return f'document="{attribute(hit.document_name)}"{page}'


def _of_page(hit: WebHit) -> str:
    day = f' date="{hit.published_on}"' if hit.published_on is not None else ""
    return f'web_page="{attribute(hit.document_name)}" url="{attribute(hit.url)}"{day}'
