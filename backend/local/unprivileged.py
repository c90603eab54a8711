"""How root runs PostgreSQL, which refuses to be run by root: as another user, without making one."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backend.errors import Unavailable

_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")


@dataclass(frozen=True)
class Prefix:
    """Words to put before a command; `owner` must own the files it writes (None: we do already)."""

    argv: tuple[str, ...] = ()
    owner: str | None = None

    def long_running(self, signal_name: str) -> tuple[str, ...]:
        """The prefix of a server: setpriv forgets the parent's-death signal unless it sets it itself."""
        return (*self.argv, "--pdeathsig", signal_name) if self.owner else self.argv

    def own(self, path: Path, *, within: Path) -> None:
        """Give the path to the user that the command runs as, who may pass through the folders `within` it.

        Folders above `within` are left as they are: they are not ours to open.
        """
        if self.owner is None:
            return
        user = pwd.getpwnam(self.owner)
        os.chown(path, user.pw_uid, user.pw_gid)
        for folder in path.parents:
            if folder.is_relative_to(within):
                folder.chmod(0o711)


NOBODY = Prefix(_NOBODY, owner="nobody")


@cache
def prefix() -> Prefix:
    """What this machine needs: nothing unless we are root; a user namespace, else the user `nobody`.

    Raises Unavailable when root can do neither.
    """
    if os.geteuid() != 0:
        return Prefix()
    if _works(_NAMESPACE):
        return Prefix(_NAMESPACE)
    if _works(_NOBODY):
        return NOBODY
    raise Unavailable(
        "PostgreSQL cannot run as root here: run Opentrace as another user, or install util-linux."
    )


def _works(argv: tuple[str, ...]) -> bool:
    if shutil.which(argv[0]) is None:
        return False
    return subprocess.run([*argv, "true"], capture_output=True, check=False).returncode == 0
