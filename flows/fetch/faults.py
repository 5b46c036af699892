"""What went wrong on the wire, as a code: the one place that reads aiohttp's exceptions."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass

import aiohttp

from flows.fetch.guard import AddressRefused

UNREACHABLE = frozenset(
    {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EHOSTDOWN, errno.EACCES}
)
BROKEN = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ESHUTDOWN})
DETAIL_CHARS = 300

WIRE_ERRORS = (aiohttp.ClientError, OSError)
"""What a request may raise because of the other side; TimeoutError is an OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why there is no usable answer. ``is_final``: trying again cannot help."""

    code: str
    detail: str = ""
    is_final: bool = False


def fault_of(error: Exception) -> Fault:
    """Return the fault that an exception of a request stands for.

    Raises: the exception itself, if it is none of those that the other side or the
    network can cause.
    """
    code = _code_of(error)
    if code is None:
        raise error
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    said = inner.strerror if isinstance(inner, AddressRefused) else str(error)
    detail = printable(said or type(error).__name__)
    return Fault(code=code, detail=detail, is_final=code in {"address_refused", "bad_url"})


def printable(text: str) -> str:
    """Return a detail that any file or table takes: short, without unpaired surrogates."""
    return text[:DETAIL_CHARS].encode("utf-8", "backslashreplace").decode()


def _code_of(error: Exception) -> str | None:
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    for kind, code in _CODES:
        if isinstance(inner, kind):
            return code
    if isinstance(inner, OSError):
        # No number: several addresses of one host failed, each in its own way.
        return "host_unreachable" if inner.errno is None else _code_of_errno(inner.errno)
    return None


def _code_of_errno(number: int | None) -> str | None:
    if number in BROKEN:
        return "connection_reset"
    if number in UNREACHABLE:
        return "host_unreachable"
    if number == errno.ETIMEDOUT:
        return "timeout"
    return None


# In this order: the first kind that fits.
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (AddressRefused, "address_refused"),
    (socket.gaierror, "dns_failure"),
    (TimeoutError, "timeout"),  # aiohttp's timeouts are of this kind too
    (ssl.SSLError, "tls_error"),
    (ssl.CertificateError, "tls_error"),
    (aiohttp.ServerFingerprintMismatch, "tls_error"),
    (ConnectionRefusedError, "connection_refused"),
    (aiohttp.ClientPayloadError, "truncated_body"),
    (aiohttp.ServerDisconnectedError, "connection_reset"),
    (ConnectionError, "connection_reset"),
    (aiohttp.ClientHttpProxyError, "proxy_error"),
    (aiohttp.ClientResponseError, "http_protocol_error"),
    (aiohttp.InvalidURL, "bad_url"),
)
