"""The settings and what is written about them agree."""

import re
from pathlib import Path

from pydantic import BaseModel

from backend.settings import Settings

ROOT = Path(__file__).parent.parent
ENV_EXAMPLE = ROOT / ".env.example"
CLIENT = "OPENTRACE_CLIENT__"


def names_of(model: type[BaseModel], prefix: str) -> set[str]:
    names = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= names_of(kind, f"{prefix}{name.upper()}__")
        else:
            names.add(f"{prefix}{name.upper()}")
    return names


def test_the_example_names_every_setting_and_no_other() -> None:
    written = set(re.findall(r"^#?(OPENTRACE_\w+)=", ENV_EXAMPLE.read_text(), re.MULTILINE))
    assert {name for name in written if not name.startswith(CLIENT)} == names_of(Settings, "OPENTRACE_")


def test_the_example_names_every_setting_of_the_client_and_no_other() -> None:
    written = set(re.findall(rf"^#?({CLIENT}\w+)=", ENV_EXAMPLE.read_text(), re.MULTILINE))
    read_by_client = set(re.findall(rf"env\.({CLIENT}\w+)", (ROOT / "client/lib/config.ts").read_text()))
    assert written == read_by_client | {f"{CLIENT}PORT"}


def test_the_example_shows_the_defaults() -> None:
    shown = dict(re.findall(r"^#(OPENTRACE_\w+)=(.+)$", ENV_EXAMPLE.read_text(), re.MULTILINE))
    for name, text in shown.items():
        if name.startswith(CLIENT):
            continue
        group, _, field = name.removeprefix("OPENTRACE_").lower().partition("__")
        model = Settings.model_fields[group].annotation if field else Settings
        default = model.model_fields[field or group].default  # type: ignore[union-attr]  # every group is a model
        assert str(text).lower() in (
            str(default).lower(),
            f"{default:g}" if isinstance(default, float) else "",
        ) or (isinstance(default, tuple | dict)), name
