"""Topics encrypt the messages that they hold."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_given
from evaluation.references import guide, security_hub
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Reject a topic without a key, be the key known yet or not: SNS's own default is none."""
    if not is_given(resource.props, "kmsMasterKeyId"):
        yield (
            "kmsMasterKeyId is not set, so messages are stored in the clear; stored data must be "
            "encrypted. Set it to a key of the stack."
        )


TOPIC_ENCRYPTION = ResourceRule(
    name="topic-encryption",
    title="Topics are encrypted",
    why=(
        "Alerts tell of faults before they are mended; a topic keeps them until they are delivered."
    ),
    severity=Severity.HIGH,
    references=(
        guide("Compliance: Data Protection"),
        security_hub("SNS.1"),
    ),
    fix="Set kmsMasterKeyId to a key of the stack.",
    example=Example(
        violates="kmsMasterKeyId: <not set>",
        complies="kmsMasterKeyId: <the stack's key>",
    ),
    resource_types=("aws:sns/topic:Topic",),
    check=check,
)
