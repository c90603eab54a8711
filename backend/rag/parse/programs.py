"""Programs that read what no library here does; looked for in fixed folders, run without our environment."""

import os
import shutil
import subprocess
from functools import cache

from backend.rag.parse.page import ParseError, Reason

_FOLDERS = (
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/opt/homebrew/bin",
    "/Applications/LibreOffice.app/Contents/MacOS",
)


@cache
def find(name: str) -> str | None:
    """Where the program is; a parsing process has no PATH of its own."""
    return shutil.which(name, path=os.pathsep.join(_FOLDERS))


def run(
    *command: str, seconds: float, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> bytes:
    """What the program writes; raises ParseError: TIMED_OUT, or CORRUPT where it fails at the file."""
    try:
        done = subprocess.run(
            command,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=True,
            env=environment or {},
        )
    except subprocess.TimeoutExpired as error:
        raise ParseError(Reason.TIMED_OUT) from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise ParseError(Reason.CORRUPT) from error
    return done.stdout
