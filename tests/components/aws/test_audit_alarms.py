"""What the benchmark names is counted in the trail, and people hear of it."""

import pytest

from components.aws.audit_alarms import WATCHED, AuditAlarms, AuditAlarmsArgs
from components.identity import Identity
from tests.components.recording import Recording, record

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"


@pytest.fixture(scope="module")
def built(identity: Identity) -> Recording:
    args = AuditAlarmsArgs(
        identity=identity,
        log_group="/messaging-app/test/audit-trail",
        alert_topic_arn="arn:aws:sns:alerts",
    )
    return record(lambda: AuditAlarms("audit", args))


def test_each_of_the_benchmarks_controls_has_a_filter_and_an_alarm(built: Recording) -> None:
    assert len(WATCHED) == 14
    assert built.counts() == {"messaging-app:aws:AuditAlarms": 1, FILTER: 14, ALARM: 14}


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_each_alarm_looks_at_what_its_filter_counts(built: Recording) -> None:
    counted = {
        (
            each.inputs["metricTransformation"]["namespace"],
            each.inputs["metricTransformation"]["name"],
        )
        for each in built.all(FILTER)
    }
    watched = {(each.inputs["namespace"], each.inputs["metricName"]) for each in built.all(ALARM)}
    assert watched == counted
    assert len(watched) == 14


def test_filters_look_at_the_trail_and_stay_within_aws_limit(built: Recording) -> None:
    for each in built.all(FILTER):
        assert each.inputs["logGroupName"] == "/messaging-app/test/audit-trail"
        assert len(each.inputs["pattern"]) <= 1024


def test_parentheses_and_braces_of_patterns_match(built: Recording) -> None:
    for each in built.all(FILTER):
        pattern = each.inputs["pattern"]
        assert (pattern[0], pattern[-1]) == ("{", "}")
        assert pattern.count("(") == pattern.count(")")
        assert pattern.count('"') % 2 == 0


def test_one_use_of_root_is_enough(built: Recording) -> None:
    alarm = built.one(ALARM, "audit-root-use-alarm").inputs
    assert (alarm["threshold"], alarm["evaluationPeriods"], alarm["period"]) == (1, 1, 300)
    assert alarm["comparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_silence_is_no_alarm_and_alarms_reach_people(built: Recording) -> None:
    for each in built.all(ALARM):
        assert each.inputs["treatMissingData"] == "notBreaching"
        assert each.inputs["alarmActions"] == ["arn:aws:sns:alerts"]
        assert each.inputs["alarmDescription"].endswith("See docs/runbooks/alarms.md#audit.")
