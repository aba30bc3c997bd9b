"""Policies that resources carry: who may use them, in IAM's language."""

import json
from collections.abc import Iterator, Mapping
from typing import cast

from evaluation.properties import entries, value_at

# IAM User Guide, "AWS global condition context keys": each confines a statement to an account, to
# an organisation or to a network. In lower case, for IAM does not tell the cases of keys apart.
CONFINING_KEYS = frozenset(
    {
        *("aws:principalaccount", "aws:principalarn", "aws:principalorgid"),
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid"),
        *("aws:sourcevpc", "aws:sourcevpce", "kms:calleraccount"),
    }
)
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
    """Whether a condition must hold that not everybody can meet.

    An operator that ends in `IfExists`, or begins with `ForAllValues:`, holds without the key too.
    """
    condition = value_at(statement, "Condition")
    if not isinstance(condition, Mapping):
        return False
    return any(
        operator.lower() in CONFINING_OPERATORS
        and key.lower() in CONFINING_KEYS
        and "*" not in entries(value)
        for operator, keys in cast("Mapping[str, object]", condition).items()
        if isinstance(keys, Mapping)
        for key, value in cast("Mapping[str, object]", keys).items()
    )


def _values(principal: object) -> list[object]:
    if isinstance(principal, Mapping):
        return list(cast("Mapping[str, object]", principal).values())
    return [principal]
