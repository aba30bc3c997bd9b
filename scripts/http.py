"""Requests over HTTP that end in a bounded time, whatever the other side does."""

import ssl
from collections.abc import Mapping
from typing import Any

import httpx

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

SECONDS = 10.0
"""Of each phase of a request: connecting, sending, each part of the answer."""


def get(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    trusting: bool = False,
) -> httpx.Response:
    """Return the answer, whatever its status; redirects are not followed.

    Args:
        trusting: take any certificate.

    Raises:
        OpsError: there was no answer, or the URL is none.
    """
    return _asked("GET", url, seconds=seconds, trusting=trusting, headers=dict(headers or {}))


def post_json(url: str, body: object, *, seconds: float = SECONDS) -> httpx.Response:
    """Send a document out of the house, by the proxy that the environment names.

    Raises:
        OpsError: there was no answer, or the URL is none. The URL may be a secret and is not told.
    """
    return _asked("POST", url, seconds=seconds, by_proxy=True, json=body)


def _tls(trusting: bool) -> ssl.SSLContext:
    """Trust the authorities of this machine, among them those that SSL_CERT_FILE names."""
    context = ssl.create_default_context()
    if trusting:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _asked(
    method: str,
    url: str,
    *,
    seconds: float,
    trusting: bool = False,
    by_proxy: bool = False,
    **options: Any,
) -> httpx.Response:
    try:
        # Proxies of the environment are for the way out, not for servers of ours.
        with httpx.Client(
            timeout=seconds, trust_env=by_proxy, follow_redirects=False, verify=_tls(trusting)
        ) as client:
            return client.request(method, url, **options)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise OpsError(
            "A URL in the settings is none: it should begin with https:// or http://.",
            ExitCode.MISCONFIGURED,
        ) from None
    except (ValueError, ImportError) as error:
        # httpx looks at the proxy first of all, and SOCKS needs a package of its own.
        raise OpsError(
            f"the proxy that the environment names cannot be used: {error}",
            ExitCode.MISCONFIGURED,
        ) from None
    except httpx.TimeoutException:
        raise OpsError(f"no answer within {seconds:.0f} s", ExitCode.UNREACHABLE) from None
    except httpx.HTTPError as error:
        raise OpsError(f"no answer: {error}", ExitCode.UNREACHABLE) from None
