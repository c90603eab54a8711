"""Pages over TLS: fetched for real from a local server, trusted only with a certificate that holds."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backend import web
from backend.errors import Unavailable
from backend.web import Guard, Limits, Web
from tests.fixtures.pages import Pages

HOST = "tower.example"
HTML = b"<title>Lamps</title><p>Light.</p>"
HOUR = timedelta(hours=1)
Serve = Callable[[Path], Awaitable[str]]


def certificate(folder: Path, host: str, *, until: datetime) -> Path:
    """A file with a certificate that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 48 * HOUR)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}-{until.timestamp()}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
async def secured(pages: Pages) -> AsyncIterator[Serve]:
    """Serves the pages over TLS with a certificate: the address of the first page."""
    pages.put("/", HTML)
    async with AsyncExitStack() as stack:

        async def serve(file: Path) -> str:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            server = await asyncio.start_server(pages.serve, "127.0.0.1", 0, ssl=context)
            stack.callback(server.close)
            return f"https://{HOST}:{server.sockets[0].getsockname()[1]}/"

        yield serve


def fetcher(ca_file: Path | None) -> Web:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    guard = Guard(web.networks(["127.0.0.1/32"]), resolve)
    return Web(Limits(seconds=20), guard, ca_file=str(ca_file) if ca_file else None)


async def test_a_page_is_fetched_over_tls_by_the_name_of_its_host(
    secured: Serve, pages: Pages, tmp_path: Path
) -> None:
    file = certificate(tmp_path, HOST, until=datetime.now(UTC) + HOUR)
    url = await secured(file)
    page = await fetcher(file).fetch(url)
    assert (page.final_url, page.body) == (url, HTML)
    assert {host.partition(":")[0] for _, host in pages.asked} == {HOST}


async def test_a_certificate_that_does_not_hold_is_not_trusted(
    secured: Serve, pages: Pages, tmp_path: Path
) -> None:
    good = certificate(tmp_path, HOST, until=datetime.now(UTC) + HOUR)
    old = certificate(tmp_path, HOST, until=datetime.now(UTC) - HOUR)
    other = certificate(tmp_path, "lighthouse.example", until=datetime.now(UTC) + HOUR)
    for served, trusted in ((good, None), (good, other), (old, old), (other, other)):
        with pytest.raises(Unavailable) as refused:
            await fetcher(trusted).fetch(await secured(served))
        assert refused.value.code == "WEB_PAGE_CERTIFICATE"
        assert refused.value.message.startswith(f"{HOST} shows a certificate that is not trusted")
    assert pages.asked == []
