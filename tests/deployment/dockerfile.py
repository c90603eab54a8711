"""A Dockerfile's own commands, carried out in a folder beside the house instead of in an image."""

import asyncio
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

NOT_OURS = re.compile(r"\b(apt-get|useradd)\b")
"""What changes the machine itself is left out, by command."""


@dataclass
class Outside:
    """The stages of one Dockerfile; each has a root of its own below `folder`."""

    dockerfile: Path
    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    user: str = ""
    _stages: dict[str, Path] = field(default_factory=dict)
    _root: Path = Path()

    async def carry_out(self) -> None:
        """All instructions in order; raises RuntimeError with what a failed command said."""
        for line in instructions(self.dockerfile.read_text()):
            word, _, rest = line.partition(" ")
            match word:
                case "FROM":
                    self._begin(rest)
                case "COPY":
                    self._copy(rest.split())
                case "RUN":
                    await self._run(rest)
                case "ENV":
                    self.env |= dict(pair.split("=", 1) for pair in rest.split())
                case "USER":
                    self.user = rest
                case "CMD":
                    self.command = [each.strip(' "') for each in rest.strip("[]").split(",")]

    async def start(self, *, env: dict[str, str]) -> asyncio.subprocess.Process:
        """The image's command, with its environment and this one."""
        said = {"PATH": os.environ["PATH"], **self._said()}
        said["PATH"] = f"{self._root / 'usr/local/bin'}:{said['PATH']}"
        return await asyncio.create_subprocess_exec(
            "/usr/bin/env",
            *self.command,
            cwd=self._root / "srv",
            env={**said, **env},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )

    def _said(self) -> dict[str, str]:
        """What the Dockerfile's ENV says so far."""
        paths = os.environ["PATH"]
        return {name: self.outside(value.replace("$PATH", paths)) for name, value in self.env.items()}

    def outside(self, text: str) -> str:
        """The image's own paths, as they are here."""
        return re.sub(r"(?<![\w.])/(venv|srv|usr/local/bin/opentrace)\b", rf"{self._root}/\1", text)

    def _begin(self, rest: str) -> None:
        _, _, name = rest.partition(" AS ")
        self._root = self.folder / (name or "image")
        self._stages[name] = self._root
        self.env, self.command = {}, []
        for place in ("srv", "usr/local/bin"):
            (self._root / place).mkdir(parents=True)

    def _copy(self, words: list[str]) -> None:
        origin = [word.removeprefix("--from=") for word in words if word.startswith("--from=")]
        *sources, target = [word for word in words if not word.startswith("--")]
        to = self._root / target.removeprefix("/") if target.startswith("/") else self._root / "srv" / target
        for source in sources:
            if origin:
                self._take_over(self._stages[origin[0]] / source.removeprefix("/"), to)
            elif (self.dockerfile.parent / source).is_dir():
                shutil.copytree(self.dockerfile.parent / source, to, ignore=self._ignored, dirs_exist_ok=True)
            else:
                to.mkdir(exist_ok=True)
                shutil.copy(self.dockerfile.parent / source, to)

    def _take_over(self, source: Path, to: Path) -> None:
        """An environment knows its own place, so it is linked; what goes into a folder is copied."""
        if to.exists():
            shutil.copytree(source, to, symlinks=True, dirs_exist_ok=True)
        else:
            to.symlink_to(source)

    def _ignored(self, folder: str, names: list[str]) -> set[str]:
        """What `.dockerignore` keeps out of the image."""
        lines = (self.dockerfile.parent / ".dockerignore").read_text().split()
        here = Path(folder).relative_to(self.dockerfile.parent)
        return {name for name in names if {name, str(here / name), f"**/{name}"} & set(lines)}

    async def _run(self, script: str) -> None:
        steps = [
            step for step in script.split(" && ") if not NOT_OURS.search(step) and "/var/lib/apt" not in step
        ]
        if not steps:
            return
        here = self.outside(" && ".join(steps)).replace("python -m venv", f"{sys.executable} -m venv")
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-ec", here),
            cwd=self._root / "srv",
            env={**os.environ, **self._said()},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"{here}: {output.decode()[-2000:]}")


def instructions(text: str) -> list[str]:
    """One a line, without comments; continued lines are joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return [" ".join(line.split()) for line in lines.replace("\\\n", " ").splitlines() if line.strip()]
