from backend.local.models import passages
from backend.local.models.passages import Passage

RESULT = """<passage id="1" document="10-K.pdf" page="12">
Revenue &amp; costs.
Up by 3 %.
</passage>
<passage id="2" document="a &gt; b.md" page="1">
a &lt;b&gt; c
</passage>"""


def test_passages_are_read_as_they_were_before_escaping() -> None:
    assert passages.find(RESULT) == [
        Passage(1, "Revenue & costs.\nUp by 3 %.", page=12),
        Passage(2, "a <b> c", page=1),
    ]


def test_what_is_around_the_passages_is_what_was_asked() -> None:
    assert passages.without(f"{RESULT}\n\nWhat now?") == "What now?"
