"""A public access block, of a bucket or of the account, blocks everything that it can."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.buckets import ACCOUNT_PUBLIC_ACCESS_BLOCK, PUBLIC_ACCESS_BLOCKS
from evaluation.mandatory import resource_policy
from evaluation.properties import is_true, value_at

FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject a block that leaves one of the four ways to the public open."""
    for flag in FLAGS:
        if not is_true(value_at(args.props, flag)):
            yield f"{flag} is not true; nothing stored may be public. Set it to true."


PUBLIC_ACCESS_BLOCK = resource_policy(
    name="public-access-block",
    description="Public access blocks block everything (guide, Compliance: Data Protection).",
    severity=Severity.CRITICAL,
    resource_types=(*PUBLIC_ACCESS_BLOCKS, ACCOUNT_PUBLIC_ACCESS_BLOCK),
    check=check,
)
