"""The pages of the documentation that code can write: settings, commands, schema, events and codes.

They are written into the site each time it is built (`make docs`) and kept nowhere, so they cannot drift.
"""

from manual import codes, commands, schema, settings


def pages() -> dict[str, str]:
    """Every page by its path within `docs/`, in Markdown."""
    return {
        "reference/settings.md": settings.page(),
        "reference/commands.md": commands.page(),
        "reference/codes.md": codes.page(),
        **schema.pages(),
    }
