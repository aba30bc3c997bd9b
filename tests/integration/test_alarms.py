"""CloudWatch: an alarm for whatever Prometheus cannot see, people who hear it, logs for a year."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.answers import instances
from tests.integration.conftest import Platform
from tests.integration.engine import COPY_REGION, REGION

DAY = 86_400
LEAST_LOG_DAYS = 365
"""Guide, Compliance: what concerns users is kept for a year."""


@pytest.fixture(scope="module")
def alarms(stack: Platform) -> list[dict[str, Any]]:
    pages = stack.client("cloudwatch").get_paginator("describe_alarms").paginate()
    found = [alarm for page in pages for alarm in page["MetricAlarms"]]
    assert found
    return found


def dimensions(metric: dict[str, Any]) -> dict[str, str]:
    """What a metric is about."""
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


def metrics(alarm: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of all that an alarm looks at."""
    told = [
        each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each
    ]
    for metric in told or [alarm]:
        yield metric["Namespace"], metric["MetricName"], dimensions(metric)


def watched(alarms: list[dict[str, Any]], namespace: str, dimension: str) -> dict[str, set[str]]:
    """Names of the metrics that alarms look at, by a dimension's value."""
    found: dict[str, set[str]] = {}
    for alarm in alarms:
        for space, name, subject in metrics(alarm):
            if space == namespace and dimension in subject:
                found.setdefault(subject[dimension], set()).add(name)
    return found


def test_every_alarm_tells_the_team(stack: Platform, alarms: list[dict[str, Any]]) -> None:
    topic = stack.outputs["alert_topic_arn"]
    assert [each["AlarmName"] for each in alarms if topic not in each["AlarmActions"]] == []
    assert [each["AlarmName"] for each in alarms if not each["ActionsEnabled"]] == []


def test_every_alarm_names_its_section_of_a_runbook(alarms: list[dict[str, Any]]) -> None:
    without = [each for each in alarms if "docs/runbooks/" not in each["AlarmDescription"]]
    assert [each["AlarmName"] for each in without] == []


def test_both_databases_are_watched(stack: Platform, alarms: list[dict[str, Any]]) -> None:
    found = watched(alarms, "AWS/RDS", "DBInstanceIdentifier")
    described = stack.client("rds").describe_db_instances()["DBInstances"]
    assert found.keys() == {each["DBInstanceIdentifier"] for each in described}
    for each in described:
        assert found[each["DBInstanceIdentifier"]] >= {
            "CPUUtilization",
            "DatabaseConnections",
            "FreeStorageSpace",
            "FreeableMemory",
        }
        if "ReadReplicaSourceDBInstanceIdentifier" in each:
            assert "ReplicaLag" in found[each["DBInstanceIdentifier"]]


def test_the_load_balancer_and_each_target_group_are_watched(
    stack: Platform, alarms: list[dict[str, Any]]
) -> None:
    elbv2 = stack.client("elbv2")
    (balancer,) = elbv2.describe_load_balancers()["LoadBalancers"]
    suffix = balancer["LoadBalancerArn"].split("loadbalancer/", 1)[1]
    assert watched(alarms, "AWS/ApplicationELB", "LoadBalancer").keys() == {suffix}
    groups = elbv2.describe_target_groups()["TargetGroups"]
    found = watched(alarms, "AWS/ApplicationELB", "TargetGroup")
    assert found.keys() == {each["TargetGroupArn"].rsplit(":", 1)[1] for each in groups}
    for names in found.values():
        assert {"HealthyHostCount", "UnHealthyHostCount", "TargetResponseTime"} <= names


def test_more_than_5_percent_of_failed_requests_in_5_minutes_raise_an_alarm(
    alarms: list[dict[str, Any]],
) -> None:
    (alarm,) = [
        each
        for each in alarms
        if any(
            name == "HTTPCode_Target_5XX_Count" and subject.keys() == {"LoadBalancer"}
            for _, name, subject in metrics(each)
        )
    ]
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 5)
    (period,) = {each["MetricStat"]["Period"] for each in alarm["Metrics"] if "MetricStat" in each}
    assert period * alarm["EvaluationPeriods"] == 5 * 60


