"""CloudTrail."""

from typing import Any

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase


def a_bucket(account: Account) -> str:
    return account.create("aws:s3/bucket:Bucket", bucket=account.unique("audit"))["bucket"]


def data_events(bucket: str) -> list[dict[str, Any]]:
    """Selectors of what is written into one bucket."""
    fields = [
        {"field": "eventCategory", "equals": ["Data"]},
        {"field": "resources.ARN", "startsWiths": [f"arn:aws:s3:::{bucket}/"]},
    ]
    return [{"name": "objects", "fieldSelectors": fields}]


def trail(account: Account) -> Case:
    client = account.client("cloudtrail")
    one, other = (account.create("aws:kms/key:Key")["arn"] for _ in range(2))
    return Case(
        token="aws:cloudtrail/trail:Trail",
        inputs={
            "name": account.unique("trail"),
            "s3BucketName": a_bucket(account),
            "includeGlobalServiceEvents": True,
            "isMultiRegionTrail": True,
            "enableLogFileValidation": True,
            "enableLogging": True,
            "cloudWatchLogsGroupArn": "arn:aws:logs:eu-central-1:123456789012:log-group:a:*",
            "cloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/a",
            "kmsKeyId": one,
            "advancedEventSelectors": data_events("media"),
            "tags": TAGS,
        },
        changes={
            "s3BucketName": a_bucket(account),
            "isMultiRegionTrail": False,
            "includeGlobalServiceEvents": False,
            "enableLogFileValidation": False,
            "enableLogging": False,
            "cloudWatchLogsGroupArn": "arn:aws:logs:eu-central-1:123456789012:log-group:b:*",
            "cloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/b",
            "kmsKeyId": other,
            "advancedEventSelectors": data_events("backups"),
            "tags": NEW_TAGS,
        },
        meddle=lambda state: client.stop_logging(Name=state["name"]),
        drift={"enableLogging": False},
    )


CASES: tuple[MakeCase, ...] = (trail,)
