"""What clients meet first: the health check, the websocket, the certificate."""

import base64
import os
import socket
import ssl
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography import x509

from scripts import http
from scripts.faults import OpsError
from scripts.health.check import SECONDS, Finding, State, skipped

CERTIFICATE_WARNING_DAYS = 21
"""As the alert CertificateExpiresSoon has it."""

CERTIFICATE_CRITICAL_DAYS = 7

SLOW_SECONDS = 1.0

WEBSOCKET_ALIVE = frozenset({101, 400, 401, 403, 426})
"""Upgraded, or asked for credentials that a health check has none of: somebody is there."""

HTTPS_PORT = 443


def health_url(url: str | None) -> list[Finding]:
    """Find out whether the application's health check says that it is well."""
    if url is None:
        return [skipped("application", "HEALTH_URL")]
    began = time.monotonic()
    status = http.get(url, seconds=SECONDS).status_code
    took = time.monotonic() - began
    state = State.OK if took < SLOW_SECONDS else State.WARNING
    if status != 200:  # noqa: PLR2004  (HTTP's own number)
        state = State.CRITICAL
    return [
        Finding(name="application", state=state, detail=f"{url} answers {status} in {took:.2f} s")
    ]


def websocket(url: str | None) -> list[Finding]:
    """Find out whether somebody takes websockets."""
    if url is None:
        return [skipped("websocket", "WEBSOCKET_URL")]
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    address = "http" + url.removeprefix("ws") if url.startswith("ws") else url
    status = http.get(address, headers=upgrade, seconds=SECONDS).status_code
    state = State.OK if status in WEBSOCKET_ALIVE else State.CRITICAL
    return [Finding(name="websocket", state=state, detail=f"{url} answers {status} to an upgrade")]


def certificate(url: str | None) -> list[Finding]:
    """Find out how long the certificate of the health check's host is valid."""
    if url is None:
        return [skipped("certificate", "HEALTH_URL")]
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        detail = "HEALTH_URL has no TLS: nothing to expire"
        return [Finding(name="certificate", state=State.SKIPPED, detail=detail)]
    host, port = parts.hostname, parts.port or HTTPS_PORT
    days = (_expiry(host, port) - datetime.now(UTC)).total_seconds() / 86_400
    state = State.OK if days > CERTIFICATE_WARNING_DAYS else State.WARNING
    if days < CERTIFICATE_CRITICAL_DAYS:
        state = State.CRITICAL
    detail = f"{host}: " + (f"{days:.0f} days left" if days > 0 else "it has expired")
    fault = _fault(host, port)
    if fault and days > 0:
        state, detail = State.CRITICAL, f"{detail}, but clients refuse it: {fault}"
    return [Finding(name="certificate", state=state, detail=detail)]


def _expiry(host: str, port: int) -> datetime:
    """Return the end of the certificate, even of one that nobody would trust."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as client,
        ):
            presented = client.getpeercert(binary_form=True) or b""
    except OSError as error:
        raise OpsError(f"{host}:{port} does not speak TLS: {error}.") from None
    return x509.load_der_x509_certificate(presented).not_valid_after_utc


def _fault(host: str, port: int) -> str | None:
    """Return why a client would not trust the certificate; None when it would."""
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host),
        ):
            return None
    except ssl.SSLCertVerificationError as error:
        return str(error.verify_message).rstrip(".")
    except OSError as error:
        return str(error)
