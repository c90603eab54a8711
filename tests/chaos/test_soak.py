"""A minute of the soak: what is lost, doubled or left over in so short a time is found here already."""

import asyncio
import sys

import pytest

from backend.local.installation import PROJECT


@pytest.mark.chaos
async def test_a_minute_of_everything_at_once() -> None:
    words = ("-m", "bench.soak", "--minutes", "1")
    soaking = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=PROJECT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await soaking.communicate()
    assert soaking.returncode == 0, output.decode()
