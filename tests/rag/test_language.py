"""Languages are told by the text, and not guessed where there is too little of it."""

import pytest

from backend.rag import language
from backend.rag.elements import Element, ElementKind, Line

TEXTS = {
    "en": "The agreement ends when either party gives notice in writing, three months before the end.",
    "de": "Der Vertrag endet, wenn eine der Parteien ihn schriftlich drei Monate vor Jahresende kündigt.",
    "fr": "Le contrat prend fin lorsque l'une des parties le résilie par écrit trois mois avant la fin.",
    "es": "El contrato termina cuando una de las partes lo rescinde por escrito tres meses antes.",
    "ru": "Договор прекращается, если одна из сторон письменно расторгает его.",
    "ar": "ينتهي العقد عندما يقوم أحد الطرفين بإنهائه كتابيًا قبل ثلاثة أشهر من نهاية السنة.",
    "ja": "いずれかの当事者が年末の三か月前までに書面で通知した場合、契約は終了します。",
    "zh": "任何一方在年底前三个月以书面形式通知对方时,合同即告终止。",
    "el": "Η σύμβαση λήγει όταν ένα από τα μέρη την καταγγείλει γραπτώς τρεις μήνες πριν.",
    "tr": "Taraflardan biri yıl sonundan üç ay önce yazılı olarak feshettiğinde sözleşme sona erer.",
}


def written(*texts: str, kind: ElementKind = ElementKind.PARAGRAPH) -> list[Element]:
    return [Element(kind, (Line(text),)) for text in texts]


@pytest.mark.parametrize("code", TEXTS)
def test_one_sentence_is_enough(code: str) -> None:
    assert language.detect(written(TEXTS[code])) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Page 3",
        "Hotel Restaurant Taxi Bank Telefon",
        "12 345.67 | 89.01 | 2 % | 2024 | 17 000",
        "x = y²; " * 40,
    ],
)
def test_too_little_text_is_no_language(text: str) -> None:
    assert language.detect(written(text)) is None


def test_what_most_of_a_long_document_says_counts_wherever_it_says_it() -> None:
    book = written(TEXTS["de"], *[TEXTS["fr"]] * 500, TEXTS["en"])
    assert language.detect(book) == "fr"


def test_running_heads_do_not_count() -> None:
    heads = written(*[TEXTS["en"]] * 20, kind=ElementKind.HEADER)
    assert language.detect(heads) is None
    assert language.detect([*heads, *written(TEXTS["es"])]) == "es"
