"""The object store as the rest of the product sees it: an S3 address, a key pair and a bucket."""

import os
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from backend.errors import Unavailable
from backend.local.installation import Installation
from backend.local.processes import Command
from backend.local.server import Server, free_port
from backend.local.swift import configuration, packages

if TYPE_CHECKING:
    from types_aiobotocore_s3.client import S3Client

ACCOUNT, USER, BUCKET = "opentrace", "local", "opentrace"
_ORIGINS = ("http://localhost:3000", "http://127.0.0.1:3000")


class Swift(Server):
    """An S3 store that checks signatures; browsers of `allowed_origins` may put and get by presigned URLs.

    `packages_folder` is where Swift's own virtual environment lies or will lie.
    """

    name = "swift"
    bucket = BUCKET
    region = configuration.REGION

    def __init__(
        self,
        installation: Installation,
        *,
        allowed_origins: tuple[str, ...] = _ORIGINS,
        packages_folder: Path | None = None,
    ) -> None:
        super().__init__(installation)
        self._allowed_origins = allowed_origins
        self._packages = packages_folder or installation.folder / "swift-venv"
        self._ports: dict[str, int] = {}

    @property
    def endpoint_url(self) -> str:
        return self.address

    @property
    def access_key(self) -> str:
        return f"{ACCOUNT}:{USER}"

    @property
    def secret_key(self) -> str:
        return self.installation.secret("swift-secret-key")

    async def prepare(self) -> None:
        check_attributes(self.installation.data(self.name))
        await packages.install(self._packages)

    def take_ports(self) -> None:
        self._ports = {name: free_port() for name in (*configuration.STORAGE_SERVERS, "proxy")}
        self.port = self._ports["proxy"]

    def command(self) -> Command:
        data = self.installation.data(self.name)
        settings, objects = data / "settings", data / "objects"
        settings.mkdir(mode=0o700, exist_ok=True)
        configuration.write(
            configuration.Store(
                settings_folder=settings,
                data_folder=objects,
                ports=self._ports,
                account=ACCOUNT,
                user=USER,
                secret_key=self.secret_key,
                hash_suffix=self.installation.secret("swift-hash-suffix"),
                allowed_origins=self._allowed_origins,
            )
        )
        script = Path(__file__).with_name("one_process.py")
        interpreter = packages.interpreter(self._packages)
        # -I: neither the product's folder nor PYTHONPATH may reach Swift's own packages.
        return Command((str(interpreter), "-I", str(script), str(settings), str(objects)), self.log_file)

    async def answers(self) -> bool:
        """True when it accepts our key: another store on this port would refuse it."""
        try:
            async with self.client() as s3:
                await s3.list_buckets()
        except (BotoCoreError, ClientError, OSError):
            return False
        return True

    async def settle(self) -> None:
        async with self.client() as s3:
            names = [bucket.get("Name") for bucket in (await s3.list_buckets())["Buckets"]]
            if self.bucket not in names:
                await s3.create_bucket(Bucket=self.bucket)

    def client(self) -> "AbstractAsyncContextManager[S3Client]":
        """An S3 client with this store's key; presigns with the signature version that signs headers."""
        return get_session().create_client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=AioConfig(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=2,
                read_timeout=10,
                retries={"max_attempts": 0},
            ),
        )


def check_attributes(folder: Path) -> None:
    """Raises Unavailable when the folder's file system keeps no extended attributes, which Swift lives on."""
    if sys.platform != "linux":
        return
    probe = folder / f".attributes.{os.getpid()}"
    probe.touch()
    try:
        os.setxattr(probe, "user.opentrace", b"1")
    except OSError as error:
        raise Unavailable(
            f"The object store cannot work in {folder}: its file system keeps no extended attributes "
            f"({error.strerror}). Set OPENTRACE_HOME to a folder on ext4, xfs or btrfs."
        ) from error
    finally:
        probe.unlink()
