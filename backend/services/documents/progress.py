"""How far a document is, as one number that never goes backwards."""

from db.models import Document, DocumentStatus

PARSING = 0.30
MODELS = 0.65
"""Summaries and embeddings; the rest, 0.05, is publication: only a COMPLETED document is at 1."""
SUMMARY = 10
"""How many embeddings a summary takes as long as."""


def of(document: Document) -> float:
    """The share of the work that is done, 0 to 1, from the row's own counts.

    The counts only grow, over takeovers and retries too; so does this. A format without pages has read all
    of itself or nothing: `num_pages` is None, `num_pages_parsed` 0 or 1.
    """
    if document.status is DocumentStatus.COMPLETED:
        return 1.0
    parsed = min(document.num_pages_parsed / (document.num_pages or 1), 1.0)
    return round(PARSING * parsed + MODELS * _share_of_models(document), 4)


def _share_of_models(document: Document) -> float:
    """Both totals are known before the first summary or embedding is bought."""
    total = (document.num_chunks or 1) + SUMMARY * (document.num_summaries or 0)
    summed = min(document.num_summaries_made, document.num_summaries or 0)
    embedded = min(document.num_chunks_embedded, document.num_chunks or 1)
    return (embedded + SUMMARY * summed) / total
