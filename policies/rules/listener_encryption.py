"""Load balancers speak TLS 1.2 or newer, and redirect whoever does not."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.listeners import LISTENERS, PLAIN, only_redirects
from evaluation.properties import value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

# Elastic Load Balancing, "Security policies for your Application Load Balancer": TLS 1.2 or newer
# with forward secrecy and SHA-256 or authenticated encryption: plain, FIPS 140-3, and both with
# post-quantum keys. The `Ext` forms take older ciphers, and AWS's default TLS 1.0.
MODERN_POLICIES = frozenset(
    f"ELBSecurityPolicy-TLS13-{version}-{form}"
    for version in ("1-2", "1-2-Res", "1-3")
    for form in ("2021-06", "FIPS-2023-04", "PQ-2025-09", "FIPS-PQ-2025-09")
)


def check(resource: Resource) -> Iterator[str]:
    """Reject plain text that is answered, and TLS that is older than the guide's.

    Other protocols than these pass bytes on without reading them, encrypted or not.
    """
    protocol = value_at(resource.props, "protocol")
    if protocol in ("HTTPS", "TLS"):
        policy = value_at(resource.props, "sslPolicy")
        if not isinstance(policy, str) or policy not in MODERN_POLICIES:
            yield (
                f"sslPolicy is {policy or 'not set'}, which may take TLS older than 1.2 or weak "
                "ciphers. Set it to ELBSecurityPolicy-TLS13-1-2-2021-06."
            )
    # An Application Load Balancer's listener that names no protocol speaks HTTP.
    elif protocol in PLAIN and not only_redirects(value_at(resource.props, "defaultActions")):
        yield (
            "the listener answers plain HTTP, which anybody on the way can read. Let its default "
            "action redirect to HTTPS."
        )


LISTENER_ENCRYPTION = ResourceRule(
    name="listener-encryption",
    title="Load balancers speak TLS 1.2 or newer",
    why=(
        "Passwords and messages in plain text, or under broken versions of TLS, can be read on "
        "the way."
    ),
    severity=Severity.HIGH,
    references=(
        guide("Security Hardening 2"),
        fsbp("ELB.1"),
        fsbp("ELB.17"),
        pci("4.2.1"),
    ),
    fix=(
        "Give HTTPS listeners a policy of TLS 1.2 and 1.3 only, and let the HTTP listener "
        "redirect to HTTPS."
    ),
    example=Example(
        violates="sslPolicy: ELBSecurityPolicy-2016-08",
        complies="sslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06",
    ),
    resource_types=LISTENERS,
    check=check,
)
