"""Nothing is shared with every account of AWS."""

from collections.abc import Callable, Iterator, Mapping

from evaluation.buckets import BUCKETS
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


def _access_list(properties: object) -> Iterator[tuple[str, object]]:
    yield "acl", value_at(properties, "acl")
    grants = (
        *entries(value_at(properties, "grants")),
        *entries(value_at(properties, "accessControlPolicy", "grants")),
    )
    for grant in grants:
        yield "uri", value_at(grant, "uri")
        yield "grantee.uri", value_at(grant, "grantee", "uri")


# S3, "Access control list (ACL) overview": the canned lists and the groups for everybody.
EVERYBODY = (
    *("public-read", "public-read-write", "authenticated-read"),
    "http://acs.amazonaws.com/groups/global/allusers",
    "http://acs.amazonaws.com/groups/global/authenticatedusers",
)
ACCESS_LISTS = (
    *BUCKETS,
    "aws:s3/bucketAcl:BucketAcl",
    "aws:s3/bucketAclV2:BucketAclV2",
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/objectCopy:ObjectCopy",
)

# Each gives the paths and names of those with whom a resource is shared.
SHARES: Mapping[str, Callable[[object], Iterator[tuple[str, object]]]] = {
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": _image,
    "aws:rds/clusterSnapshot:ClusterSnapshot": _snapshot,
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": _snapshot,
    "aws:rds/snapshot:Snapshot": _snapshot,
    "aws:rds/snapshotCopy:SnapshotCopy": _snapshot,
    **dict.fromkeys(ACCESS_LISTS, _access_list),
    "aws:ssm/document:Document": _document,
}


def check(resource: Resource) -> Iterator[str]:
    """Reject documents, snapshots, machine images, buckets and objects for every account."""
    for path, name in SHARES[resource.resource_type](resource.props):
        if isinstance(name, str) and name.strip().lower() == "all":
            yield (
                f"{path} is {name.strip()}, which is every account of AWS; nothing stored may be "
                "public. Name the accounts that need it."
            )
        elif isinstance(name, str) and name.lower() in EVERYBODY:
            yield (
                f"{path} is {name}, which lets everybody in; nothing stored may be public. "
                "Leave access lists out, and name who needs it in a bucket policy."
            )


PUBLIC_SHARING = ResourceRule(
    name="public-sharing",
    title="Nothing is shared with every account",
    why="What is shared with all accounts of AWS, by permission or by access list, is public.",
    severity=Severity.CRITICAL,
    references=(
        guide("Compliance: Data Protection"),
        fsbp("RDS.1"),
        fsbp("S3.12"),
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
