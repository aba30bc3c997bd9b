"""A public access block, of a bucket or of the account, blocks everything that it can."""

from collections.abc import Iterator

from evaluation.buckets import ACCOUNT_PUBLIC_ACCESS_BLOCK, PUBLIC_ACCESS_BLOCKS
from evaluation.levels import Severity
from evaluation.properties import is_true, value_at
from evaluation.references import cis, fsbp, guide, pci
from evaluation.remedies import setting
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def check(resource: Resource) -> Iterator[str]:
    """Reject a block that leaves one of the four ways to the public open."""
    for flag in FLAGS:
        if not is_true(value_at(resource.props, flag)):
            yield f"{flag} is not true; nothing stored may be public. Set it to true."


PUBLIC_ACCESS_BLOCK = ResourceRule(
    name="public-access-block",
    title="Public access blocks block everything",
    why=(
        "One way that is left open, such as new access lists, is enough to publish a bucket by "
        "mistake."
    ),
    severity=Severity.CRITICAL,
    references=(
        guide("Compliance: Data Protection"),
        cis("2.1.4"),
        fsbp("S3.1"),
        fsbp("S3.8"),
        pci("1.4.4"),
    ),
    fix="Set all four flags to true.",
    example=Example(
        violates="blockPublicAcls: false",
        complies="blockPublicAcls: true",
    ),
    resource_types=(*PUBLIC_ACCESS_BLOCKS, ACCOUNT_PUBLIC_ACCESS_BLOCK),
    remedy=setting(**dict.fromkeys(FLAGS, True)),
    check=check,
)
