"""Servers install updates in their window, one at a time, until one fails."""

import json

import pytest

from components.aws.patching import Patching, PatchingArgs, patch_group
from components.identity import Identity
from tests.components.recording import Recording, record

BASELINE = "aws:ssm/patchBaseline:PatchBaseline"
GROUP = "aws:ssm/patchGroup:PatchGroup"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TASK = "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask"
SERVERS = "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget"
WINDOW = "aws:ssm/maintenanceWindow:MaintenanceWindow"


@pytest.fixture
def built(identity: Identity) -> Recording:
    args = PatchingArgs(
        identity=identity,
        schedule="cron(0 5 ? * SUN *)",
        alert_topic_arn="arn:aws:sns:alerts",
    )
    return record(lambda: Patching("patching", args))


def test_it_is_a_baseline_and_a_window_with_one_task(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:Patching": 1,
        BASELINE: 1,
        GROUP: 1,
        WINDOW: 1,
        SERVERS: 1,
        TASK: 1,
        RULE: 1,
        TARGET: 1,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_window_is_that_of_the_settings_in_utc(built: Recording) -> None:
    window = built.one(WINDOW).inputs
    assert (window["schedule"], window["scheduleTimezone"]) == ("cron(0 5 ? * SUN *)", "UTC")
    assert (window["duration"], window["cutoff"]) == (3, 1)


def test_servers_of_this_environment_that_keep_something_are_patched(built: Recording) -> None:
    assert built.one(SERVERS).inputs["targets"] == [
        {"key": "tag:Project", "values": ["messaging-app"]},
        {"key": "tag:Environment", "values": ["test"]},
        {"key": "tag:Role", "values": ["cache", "monitoring"]},
    ]
    assert built.one(TASK).inputs["targets"] == [
        {"key": "WindowTargetIds", "values": ["patching-servers-id"]}
    ]


def test_one_server_at_a_time_installs_and_the_first_failure_ends_it(built: Recording) -> None:
    task = built.one(TASK).inputs
    assert task["taskArn"] == "AWS-RunPatchBaseline"
    assert (task["maxConcurrency"], task["maxErrors"]) == ("1", "0")
    assert task["taskInvocationParameters"]["runCommandParameters"]["parameters"] == [
        {"name": "Operation", "values": ["Install"]},
        {"name": "RebootOption", "values": ["RebootIfNeeded"]},
    ]


def test_servers_follow_the_baseline_by_their_patch_group(
    built: Recording, identity: Identity
) -> None:
    assert patch_group(identity) == "messaging-app-test"
    assert built.one(GROUP).inputs == {
        "baselineId": "patching-baseline-id",
        "patchGroup": "messaging-app-test",
    }


def test_security_updates_count_as_critical_and_the_others_are_installed_too(
    built: Recording,
) -> None:
    baseline = built.one(BASELINE).inputs
    assert baseline["operatingSystem"] == "UBUNTU"
    assert [
        (each["complianceLevel"], each["enableNonSecurity"]) for each in baseline["approvalRules"]
    ] == [("CRITICAL", False), ("MEDIUM", True)]


def test_people_hear_of_updates_that_were_not_installed(built: Recording) -> None:
    rule = built.one(RULE).inputs
    detail = json.loads(rule["eventPattern"])["detail"]
    assert detail["window-id"] == ["patching-window-id"]
    assert {"FAILED", "TIMED_OUT"} <= set(detail["status"])
    assert "SUCCESS" not in detail["status"]
    assert built.one(TARGET).inputs["arn"] == "arn:aws:sns:alerts"
