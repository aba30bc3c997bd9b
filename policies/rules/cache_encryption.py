"""ElastiCache nodes encrypt what they store and what they send."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_true, value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resource_types import CACHE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

FLAGS = ("atRestEncryptionEnabled", "transitEncryptionEnabled")


def check(resource: Resource) -> Iterator[str]:
    """Reject nodes that do not plainly encrypt; ElastiCache's own default depends on the engine."""
    for flag in FLAGS:
        if not is_true(value_at(resource.props, flag)):
            yield f"{flag} is not true; cached data must be encrypted. Set it to true."
    mode = value_at(resource.props, "transitEncryptionMode")
    if mode not in (None, "required"):
        yield (
            f"transitEncryptionMode is {mode}, so that clients may do without; cached data must be "
            "encrypted. Set it to required."
        )


CACHE_ENCRYPTION = ResourceRule(
    name="cache-encryption",
    title="Cache nodes encrypt stored and transmitted data",
    why="The cache holds sessions and messages, and its traffic crosses zones.",
    severity=Severity.HIGH,
    references=(
        guide("Compliance: Data Protection"),
        fsbp("ElastiCache.4"),
        fsbp("ElastiCache.5"),
        pci("4.2.1"),
    ),
    fix=(
        "Set atRestEncryptionEnabled and transitEncryptionEnabled to true, and "
        "transitEncryptionMode to required."
    ),
    example=Example(
        violates="transitEncryptionEnabled: false",
        complies="transitEncryptionEnabled: true",
    ),
    resource_types=(CACHE,),
    check=check,
)
