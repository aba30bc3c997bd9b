"""Load balancers speak TLS 1.2 or newer, and redirect whoever does not."""

import re
from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import entries, value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

# The SDK names listeners twice; both names make the same thing.
LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")

# Elastic Load Balancing, "Security policies for your Application Load Balancer": TLS 1.2 or newer
# only. The others, AWS's default among them, still take TLS 1.0 or 1.1.
MODERN_POLICY = re.compile(r"ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)-.+")


def check(resource: Resource) -> Iterator[str]:
    """Reject plain text that is answered, and TLS that is older than the guide's.

    Other protocols than these pass bytes on without reading them, encrypted or not.
    """
    protocol = value_at(resource.props, "protocol")
    if protocol in ("HTTPS", "TLS"):
        policy = value_at(resource.props, "sslPolicy")
        if not isinstance(policy, str) or not MODERN_POLICY.fullmatch(policy):
            yield (
                f"sslPolicy is {policy or 'not set'}, which takes TLS older than 1.2. "
                "Set it to ELBSecurityPolicy-TLS13-1-2-2021-06."
            )
    # An Application Load Balancer's listener that names no protocol speaks HTTP.
    elif protocol in ("HTTP", None) and not _only_redirects(resource.props):
        yield (
            "the listener answers plain HTTP, which anybody on the way can read. Let its default "
            "action redirect to HTTPS."
        )


def _only_redirects(properties: object) -> bool:
    actions = entries(value_at(properties, "defaultActions"))
    return bool(actions) and all(
        value_at(action, "type") == "redirect"
        and value_at(action, "redirect", "protocol") == "HTTPS"
        for action in actions
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
