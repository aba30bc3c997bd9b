"""Stacks with servers that nobody watches are rejected."""

from rules.oversight import OVERSIGHT
from tests.policies.evaluate import stack_violations
from tests.policies.factories import (
    alarm,
    auto_scaling_group,
    bucket,
    instance,
    trail,
)

NO_ALARM = (
    "the stack has servers and no alarm, so nobody hears of a fault. "
    "Add a MetricAlarm for what it serves."
)
NO_TRAIL = (
    "the stack has servers and no audit trail, so nobody can tell afterwards who changed what. "
    "Add a Trail."
)


def test_servers_that_are_watched_pass() -> None:
    assert stack_violations(OVERSIGHT, [instance(), alarm(), trail()]) == []


def test_servers_without_an_alarm_are_rejected_once() -> None:
    resources = [instance(), auto_scaling_group(), trail()]
    assert stack_violations(OVERSIGHT, resources) == [(NO_ALARM, auto_scaling_group().urn)]


def test_servers_without_a_trail_are_rejected_once() -> None:
    assert stack_violations(OVERSIGHT, [instance(), alarm()]) == [(NO_TRAIL, instance().urn)]


def test_a_stack_without_servers_needs_neither() -> None:
    assert stack_violations(OVERSIGHT, [bucket()]) == []
