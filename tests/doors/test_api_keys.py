"""Keys as text: no two alike, told from typing errors offline, and not to be had back from what is kept."""

import hashlib

import pytest

from backend import api_keys
from backend.errors import NotSignedIn


def test_a_key_is_long_random_and_kept_as_its_hash() -> None:
    made = [api_keys.make() for _ in range(100)]
    assert len({key.text for key in made}) == 100
    assert {len(key.text) for key in made} == {53}
    for key in made:
        assert key.text.startswith("otk_")
        assert key.hint == key.text[:8]
        assert key.sha256 == hashlib.sha256(key.text.encode()).digest() == api_keys.sha256_of(key.text)


def test_any_mistyped_character_is_noticed_without_asking_anybody() -> None:
    text = api_keys.make().text
    for place in range(4, len(text)):
        other = "a" if text[place] != "a" else "b"
        with pytest.raises(NotSignedIn):
            api_keys.sha256_of(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "otk_", "otk_x", "otk_" + "0" * 49, "otk_" + "é" * 49])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NotSignedIn):
        api_keys.sha256_of(text)


def test_a_key_with_more_behind_it_is_no_key() -> None:
    for more in (" ", "\n", "0"):
        with pytest.raises(NotSignedIn):
            api_keys.sha256_of(api_keys.make().text + more)
