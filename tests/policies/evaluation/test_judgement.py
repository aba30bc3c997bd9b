"""Rules are judged with the parameters that are set of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from evaluation.judgement import judge_resource, judge_stack
from evaluation.parameters import Number
from evaluation.resources import Resource, Stack
from rules.database_replica import DATABASE_REPLICA
from rules.log_retention import LOG_RETENTION

KIND = "aws:cloudwatch/logGroup:LogGroup"
GROUP = Resource(
    resource_type=KIND,
    props={"retentionInDays": 30},
    urn=f"urn:pulumi:test::messaging-app::{KIND}::trace",
    name="trace",
)


def parameters_of_both(resource: Resource, stack: Stack) -> Iterator[str]:
    yield f"{resource.parameters['days']:g} and {stack.parameters['days']:g}"


TELLING = replace(
    DATABASE_REPLICA,
    resource_types=(KIND,),
    parameters={"days": Number(default=1, minimum=1, meaning="any number")},
    check=parameters_of_both,
)


@pytest.mark.parametrize(
    ("given", "told"), [(None, "1 and 1"), ({}, "1 and 1"), ({"days": 2}, "2 and 2")]
)
def test_a_stack_rule_sees_what_is_set_over_its_defaults(
    given: dict[str, object] | None, told: str
) -> None:
    assert [each.message for each in judge_stack(TELLING, [GROUP], given)] == [told]


def test_a_resource_rule_sees_what_is_set_over_its_defaults() -> None:
    assert list(judge_resource(LOG_RETENTION, GROUP, {"days": 30})) == []
    assert len(list(judge_resource(LOG_RETENTION, GROUP))) == 1
