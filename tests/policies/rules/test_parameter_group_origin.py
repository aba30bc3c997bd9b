"""Databases and caches with parameters that no rule has read are rejected."""

from dataclasses import replace

import pytest

from rules.parameter_group_origin import CACHE_CLUSTER, PARAMETER_GROUP_ORIGIN
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations
from tests.policies.factories import (
    cache_nodes,
    cache_parameters,
    database,
    database_parameters,
    replica,
    with_properties,
)

GROUPS = (
    with_properties(database_parameters(), {"name": "ours"}),
    with_properties(cache_parameters(), {"name": "ours"}),
)
CLUSTER = replace(cache_nodes(), type=CACHE_CLUSTER)
SERVERS = pytest.mark.parametrize("server", [database(), replica(), cache_nodes(), CLUSTER])
ADVICE = "Set it to a parameter group of this stack."


def found(server: Resource, *groups: Resource, **changes: object) -> list[str]:
    told = stack_violations(PARAMETER_GROUP_ORIGIN, [with_properties(server, changes), *groups])
    assert all(urn == server.urn for _, urn in told)
    return [message for message, _ in told]


def unchecked(said: str, server: Resource) -> str:
    return (
        f"parameterGroupName {said} no parameter group of this stack, so no rule has checked what "
        f"{server.name} runs with. {ADVICE}"
    )


@SERVERS
@pytest.mark.parametrize("name", ["ours", UNKNOWN])
def test_a_group_of_the_stack_passes_by_its_name_or_by_where_that_is_from(
    server: Resource, name: str
) -> None:
    assert found(server, *GROUPS, parameterGroupName=name) == []


@SERVERS
def test_a_group_may_be_named_without_coming_from_it(server: Resource) -> None:
    assert found(replace(server, depends={}), *GROUPS, parameterGroupName="ours") == []


@SERVERS
@pytest.mark.parametrize("name", ["default.postgres14", "default.redis7", "of-another-stack"])
def test_another_group_is_rejected_also_where_its_name_comes_from_one_of_the_stack(
    server: Resource, name: str
) -> None:
    assert found(server, *GROUPS, parameterGroupName=name) == [
        unchecked(f"is {name}, which is", server)
    ]


def test_a_default_is_rejected_also_where_the_groups_name_is_not_known_yet() -> None:
    name = "default.postgres14"
    assert found(database(), database_parameters(), parameterGroupName=name) == [
        unchecked(f"is {name}, which is", database())
    ]


@SERVERS
def test_a_name_from_elsewhere_is_rejected(server: Resource) -> None:
    assert found(replace(server, depends={}), *GROUPS) == [unchecked("comes from", server)]


def test_a_group_of_the_other_kind_is_none() -> None:
    assert found(database(), GROUPS[1], parameterGroupName="ours") == [
        unchecked("is ours, which is", database())
    ]


@SERVERS
def test_no_group_is_rejected(server: Resource) -> None:
    assert found(server, *GROUPS, parameterGroupName=None) == [
        f"parameterGroupName is not set, so {server.name} may run with AWS's defaults. {ADVICE}"
    ]


@pytest.mark.parametrize("name", ["cache", UNKNOWN])
def test_a_node_of_a_replication_group_has_the_parameters_of_that(name: str) -> None:
    node = replace(CLUSTER, depends={"replicationGroupId": ["main"]})
    assert found(node, parameterGroupName=None, replicationGroupId=name) == []
