"""Secrets: what is left of them and of their versions after a deletion, and how they rotate."""

import pytest

from offline.aws.secretsmanager import SECRET, SECRET_ROTATION, SECRET_VERSION
from offline.provider import lifecycle
from offline.provider.api import ApiError
from tests.offline.aws.account import Account
from tests.offline.aws.cases.awslambda import a_function
from tests.offline.aws.cases.secretsmanager import a_secret

TOKEN = "11111111-2222-3333-4444-555555555555"


def test_a_replaced_version_loses_its_labels_and_the_new_one_keeps_them(account: Account) -> None:
    client, secret = account.client("secretsmanager"), a_secret(account)
    old, new = (
        account.create(SECRET_VERSION.token, secretId=secret, secretString=value)
        for value in ("old", "new")
    )

    lifecycle.delete(SECRET_VERSION, client, old["id"], old)

    assert lifecycle.read(SECRET_VERSION, client, old["id"], old, {}) is None
    current = client.get_secret_value(SecretId=secret)
    assert (current["VersionId"], current["SecretString"]) == (new["versionId"], "new")


def test_a_deleted_secret_can_be_restored_within_its_window(account: Account) -> None:
    client = account.client("secretsmanager")
    state = account.create(SECRET.token, name=account.unique("secret"), recoveryWindowInDays=7)
    lifecycle.delete(SECRET, client, state["id"], state)

    client.restore_secret(SecretId=state["id"])

    assert lifecycle.read(SECRET, client, state["id"], state, {}) is not None


def test_a_secret_without_a_window_frees_its_name_at_once(account: Account) -> None:
    client, name = account.client("secretsmanager"), account.unique("secret")
    state = account.create(SECRET.token, name=name, recoveryWindowInDays=0)

    lifecycle.delete(SECRET, client, state["id"], state)

    assert account.create(SECRET.token, name=name)["id"] != state["id"]


def test_the_value_of_a_secret_is_a_secret_in_the_state() -> None:
    assert SECRET_VERSION.secret_outputs == {"secretString"}


def a_rotated_secret(account: Account) -> str:
    secret = a_secret(account)
    account.create(
        SECRET_VERSION.token, secretId=secret, secretString="first", versionStages=["initial"]
    )
    account.create(
        SECRET_ROTATION.token,
        secretId=secret,
        rotationLambdaArn=a_function(account),
        rotationRules={"automaticallyAfterDays": 30},
        rotateImmediately=False,
    )
    return secret


def stages(account: Account, secret: str) -> list[set[str]]:
    told = account.client("secretsmanager").describe_secret(SecretId=secret)
    return [set(labels) for labels in told["VersionIdsToStages"].values()]


def test_the_first_version_is_current_whatever_its_label(account: Account) -> None:
    assert stages(account, a_rotated_secret(account)) == [{"initial", "AWSCURRENT"}]


def test_a_later_version_with_another_label_is_not_current(account: Account) -> None:
    client, secret = account.client("secretsmanager"), a_rotated_secret(account)

    account.create(
        SECRET_VERSION.token, secretId=secret, secretString="later", versionStages=["initial"]
    )

    assert client.get_secret_value(SecretId=secret)["SecretString"] == "first"


def test_a_rotation_begins_with_an_empty_pending_version(account: Account) -> None:
    client, secret = account.client("secretsmanager"), a_rotated_secret(account)

    client.rotate_secret(SecretId=secret, ClientRequestToken=TOKEN)

    assert stages(account, secret) == [{"initial", "AWSCURRENT"}, {"AWSPENDING"}]
    assert client.get_secret_value(SecretId=secret)["SecretString"] == "first"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=secret, VersionStage="AWSPENDING")
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.rotate_secret(SecretId=secret)


def test_a_function_that_does_not_exist_rotates_nothing(account: Account) -> None:
    with pytest.raises(ApiError, match="Lambda does not exist"):
        account.create(
            SECRET_ROTATION.token,
            secretId=a_secret(account),
            rotationLambdaArn="arn:aws:lambda:eu-central-1:123456789012:function:nobody",
            rotationRules={"automaticallyAfterDays": 30},
        )
