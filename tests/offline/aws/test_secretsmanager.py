"""Secrets: what is left of them, and of their versions, after a deletion."""

from offline.aws.secretsmanager import SECRET, SECRET_VERSION
from offline.provider import lifecycle
from tests.offline.aws.account import Account
from tests.offline.aws.cases.secretsmanager import a_secret


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
