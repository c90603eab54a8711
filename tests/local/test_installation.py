"""The data folder: its secrets are private and lasting, one process runs it at a time, a reset empties it."""

import os
import stat
from pathlib import Path

import pytest

from backend.errors import Conflict
from backend.local import installation as installations
from backend.local.installation import Installation, Part, State


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    secret = Installation(tmp_path / "home").secret("key")
    assert Installation(tmp_path / "home").secret("key") == secret
    assert stat.S_IMODE((tmp_path / "home" / "secrets" / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    assert Installation(tmp_path / "a").secret("key") != Installation(tmp_path / "b").secret("key")


def test_a_second_holder_is_told_who_runs_and_where(tmp_path: Path) -> None:
    first, second = Installation(tmp_path), Installation(tmp_path)
    with first.hold():
        first.write_state(State(os.getpid(), (Part("api", 7, "http://127.0.0.1:8000"),)))
        with pytest.raises(Conflict) as refusal, second.hold():
            pass
    assert refusal.value.code == "ALREADY_RUNNING"
    assert refusal.value.message == (
        f"Opentrace runs already at http://127.0.0.1:8000 (process {os.getpid()}). "
        "`make status` names its parts, `make down` stops it."
    )


def test_what_runs_is_known_only_while_it_runs(tmp_path: Path) -> None:
    here = Installation(tmp_path)
    with here.hold():
        assert here.running() == State(os.getpid())
    assert here.running() is None
    with here.hold():
        assert here.running() == State(os.getpid())


def test_a_state_that_a_killed_run_left_behind_does_not_count(tmp_path: Path) -> None:
    here = Installation(tmp_path)
    here.write_state(State(1))
    assert here.running() is None


def test_the_settings_are_private_and_end_with_the_run(tmp_path: Path) -> None:
    here = Installation(tmp_path)
    env = {"OPENTRACE_A": "postgresql://a:b=c@d", "OPENTRACE_B": '["x", "y"]'}
    with here.hold():
        here.write_env(env)
        assert here.read_env() == env
        assert stat.S_IMODE(here.env_file.stat().st_mode) == 0o600
    assert here.read_env() == {}


def test_the_settings_that_a_killed_run_left_behind_do_not_count(tmp_path: Path) -> None:
    here = Installation(tmp_path)
    here.write_env({"OPENTRACE_API__PORT": "8000"})
    assert here.read_env() == {}


def test_a_reset_empties_the_data_and_keeps_the_rest(tmp_path: Path) -> None:
    here = Installation(tmp_path)
    secret = here.secret("key")
    (here.data("redis") / "appendonly.aof").touch()
    (tmp_path / "swift-venv").mkdir()
    here.reset()
    assert not (tmp_path / "data").exists()
    assert (here.secret("key"), (tmp_path / "swift-venv").is_dir()) == (secret, True)


def test_a_reset_is_refused_while_the_stack_runs(tmp_path: Path) -> None:
    here = Installation(tmp_path)
    kept = here.data("redis") / "appendonly.aof"
    kept.touch()
    with here.hold(), pytest.raises(Conflict):
        Installation(tmp_path).reset()
    assert kept.exists()


def test_the_folder_is_the_one_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENTRACE_HOME", str(tmp_path / "elsewhere"))
    assert installations.find().folder == tmp_path / "elsewhere"
