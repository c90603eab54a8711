"""The model server as a child process: OpenAI's protocol on loopback, embeddings and extractive answers."""

import sys
from pathlib import Path

from backend.local.installation import PROJECT, Installation
from backend.local.processes import Command
from backend.local.server import LOOPBACK, Server, get

CHAT_MODEL = "local-extractive"
EMBEDDING_MODEL = "all-MiniLM-L6-v2"
RERANK_MODEL = "local-maxsim"
EMBEDDING_DIMENSIONS = 384
EMBEDDING_MODELS = {EMBEDDING_MODEL: EMBEDDING_DIMENSIONS, f"{EMBEDDING_MODEL}-256": 256}


class ModelServer(Server):
    """Takes any key; what it builds once (the embedding graph) stays in `data_folder`, also after a reset."""

    name = "models"
    start_seconds = 120.0
    api_key = "local"
    chat_model = CHAT_MODEL
    embedding_model = EMBEDDING_MODEL
    embedding_dimensions = EMBEDDING_DIMENSIONS

    def __init__(self, installation: Installation, *, data_folder: Path | None = None) -> None:
        super().__init__(installation)
        self._data_folder = data_folder or installation.folder / "models"

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as its base."""
        return f"{self.address}/v1"

    @property
    def tavily_url(self) -> str:
        """What a Tavily client takes as its base."""
        return f"{self.address}/tavily"

    async def prepare(self) -> None:
        self._data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def command(self) -> Command:
        module = (sys.executable, "-m", "backend.local.models")
        options = ("--host", LOOPBACK, "--port", str(self.port), "--data", str(self._data_folder))
        return Command((*module, *options), self.log_file, cwd=PROJECT)

    async def answers(self) -> bool:
        return await get(f"{self.address}/healthz") is not None
