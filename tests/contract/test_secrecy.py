"""No secret stands in plain text anywhere."""

import base64
import json
from typing import Any

from tests.components.recording import Recording
from tests.program import PASSWORD

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def holds(value: Any) -> bool:
    return PASSWORD in json.dumps(value, default=str)


def test_a_secret_is_marked_wherever_the_state_holds_it(program: Recording) -> None:
    unmarked = [
        (each.name, key)
        for each in program.resources
        for key, value in each.inputs.items()
        if holds(value) and key not in each.secret_inputs
    ]
    assert unmarked == []


def test_only_what_must_know_a_secret_holds_it(program: Recording) -> None:
    holding = {each.type for each in program.resources if holds(each.inputs)}
    assert holding <= {
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:rds/instance:Instance",
        "aws:secretsmanager/secretVersion:SecretVersion",
    }


def test_no_output_holds_a_secret(program: Recording) -> None:
    assert not holds(program.outputs)


def test_no_user_data_holds_a_secret(program: Recording) -> None:
    for template in program.all(TEMPLATE):
        assert PASSWORD not in base64.b64decode(template.inputs["userData"]).decode()
