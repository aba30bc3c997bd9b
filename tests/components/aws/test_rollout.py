"""A new template version is rolled out, waited for, and undone by AWS when it is bad."""

import json
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from components.aws.rollout import Rollout, RolloutArgs
from components.identity import Identity
from tests.components.recording import ACCOUNT_ID, Recording, record

ASSOCIATION = "aws:ssm/association:Association"
DOCUMENT = "aws:ssm/document:Document"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"

TEMPLATE_ARN = f"arn:aws:ec2:eu-central-1:{ACCOUNT_ID}:launch-template/lt-1"
SERVER_ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/api-servers"

Build = Callable[[], Recording]


@pytest.fixture
def build(identity: Identity) -> Build:
    template = Mock(id="lt-1", latest_version="7", role_arn=SERVER_ROLE_ARN)
    args = RolloutArgs(
        identity=identity,
        role="api",
        region="eu-central-1",
        account_id=ACCOUNT_ID,
        group="messaging-app-test-api-servers",
        template=template,
        alarms=["errors", "unhealthy"],
    )
    return lambda: record(lambda: Rollout("api-rollout", args))


def steps(built: Recording) -> list[dict[str, Any]]:
    return json.loads(built.one(DOCUMENT).inputs["content"])["mainSteps"]


def statements(built: Recording) -> dict[str, dict[str, Any]]:
    """What the rollout may do, by its first action."""
    told = json.loads(built.one(POLICY).inputs["policy"])["Statement"]
    return {each["Action"][0]: each for each in told}


def test_it_is_a_document_that_is_run_by_a_role_of_its_own(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:Rollout": 1,
        ASSOCIATION: 1,
        DOCUMENT: 1,
        POLICY: 1,
        ROLE: 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_each_version_is_another_association_as_only_a_new_one_is_waited_for(build: Build) -> None:
    association = build().one(ASSOCIATION)
    assert association.inputs["parameters"]["template"] == "lt-1"
    assert association.inputs["parameters"]["version"] == "7"
    assert list(association.request.replaceOnChanges) == ["parameters"]
    assert association.request.deleteBeforeReplace


def test_after_a_rollback_pulumi_does_not_go_on_as_if_nothing_had_been(build: Build) -> None:
    assert len(build().one(ASSOCIATION).request.hooks.before_update) == 1


def test_pulumi_waits_longer_than_the_rollout_may_take(build: Build) -> None:
    built = build()
    association = built.one(ASSOCIATION).inputs
    assert "scheduleExpression" not in association
    assert steps(built)[1]["timeoutSeconds"] == 7200
    assert association["waitForSuccessTimeoutSeconds"] > 7200


def test_new_servers_come_before_old_ones_go_and_aws_goes_back_when_they_are_bad(
    build: Build,
) -> None:
    start = steps(build())[0]
    assert start["action"] == "aws:executeAwsApi"
    assert start["inputs"] == {
        "Service": "autoscaling",
        "Api": "StartInstanceRefresh",
        "AutoScalingGroupName": "messaging-app-test-api-servers",
        "Strategy": "Rolling",
        "DesiredConfiguration": {
            "LaunchTemplate": {"LaunchTemplateId": "{{ template }}", "Version": "{{ version }}"}
        },
        "Preferences": {
            "MinHealthyPercentage": 100,
            "MaxHealthyPercentage": 150,
            "BakeTime": 300,
            "SkipMatching": True,
            "AutoRollback": True,
            "AlarmSpecification": {"Alarms": ["errors", "unhealthy"]},
        },
    }


def test_it_ends_with_the_refresh_and_succeeds_only_with_it(build: Build) -> None:
    _, wait, succeed = steps(build())
    for step in (wait, succeed):
        assert step["inputs"]["InstanceRefreshIds"] == ["{{ start.refresh }}"]
        assert step["inputs"]["PropertySelector"] == "$.InstanceRefreshes[0].Status"
    assert wait["action"] == "aws:waitForAwsResourceProperty"
    assert wait["inputs"]["DesiredValues"] == [
        "Successful",
        "Failed",
        "Cancelled",
        "RollbackSuccessful",
        "RollbackFailed",
    ]
    assert succeed["action"] == "aws:assertAwsResourceProperty"
    assert succeed["inputs"]["DesiredValues"] == ["Successful"]


def test_the_document_takes_what_the_association_gives(build: Build) -> None:
    built = build()
    content = json.loads(built.one(DOCUMENT).inputs["content"])
    assert built.one(DOCUMENT).inputs["documentType"] == "Automation"
    assert content["parameters"].keys() == built.one(ASSOCIATION).inputs["parameters"].keys()
    assert content["assumeRole"] == "{{ AutomationAssumeRole }}"


def test_only_automations_of_this_account_take_the_role(build: Build) -> None:
    [trust] = json.loads(build().one(ROLE).inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT_ID},
        "ArnLike": {
            "aws:SourceArn": f"arn:aws:ssm:eu-central-1:{ACCOUNT_ID}:automation-execution/*"
        },
    }


def test_the_role_may_refresh_this_group_from_this_template_and_no_more(build: Build) -> None:
    may = statements(build())
    assert may.keys() == {
        "autoscaling:StartInstanceRefresh",
        "autoscaling:DescribeInstanceRefreshes",
        "ec2:RunInstances",
        "ec2:CreateTags",
        "iam:PassRole",
    }
    assert may["autoscaling:StartInstanceRefresh"]["Resource"] == [
        f"arn:aws:autoscaling:eu-central-1:{ACCOUNT_ID}:autoScalingGroup:*"
        ":autoScalingGroupName/messaging-app-test-api-servers"
    ]
    assert may["ec2:RunInstances"]["Condition"] == {
        "ArnEquals": {"ec2:LaunchTemplate": TEMPLATE_ARN},
        "Bool": {"ec2:IsLaunchTemplateResource": "true"},
    }
    assert may["iam:PassRole"]["Resource"] == [SERVER_ROLE_ARN]


def test_the_rights_are_there_before_it_begins(build: Build) -> None:
    built = build()
    assert built.one(POLICY).urn in built.one(ASSOCIATION).request.dependencies
