"""The pages of the documentation that code can write: settings, commands, codes, the schema and its changes.

They are written into the site each time it is built (`make docs`) and kept nowhere, so they cannot drift.
"""

from manual import changes, codes, commands, schema, settings


def pages() -> dict[str, str]:
    """Every page by its path within `docs/`, in Markdown."""
    return {
        "reference/settings.md": settings.page(),
        "reference/commands.md": commands.page(),
        "reference/codes.md": codes.page(),
        **schema.pages(),
        "reference/schema/changes.md": changes.page(),
    }
