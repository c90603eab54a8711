"""Writes the sample PDF anew from the words below: `python -m backend.local.sample.make` (needs reportlab)."""

from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer

from backend.local.sample import PDF

PAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "The Lighthouse Keeper's Handbook",
        (
            "This handbook is for the keepers of Skerry Point Lighthouse. It says what is done each day, who may "
            "do it, and what to do when the weather or the machinery does not follow the plan.",
            "Skerry Point was lit for the first time on 3 October 1871. The tower is 41 metres high and its light "
            "is seen from 19 nautical miles in clear weather. The light shows two white flashes every 15 seconds.",
        ),
    ),
    (
        "The lamp and the lens",
        (
            "The lamp must be serviced every 90 days by two certified keepers. One keeper works on the lamp while "
            "the other stays at the main switch; nobody services the lamp alone.",
            "The lens is a second-order Fresnel lens of 396 prisms. It is cleaned on the first Monday of the month "
            "with distilled water and a linen cloth. Alcohol and paper must never touch the prisms.",
            "A spare lamp is kept in the oak cabinet on the third landing. After a change of lamp the keeper "
            "records the hour, the serial number and the reading of the meter in the logbook.",
        ),
    ),
    (
        "Fog, storm and power cuts",
        (
            "The fog signal is started when the buoy at two nautical miles can no longer be seen from the gallery. "
            "It sounds for four seconds in every minute until the buoy has been visible for half an hour.",
            "In a power cut the diesel generator starts by itself within 12 seconds. If it does not, the keeper on "
            "duty lights the emergency lantern and calls the harbour master on channel 16.",
            "The gallery is closed when the wind is stronger than 9 Beaufort. The barometer is read every three "
            "hours and a fall of more than 4 hectopascals between two readings is reported to the coast guard.",
        ),
    ),
    (
        "Visitors and the logbook",
        (
            "Visitors may climb the tower between 10:00 and 16:00 from May to September, in groups of no more than "
            "eight and always with a keeper. Children under six stay on the ground floor.",
            "The logbook is written in ink. Entries are signed by the keeper on duty and are never erased: a "
            "mistake is struck through once, so that it can still be read. Logbooks are kept for 50 years.",
        ),
    ),
)


def story() -> list[Flowable]:
    """The pages as a flow of headings and paragraphs."""
    styles = getSampleStyleSheet()
    flow: list[Flowable] = []
    for title, paragraphs in PAGES:
        flow.append(Paragraph(title, styles["Heading1"]))
        for text in paragraphs:
            flow += [Paragraph(text, styles["BodyText"]), Spacer(1, 6)]
        flow.append(PageBreak())
    return flow


def make() -> None:
    """Write the PDF; the same words give the same bytes."""
    document = SimpleDocTemplate(str(PDF), pagesize=A5, title=PAGES[0][0], author="Opentrace", invariant=1)
    document.build(story())


if __name__ == "__main__":
    make()
