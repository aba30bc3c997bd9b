"""Unencrypted databases are rejected."""

import pytest

from rules.database_encryption import DATABASE_ENCRYPTION
from tests.policies.evaluate import Resource, violations
from tests.policies.factories import database, replica

NOT_ENCRYPTED = "storageEncrypted is not true; stored data must be encrypted. Set it to true."


@pytest.mark.parametrize("resource", [database(), replica(), replica(storageEncrypted=True)])
def test_encrypted_databases_and_their_replicas_pass(resource: Resource) -> None:
    assert violations(DATABASE_ENCRYPTION, resource) == []


@pytest.mark.parametrize("flag", [None, False, 0.0, "false"])
def test_an_unencrypted_database_is_rejected(flag: object) -> None:
    assert violations(DATABASE_ENCRYPTION, database(storageEncrypted=flag)) == [NOT_ENCRYPTED]


def test_a_replica_that_declines_encryption_is_rejected() -> None:
    assert violations(DATABASE_ENCRYPTION, replica(storageEncrypted=False)) == [NOT_ENCRYPTED]
