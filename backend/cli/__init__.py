"""The command `opentrace`: thin commands that start processes or speak to the API as any client does."""

from backend.cli.commands import main

__all__ = ["main"]
