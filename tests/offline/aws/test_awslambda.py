"""Functions: stored as AWS would store them, and run by nobody."""

import json

from offline.aws.awslambda import FUNCTION
from tests.offline.aws.account import Account
from tests.offline.aws.cases.awslambda import a_function, function_inputs, source


def test_other_code_is_another_package(account: Account) -> None:
    inputs = function_inputs(account)
    one = account.create(FUNCTION.token, **inputs)
    other = account.create(
        FUNCTION.token,
        **{**inputs, "name": account.unique("function"), "code": source("something else")},
    )

    assert one["codeSha256"] != other["codeSha256"]


def test_a_function_that_is_called_says_that_it_does_not_run(account: Account) -> None:
    told = account.client("lambda").invoke(FunctionName=a_function(account), Payload=b"{}")

    assert told["FunctionError"]
    assert "runs none" in json.loads(told["Payload"].read())["errorMessage"]
