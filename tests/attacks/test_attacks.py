"""Every attack of the corpus, over the wire: how it is answered, what it costs, and who knows of it."""

import re
from pathlib import Path

import pytest

from tests.attacks.attack import Attack
from tests.attacks.bodies import BODIES
from tests.attacks.connections import CONNECTIONS
from tests.attacks.documents import DOCUMENTS
from tests.attacks.tokens import TOKENS
from tests.fixtures.sieges import Besieged, good_token

ATTACKS = (*DOCUMENTS, *BODIES, *TOKENS, *CONNECTIONS)
SECURITY = Path(__file__).parents[2] / "docs" / "security.md"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.does)
async def test_it_is_refused_before_it_costs(besieged: Besieged, attack: Attack) -> None:
    # Who somebody is, is asked once a minute; that is not the attack's doing.
    await besieged.served.ask("{ viewer { id } }", person=besieged.bearer)
    with besieged.counted() as costs:
        answer = await attack.strike(besieged)
    assert answer == attack.answer
    assert len(costs.statements) == attack.num_statements, costs.statements
    assert costs.num_fetches <= attack.num_fetches
    still = await besieged.served.ask("{ viewer { id } }", person=good_token(sub="user_victim"))
    assert still["viewer"]["id"]


def test_the_page_on_security_has_each_attack_and_its_answer() -> None:
    _, _, section = SECURITY.read_text().partition("## Attacks that are tried")
    told = re.findall(r"^\| (.+?) \| `(.+?)` \|$", section.partition("\n## ")[0], re.MULTILINE)
    assert told == [(attack.does, attack.answer) for attack in ATTACKS]
