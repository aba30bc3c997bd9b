"""KMS."""

import json

from tests.offline.aws.account import ACCOUNT_ID, NEW_TAGS, TAGS, Account, Case, MakeCase


def policy(*actions: str) -> str:
    """A key policy for the account."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"},
        "Action": list(actions),
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def key(account: Account) -> Case:
    return Case(
        token="aws:kms/key:Key",
        inputs={
            "description": "data at rest",
            "keyUsage": "ENCRYPT_DECRYPT",
            "deletionWindowInDays": 30,
            "enableKeyRotation": True,
            "policy": policy("kms:*"),
            "tags": TAGS,
        },
        changes={
            "description": "everything",
            "deletionWindowInDays": 7,
            "enableKeyRotation": False,
            "policy": policy("kms:*", "kms:CreateGrant"),
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("kms").disable_key_rotation(KeyId=state["id"]),
        drift={"enableKeyRotation": False},
    )


def alias(account: Account) -> Case:
    one, other = (account.create("aws:kms/key:Key")["keyId"] for _ in range(2))
    return Case(
        token="aws:kms/alias:Alias",
        inputs={"name": f"alias/{account.unique('messaging')}", "targetKeyId": one},
        changes={"targetKeyId": other},
        meddle=lambda state: account.client("kms").update_alias(
            AliasName=state["name"], TargetKeyId=other
        ),
        drift={"targetKeyId": other},
    )


CASES: tuple[MakeCase, ...] = (key, alias)
