"""An Automation of Systems Manager does what its document says, and its association tells how."""

import json
from typing import Any

import pytest

from offline.aws.ssm import ASSOCIATION
from offline.provider import lifecycle
from offline.provider.lifecycle import InitFailedError
from tests.offline.aws.account import Account, State

PARAMETER = "/messaging-app/test/automation"


def document(account: Account, *steps: dict[str, Any]) -> str:
    """The name of a document that takes `value`."""
    name = account.unique("messaging-app-test-automation")
    content = {
        "schemaVersion": "0.3",
        "parameters": {"value": {"type": "String"}},
        "mainSteps": list(steps),
    }
    account.create(
        "aws:ssm/document:Document",
        name=name,
        documentType="Automation",
        content=json.dumps(content),
    )
    return name


def step(action: str, **inputs: Any) -> dict[str, Any]:
    return {"name": "check", "action": action, "inputs": {"Service": "ssm", **inputs}}


def put(value: str) -> dict[str, Any]:
    return {
        **step(
            "aws:executeAwsApi",
            Api="PutParameter",
            Name=PARAMETER,
            Value=value,
            Type="String",
            Overwrite=True,
        ),
        "name": "put",
        "outputs": [{"Name": "version", "Selector": "$.Version", "Type": "Integer"}],
    }


def expected(action: str, *values: str, name: str = PARAMETER) -> dict[str, Any]:
    return step(
        action,
        Api="GetParameter",
        Name=name,
        PropertySelector="$.Parameter.Value",
        DesiredValues=list(values),
    )


def run(account: Account, name: str, value: str) -> State:
    inputs = {"name": name, "parameters": {"value": value}, "waitForSuccessTimeoutSeconds": 60}
    return lifecycle.create(ASSOCIATION, account.client("ssm"), inputs)[1]


def test_its_steps_are_carried_out_before_the_association_is_made(account: Account) -> None:
    again = {**put("{{ value }} {{ put.version }}"), "name": "again"}
    wait = expected("aws:waitForAwsResourceProperty", "no", "new 1")
    run(account, document(account, put("{{ value }}"), again, wait), "new")

    told = account.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]
    assert told["Value"] == "new 1"


@pytest.mark.parametrize(
    ("failing", "why"),
    [
        (
            expected("aws:assertAwsResourceProperty", "other"),
            "step check: found value, where other is wanted",
        ),
        (expected("aws:assertAwsResourceProperty", "x", name="/none"), "ParameterNotFound"),
        (step("aws:sleep"), "step check: aws:sleep is not emulated"),
        (
            {**expected("aws:waitForAwsResourceProperty", "other"), "timeoutSeconds": 0},
            "step check took too long",
        ),
    ],
)
def test_the_association_says_why_it_failed(
    account: Account, failing: dict[str, Any], why: str
) -> None:
    name = document(account, put("{{ value }}"), failing)

    with pytest.raises(InitFailedError, match=why):
        run(account, name, "value")
