"""S3 replication."""

from typing import Any

from tests.offline.aws.account import ACCOUNT_ID, Account, Case, MakeCase
from tests.offline.aws.cases.s3 import a_bucket, bucket_part

ENABLED = {"status": "Enabled"}
DISABLED = {"status": "Disabled"}


def a_versioned_bucket(account: Account) -> str:
    of = a_bucket(account)
    account.create(
        "aws:s3/bucketVersioning:BucketVersioning", bucket=of, versioningConfiguration=ENABLED
    )
    return of


def rule(bucket: str, key_arn: str, deletions: dict[str, str]) -> dict[str, Any]:
    return {
        "id": "copy",
        "status": "Enabled",
        "priority": 0,
        "filter": {},
        "deleteMarkerReplication": deletions,
        "sourceSelectionCriteria": {"sseKmsEncryptedObjects": ENABLED},
        "destination": {
            "bucket": f"arn:aws:s3:::{bucket}",
            "encryptionConfiguration": {"replicaKmsKeyId": key_arn},
            "metrics": {"status": "Enabled", "eventThreshold": {"minutes": 15}},
            "replicationTime": {"status": "Enabled", "time": {"minutes": 15}},
        },
    }


def bucket_replication(account: Account) -> Case:
    copy = a_versioned_bucket(account)
    one, other = (account.create("aws:kms/key:Key")["arn"] for _ in range(2))
    role = f"arn:aws:iam::{ACCOUNT_ID}:role"
    return bucket_part(
        account,
        "BucketReplicationConfig",
        inputs={"role": f"{role}/copy", "rules": [rule(copy, one, DISABLED)]},
        changes={"role": f"{role}/other", "rules": [rule(copy, other, ENABLED)]},
        meddle=lambda s3, of: s3.delete_bucket_replication(Bucket=of),
        drift=None,
        of=a_versioned_bucket(account),
    )


CASES: tuple[MakeCase, ...] = (bucket_replication,)
