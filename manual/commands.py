"""The page of commands: what each says of itself with `--help`."""

import click

from backend.cli import main

_INTRODUCTION = """# Commands

`.venv/bin/opentrace` is there after `make up`, and `opentrace` in the image. `ingest`, `ask` and `eval` speak
to the API that `make up` runs here (or start one for the while), or to that of `OPENTRACE_API_URL` with the
token in `OPENTRACE_TOKEN`.
"""


def page() -> str:
    parts = [_INTRODUCTION]
    for name, command in sorted(main.commands.items()):
        parts.append(f"## opentrace {name}\n\n```text\n{usage(name, command)}\n```\n")
    return "\n".join(parts)


def usage(name: str, command: click.Command) -> str:
    """The command's own help, in lines of 100 characters at most."""
    context = click.Context(command, info_name=f"opentrace {name}", max_content_width=100)
    return command.get_help(context)
