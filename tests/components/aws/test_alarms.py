"""Alarms say what is wrong, tell the topic, and lead to their section of the runbook."""

import re
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from components.aws.alarms import RUNBOOK, Alarm, Alarms, AlarmsArgs
from components.aws.copy_alarms import CopiedBucket, delay_alarms, failure_alarms
from components.aws.data_alarms import backup_alarms, database_alarms, elasticache_alarms
from components.aws.server_alarms import (
    function_alarms,
    monitoring_alarms,
    server_alarms,
    topic_alarms,
)
from components.aws.traffic_alarms import (
    balancer_alarms,
    certificate_alarms,
    group_alarms,
    nat_alarms,
)
from components.identity import Identity
from tests.components.recording import Recording, record

ROOT = Path(__file__).parents[3]
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC_ARN = "arn:aws:sns:eu-central-1:123456789012:alerts"
REGION = "eu-central-1"

COPIED = CopiedBucket(source="media-bucket", copy="media-copy-bucket")

OF_OTHER_COMPONENTS = {"audit", "group-errors", "group-unhealthy"}
"""Sections of alarms that are not made here."""


def a_group(max_size: int = 6) -> dict[str, Alarm]:
    return group_alarms(
        "api",
        "api",
        group_name="messaging-app-test-api",
        min_size=3,
        max_size=max_size,
        balancer_arn_suffix="app/balancer/1",
        target_group_arn_suffix="targetgroup/api/1",
    )


def every_alarm() -> dict[str, Alarm]:
    parts = (
        database_alarms("primary", 500),
        database_alarms("replica", 500, is_replica=True),
        elasticache_alarms("cache"),
        backup_alarms("test"),
        failure_alarms("media", COPIED),
        delay_alarms("media", COPIED),
        balancer_alarms("app/balancer/1"),
        a_group(),
        nat_alarms({"eu-central-1a": "nat-1"}),
        certificate_alarms("arn:aws:acm:certificate"),
        server_alarms("operations", "monitoring", instance_id="i-1", region=REGION),
        function_alarms("slack", "monitoring", "notifications-slack"),
        topic_alarms("alerts"),
        monitoring_alarms("test"),
    )
    keys = list(chain.from_iterable(parts))
    assert len(keys) == len(set(keys)), "two alarms would overwrite each other"
    return {key: alarm for part in parts for key, alarm in part.items()}


@pytest.fixture(scope="module")
def built(identity: Identity) -> Recording:
    args = AlarmsArgs(identity=identity, topic_arn=TOPIC_ARN, alarms=every_alarm())
    return record(lambda: Alarms("alarms", args))


def inputs(built: Recording, key: str) -> Mapping[str, Any]:
    return built.one(ALARM, f"alarms-{key}").inputs


def test_there_is_one_alarm_for_each_entry(built: Recording) -> None:
    assert built.counts() == {"messaging-app:aws:Alarms": 1, ALARM: len(every_alarm())}
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_every_alarm_has_a_section_and_every_section_an_alarm() -> None:
    sections = set(re.findall(r"^## (.+)$", (ROOT / RUNBOOK).read_text(), re.MULTILINE))
    assert sections == {each.runbook for each in every_alarm().values()} | OF_OTHER_COMPONENTS


def test_no_shared_alarm_can_have_the_name_of_one_of_a_group() -> None:
    # Groups are named by the settings, and put what follows after their name.
    of_groups = ("-errors", "-unhealthy", *(key.removeprefix("api") for key in a_group()))
    shared = every_alarm().keys() - a_group().keys()
    assert [key for key in shared if key.endswith(of_groups)] == []


def test_every_alarm_tells_the_topic_when_it_begins_and_ends(built: Recording) -> None:
    for alarm in built.all(ALARM):
        assert alarm.inputs["alarmActions"][0] == TOPIC_ARN
        assert alarm.inputs["okActions"] == [TOPIC_ARN]


def test_every_description_is_a_sentence_and_a_place_to_look(built: Recording) -> None:
    for alarm in built.all(ALARM):
        assert re.fullmatch(rf".+\. {RUNBOOK}#[a-z0-9-]+", alarm.inputs["alarmDescription"]), (
            alarm.name
        )


def test_every_name_is_of_this_environment(built: Recording) -> None:
    names = [alarm.inputs["name"] for alarm in built.all(ALARM)]
    assert len(names) == len(set(names))
    assert all(name.startswith("messaging-app-test-") for name in names)
    assert inputs(built, "database-cpu")["name"] == "messaging-app-test-database-cpu"


def test_an_alarm_compares_one_metric(built: Recording) -> None:
    alarm = inputs(built, "database-storage")
    assert (alarm["namespace"], alarm["metricName"]) == ("AWS/RDS", "FreeStorageSpace")
    assert alarm["dimensions"] == {"DBInstanceIdentifier": "primary"}
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 50 * 2**30)
    assert (alarm["statistic"], alarm["period"], alarm["evaluationPeriods"]) == ("Average", 300, 3)
    assert "metricQueries" not in alarm


