"""RDS storage is encrypted."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_given, is_true, value_at
from evaluation.references import cis, fsbp, guide, pci
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Reject unencrypted storage. A replica that says nothing has its source's encryption."""
    encrypted = value_at(resource.props, "storageEncrypted")
    inherits = encrypted is None and is_given(resource.props, "replicateSourceDb")
    if not inherits and not is_true(encrypted):
        yield "storageEncrypted is not true; stored data must be encrypted. Set it to true."


DATABASE_ENCRYPTION = ResourceRule(
    name="database-encryption",
    title="Database storage is encrypted",
    why=(
        "Storage, snapshots and replicas of an unencrypted database are unencrypted for good: "
        "it cannot be switched on later."
    ),
    severity=Severity.HIGH,
    references=(
        guide("Compliance: Data Protection"),
        cis("2.3.1"),
        fsbp("RDS.3"),
        pci("3.5.1"),
    ),
    fix=(
        "Set storageEncrypted to true before the database is made; one that exists is restored "
        "from an encrypted copy of its snapshot."
    ),
    example=Example(
        violates="storageEncrypted: false",
        complies="storageEncrypted: true",
    ),
    resource_types=(DATABASE,),
    check=check,
)
