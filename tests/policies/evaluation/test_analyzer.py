"""Our server answers as the SDK's does, refuses what it would ignore, and is not quadratic."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, policy

from evaluation.analyzer import Analyzer
from evaluation.assembly import assemble
from evaluation.run import Run
from rules import RULES
from rules.key_rotation import KEY_ROTATION
from tests.policies.evaluate import Resource
from tests.policies.factories import (
    bucket,
    compliant_resources,
    database,
    instance,
    key,
    security_group,
    topic,
)

BROKEN = [
    instance(instanceType="t3.medium"),
    database(storageEncrypted=False, backupRetentionPeriod=1.0),
    bucket(),
    topic(kmsMasterKeyId=None),
    security_group({"cidrBlocks": ["0.0.0.0/0"], "protocol": "-1"}, role="api"),
]


class AbortedError(Exception):
    """What a call ends in that the server refuses."""


class Context:
    """The part of a gRPC context that the server uses."""

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        raise AbortedError(code, details)


@pytest.fixture
def servers() -> Iterator[tuple[Any, Any]]:
    """The SDK's server and ours before one of its own, over the same rules."""
    sdk = vars(policy)["_PolicyAnalyzerServicer"]
    made = [assemble(RULES, Run()) for _ in range(2)]
    whole = [sdk("pack", "1.0.0", list(each), EnforcementLevel.MANDATORY) for each in made]
    yield whole[0], Analyzer(RULES, made[1], whole[1])


def request(resource: Resource) -> analyzer_pb2.AnalyzeRequest:
    asked = analyzer_pb2.AnalyzeRequest(type=resource.type, urn=resource.urn, name=resource.name)
    asked.properties.update(resource.properties)
    return asked


def stack_request(resources: list[Resource]) -> analyzer_pb2.AnalyzeStackRequest:
    by_name = {each.name: each.urn for each in resources}
    asked = analyzer_pb2.AnalyzeStackRequest()
    for resource in resources:
        each = asked.resources.add(type=resource.type, urn=resource.urn, name=resource.name)
        each.properties.update(resource.properties)
        for name, sources in resource.depends.items():
            urns = [by_name[source] for source in sources if source in by_name]
            each.propertyDependencies[name].urns.extend(urns)
    return asked


def told(response: Any) -> list[tuple[str, str, str, int]]:
    return [
        (each.policyName, each.message, each.urn, each.enforcementLevel)
        for each in response.diagnostics
    ]


def test_each_resource_is_answered_as_the_sdk_answers(servers: tuple[Any, Any]) -> None:
    sdk, ours = servers
    for resource in (*compliant_resources(), *BROKEN):
        asked = request(resource)
        assert told(ours.Analyze(asked, None)) == told(sdk.Analyze(asked, None))


@pytest.mark.parametrize("resources", [compliant_resources(), BROKEN, []])
def test_a_stack_is_answered_as_the_sdk_answers(
    servers: tuple[Any, Any], resources: list[Resource]
) -> None:
    sdk, ours = servers
    asked = stack_request(resources)
    assert told(ours.AnalyzeStack(asked, None)) == told(sdk.AnalyzeStack(asked, None))


def test_something_is_found_at_all(servers: tuple[Any, Any]) -> None:
    _, ours = servers
    assert all(told(ours.Analyze(request(each), None)) for each in BROKEN if each != bucket())
    assert told(ours.AnalyzeStack(stack_request(BROKEN), None)) != []


def test_the_pack_is_described_as_the_sdk_describes_it(servers: tuple[Any, Any]) -> None:
    sdk, ours = servers
    assert ours.GetAnalyzerInfo(Empty(), None) == sdk.GetAnalyzerInfo(Empty(), None)
    assert ours.GetPluginInfo(Empty(), None) == sdk.GetPluginInfo(Empty(), None)


def configure(**levels: Any) -> analyzer_pb2.ConfigureAnalyzerRequest:
    asked = analyzer_pb2.ConfigureAnalyzerRequest()
    for name, (level, properties) in levels.items():
        given = asked.policyConfig[name.replace("_", "-")]
        given.enforcementLevel = level
        given.properties.update(properties)
    return asked


def test_a_configuration_reaches_the_rules(servers: tuple[Any, Any]) -> None:
    _, ours = servers
    asked = request(database(backupRetentionPeriod=3.0))
    level = analyzer_pb2.ADVISORY
    ours.Configure(configure(database_backups=(level, {"days": 4.0})), Context())
    ((name, message, _, found),) = told(ours.Analyze(asked, None))
    assert (name, found) == ("database-backups", level)
    assert "at least 4 days" in message


def test_the_stacks_tags_are_taken(servers: tuple[Any, Any]) -> None:
    sdk, ours = servers
    tags = analyzer_pb2.AnalyzerStackConfigureRequest(tags={"team": "platform"})
    assert ours.ConfigureStack(tags, None) == sdk.ConfigureStack(tags, None)
    assert told(ours.Analyze(request(database()), None)) == []


def test_a_resource_that_no_rule_is_about_passes(servers: tuple[Any, Any]) -> None:
    sdk, _ = servers
    ours = Analyzer([KEY_ROTATION], assemble([KEY_ROTATION], Run()), sdk)
    assert told(ours.Analyze(request(database()), None)) == []
    assert len(told(ours.Analyze(request(key(enableKeyRotation=False)), None))) == 1


def test_a_configuration_for_what_there_is_not_is_refused(servers: tuple[Any, Any]) -> None:
    _, ours = servers
    with pytest.raises(AbortedError) as refused:
        ours.Configure(configure(databse_floor=(analyzer_pb2.ADVISORY, {})), Context())
    assert refused.value.args == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "There is no rule databse-floor. docs/policies.md lists the rules.",
    )


def test_what_is_set_to_remediate_is_changed_and_the_rest_stays(servers: tuple[Any, Any]) -> None:
    _, ours = servers
    level = analyzer_pb2.REMEDIATE
    ours.Configure(configure(key_rotation=(level, {})), Context())
    loose = key(enableKeyRotation=False)
    (changed,) = ours.Remediate(request(loose), None).remediations
    assert changed.policyName == "key-rotation"
    assert dict(changed.properties)["enableKeyRotation"] is True
    assert dict(changed.properties)["policy"] == loose.properties["policy"]
    assert list(ours.Remediate(request(key()), None).remediations) == []


def test_nothing_is_changed_unless_it_is_set_to(servers: tuple[Any, Any]) -> None:
    _, ours = servers
    assert list(ours.Remediate(request(key(enableKeyRotation=False)), None).remediations) == []
