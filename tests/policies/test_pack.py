"""The pack as a whole: what passes, what blocks, that nothing crashes it, and that it serves."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from evaluation.configuration import CLOSING
from evaluation.levels import EnforcementLevel
from evaluation.rule import AnyRule, StackRule
from rules import RULES
from rules.unmeasured_compute import MEASURED_ALTERNATIVES
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations, violations
from tests.policies.factories import (
    UBUNTU,
    alarm,
    auto_scaling_group,
    bucket_encryption,
    bucket_logging,
    bucket_policy,
    bucket_versioning,
    bucket_with_everything,
    cache_nodes,
    cache_parameters,
    compliant_resources,
    container,
    database,
    database_parameters,
    document,
    function_permission,
    ingress_rule,
    instance,
    instance_from_template,
    key,
    launch_template,
    listener,
    listener_rule,
    load_balancer,
    log_group,
    password_policy,
    public_access_block,
    remote_image,
    replica,
    role_policy,
    schedule,
    security_group,
    service_role,
    topic,
    trail,
    volume,
    vpc,
    web_acl_association,
    with_properties,
)

PACK = Path(__file__).parents[2] / "policies"

# What a stack with servers has beside them.
WATCHED = (alarm(), trail())
REDIRECT = {"type": "redirect", "redirect": {"protocol": "HTTPS"}}
# What a database has beside it.
REPLICATED = (database_parameters(), replica())


def bucket_without(missing: Resource) -> list[Resource]:
    """A bucket that lacks one of the resources that configure it."""
    return [each for each in bucket_with_everything() if each.type != missing.type]


# For every rule a stack that breaks it and no other.
BROKEN: dict[str, Sequence[Resource]] = {
    "server-floor": [*WATCHED, instance(instanceType="t3.medium")],
    "override-floor": [
        *WATCHED,
        launch_template(),
        auto_scaling_group({"instanceType": "t3.medium"}),
    ],
    "template-origin": [*WATCHED, instance_from_template()],
    "database-floor": [*REPLICATED, database(instanceClass="db.t3.medium")],
    "cache-floor": [cache_parameters(), cache_nodes(nodeType="cache.t3.micro")],
    "container-floor": [container(memory=512.0)],
    "group-minimum": [
        *WATCHED,
        launch_template(),
        with_properties(auto_scaling_group(), {"minSize": 1.0}),
    ],
    "schedule-minimum": [
        *WATCHED,
        launch_template(),
        replace(auto_scaling_group(), name="group"),
        schedule(minSize=1.0),
    ],
    "unmeasured-compute": [Resource(type="aws:ec2/fleet:Fleet", properties={})],
    "ssd-volumes": [volume(type="standard")],
    "operating-system": [launch_template(imageId=UBUNTU.replace("22.04", "18.04"))],
    "database-version": [*REPLICATED, database(engineVersion="13.9")],
    "cache-version": [cache_parameters(), cache_nodes(engineVersion="5.0.6")],
    "container-images": [remote_image("nginx:latest")],
    "database-tuning": [database_parameters(work_mem="64")],
    "cache-tuning": [cache_parameters("noeviction")],
    "parameter-group-origin": [*REPLICATED, database(parameterGroupName="default.postgres16")],
    "websocket-timeouts": [load_balancer(idleTimeout=60.0), web_acl_association()],
    "volume-encryption": [volume(encrypted=False)],
    "database-encryption": [*REPLICATED, database(storageEncrypted=False)],
    "cache-encryption": [cache_parameters(), cache_nodes(atRestEncryptionEnabled=False)],
    "bucket-encryption": bucket_without(bucket_encryption()),
    "topic-encryption": [topic(kmsMasterKeyId=None)],
    "key-rotation": [key(enableKeyRotation=False)],
    "listener-encryption": [listener(sslPolicy=None)],
    "listener-rule-encryption": [
        listener_rule(),
        listener(protocol="HTTP", defaultActions=[REDIRECT]),
    ],
    "database-transport": [database_parameters(**{"rds.force_ssl": "0"})],
    "bucket-transport": bucket_without(bucket_policy()),
    "database-exposure": [*REPLICATED, database(publiclyAccessible=True)],
    "function-exposure": [function_permission(principal="*")],
    "public-addresses": [launch_template(networkInterfaces=[{"associatePublicIpAddress": "true"}])],
    "public-ingress": [security_group(), ingress_rule(fromPort=22.0)],
    "public-ingress-owner": [security_group(role="api"), ingress_rule()],
    "public-access-block": [public_access_block(blockPublicAcls=False)],
    "bucket-public-access": bucket_without(public_access_block()),
    "public-policies": [service_role({"Effect": "Allow", "Principal": "*"})],
    "public-sharing": [document(permissions={"type": "Share", "account_ids": "All"})],
    "least-privilege": [role_policy(Action="*")],
    "password-policy": [password_policy(minimumPasswordLength=8.0)],
    "instance-metadata": [launch_template(metadataOptions=None)],
    "load-balancer-headers": [load_balancer(dropInvalidHeaderFields=False), web_acl_association()],
    "web-firewall": [load_balancer()],
    "database-backups": [*REPLICATED, database(backupRetentionPeriod=1.0)],
    "database-protection": [*REPLICATED, database(deletionProtection=False)],
    "database-availability": [*REPLICATED, database(multiAz=False)],
    "database-replica": [database_parameters(), database()],
    "database-upgrades": [*REPLICATED, database(autoMinorVersionUpgrade=False)],
    "load-balancer-protection": [
        load_balancer(enableDeletionProtection=False),
        web_acl_association(),
    ],
    "cache-durability": [cache_parameters(), cache_nodes(multiAzEnabled=False)],
    "bucket-versioning": bucket_without(bucket_versioning()),
    "backup-copies": [
        with_properties(each, {"bucketPrefix": "backups-"}) for each in bucket_with_everything()
    ],
    "audit-trail": [trail(isMultiRegionTrail=False)],
    "database-audit": [database_parameters(**{"pgaudit.log": "ddl"})],
    "database-logs": [*REPLICATED, database(enabledCloudwatchLogsExports=["upgrade"])],
    "database-monitoring": [*REPLICATED, database(monitoringInterval=0.0)],
    "load-balancer-logs": [load_balancer(accessLogs=None), web_acl_association()],
    "bucket-access-logs": bucket_without(bucket_logging()),
    "network-flow-logs": [vpc()],
    "log-retention": [log_group(retentionInDays=30.0)],
    "oversight": [launch_template(), auto_scaling_group()],
    "required-tags": [log_group(tags=None)],
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
def test_every_rule_is_mandatory_and_says_all_about_itself(policy: AnyRule) -> None:
    assert policy.level is EnforcementLevel.MANDATORY
    assert policy.references
    assert policy.description.startswith(f"{policy.title} (")
    for text in (policy.title, policy.why, policy.fix, *vars(policy.example).values()):
        assert text.strip()
    assert policy.why.endswith(".")
    assert policy.fix.endswith(".")
    assert not policy.title.endswith(".")


RESOURCE_TYPES = sorted({resource.type for resource in compliant_resources()})
KEYS = sorted(
    {key for resource in compliant_resources() for key in resource.properties}
    | {"launchConfiguration", "launchTemplateSpecification", "prefixListId", "prefixListIds"}
    | {"ebs", "launchTemplate", "overrides", "Role", "key", "cpuOptions", "coreCount"}
    | {"volumeSize", "volumeType", "associatePublicIpAddress", "replicateSourceDb"}
    | {"Statement", "Effect", "Principal", "Condition", "StringEquals", "account_ids", "redirect"}
    | {"Action", "NotAction", "Resource", "Bool", "Sid", "label", "value", "name", "family"}
    | {"httpTokens", "httpEndpoint", "status", "enabled", "cpuQuota", "cpuSet", "inlinePolicies"}
    | {"managedPolicyArns", "policyArn", "policy", "loadBalancerType", "desyncMitigationMode"}
)
# Texts that open the inner branches of rules.
TELLING = (
    "postgres16",
    "redis7",
    "shared_buffers",
    "Role",
    "api",
    "nginx:",
    "Allow",
    "*",
    "{}",
    "[",
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        [UNKNOWN, "m6i.xlarge", "0.0.0.0/0", "::/0", "true", *TELLING, 10**400, -(10**400)]
    ),
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
