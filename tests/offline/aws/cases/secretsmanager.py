"""Secrets Manager."""

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase


def a_secret(account: Account) -> str:
    return account.create("aws:secretsmanager/secret:Secret", name=account.unique("secret"))["id"]


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
        inputs={"secretId": secret_id, "secretString": "correct horse battery staple"},
        meddle=lambda state: account.client("secretsmanager").delete_secret(SecretId=secret_id),
        drift=None,
        outlives=True,
    )


CASES: tuple[MakeCase, ...] = (secret, secret_version)
