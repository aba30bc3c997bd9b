"""Policies that resources carry: who may use them, in IAM's language."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import cast

from evaluation.properties import entries, value_at

ACCOUNT = re.compile(r"\d{12}")
ORGANISATION = re.compile(r"o-[a-z0-9]{10,32}")
# Of one account, or of a bucket, whose name no two accounts share. Nothing is left open before
# these: to `StringLike` a star stands for colons too, so others could write the account behind it.
ARN = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:\d{12}:.+|arn:[\w-]+:s3:::[a-z0-9.-]+(/.*)?")
NETWORK = re.compile(r"vpce?-[0-9a-f]+")

# IAM User Guide, "AWS global condition context keys": each confines a statement to an account, to
# an organisation or to a network, if its values are like this. In lower case, for IAM does not tell
# the cases of keys apart.
CONFINING_KEYS: Mapping[str, re.Pattern[str]] = {
    "aws:principalaccount": ACCOUNT,
    "aws:principalarn": ARN,
    "aws:principalorgid": ORGANISATION,
    "aws:sourceaccount": ACCOUNT,
    "aws:sourcearn": ARN,
    "aws:sourceowner": ACCOUNT,
    "aws:sourceorgid": ORGANISATION,
    "aws:sourcevpc": NETWORK,
    "aws:sourcevpce": NETWORK,
    "kms:calleraccount": ACCOUNT,
}
CONFINING_OPERATORS = frozenset({"stringequals", "stringlike", "arnequals", "arnlike"})


def public_statements(policy: object) -> Iterator[str]:
    """The statements that let everybody in, each by its `Sid` or its place.

    Args:
        policy: the document, as text or as a mapping.

    Raises:
        ValueError: the text is no JSON.
    """
    document: object = json.loads(policy) if isinstance(policy, str) else policy
    for index, statement in enumerate(entries(value_at(document, "Statement"))):
        allows = value_at(statement, "Effect") == "Allow"
        if allows and _names_everybody(statement) and not _is_confined(statement):
            yield str(value_at(statement, "Sid") or f"Statement[{index}]")


def _names_everybody(statement: object) -> bool:
    if value_at(statement, "NotPrincipal") is not None:
        return True
    principal = value_at(statement, "Principal")
    return any("*" in entries(each) for each in _values(principal))


def _is_confined(statement: object) -> bool:
    """Whether a condition must hold that not everybody can meet: each value names somebody.

    An operator that ends in `IfExists`, or begins with `ForAllValues:`, holds without the key too.
    """
    condition = value_at(statement, "Condition")
    if not isinstance(condition, Mapping):
        return False
    return any(
        operator.lower() in CONFINING_OPERATORS and _names_somebody(key.lower(), entries(value))
        for operator, keys in cast("Mapping[str, object]", condition).items()
        if isinstance(keys, Mapping)
        for key, value in cast("Mapping[str, object]", keys).items()
    )


def _names_somebody(key: str, values: list[object]) -> bool:
    known = CONFINING_KEYS.get(key)
    return (
        known is not None
        and bool(values)
        and all(isinstance(each, str) and known.fullmatch(each) for each in values)
    )


def _values(principal: object) -> list[object]:
    if isinstance(principal, Mapping):
        return list(cast("Mapping[str, object]", principal).values())
    return [principal]
