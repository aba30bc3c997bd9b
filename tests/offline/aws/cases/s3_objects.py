"""Objects in S3."""

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase
from tests.offline.aws.cases.s3 import a_bucket


def a_versioned_bucket(account: Account) -> str:
    of = a_bucket(account)
    account.client("s3").put_bucket_versioning(
        Bucket=of, VersioningConfiguration={"Status": "Enabled"}
    )
    return of


def s3_object(account: Account) -> Case:
    of = a_versioned_bucket(account)
    return Case(
        token="aws:s3/bucketObjectv2:BucketObjectv2",
        inputs={
            "bucket": of,
            "key": "operations/compose.yaml",
            "content": "services: {}\n",
            "contentType": "text/plain",
            "tags": TAGS,
        },
        changes={"content": "volumes: {}\n", "contentType": "application/yaml", "tags": NEW_TAGS},
        meddle=lambda state: account.client("s3").delete_object(
            Bucket=of, Key="operations/compose.yaml"
        ),
        drift=None,
    )


def s3_object_without_tags(account: Account) -> Case:
    of = a_versioned_bucket(account)
    s3 = account.client("s3")
    return Case(
        token="aws:s3/bucketObjectv2:BucketObjectv2",
        inputs={"bucket": of, "key": "rules.yml", "content": "groups: []\n"},
        changes={"content": "groups: [{}]\n"},
        meddle=lambda state: s3.put_object(Bucket=of, Key="rules.yml", Body=b"sneaked in\n"),
        drift={"content": "sneaked in\n"},
    )


CASES: tuple[MakeCase, ...] = (s3_object, s3_object_without_tags)
