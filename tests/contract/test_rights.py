"""Whoever may do something may do nothing more."""

import json
from collections.abc import Iterator
from typing import Any

from tests.components.recording import ACCOUNT_ID, Recording

Statement = dict[str, Any]

WITHOUT_RESOURCES = {
    # AWS offers no narrower resource for these.
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeInstanceRefreshes",
    "cloudwatch:DescribeAlarms",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ecr:GetAuthorizationToken",
    "elasticloadbalancing:DescribeTargetHealth",
    "logs:DescribeLogGroups",
    "route53:ListHostedZones",
    "ssm:GetCommandInvocation",
}

LIMITED_BY_CONDITION = {
    # Metrics are no resources: the namespace is what limits the right.
    "cloudwatch:PutMetricData": "cloudwatch:namespace",
    # What a launch template starts, and the tags of that.
    "ec2:CreateTags": "ec2:CreateAction",
    "ec2:RunInstances": "ec2:LaunchTemplate",
}

STARTED_BY_THE_ACCOUNT = {
    # Only what a user of the account starts, who may pass the role, can take it.
    "ec2.amazonaws.com",
    "lambda.amazonaws.com",
}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def statements(program: Recording) -> Iterator[tuple[str, Statement]]:
    """Every statement about what a role of ours may do."""
    for each in program.all("aws:iam/rolePolicy:RolePolicy"):
        for statement in json.loads(each.inputs["policy"])["Statement"]:
            yield each.name, statement


def rights(program: Recording) -> Iterator[tuple[str, Statement]]:
    """Every statement that lets a role of ours do something."""
    for name, statement in statements(program):
        if statement["Effect"] != "Deny":
            yield name, statement


def of_services(program: Recording) -> Iterator[tuple[str, Statement]]:
    """Every statement that lets a service of AWS do something with a resource of ours."""
    for each in program.resources:
        if each.type != "aws:iam/rolePolicy:RolePolicy" and "policy" in each.inputs:
            for statement in json.loads(each.inputs["policy"])["Statement"]:
                if statement["Effect"] == "Allow" and "Service" in statement["Principal"]:
                    yield each.name, statement


def test_no_role_may_do_everything_of_a_service(program: Recording) -> None:
    for name, statement in rights(program):
        assert statement["Effect"] == "Allow"
        assert not statement.keys() & {"NotAction", "NotResource"}, name
        for action in listed(statement["Action"]):
            assert "*" not in action, (name, action)


def test_servers_read_no_parameters_but_those_of_their_environment(program: Recording) -> None:
    managed = {
        each.inputs["role"]
        for each in program.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if each.inputs["policyArn"].endswith("/AmazonSSMManagedInstanceCore")
    }
    denied: dict[str, list[str]] = {
        each.inputs["role"]: statement["NotResource"]
        for each in program.all("aws:iam/rolePolicy:RolePolicy")
        for statement in json.loads(each.inputs["policy"])["Statement"]
        if statement["Effect"] == "Deny"
        and set(statement["Action"]) == {"ssm:GetParameter", "ssm:GetParameters"}
    }
    environment = program.outputs["environment"]
    readable = [
        f"arn:aws:ssm:*:*:parameter/messaging-app/{environment}/*",
        "arn:aws:ssm:*::parameter/aws/*",
    ]
    assert managed
    assert denied == dict.fromkeys(managed, readable)


def test_rights_name_the_resources_they_are_for(program: Recording) -> None:
    for name, statement in rights(program):
        if "*" not in listed(statement["Resource"]):
            continue
        condition = json.dumps(statement.get("Condition", {}))
        unlimited = {
            action
            for action in listed(statement["Action"])
            if LIMITED_BY_CONDITION.get(action, action) not in condition
        }
        assert unlimited <= WITHOUT_RESOURCES, name


def test_no_service_takes_a_role_for_another_account(program: Recording) -> None:
    for role in program.all("aws:iam/role:Role"):
        for statement in json.loads(role.inputs["assumeRolePolicy"])["Statement"]:
            if statement["Principal"]["Service"] not in STARTED_BY_THE_ACCOUNT:
                condition = json.dumps(statement.get("Condition", {}))
                assert "aws:Source" in condition, role.name
                assert ACCOUNT_ID in condition, role.name


def test_no_service_uses_our_resources_for_another_account(program: Recording) -> None:
    for name, statement in of_services(program):
        condition = json.dumps(statement.get("Condition", {}))
        # Load balancers write below the number of the account that they belong to.
        below = [f"/AWSLogs/{ACCOUNT_ID}/" in each for each in listed(statement["Resource"])]
        assert ACCOUNT_ID in condition or all(below), (name, statement.get("Sid"))


def test_functions_are_called_by_one_resource_only(program: Recording) -> None:
    for permission in program.all("aws:lambda/permission:Permission"):
        assert permission.inputs["principal"].endswith(".amazonaws.com"), permission.name
        assert f":{ACCOUNT_ID}:" in permission.inputs["sourceArn"], permission.name


def test_every_role_has_a_policy_of_its_own_or_one_of_aws(program: Recording) -> None:
    has_rights = {
        each.inputs["role"]
        for type_ in (
            "aws:iam/rolePolicy:RolePolicy",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        )
        for each in program.all(type_)
    }
    roles = program.all("aws:iam/role:Role")
    # A role that the program gives no name is called by the logical one under the mocks.
    assert {each.inputs.get("name", each.name) for each in roles} == has_rights
