"""Images and compose files, as far as they can be tried without an engine."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.local.installation import PROJECT
from backend.local.server import free_port
from tests.deployment.dockerfile import Outside
from tests.e2e.product import START_SECONDS, Product

PROGRAMS = Path(sys.executable).parent
FILES = ("docker-compose.yml", "docker-compose.cloud.yml")
OURS = {"migrate", "api", "client", "worker-ingestion", "worker-answers"}


@pytest.fixture(scope="module")
def env_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with everything that is commented out, too."""
    path = tmp_path_factory.mktemp("compose") / ".env"
    example = (PROJECT / ".env.example").read_text()
    path.write_text(
        re.sub(r"^#(OPENTRACE_CLIENT__\w+=).*$", r"\1https://example.com", example, flags=re.MULTILINE)
    )
    return path


def composed(env_file: Path, *files: str) -> Any:
    """What Compose itself makes of the files."""
    words = [word for file in files for word in ("-f", str(env_file.parent / file))]
    for file in files:
        text = (PROJECT / file).read_text()
        (env_file.parent / file).write_text(text)
    done = subprocess.run(
        [PROGRAMS / "docker-compose", *words, "config", "--format", "json"],
        capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": str(env_file.parent)},
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.parametrize("file", ["Dockerfile", "client/Dockerfile"])
def test_a_linter_finds_nothing_in_a_dockerfile(file: str) -> None:
    done = subprocess.run([PROGRAMS / "hadolint", PROJECT / file], capture_output=True, check=False)
    assert (done.returncode, done.stdout.decode()) == (0, "")


def test_one_machine_runs_our_services_and_their_stores(env_file: Path) -> None:
    services = composed(env_file, FILES[0])["services"]
    assert set(services) == OURS | {"postgres", "redis", "s3"}
    for name in OURS:
        assert (services[name]["read_only"], services[name]["cap_drop"]) == (True, ["ALL"])
    assert set(services["worker-answers"]["depends_on"]) == {"migrate", "redis", "s3"}
    assert all("healthcheck" in services[name] for name in ("api", "client", "postgres", "redis", "s3"))
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}


def test_with_servers_of_others_only_our_own_run_beside_redis(env_file: Path) -> None:
    found = composed(env_file, *FILES)
    assert set(found["services"]) == OURS | {"redis"}
    assert not {"postgres", "s3"} & {
        name for each in found["services"].values() for name in each.get("depends_on", {})
    }
    assert "configs" not in found


def test_what_compose_asks_for_is_in_the_example() -> None:
    example = (PROJECT / ".env.example").read_text()
    for file in FILES:
        asked = set(re.findall(r"(?<!\$)\$\{(\w+)", (PROJECT / file).read_text()))
        assert asked <= set(re.findall(r"^#?(\w+)=", example, re.MULTILINE)), file


async def test_the_commands_of_the_image_make_an_api_that_answers(product: Product, tmp_path: Path) -> None:
    """Its own environment from its own lock, its own copy of the code, and its own command."""
    image = Outside(PROJECT / "Dockerfile", tmp_path)
    await image.carry_out()
    assert (image.user, image.command) == ("10001", ["opentrace", "api"])
    port = free_port()
    running = await image.start(env={**product.env, "OPENTRACE_API__PORT": str(port)})
    try:
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(trust_env=False) as http:
            while True:
                assert running.returncode is None, (await running.communicate())[1].decode()
                try:
                    answer = await http.get(f"http://127.0.0.1:{port}/readyz")
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
        assert answer.status_code == 200
    finally:
        if running.returncode is None:
            running.terminate()
            await running.communicate()
