"""Lambda."""

from typing import Any

from offline.provider.values import ARCHIVE_SIGNATURE, ASSET_SIGNATURE, SIGNATURE_KEY
from tests.offline.aws.account import (
    ACCOUNT_ID,
    NEW_TAGS,
    REGION,
    TAGS,
    Account,
    Case,
    MakeCase,
)
from tests.offline.aws.cases.iam import trust

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/1"
OTHER_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/2"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:database"


def source(text: str) -> dict[str, Any]:
    """An archive with one file of text."""
    asset = {SIGNATURE_KEY: ASSET_SIGNATURE, "text": text}
    return {SIGNATURE_KEY: ARCHIVE_SIGNATURE, "assets": {"main.py": asset}}


def a_role(account: Account) -> str:
    return account.create(
        "aws:iam/role:Role", name=account.unique("role"), assumeRolePolicy=trust("lambda")
    )["arn"]


def function_inputs(account: Account) -> dict[str, Any]:
    return {
        "name": account.unique("function"),
        "description": "does something",
        "code": source("def handle(event, context): ..."),
        "role": a_role(account),
        "handler": "main.handle",
        "runtime": "python3.12",
        "architectures": ["arm64"],
        "memorySize": 256,
        "timeout": 30,
        "environment": {"variables": {"TABLE": "people"}},
        "kmsKeyArn": KEY,
        "tags": TAGS,
    }


def a_function(account: Account) -> str:
    return account.create("aws:lambda/function:Function", **function_inputs(account))["arn"]


def function(account: Account) -> Case:
    functions = account.client("lambda")
    return Case(
        token="aws:lambda/function:Function",
        inputs=function_inputs(account),
        changes={
            "description": "does something else",
            "code": source("def handle(event, context): return event"),
            "role": a_role(account),
            "handler": "main.other",
            "runtime": "python3.13",
            "architectures": ["x86_64"],
            "memorySize": 512,
            "timeout": 60,
            "environment": {"variables": {"TABLE": "places"}},
            "kmsKeyArn": OTHER_KEY,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: functions.update_function_configuration(
            FunctionName=state["id"], Timeout=900
        ),
        drift={"timeout": 900},
        untold=frozenset({"code"}),
    )


def permission(account: Account) -> Case:
    functions, name = account.client("lambda"), a_function(account)
    return Case(
        token="aws:lambda/permission:Permission",
        inputs={
            "function": name,
            "statementId": account.unique("secrets-manager"),
            "action": "lambda:InvokeFunction",
            "principal": "secretsmanager.amazonaws.com",
            "sourceArn": SECRET,
            "sourceAccount": ACCOUNT_ID,
        },
        meddle=lambda state: functions.remove_permission(
            FunctionName=name, StatementId=state["statementId"]
        ),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (function, permission)
