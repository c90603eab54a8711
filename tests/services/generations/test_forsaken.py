"""Vectors that no project goes back to are cleared away; those of the former model are kept."""

from backend.services import upkeep
from db.models import GenerationStatus
from tests.fixtures.house import House
from tests.services.generations.switching import (
    NARROW,
    USUAL,
    act,
    change,
    changed,
    last_change,
    num_vectors,
    serving,
    taken_in,
    work,
)


async def forget(house: House, older_than_seconds: float = 0) -> int:
    return await upkeep.forget_generations(house.worker.transactions, older_than_seconds=older_than_seconds)


async def named(house: House, name: str, **values: str) -> None:
    """Call a generation by another name, to have a third model."""
    await house.sql(
        "UPDATE opentrace.embedding_generations SET model = :name WHERE model = :model", name=name, **values
    )


async def test_the_former_model_is_kept_and_the_one_before_it_goes(house: House) -> None:
    await taken_in(house, 3)
    await changed(house)
    assert await forget(house) == 0
    await named(house, "oldest", model=USUAL)
    await changed(house, USUAL)
    assert await num_vectors(house) == {USUAL: 3, NARROW: 3, "oldest": 3}
    assert await forget(house, older_than_seconds=3600) == 0
    assert await forget(house) == 3
    assert await num_vectors(house) == {USUAL: 3, NARROW: 3}
    assert await forget(house) == 0
    await act(house, "roll_back")
    assert await work(house)
    assert await serving(house) == NARROW


async def test_a_cancelled_change_leaves_nothing_in_the_end(house: House) -> None:
    await taken_in(house, 3)
    await changed(house)
    await changed(house, USUAL)
    await house.sql(
        "UPDATE opentrace.embedding_generations SET status = 'RETIRED' WHERE model = :n", n=NARROW
    )
    await change(house)
    await act(house, "cancel")
    assert (await last_change(house)).status is GenerationStatus.CANCELLED
    assert await forget(house) == 3
    assert await num_vectors(house) == {USUAL: 3}
