"""Topics encrypt the messages that they hold."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import is_given


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject a topic without a key, be the key known yet or not: SNS's own default is none."""
    if not is_given(args.props, "kmsMasterKeyId"):
        yield (
            "kmsMasterKeyId is not set, so messages are stored in the clear; stored data must be "
            "encrypted. Set it to a key of the stack."
        )


TOPIC_ENCRYPTION = resource_policy(
    name="topic-encryption",
    description="Topics are encrypted (guide, Compliance: Data Protection).",
    severity=Severity.HIGH,
    resource_types=("aws:sns/topic:Topic",),
    check=check,
)
