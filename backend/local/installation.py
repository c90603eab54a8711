"""One installation of the zero-key mode: its folder, its secrets, and who runs it now.

.opentrace/
├── data/<part>/     what `reset` empties
├── logs/<part>.log
├── secrets/<name>   made once, readable by their owner only
├── swift-venv/      the object store's own packages
├── lock             held for as long as the stack runs
├── state.json       who holds the lock, and where each part answers
└── env              the settings of the running stack
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from backend.errors import Conflict

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Part:
    """Where one part of the running stack answers."""

    name: str
    pid: int
    address: str


@dataclass(frozen=True)
class State:
    """What runs now: `pid` is the process that started the parts and watches them."""

    pid: int
    parts: tuple[Part, ...] = field(default=())

    def sentence(self) -> str:
        """Who runs, where the API answers and what to do about it, for the person who reads it."""
        place = "".join(f" at {part.address}" for part in self.parts if part.name == "api")
        return (
            f"Opentrace runs already{place} (process {self.pid}). "
            "`make status` names its parts, `make down` stops it."
        )


class Installation:
    """The data folder of the zero-key mode; everything in it belongs to the user who made it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def env_file(self) -> Path:
        return self.folder / "env"

    def data(self, name: str) -> Path:
        """The folder in which one part keeps what it remembers."""
        return self._folder("data", name)

    def log(self, name: str) -> Path:
        return self._folder("logs") / f"{name}.log"

    def secret(self, name: str) -> str:
        """The secret of this name, made at first use."""
        path = self._folder("secrets") / name
        if not path.exists():
            write_private(path, secrets.token_hex(24))
        return path.read_text()

    def reset(self) -> None:
        """Empty the data of every part; secrets, logs and installed packages stay.

        Raises Conflict while the stack runs.
        """
        with self.hold():
            shutil.rmtree(self.folder / "data", ignore_errors=True)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Be the one process that runs this installation; the lock ends with the process, however it ends.

        Raises Conflict that says what runs already.
        """
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(self._who_holds(), code="ALREADY_RUNNING") from None
            try:
                self.write_state(State(os.getpid()))
                yield
            finally:
                self._state_file.unlink(missing_ok=True)
                self.env_file.unlink(missing_ok=True)

    def is_held(self) -> bool:
        """Whether a living process holds the lock."""
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def running(self) -> State | None:
        """What runs now, or None; what a killed run left behind does not count."""
        return self._read_state() if self.is_held() else None

    def parts(self) -> tuple[Part, ...]:
        """Where the running stack's parts answer; none when nothing runs."""
        state = self.running()
        return state.parts if state else ()

    def write_state(self, state: State) -> None:
        write_private(self._state_file, json.dumps(asdict(state), indent=1))

    def write_env(self, env: Mapping[str, str]) -> None:
        """Keep the running stack's settings for other commands until it stops, one `NAME=value` a line."""
        write_private(self.env_file, "".join(f"{name}={value}\n" for name, value in env.items()))

    def read_env(self) -> dict[str, str]:
        """The settings of the running stack; empty when it is stopped, however it ended."""
        if not self.is_held() or not self.env_file.exists():
            return {}
        return dict(line.split("=", 1) for line in self.env_file.read_text().splitlines())

    @property
    def _state_file(self) -> Path:
        return self.folder / "state.json"

    def _who_holds(self) -> str:
        state = self._read_state()
        return state.sentence() if state else "Opentrace is being started or reset by another process."

    def _read_state(self) -> State | None:
        try:
            kept = json.loads(self._state_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return State(kept["pid"], tuple(Part(**part) for part in kept["parts"]))

    def _folder(self, *names: str) -> Path:
        path = self.folder.joinpath(*names)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path


def find() -> Installation:
    """The installation of `OPENTRACE_HOME`, else `.opentrace/` in the project."""
    return Installation(Path(os.environ.get("OPENTRACE_HOME") or PROJECT / ".opentrace"))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads; a reader sees the old text or the new, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
