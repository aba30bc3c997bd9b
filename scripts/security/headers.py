"""What the application's answers tell browsers to do, and what they tell everybody."""

import re
from collections.abc import Iterator, Mapping

from scripts import http
from scripts.faults import OpsError
from scripts.security.finding import Finding, Severity

HSTS_SECONDS = 31_536_000
"""A year, as the load balancer's configuration has it."""

SECONDS = 10

REDIRECTS = frozenset({301, 308})


def scan(host: str, port: int, *, http_port: int | None = 80) -> list[Finding]:
    """Look at the headers of the answer at `/`, whatever its status.

    Args:
        http_port: where plain HTTP has to lead to TLS; None leaves that out.
    """
    where = f"{host}:{port}"
    # TLS is judged elsewhere: a certificate that nobody trusts must not hide what is behind it.
    try:
        answer = http.get(f"https://{where}/", seconds=SECONDS, trusting=True)
        metrics = http.get(f"https://{where}/metrics", seconds=SECONDS, trusting=True)
    except OpsError as error:
        what = f"There is no answer over HTTPS: {error}."
        return [_finding("http-unreachable", Severity.HIGH, where, what, "Look at ops health.")]
    found = [*_missing(answer.headers, where), *_talkative(answer.headers, where)]
    if metrics.is_success:
        what = "Everybody can read /metrics."
        found.append(_finding("metrics-public", Severity.HIGH, where, what, "Answer 404 there."))
    if http_port is not None:
        found += _plain(host, http_port)
    return found


def _missing(headers: Mapping[str, str], where: str) -> Iterator[Finding]:
    strict = headers.get("strict-transport-security", "")
    age = re.search(r"max-age=\"?(\d+)", strict)
    if age is None or int(age[1]) < HSTS_SECONDS:
        what = "Browsers are not told to stay on TLS for a year (Strict-Transport-Security)."
        remedy = 'Send "max-age=31536000; includeSubDomains".'
        yield _finding("header-hsts", Severity.MEDIUM, where, what, remedy)
    if headers.get("x-content-type-options", "").lower() != "nosniff":
        what = "Browsers may guess what a file is (X-Content-Type-Options)."
        yield _finding("header-nosniff", Severity.LOW, where, what, 'Send "nosniff".')
    framed = "frame-ancestors" in headers.get("content-security-policy", "")
    if headers.get("x-frame-options", "").upper() not in {"DENY", "SAMEORIGIN"} and not framed:
        what = "Any page may frame the application (X-Frame-Options)."
        yield _finding("header-frames", Severity.MEDIUM, where, what, 'Send "DENY".')


def _talkative(headers: Mapping[str, str], where: str) -> Iterator[Finding]:
    for name in ("server", "x-powered-by"):
        told = headers.get(name, "")
        if re.search(r"\d", told):
            what = f"The version of what serves is told to everybody ({name}: {told})."
            remedy = "Set server_tokens off, or remove the header."
            yield _finding("header-version", Severity.LOW, where, what, remedy)


def _plain(host: str, port: int) -> Iterator[Finding]:
    try:
        answer = http.get(f"http://{host}:{port}/", seconds=SECONDS)
    except OpsError:
        return  # closed: nobody is served without TLS
    target = answer.headers.get("location", "")
    if answer.status_code not in REDIRECTS or not target.startswith("https://"):
        where, what = f"{host}:{port}", "Plain HTTP is served instead of sent to TLS."
        remedy = "Answer 301 to https:// there."
        yield _finding("http-plain", Severity.HIGH, where, what, remedy)


def _finding(rule: str, severity: Severity, where: str, what: str, remedy: str) -> Finding:
    return Finding(rule=rule, severity=severity, where=where, what=what, remedy=remedy)
