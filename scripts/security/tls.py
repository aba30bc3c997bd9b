"""What the load balancer speaks, against the guide's `ssl_protocols` and `ssl_ciphers`."""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from cryptography.utils import CryptographyDeprecationWarning
from sslyze.errors import ServerHostnameCouldNotBeResolved
from sslyze.plugins.scan_commands import ScanCommand
from sslyze.scanner.models import (
    AllScanCommandsAttempts,
    CipherSuitesScanAttempt,
    ServerScanRequest,
    ServerScanStatusEnum,
)
from sslyze.scanner.scan_command_attempt import ScanCommandAttempt, ScanCommandAttemptStatusEnum
from sslyze.scanner.scanner import Scanner
from sslyze.server_setting import ServerNetworkLocation

from scripts.security.finding import Finding, Severity

WEAK: Final = ("NULL", "anon", "EXPORT", "RC4", "_DES_", "3DES", "MD5", "IDEA", "SEED")
"""Parts of the names of ciphers that `HIGH:!aNULL:!MD5` leaves out."""

CERTIFICATE_DAYS: Final = 21

COMMANDS: Final = {
    ScanCommand.SSL_2_0_CIPHER_SUITES,
    ScanCommand.SSL_3_0_CIPHER_SUITES,
    ScanCommand.TLS_1_0_CIPHER_SUITES,
    ScanCommand.TLS_1_1_CIPHER_SUITES,
    ScanCommand.TLS_1_2_CIPHER_SUITES,
    ScanCommand.TLS_1_3_CIPHER_SUITES,
    ScanCommand.CERTIFICATE_INFO,
    ScanCommand.HEARTBLEED,
    ScanCommand.ROBOT,
    ScanCommand.OPENSSL_CCS_INJECTION,
    ScanCommand.TLS_COMPRESSION,
}

PROTOCOLS = "Set ssl_protocols TLSv1.2 TLSv1.3; on AWS, the TLS policy of the load balancer."
CIPHERS = "Set ssl_ciphers HIGH:!aNULL:!MD5; on AWS, the TLS policy of the load balancer."
RENEW = "Renew it, for this name, from an authority that clients trust."
UPDATE = "Update the TLS library at once and replace the certificate's key."


def scan(host: str, port: int) -> list[Finding]:
    """Ask a server for every protocol and cipher, and for its certificate."""
    where = f"{host}:{port}"
    try:
        location = ServerNetworkLocation(hostname=host, port=port)
    except ServerHostnameCouldNotBeResolved:
        return [_unreachable(where, "its name is not known")]
    scanner = Scanner()
    scanner.queue_scans([ServerScanRequest(server_location=location, scan_commands=COMMANDS)])
    with warnings.catch_warnings():
        # About certificates in sslyze's own list of authorities: nothing to do with the server.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        (told,) = scanner.get_results()
    if told.scan_status is not ServerScanStatusEnum.COMPLETED or told.scan_result is None:
        return [_unreachable(where, "nobody speaks TLS there")]
    return [
        *_protocols(told.scan_result, where),
        *_ciphers(told.scan_result, where),
        *_certificate(told.scan_result, where),
        *_bugs(told.scan_result, where),
        *_unchecked(told.scan_result, where),
    ]


def _unreachable(where: str, why: str) -> Finding:
    return Finding(
        rule="tls-unreachable",
        severity=Severity.HIGH,
        where=where,
        what=f"TLS cannot be scanned: {why}.",
        remedy="Give the public name, and its port when it is not 443.",
    )


def _old(told: AllScanCommandsAttempts) -> dict[str, CipherSuitesScanAttempt]:
    return {
        "SSL 2.0": told.ssl_2_0_cipher_suites,
        "SSL 3.0": told.ssl_3_0_cipher_suites,
        "TLS 1.0": told.tls_1_0_cipher_suites,
        "TLS 1.1": told.tls_1_1_cipher_suites,
    }


def _modern(told: AllScanCommandsAttempts) -> list[CipherSuitesScanAttempt]:
    return [told.tls_1_2_cipher_suites, told.tls_1_3_cipher_suites]