def test_each_server_group_is_watched_for_its_size(
    stack: Platform, alarms: list[dict[str, Any]]
) -> None:
    described = stack.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    found = watched(alarms, "AWS/AutoScaling", "AutoScalingGroupName")
    assert found == {
        each["AutoScalingGroupName"]: {"GroupInServiceInstances", "GroupDesiredCapacity"}
        for each in described
    }
    least = {
        dimensions(alarm)["AutoScalingGroupName"]: alarm["Threshold"]
        for alarm in alarms
        if alarm.get("MetricName") == "GroupInServiceInstances"
        and alarm["ComparisonOperator"] == "LessThanThreshold"
    }
    for each in described:
        assert least[each["AutoScalingGroupName"]] == each["MinSize"]
        # CloudWatch has the metrics of a group only when they were asked for.
        enabled = {metric["Metric"] for metric in each["EnabledMetrics"]}
        assert found[each["AutoScalingGroupName"]] <= enabled


@pytest.mark.parametrize("role", ["cache", "monitoring"])
def test_single_servers_are_watched_and_mended(
    stack: Platform, alarms: list[dict[str, Any]], role: str
) -> None:
    found = watched(alarms, "AWS/EC2", "InstanceId")
    for server in instances(stack.client("ec2"), role):
        assert found[server["InstanceId"]] == {
            "CPUUtilization",
            "StatusCheckFailed_Instance",
            "StatusCheckFailed_System",
        }
    actions = {action for alarm in alarms for action in alarm["AlarmActions"]}
    assert {f"arn:aws:automate:{REGION}:ec2:{each}" for each in ("reboot", "recover")} <= actions


def test_a_backup_that_was_not_made_raises_an_alarm_within_two_days(
    stack: Platform, alarms: list[dict[str, Any]]
) -> None:
    (alarm,) = [each for each in alarms if each.get("MetricName") == "BackupAgeSeconds"]
    assert dimensions(alarm) == {"Environment": stack.outputs["environment"]}
    assert DAY < alarm["Threshold"] <= 2 * DAY
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    # Nobody who looks is as bad as no backup.
    assert alarm["TreatMissingData"] == "breaching"


def test_the_team_gets_mail_and_the_topic_is_encrypted(stack: Platform) -> None:
    sns, topic = stack.client("sns"), stack.outputs["alert_topic_arn"]
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [each["Endpoint"] for each in subscriptions if each["Protocol"] == "email"] == [
        "team@example.com"
    ]
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["KmsMasterKeyId"] == stack.outputs["kms_key_arn"]


def test_the_team_hears_what_rds_does_to_the_database(stack: Platform) -> None:
    rds = stack.client("rds")
    (subscription,) = rds.describe_event_subscriptions()["EventSubscriptionsList"]
    assert subscription["SnsTopicArn"] == stack.outputs["alert_topic_arn"]
    assert subscription["Enabled"] is True
    assert {"failover", "failure", "low storage"} <= set(subscription["EventCategoriesList"])
    described = rds.describe_db_instances()["DBInstances"]
    assert set(subscription["SourceIdsList"]) == {
        each["DBInstanceIdentifier"] for each in described
    }


def test_logs_are_kept_encrypted_for_a_year(stack: Platform) -> None:
    groups = {
        group["logGroupName"]: group
        for page in stack.client("logs").get_paginator("describe_log_groups").paginate()
        for group in page["logGroups"]
    }
    environment = stack.outputs["environment"]
    assert groups.keys() >= {
        f"/messaging-app/{environment}/{each}"
        for each in ("audit-trail", "flow-logs", "servers/api", "servers/websocket")
    }
    assert any(name.startswith("/aws/rds/instance/") for name in groups)
    assert any(name.startswith("/aws/lambda/") for name in groups)
    for group in groups.values():
        assert group["retentionInDays"] >= LEAST_LOG_DAYS
        assert group["kmsKeyId"] == stack.outputs["kms_key_arn"]
    assert stack.client("logs", COPY_REGION).describe_log_groups()["logGroups"] == []
