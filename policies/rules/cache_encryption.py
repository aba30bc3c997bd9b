"""ElastiCache nodes encrypt what they store and what they send."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import is_true, value_at
from evaluation.resource_types import CACHE

FLAGS = ("atRestEncryptionEnabled", "transitEncryptionEnabled")


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject nodes that do not plainly encrypt; ElastiCache's own default depends on the engine."""
    for flag in FLAGS:
        if not is_true(value_at(args.props, flag)):
            yield f"{flag} is not true; cached data must be encrypted. Set it to true."
    mode = value_at(args.props, "transitEncryptionMode")
    if mode not in (None, "required"):
        yield (
            f"transitEncryptionMode is {mode}, so that clients may do without; cached data must be "
            "encrypted. Set it to required."
        )


CACHE_ENCRYPTION = resource_policy(
    name="cache-encryption",
    description=(
        "Cache nodes encrypt stored and transmitted data (guide, Compliance: Data Protection)."
    ),
    severity=Severity.HIGH,
    resource_types=(CACHE,),
    check=check,
)
