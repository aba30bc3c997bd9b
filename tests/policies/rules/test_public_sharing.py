"""What is shared with every account is rejected."""

import pytest

from rules.public_sharing import ACCESS_LISTS, PUBLIC_SHARING, SHARES
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import document

SNAPSHOT = "aws:rds/snapshot:Snapshot"
IMAGE = "aws:ec2/amiLaunchPermission:AmiLaunchPermission"
SNAPSHOTS = [token for token in SHARES if token.startswith("aws:rds/")]


def is_public(path: str, name: str) -> str:
    return (
        f"{path} is {name}, which is every account of AWS; nothing stored may be public. Name the "
        "accounts that need it."
    )


@pytest.mark.parametrize(
    "resource",
    [
        document(),
        document(permissions=None),
        Resource(type=SNAPSHOT, properties={}),
        Resource(type=SNAPSHOT, properties={"sharedAccounts": ["123456789012"]}),
        Resource(type=IMAGE, properties={"accountId": "123456789012"}),
    ],
)
def test_what_is_shared_with_named_accounts_or_nobody_passes(resource: Resource) -> None:
    assert violations(PUBLIC_SHARING, resource) == []


@pytest.mark.parametrize("accounts", ["All", "all", "123456789012, All"])
def test_a_document_for_every_account_is_rejected(accounts: str) -> None:
    shared = document(permissions={"type": "Share", "account_ids": accounts})
    (message,) = violations(PUBLIC_SHARING, shared)
    assert message == is_public("permissions.account_ids", accounts.rpartition(" ")[2])


@pytest.mark.parametrize("token", SNAPSHOTS)
def test_a_snapshot_for_every_account_is_rejected(token: str) -> None:
    snapshot = Resource(type=token, properties={"sharedAccounts": ["123456789012", "all"]})
    assert violations(PUBLIC_SHARING, snapshot) == [is_public("sharedAccounts", "all")]


def test_a_machine_image_for_every_account_is_rejected() -> None:
    image = Resource(type=IMAGE, properties={"imageId": UNKNOWN, "group": "all"})
    assert violations(PUBLIC_SHARING, image) == [is_public("group", "all")]


def test_accounts_unknown_at_preview_are_rejected() -> None:
    snapshot = Resource(type=SNAPSHOT, properties={"sharedAccounts": UNKNOWN})
    (message,) = violations(PUBLIC_SHARING, snapshot)
    assert message.startswith("sharedAccounts is not known yet at preview")


ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
ALL_ACCOUNTS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"


@pytest.mark.parametrize("token", ACCESS_LISTS)
@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({"acl": "public-read"}, "acl is public-read"),
        ({"acl": "public-read-write"}, "acl is public-read-write"),
        ({"acl": "authenticated-read"}, "acl is authenticated-read"),
        ({"grants": [{"uri": ALL_USERS}]}, f"uri is {ALL_USERS}"),
        (
            {"accessControlPolicy": {"grants": [{"grantee": {"uri": ALL_ACCOUNTS}}]}},
            f"grantee.uri is {ALL_ACCOUNTS}",
        ),
    ],
)
def test_an_access_list_for_everybody_is_rejected(
    token: str, properties: dict[str, object], told: str
) -> None:
    assert violations(PUBLIC_SHARING, Resource(type=token, properties=properties)) == [
        f"{told}, which lets everybody in; nothing stored may be public. Leave access lists out, "
        "and name who needs it in a bucket policy."
    ]


@pytest.mark.parametrize("acl", [None, "", "private", "log-delivery-write", 1.0])
def test_another_access_list_passes(acl: object) -> None:
    assert violations(PUBLIC_SHARING, Resource(type=ACCESS_LISTS[0], properties={"acl": acl})) == []


def test_an_access_list_unknown_at_preview_is_rejected() -> None:
    bucket = Resource(type=ACCESS_LISTS[0], properties={"acl": UNKNOWN})
    (message,) = violations(PUBLIC_SHARING, bucket)
    assert message.startswith("acl is not known yet at preview")
