"""What the stack tells the product: settings that the product understands, for the addresses it started."""

from pathlib import Path

import pytest

from backend.errors import Invalid
from backend.local.installation import Installation
from backend.local.stack import Options, Stack
from backend.settings import Settings


def test_the_product_understands_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(api_port=8123, client_port=3456)
    stack = Stack(Installation(tmp_path), options, lambda progress: None)
    for server in (stack.postgres, stack.redis, stack.swift, stack.issuer, stack.models):
        server.take_ports()
    for name, value in stack.environment().items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.database.url.get_secret_value() == stack.postgres.url
    assert settings.database.api_url.get_secret_value() == stack.postgres.api_url
    assert settings.redis.url.get_secret_value() == stack.redis.url
    assert settings.storage.endpoint_url == f"http://127.0.0.1:{stack.swift.port}"
    assert (settings.storage.bucket, settings.storage.access_key.get_secret_value()) == (
        "opentrace",
        "opentrace:local",
    )
    assert settings.models.base_url == f"http://127.0.0.1:{stack.models.port}/v1"
    assert (settings.models.embedding_model, settings.models.embedding_dimensions) == (
        "all-MiniLM-L6-v2",
        384,
    )
    assert settings.auth.jwks_url == f"http://127.0.0.1:{stack.issuer.port}/.well-known/jwks.json"
    assert (settings.api.port, settings.api.playground) == (8123, True)
    assert settings.api.allowed_origins == (
        "http://localhost:3456",
        "http://127.0.0.1:3456",
        "http://localhost:8123",
        "http://127.0.0.1:8123",
    )


def test_ports_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENTRACE_API__PORT", "8001")
    monkeypatch.delenv("OPENTRACE_CLIENT__PORT", raising=False)
    assert Options.from_environment() == Options(api_port=8001, client_port=3000)


@pytest.mark.parametrize("value", ["", "http", "0", "65536", "-1"])
def test_what_is_no_port_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OPENTRACE_API__PORT", value)
    with pytest.raises(Invalid, match="OPENTRACE_API__PORT"):
        Options.from_environment()
