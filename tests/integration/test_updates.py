"""What keeps the platform up to date: migrations before a release, patches every week."""

import json
from typing import Any

import pytest

from tests.integration.answers import instances, tag
from tests.integration.conftest import Platform


@pytest.fixture(scope="module")
def association(stack: Platform) -> dict[str, Any]:
    """The run of the migration for the release that is up."""
    ssm = stack.client("ssm")
    (listed,) = [
        each
        for each in ssm.list_associations()["Associations"]
        if each["Name"].endswith("-migration")
    ]
    return ssm.describe_association(AssociationId=listed["AssociationId"])["AssociationDescription"]


@pytest.fixture(scope="module")
def window(stack: Platform) -> dict[str, Any]:
    ssm = stack.client("ssm")
    (listed,) = ssm.describe_maintenance_windows()["WindowIdentities"]
    return ssm.get_maintenance_window(WindowId=listed["WindowId"])


def test_the_database_was_migrated_to_the_release_on_the_operations_server(
    stack: Platform, association: dict[str, Any]
) -> None:
    (server,) = instances(stack.client("ec2"), "monitoring")
    assert association["Targets"] == [{"Key": "InstanceIds", "Values": [server["InstanceId"]]}]
    assert association["Overview"]["Status"] == "Success"
    (image,) = association["Parameters"]["image"]
    assert image.startswith("messaging-app/api:")
    # It has no schedule: a migration runs once, when its release comes.
    assert "ScheduleExpression" not in association


def test_a_migration_runs_the_releases_own_command_and_notes_its_image(
    stack: Platform, association: dict[str, Any]
) -> None:
    ssm = stack.client("ssm")
    document = json.loads(ssm.get_document(Name=association["Name"])["Content"])
    (step,) = document["mainSteps"]
    (script,) = step["inputs"]["runCommand"]
    assert step["action"] == "aws:runShellScript"
    (image,) = association["Parameters"]["image"]
    assert f"\nimage={image}\n" in script
    assert f"\nDB_HOST={stack.outputs['database_host']}\n" in script
    assert stack.outputs["database_secret_ref"] in script
    parameter = f"/messaging-app/{stack.outputs['environment']}/migrated-images"
    assert f"\nparameter={parameter}\n" in script
    assert ssm.get_parameter(Name=parameter)["Parameter"]["Type"] == "StringList"


def test_security_updates_of_ubuntu_are_approved_at_once(stack: Platform) -> None:
    ssm = stack.client("ssm")
    own = [{"Key": "OWNER", "Values": ["Self"]}]
    (listed,) = ssm.describe_patch_baselines(Filters=own)["BaselineIdentities"]
    baseline = ssm.get_patch_baseline(BaselineId=listed["BaselineId"])
    assert baseline["OperatingSystem"] == "UBUNTU"
    assert baseline["RejectedPatches"] == []
    (security,) = [
        rule for rule in baseline["ApprovalRules"]["PatchRules"] if not rule["EnableNonSecurity"]
    ]
    assert security["ComplianceLevel"] == "CRITICAL"
    assert security["ApproveAfterDays"] == 0
    for each in security["PatchFilterGroup"]["PatchFilters"]:
        assert each["Values"] == ["*"]


def test_every_server_is_of_the_group_that_gets_these_patches(stack: Platform) -> None:
    (mapping,) = stack.client("ssm").describe_patch_groups()["Mappings"]
    assert mapping["BaselineIdentity"]["OperatingSystem"] == "UBUNTU"
    ec2 = stack.client("ec2")
    servers = [
        server
        for role in ("api", "cache", "monitoring", "websocket")
        for server in instances(ec2, role)
    ]
    assert len(servers) >= 8
    assert {tag(server, "PatchGroup") for server in servers} == {mapping["PatchGroup"]}


def test_patches_are_installed_once_a_week(window: dict[str, Any]) -> None:
    assert window["Enabled"] is True
    minute, hour, _, month, day, _ = window["Schedule"].removeprefix("cron(").rstrip(")").split()
    assert minute.isdigit()
    assert hour.isdigit()
    assert month == "*"
    assert day in {"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"}
    assert window["Duration"] > window["Cutoff"] >= 1


def test_one_server_after_the_other_that_keeps_data_is_patched(
    stack: Platform, window: dict[str, Any]
) -> None:
    ssm, ec2 = stack.client("ssm"), stack.client("ec2")
    (target,) = ssm.describe_maintenance_window_targets(WindowId=window["WindowId"])["Targets"]
    (task,) = ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]
    assert task["TaskArn"] == "AWS-RunPatchBaseline"
    assert task["Targets"] == [{"Key": "WindowTargetIds", "Values": [target["WindowTargetId"]]}]
    assert (task["MaxConcurrency"], task["MaxErrors"]) == ("1", "0")
    filters = [{"Name": each["Key"], "Values": each["Values"]} for each in target["Targets"]]
    found = ec2.describe_instances(Filters=filters)["Reservations"]
    patched = {server["InstanceId"] for each in found for server in each["Instances"]}
    # Application servers are replaced instead.
    assert patched == {
        server["InstanceId"] for role in ("cache", "monitoring") for server in instances(ec2, role)
    }


def test_the_team_hears_of_patches_that_were_not_installed(
    stack: Platform, window: dict[str, Any]
) -> None:
    events = stack.client("events")
    (rule,) = [
        each for each in events.list_rules()["Rules"] if window["WindowId"] in each["EventPattern"]
    ]
    assert "FAILED" in json.loads(rule["EventPattern"])["detail"]["status"]
    targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert [each["Arn"] for each in targets] == [stack.outputs["alert_topic_arn"]]
