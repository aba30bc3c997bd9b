"""CloudWatch Logs."""

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase


def log_group(account: Account) -> Case:
    name = account.unique("/messaging-app/test/flow-logs")
    # A group whose name begins the same must not be taken for ours.
    account.create("aws:cloudwatch/logGroup:LogGroup", name=f"{name}-archive", retentionInDays=1)
    one, other = (account.create("aws:kms/key:Key")["arn"] for _ in range(2))
    return Case(
        token="aws:cloudwatch/logGroup:LogGroup",
        inputs={"name": name, "kmsKeyId": one, "retentionInDays": 365, "tags": TAGS},
        changes={"kmsKeyId": other, "retentionInDays": 731, "tags": NEW_TAGS},
        meddle=lambda state: account.client("logs").delete_retention_policy(
            logGroupName=state["name"]
        ),
        drift={"retentionInDays": 0},
    )


CASES: tuple[MakeCase, ...] = (log_group,)