def test_a_percentile_is_an_extended_statistic(built: Recording) -> None:
    alarm = inputs(built, "api-latency")
    assert alarm["extendedStatistic"] == "p99"
    assert "statistic" not in alarm


def test_an_expression_compares_its_result_only(built: Recording) -> None:
    alarm = inputs(built, "server-5xx")
    queries = {query["id"]: query for query in alarm["metricQueries"]}
    assert queries.keys() == {"result", "errors", "requests"}
    assert [key for key, query in queries.items() if query.get("returnData")] == ["result"]
    assert queries["errors"]["metric"]["metricName"] == "HTTPCode_Target_5XX_Count"
    assert not {"metricName", "namespace", "statistic", "period"} & alarm.keys()


def test_an_expression_uses_its_metrics_and_no_other() -> None:
    for alarm in every_alarm().values():
        if alarm.expression is None:
            assert len(alarm.metrics) == 1
        else:
            assert set(re.findall(r"\b[a-z]+\b", alarm.expression)) == alarm.metrics.keys()


def test_replication_that_stopped_counts_as_lag() -> None:
    lag = database_alarms("replica", 500, is_replica=True)["database-replica-lag"]
    assert lag.expression == "IF(lag < 0, 3600, lag)"
    assert lag.missing == "breaching"


def test_only_the_replica_has_a_lag() -> None:
    assert "database-lag" not in database_alarms("primary", 500)


def test_connections_are_held_against_the_databases_own_limit() -> None:
    assert database_alarms("primary", 500)["database-connections"].threshold == 160


@pytest.mark.parametrize(
    "key", ["backup-age", "database-cpu", "api-none-healthy", "monitoring-silent"]
)
def test_silence_of_what_must_report_is_bad_news(built: Recording, key: str) -> None:
    assert inputs(built, key)["treatMissingData"] == "breaching"


def test_no_request_is_no_error(built: Recording) -> None:
    for key in ("balancer-5xx", "server-5xx", "rejected-connections", "api-latency"):
        assert inputs(built, key)["treatMissingData"] == "notBreaching"


def test_a_server_on_broken_hardware_is_moved_before_it_is_restarted(built: Recording) -> None:
    hardware, status = inputs(built, "operations-hardware"), inputs(built, "operations-status")
    assert hardware["metricName"] == "StatusCheckFailed_System"
    assert hardware["alarmActions"] == [TOPIC_ARN, f"arn:aws:automate:{REGION}:ec2:recover"]
    assert status["alarmActions"] == [TOPIC_ARN, f"arn:aws:automate:{REGION}:ec2:reboot"]
    assert (hardware["evaluationPeriods"], status["evaluationPeriods"]) == (2, 3)


def test_a_group_that_cannot_grow_has_no_alarm_on_its_limit() -> None:
    assert "api-at-limit" in a_group()
    assert "api-at-limit" not in a_group(max_size=3)


def test_a_backup_may_be_two_hours_late(built: Recording) -> None:
    alarm = inputs(built, "backup-age")
    assert (alarm["namespace"], alarm["metricName"]) == ("messaging-app", "BackupAgeSeconds")
    assert (alarm["dimensions"], alarm["threshold"]) == ({"Environment": "test"}, 26 * 3600)


def test_every_cache_node_is_watched(built: Recording) -> None:
    watched = [inputs(built, f"cache-{number}-cpu")["dimensions"] for number in ("001", "002")]
    assert watched == [
        {"CacheClusterId": f"cache-{number}", "CacheNodeId": "0001"} for number in ("001", "002")
    ]


def test_alarms_stand_where_their_metrics_are(identity: Identity) -> None:
    args = AlarmsArgs(
        identity=identity,
        topic_arn=TOPIC_ARN,
        alarms=delay_alarms("media", COPIED),
        region="eu-west-1",
    )
    alarm = record(lambda: Alarms("alarms", args)).one(ALARM).inputs
    assert alarm["region"] == "eu-west-1"
    assert (alarm["metricName"], alarm["statistic"], alarm["threshold"]) == (
        "ReplicationLatency",
        "Maximum",
        900,
    )


def test_what_could_not_be_copied_raises_an_alarm_at_once() -> None:
    (alarm,) = failure_alarms("media", COPIED).values()
    (metric,) = alarm.metrics.values()
    assert (metric.namespace, metric.name, metric.statistic) == (
        "AWS/S3",
        "OperationsFailedReplication",
        "Sum",
    )
    assert (alarm.comparison, alarm.threshold, alarm.periods) == (">", 0, 1)
    assert metric.dimensions == {
        "SourceBucket": "media-bucket",
        "DestinationBucket": "media-copy-bucket",
        "RuleId": "copy",
    }
