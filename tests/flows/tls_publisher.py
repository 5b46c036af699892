"""A publisher that speaks TLS and plain HTTP at one port, with certificates of its own CA."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.flows.conftest import Publisher

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.conftest import Request

HANDSHAKE = b"\x16"  # the first byte of TLS
A_DAY = timedelta(days=1)


class Authority:
    """Issues certificates; who trusts its own (``ca_file``) trusts them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        own = self._certificate(self._key, self._key, self._name).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.ca_file = folder / "ca.pem"
        signed = own.sign(self._key, hashes.SHA256())
        self.ca_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def server(
        self, host: str, *, expired: bool = False, by_itself: bool = False
    ) -> ssl.SSLContext:
        """Return what a server needs to speak for a host."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        issuer_key, issuer = (key, name) if by_itself else (self._key, self._name)
        ends = datetime.now(UTC) + (-A_DAY if expired else A_DAY)
        made = self._certificate(key, issuer_key, name, issuer, ends).add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
        )
        file = self._folder / f"{host}.pem"
        signed = made.sign(issuer_key, hashes.SHA256())
        file.write_bytes(
            signed.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _certificate(
        self,
        key: ec.EllipticCurvePrivateKey,
        issuer_key: ec.EllipticCurvePrivateKey,
        name: x509.Name,
        issuer: x509.Name | None = None,
        ends: datetime | None = None,
    ) -> x509.CertificateBuilder:
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer or name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - 9 * A_DAY)
            .not_valid_after(ends or datetime.now(UTC) + A_DAY)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(issued_by, critical=False)
        )


@dataclass
class TlsPublisher(Publisher):
    """Answers by ``https://host/path`` first; ``asked_with`` are requests with their schemes."""

    servers: dict[str, ssl.SSLContext] = field(default_factory=dict)  # by the host asked for
    asked_with: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._server.close()
        self._front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._front.sni_callback = self._choose
        listening = socket.create_server(("127.0.0.1", 0))
        listening.settimeout(0)
        self.port = listening.getsockname()[1]
        self._tasks.add(asyncio.create_task(self._listen(listening)))
        return self

    def _choose(self, asking: ssl.SSLObject | ssl.SSLSocket, name: str, _: ssl.SSLContext) -> None:
        asking.context = self.servers[name]

    async def _listen(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listening:
            while True:
                accepted, _ = await loop.sock_accept(listening)
                self._tasks.add(asyncio.create_task(self._welcome(accepted)))

    async def _welcome(self, accepted: socket.socket) -> None:
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(accepted, ready.set)
        await ready.wait()
        loop.remove_reader(accepted)
        is_secure = accepted.recv(1, socket.MSG_PEEK) == HANDSHAKE
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader, self._accept)
        given = self._front if is_secure else None
        try:
            await loop.connect_accepted_socket(lambda: protocol, accepted, ssl=given)
        except (ssl.SSLError, ConnectionError):
            accepted.close()  # our certificate was refused

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        scheme = "https" if writer.get_extra_info("ssl_object") else "http"
        self.asked_with.append(f"{scheme}://{request.host}{request.target}")
        answer = self.answers.get(self.asked_with[-1])
        if not isinstance(answer, bytes):
            return await super()._answer(request, writer)
        writer.write(answer)
        await writer.drain()
        return True
