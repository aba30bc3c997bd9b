"""The pack as a whole: what passes, what blocks, that nothing crashes it, and that it serves."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel

from evaluation.assembly import CLOSING
from evaluation.rule import AnyRule, StackRule
from rules import RULES
from rules.unmeasured_compute import MEASURED_ALTERNATIVES
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations, violations
from tests.policies.factories import (
    auto_scaling_group,
    bucket,
    bucket_encryption,
    cache_nodes,
    compliant_resources,
    database,
    document,
    function_permission,
    ingress_rule,
    instance,
    instance_from_template,
    launch_template,
    listener,
    public_access_block,
    security_group,
    service_role,
    topic,
    volume,
)

PACK = Path(__file__).parents[2] / "policies"

# For every rule a stack that breaks it and no other.
BROKEN: dict[str, Sequence[Resource]] = {
    "server-floor": [instance(instanceType="t3.medium")],
    "override-floor": [launch_template(), auto_scaling_group({"instanceType": "t3.medium"})],
    "template-origin": [instance_from_template()],
    "database-floor": [database(instanceClass="db.t3.medium")],
    "cache-floor": [cache_nodes(nodeType="cache.t3.micro")],
    "unmeasured-compute": [Resource(type="aws:ec2/fleet:Fleet", properties={})],
    "ssd-volumes": [volume(type="standard")],
    "volume-encryption": [volume(encrypted=False)],
    "database-encryption": [database(storageEncrypted=False)],
    "cache-encryption": [cache_nodes(atRestEncryptionEnabled=False)],
    "bucket-encryption": [bucket(), public_access_block()],
    "topic-encryption": [topic(kmsMasterKeyId=None)],
    "listener-encryption": [listener(sslPolicy=None)],
    "cache-durability": [cache_nodes(multiAzEnabled=False)],
    "function-exposure": [function_permission(principal="*")],
    "database-exposure": [database(publiclyAccessible=True)],
    "public-addresses": [launch_template(networkInterfaces=[{"associatePublicIpAddress": "true"}])],
    "public-ingress": [security_group(), ingress_rule(fromPort=22.0)],
    "public-ingress-owner": [security_group(role="api"), ingress_rule()],
    "public-access-block": [public_access_block(blockPublicAcls=False)],
    "bucket-public-access": [bucket(), bucket_encryption()],
    "public-policies": [service_role({"Effect": "Allow", "Principal": "*"})],
    "public-sharing": [document(permissions={"type": "Share", "account_ids": "All"})],
}


def blocking_rules(resources: Sequence[Resource]) -> list[str]:
    """The names of the rules that report anything about these resources."""
    names: list[str] = []
    for policy in RULES:
        if isinstance(policy, StackRule):
            found = len(stack_violations(policy, resources))
        else:
            found = sum(len(violations(policy, resource)) for resource in resources)
        names += [policy.name] if found else []
    return names


def test_a_compliant_stack_passes_every_rule() -> None:
    assert blocking_rules(compliant_resources()) == []


@pytest.mark.parametrize("name", [policy.name for policy in RULES])
def test_every_rule_blocks_a_stack_that_breaks_it_alone(name: str) -> None:
    assert blocking_rules(BROKEN[name]) == [name]


@pytest.mark.parametrize("policy", RULES, ids=lambda policy: policy.name)
def test_every_rule_is_mandatory_and_names_its_guide_section(
    policy: AnyRule,
) -> None:
    assert policy.level is EnforcementLevel.MANDATORY
    assert "(guide, " in policy.description
    assert policy.severity is not None


RESOURCE_TYPES = sorted({resource.type for resource in compliant_resources()})
KEYS = sorted(
    {key for resource in compliant_resources() for key in resource.properties}
    | {"launchConfiguration", "launchTemplateSpecification", "prefixListId", "prefixListIds"}
    | {"ebs", "launchTemplate", "overrides", "Role", "key", "cpuOptions", "coreCount"}
    | {"volumeSize", "volumeType", "associatePublicIpAddress", "replicateSourceDb"}
    | {"Statement", "Effect", "Principal", "Condition", "StringEquals", "account_ids", "redirect"}
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([UNKNOWN, "m6i.xlarge", "0.0.0.0/0", "::/0", "true", 10**400, -(10**400)]),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), children, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    resource_type=st.sampled_from(RESOURCE_TYPES),
    properties=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6),
)
def test_no_properties_crash_a_rule(resource_type: str, properties: dict[str, Any]) -> None:
    blocking_rules([Resource(type=resource_type, properties=properties)])


FLOORED: dict[str, tuple[Callable[..., Resource], str]] = {
    "instanceType": (instance, "server-floor"),
    "instanceClass": (database, "database-floor"),
    "nodeType": (cache_nodes, "cache-floor"),
}


@given(key=st.sampled_from(sorted(FLOORED)), value=VALUES)
def test_no_value_but_a_large_enough_type_passes_a_floor(key: str, value: object) -> None:
    make, rule = FLOORED[key]
    passes = key == "instanceType" and value == "m6i.xlarge"
    assert (rule not in blocking_rules([make(**{key: value})])) is passes


def test_rejected_compute_types_have_no_other_rule() -> None:
    assert not set(MEASURED_ALTERNATIVES) & set(RESOURCE_TYPES)


@pytest.fixture(scope="module")
def served_pack() -> Iterator[Any]:
    """The pack in a process of its own, started as the engine starts it."""
    program = f"import runpy; runpy.run_path({str(PACK)!r}, run_name='__main__')"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program], stdout=subprocess.PIPE, cwd=PACK
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
        process.terminate()


def analyze(stub: Any, resource: Resource) -> list[tuple[str, int]]:
    """The rules that report on a resource, with the level they report at."""
    request = analyzer_pb2.AnalyzeRequest(type=resource.type, urn=resource.urn, name=resource.name)
    request.properties.update(resource.properties)
    response = stub.Analyze(request)
    return [(found.policyName, found.enforcementLevel) for found in response.diagnostics]


def test_the_served_pack_offers_every_rule(served_pack: Any) -> None:
    info = served_pack.GetAnalyzerInfo(Empty())
    assert [policy.name for policy in info.policies] == [*(rule.name for rule in RULES), *CLOSING]


def test_the_served_pack_passes_and_blocks(served_pack: Any) -> None:
    assert analyze(served_pack, database()) == []
    assert analyze(served_pack, database(instanceClass="db.t3.medium")) == [
        ("database-floor", analyzer_pb2.MANDATORY)
    ]


def test_an_unknown_value_blocks_where_the_sdk_alone_would_advise(
    served_pack: Any,
) -> None:
    assert analyze(served_pack, database(instanceClass=UNKNOWN)) == [
        ("database-floor", analyzer_pb2.MANDATORY)
    ]
