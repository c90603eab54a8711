"""Planted fakes are all flagged; true quotations of badly set or badly read text never are."""

from collections.abc import Callable

import pytest

from backend.rag import cite
from db.models import CitationStatus
from tests.rag import planted
from tests.rag.planted import Library, Planted

HOLDING = {CitationStatus.VERIFIED, CitationStatus.NORMALISED}
FLAGGED = {CitationStatus.NOT_FOUND, CitationStatus.MISATTRIBUTED}
Kind = Callable[[Library, int], Planted]


@pytest.mark.parametrize("kind", planted.FAKES, ids=lambda kind: kind.__name__)
def test_every_planted_fake_is_flagged_and_its_sentence_is_unsupported(kind: Kind) -> None:
    for plant in planted.all_of(kind):
        checked = cite.check(plant.answer, plant.hits)
        (cited,) = checked.citations
        assert cited.located.status in FLAGGED, plant.answer
        assert (cited.located.spans, cited.located.boxes, checked.verification_rate) == ((), (), 0.0)
        assert checked.unsupported[0][0] <= cited.claim[0] < checked.unsupported[0][1]


@pytest.mark.parametrize(
    "kind", [planted.misattributed, planted.on_the_next_page], ids=lambda kind: kind.__name__
)
def test_misattributed_words_say_where_they_really_stand(kind: Kind) -> None:
    for plant in planted.all_of(kind):
        (cited,) = cite.check(plant.answer, plant.hits).citations
        assert cited.located.status is CitationStatus.MISATTRIBUTED
        assert cited.elsewhere is not None and cited.quote is not None
        hit, located = plant.hits[plant.marker - 1], cited.elsewhere.located
        assert (cited.elsewhere.marker, cited.elsewhere.hit) == (plant.marker, hit)
        assert [hit.text[start:end] for start, end in located.spans] == [cited.quote]
        assert located.page == hit.page_first


@pytest.mark.parametrize("kind", planted.TRUE, ids=lambda kind: kind.__name__)
def test_every_true_quotation_is_found_at_its_place(kind: Kind) -> None:
    for plant in planted.all_of(kind):
        checked = cite.check(plant.answer, plant.hits)
        (cited,) = checked.citations
        assert cited.located.status in HOLDING, (plant.answer, plant.hits[plant.marker - 1].text)
        assert checked.verification_rate == 1.0
        text = cited.hit.text
        found = text[cited.located.start : cited.located.end]
        assert found.strip(" .\n") == text[plant.start : plant.end].strip(" .\n")
