"""The whole scan, one part after the other; what cannot be asked is left out and said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.faults import explained
from scripts.security import buckets, headers, images, ports, tls
from scripts.security.finding import Finding, Severity

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is scanned; whatever is None or empty is left out.

    Args:
        host: public name of the application.
        port: where it speaks TLS.
        with_ports: whether to look for open ports, which must be done from outside.
    """

    host: str | None
    port: int = 443
    with_ports: bool = True
    images: Sequence[str] = ()
    buckets: Sequence[str] = ()


def scan(target: Target, s3: "S3Client | None", say: Callable[[str], None]) -> list[Finding]:
    """Return all findings, the gravest first."""
    host, port = target.host, target.port
    parts: list[tuple[str, Callable[[], Sequence[Finding]]]] = []
    if host is None:
        parts.append(("application", _no_host))
    else:
        parts.append((f"TLS of {host}:{port}", lambda: tls.scan(host, port)))
        parts.append((f"headers of {host}:{port}", lambda: headers.scan(host, port)))
        if target.with_ports:
            allowed = {*ports.ALLOWED, port}
            parts.append((f"ports of {host}", lambda: ports.scan(host, allowed=allowed)))
    if target.images:
        parts.append(("container images", lambda: images.scan(target.images)))
    if s3 is not None:
        parts += [(f"bucket {name}", _bucket_scan(s3, name)) for name in target.buckets]
    found: list[Finding] = []
    for name, part in parts:
        say(f"Scanning {name} …")
        found += _part(name, part)
    return sorted(found, key=lambda each: -each.severity)


def _bucket_scan(s3: "S3Client", name: str) -> Callable[[], Sequence[Finding]]:
    return lambda: buckets.scan(s3, name)


def _part(name: str, part: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """A part that fails in a foreseeable way is a finding: what was not looked at is not fine."""
    try:
        return part()
    except Exception as error:
        fault = explained(error)
        if fault is None:
            raise
        return [
            Finding(
                rule="scan-failed",
                severity=Severity.MEDIUM,
                where=name,
                what=f"It could not be scanned: {str(fault).rstrip('.')}.",
                remedy="Mend this, then scan again.",
            )
        ]


def _no_host() -> list[Finding]:
    return [
        Finding(
            rule="application-not-scanned",
            severity=Severity.INFO,
            where="HEALTH_URL",
            what="TLS, headers and ports were not scanned: no host is known.",
            remedy="Name the host, set HEALTH_URL, or name a stack with --stack.",
        )
    ]
