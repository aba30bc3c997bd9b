"""Nothing is shared with every account of AWS."""

from collections.abc import Callable, Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import entries, value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def _document(properties: object) -> Iterator[tuple[str, object]]:
    # A map of free keys, which the SDK leaves as Terraform names them; the value is a list as text.
    accounts = value_at(properties, "permissions", "account_ids")
    names = accounts.split(",") if isinstance(accounts, str) else entries(accounts)
    yield from (("permissions.account_ids", name) for name in names)


def _snapshot(properties: object) -> Iterator[tuple[str, object]]:
    accounts = entries(value_at(properties, "sharedAccounts"))
    yield from (("sharedAccounts", account) for account in accounts)


def _image(properties: object) -> Iterator[tuple[str, object]]:
    yield "group", value_at(properties, "group")


# Each gives the paths and names of those with whom a resource is shared.
SHARES: Mapping[str, Callable[[object], Iterator[tuple[str, object]]]] = {
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": _image,
    "aws:rds/clusterSnapshot:ClusterSnapshot": _snapshot,
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": _snapshot,
    "aws:rds/snapshot:Snapshot": _snapshot,
    "aws:rds/snapshotCopy:SnapshotCopy": _snapshot,
    "aws:ssm/document:Document": _document,
}


def check(resource: Resource) -> Iterator[str]:
    """Reject documents, snapshots and machine images that every account can read."""
    for path, name in SHARES[resource.resource_type](resource.props):
        if isinstance(name, str) and name.strip().lower() == "all":
            yield (
                f"{path} is {name.strip()}, which is every account of AWS; nothing stored may be "
                "public. Name the accounts that need it."
            )


PUBLIC_SHARING = ResourceRule(
    name="public-sharing",
    title="Nothing is shared with every account",
    why="A snapshot or document that is shared with all accounts of AWS is public.",
    severity=Severity.CRITICAL,
    references=(
        guide("Compliance: Data Protection"),
        fsbp("RDS.1"),
        fsbp("SSM.4"),
        pci("1.4.4"),
    ),
    fix="Name the accounts that need it.",
    example=Example(
        violates="sharedAccounts: [all]",
        complies='sharedAccounts: ["123456789012"]',
    ),
    resource_types=SHARES,
    check=check,
)
