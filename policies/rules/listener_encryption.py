"""Load balancers speak TLS 1.2 or newer, and redirect whoever does not."""

import re
from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import entries, value_at

# The SDK names listeners twice; both names make the same thing.
LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")

# Elastic Load Balancing, "Security policies for your Application Load Balancer": TLS 1.2 or newer
# only. The others, AWS's default among them, still take TLS 1.0 or 1.1.
MODERN_POLICY = re.compile(r"ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)-.+")


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject plain text that is answered, and TLS that is older than the guide's.

    Other protocols than these pass bytes on without reading them, encrypted or not.
    """
    protocol = value_at(args.props, "protocol")
    if protocol in ("HTTPS", "TLS"):
        policy = value_at(args.props, "sslPolicy")
        if not isinstance(policy, str) or not MODERN_POLICY.fullmatch(policy):
            yield (
                f"sslPolicy is {policy or 'not set'}, which takes TLS older than 1.2. "
                "Set it to ELBSecurityPolicy-TLS13-1-2-2021-06."
            )
    # An Application Load Balancer's listener that names no protocol speaks HTTP.
    elif protocol in ("HTTP", None) and not _only_redirects(args.props):
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


LISTENER_ENCRYPTION = resource_policy(
    name="listener-encryption",
    description="Load balancers speak TLS 1.2 or newer (guide, Security Hardening 2).",
    severity=Severity.HIGH,
    resource_types=LISTENERS,
    check=check,
)
