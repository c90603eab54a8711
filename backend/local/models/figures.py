"""Tells whether a question asks for a figure, and whether a sentence gives one."""

import re
from collections.abc import Callable

_ASKS_FIGURE = re.compile(
    r"\b(how (?:many|much|large|long|old|far|high|tall|often|big)|when|"
    r"(?:what|which) (?:percent\w*|year|date|number|amount|share|rate|price)|"
    r"(?:number|amount|percent\w*|proportion|ratio) of|"
    r"wie ?viele?|wann|wie (?:hoch|lange|groß|alt|oft|weit)|welche[mnrs]? (?:jahr|anzahl|prozent\w*|datum)|"
    r"cu[áa]nt[oa]s?|cu[áa]ndo|qu[ée] (?:año|fecha|porcentaje|cantidad))\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_NUMERAL = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|[mb]illion|half|zwei|drei|vier|"
    r"fünf|sechs|sieben|acht|neun|zehn|hundert|tausend|millionen|milliarden|dos|tres|cuatro|cinco|seis|"
    r"siete|ocho|nueve|diez|cien|mil|millones|mitad)\b",
    re.IGNORECASE,
)


def wanted_by(question: str) -> Callable[[str], float]:
    """How well a sentence serves the question in this: 1 for a new figure, 0.5 for a numeral in words.

    Always 0 where the question asks for none.
    """
    if not _ASKS_FIGURE.search(question):
        return lambda _: 0.0
    known = set(_FIGURE.findall(question))

    def given_by(sentence: str) -> float:
        if not known.issuperset(_FIGURE.findall(sentence)):
            return 1.0
        return 0.5 if _NUMERAL.search(sentence) else 0.0

    return given_by
