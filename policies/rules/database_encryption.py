"""RDS storage is encrypted."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import is_given, is_true, value_at
from evaluation.resource_types import DATABASE


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject unencrypted storage. A replica that says nothing has its source's encryption."""
    encrypted = value_at(args.props, "storageEncrypted")
    inherits = encrypted is None and is_given(args.props, "replicateSourceDb")
    if not inherits and not is_true(encrypted):
        yield "storageEncrypted is not true; stored data must be encrypted. Set it to true."


DATABASE_ENCRYPTION = resource_policy(
    name="database-encryption",
    description="Database storage is encrypted (guide, Compliance: Data Protection).",
    severity=Severity.HIGH,
    resource_types=(DATABASE,),
    check=check,
)
