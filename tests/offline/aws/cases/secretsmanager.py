"""Secrets Manager."""

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase
from tests.offline.aws.cases.awslambda import a_function


def a_secret(account: Account) -> str:
    return account.create("aws:secretsmanager/secret:Secret", name=account.unique("secret"))["id"]


def a_value(secret_id: str) -> dict[str, str]:
    return {"secretId": secret_id, "secretString": "correct horse battery staple"}


def secret(account: Account) -> Case:
    secrets = account.client("secretsmanager")
    one, other = (account.create("aws:kms/key:Key")["arn"] for _ in range(2))
    return Case(
        token="aws:secretsmanager/secret:Secret",
        inputs={
            "name": account.unique("database"),
            "description": "database password",
            "kmsKeyId": one,
            "recoveryWindowInDays": 7,
            "tags": TAGS,
        },
        changes={
            "description": "password of the database",
            "kmsKeyId": other,
            "recoveryWindowInDays": 0,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: secrets.update_secret(SecretId=state["id"], Description="changed"),
        drift={"description": "changed"},
    )


def secret_version(account: Account) -> Case:
    secret_id = a_secret(account)
    return Case(
        token="aws:secretsmanager/secretVersion:SecretVersion",
        inputs=a_value(secret_id),
        meddle=lambda state: account.client("secretsmanager").delete_secret(SecretId=secret_id),
        drift=None,
        outlives=True,
    )


def labelled_version(account: Account) -> Case:
    secret_id = a_secret(account)
    # Only the first version of a secret is current whatever its labels.
    account.create("aws:secretsmanager/secretVersion:SecretVersion", **a_value(secret_id))
    return Case(
        token="aws:secretsmanager/secretVersion:SecretVersion",
        inputs={**a_value(secret_id), "versionStages": ["initial"]},
        meddle=lambda state: account.client("secretsmanager").update_secret_version_stage(
            SecretId=secret_id, VersionStage="initial", RemoveFromVersionId=state["versionId"]
        ),
        drift=None,
    )


def secret_rotation(account: Account) -> Case:
    secret_id = a_secret(account)
    account.create("aws:secretsmanager/secretVersion:SecretVersion", **a_value(secret_id))
    secrets = account.client("secretsmanager")
    return Case(
        token="aws:secretsmanager/secretRotation:SecretRotation",
        inputs={
            "secretId": secret_id,
            "rotationLambdaArn": a_function(account),
            "rotationRules": {"scheduleExpression": "cron(0 3 1 * ? *)", "duration": "1h"},
            "rotateImmediately": False,
        },
        changes={
            "rotationLambdaArn": a_function(account),
            "rotationRules": {"automaticallyAfterDays": 30},
            "rotateImmediately": True,
        },
        meddle=lambda state: secrets.cancel_rotate_secret(SecretId=secret_id),
        drift=None,
        untold=frozenset({"rotateImmediately"}),
    )


CASES: tuple[MakeCase, ...] = (secret, secret_version, labelled_version, secret_rotation)