def _accepted(attempt: CipherSuitesScanAttempt) -> list[str]:
    """Return the names of the ciphers that are accepted with one protocol."""
    result = attempt.result
    return [each.cipher_suite.name for each in result.accepted_cipher_suites] if result else []


def _protocols(told: AllScanCommandsAttempts, where: str) -> Iterator[Finding]:
    for protocol, attempt in _old(told).items():
        if _accepted(attempt):
            yield Finding(
                rule="tls-old-protocol",
                severity=Severity.HIGH,
                where=where,
                what=f"{protocol} is spoken.",
                remedy=PROTOCOLS,
            )
    if not any(_accepted(attempt) for attempt in _modern(told)):
        yield Finding(
            rule="tls-no-modern-protocol",
            severity=Severity.HIGH,
            where=where,
            what="Neither TLS 1.2 nor TLS 1.3 is spoken.",
            remedy=PROTOCOLS,
        )


def _ciphers(told: AllScanCommandsAttempts, where: str) -> Iterator[Finding]:
    attempts = [*_old(told).values(), *_modern(told)]
    accepted = {name for attempt in attempts for name in _accepted(attempt)}
    weak = sorted(name for name in accepted if any(part in name for part in WEAK))
    if weak:
        yield Finding(
            rule="tls-weak-cipher",
            severity=Severity.HIGH,
            where=where,
            what=f"Weak ciphers are accepted: {', '.join(weak)}.",
            remedy=CIPHERS,
        )


def _certificate(told: AllScanCommandsAttempts, where: str) -> Iterator[Finding]:
    result = told.certificate_info.result
    for deployment in result.certificate_deployments if result is not None else []:
        leaf = deployment.received_certificate_chain[0]
        days = (leaf.not_valid_after_utc - datetime.now(UTC)).days
        if days < CERTIFICATE_DAYS:
            left = f"ends in {days} days" if days >= 0 else "has expired"
            severity = Severity.MEDIUM if days >= 0 else Severity.HIGH
            yield _of_certificate("tls-certificate-expires", severity, where, left)
        elif deployment.verified_certificate_chain is None:
            said = "is not one that clients trust for this name"
            yield _of_certificate("tls-certificate-untrusted", Severity.HIGH, where, said)


def _of_certificate(rule: str, severity: Severity, where: str, said: str) -> Finding:
    what = f"The certificate {said}."
    return Finding(rule=rule, severity=severity, where=where, what=what, remedy=RENEW)


def _bugs(told: AllScanCommandsAttempts, where: str) -> Iterator[Finding]:
    heartbleed, ccs = told.heartbleed.result, told.openssl_ccs_injection.result
    robot, compression = told.robot.result, told.tls_compression.result
    present = {
        "Heartbleed": bool(heartbleed and heartbleed.is_vulnerable_to_heartbleed),
        "CCS injection": bool(ccs and ccs.is_vulnerable_to_ccs_injection),
        "ROBOT": bool(robot and robot.robot_result.name.startswith("VULNERABLE")),
        "CRIME (TLS compression)": bool(compression and compression.supports_compression),
    }
    for name, found in present.items():
        if found:
            yield Finding(
                rule="tls-vulnerable",
                severity=Severity.CRITICAL,
                where=where,
                what=f"It is open to {name}.",
                remedy=UPDATE,
            )


def _unchecked(told: AllScanCommandsAttempts, where: str) -> Iterator[Finding]:
    """What could not be asked is not fine."""
    for command in sorted(COMMANDS):
        attempt: ScanCommandAttempt[object] = getattr(told, command.value)
        if attempt.status is ScanCommandAttemptStatusEnum.ERROR:
            name = command.value.replace("_", " ")
            reason = attempt.error_reason.value.lower() if attempt.error_reason else "unknown"
            yield Finding(
                rule="tls-not-checked",
                severity=Severity.MEDIUM,
                where=where,
                what=f"It could not be asked about {name}: {reason}.",
                remedy="Scan again; a firewall may cut off so many connections.",
            )
