"""`python -m backend.cli`: the same as the command `opentrace`."""

from backend.cli.commands import main

main()
