"""What was changed past the program is found in the outputs that a refresh reads."""

from datetime import date
from typing import Any

import pytest

from evaluation.drift import joined, really
from evaluation.judgement import Finding
from evaluation.rule import AnyRule
from evaluation.state import SECRET, SIGNATURE, evaluate
from rules import RULES
from rules.container_images import CONTAINER_IMAGES
from rules.database_backups import DATABASE_BACKUPS
from rules.instance_metadata import INSTANCE_METADATA
from rules.public_addresses import PUBLIC_ADDRESSES
from rules.public_ingress import PUBLIC_INGRESS
from rules.unmeasured_compute import UNMEASURED_COMPUTE
from tests.policies.evaluate import Resource
from tests.policies.exports import exported, state
from tests.policies.factories import (
    container,
    database,
    elastic_address,
    instance_from_template,
    log_group,
    replica,
    security_group,
    subnet,
)

TODAY = date(2030, 1, 2)
HTTPS = {"cidrBlocks": ["0.0.0.0/0"], "protocol": "tcp", "fromPort": 443, "toPort": 443}
FROM_AWS: dict[str, object] = {
    "description": "",
    "ipv6CidrBlocks": [],
    "prefixListIds": [],
    "self": False,
}

PUBLIC_SUBNET = (
    "mapPublicIpOnLaunch is on, so every server of the subnet has a public address; only the load "
    "balancer may be reached from the internet. Set it to false."
)
SSH_FROM_THE_WORLD = (
    "protocol tcp, ports 22 to 22 is open to 0.0.0.0/0; the world may reach ports 80 and 443 only. "
    "Name the networks that need it, or reach the servers through Session Manager."
)


def told(resource: Resource, rule: AnyRule, **outputs: object) -> list[str]:
    """What a rule says of a resource whose outputs have these beside its inputs."""
    known = exported(resource, outputs={**resource.properties, **outputs})
    return [each.message for each in evaluate(state(known), [rule], today=TODAY)]


def test_a_property_that_was_never_set_is_judged_as_it_is() -> None:
    made = subnet(mapPublicIpOnLaunch=None)
    assert told(made, PUBLIC_ADDRESSES, mapPublicIpOnLaunch=False) == []
    assert told(made, PUBLIC_ADDRESSES, mapPublicIpOnLaunch=True) == [PUBLIC_SUBNET]


def test_a_setting_that_a_server_has_from_its_template_is_judged_as_it_is() -> None:
    options = {"httpEndpoint": "enabled", "httpTokens": "required"}
    server = instance_from_template()
    assert told(server, INSTANCE_METADATA, metadataOptions=options) == []
    assert told(
        server, INSTANCE_METADATA, metadataOptions={**options, "httpTokens": "optional"}
    ) == [
        "metadataOptions.httpTokens is optional, so a forged request can read the server's "
        "credentials. Set it to required."
    ]


def test_an_item_more_in_a_list_is_judged() -> None:
    ssh = {**HTTPS, "fromPort": 22, "toPort": 22, **FROM_AWS}
    group = security_group(HTTPS)
    assert told(group, PUBLIC_INGRESS, ingress=[{**HTTPS, **FROM_AWS}]) == []
    assert told(group, PUBLIC_INGRESS, ingress=[ssh, {**HTTPS, **FROM_AWS}]) == [SSH_FROM_THE_WORLD]


def test_a_violation_of_inputs_and_outputs_is_told_once() -> None:
    assert told(subnet(mapPublicIpOnLaunch=True), PUBLIC_ADDRESSES) == [PUBLIC_SUBNET]


def test_what_the_inputs_break_is_told_also_where_aws_complies() -> None:
    made = subnet(mapPublicIpOnLaunch=True)
    assert told(made, PUBLIC_ADDRESSES, mapPublicIpOnLaunch=False) == [PUBLIC_SUBNET]


def test_the_backups_of_a_replica_are_its_primarys() -> None:
    assert (
        told(replica(backupRetentionPeriod=None), DATABASE_BACKUPS, backupRetentionPeriod=0) == []
    )
    (found,) = told(database(), DATABASE_BACKUPS, backupRetentionPeriod=0)
    assert found.startswith("backupRetentionPeriod is 0 days;")


def test_the_interface_of_a_nat_gateway_is_no_servers() -> None:
    assert told(elastic_address(), PUBLIC_ADDRESSES, networkInterface="eni-1") == []
    (found,) = told(elastic_address(), PUBLIC_ADDRESSES, instance="i-1", networkInterface="eni-1")
    assert found.startswith("instance gives a server a public address;")


def test_containers_are_judged_by_their_inputs() -> None:
    assert told(container(image="redis:7.2"), CONTAINER_IMAGES, image="redis:5") == []


def test_a_rule_about_every_type_reads_no_outputs() -> None:
    assert told(log_group(), UNMEASURED_COMPUTE, instanceType="t3.nano") == []


def test_what_is_secret_in_the_outputs_alone_is_read_from_the_inputs() -> None:
    secret: dict[str, Any] = {SIGNATURE: SECRET, "ciphertext": "v1:…"}
    assert told(database(), DATABASE_BACKUPS, backupRetentionPeriod=secret) == []


@pytest.mark.parametrize(
    ("inputs", "outputs", "there"),
    [
        ({"a": 1}, {"a": 2.0}, {"a": 2.0}),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": ["b"]}, {"a": ["c", "b"]}, {"a": ["c", "b"]}),
        ({"a": ["b"]}, {"a": []}, {"a": []}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2, "c": ""}]}, {"a": [{"b": 2}]}),
        ({"a": "b"}, {"a": ""}, {"a": ""}),
        ({"a": "b"}, {"a": ["b"]}, {"a": "b"}),
        ({"a": "b"}, {"a": None}, {"a": "b"}),
        ({"a": None}, {"a": True}, {"a": True}),
        ({}, {"a": False, "b": 0}, {"a": False, "b": 0}),
        ({}, {"a": "", "b": [], "c": {}, "d": None}, {}),
    ],
)
def test_outputs_lie_over_inputs(
    inputs: dict[str, Any], outputs: dict[str, Any], there: dict[str, Any]
) -> None:
    assert really("aws:ec2/vpc:Vpc", inputs, outputs) == there
    assert really("docker:index/container:Container", inputs, outputs) == inputs


def finding(message: str, *, unknown: bool = False) -> Finding:
    return Finding(rule="rule", urn="urn", message=message, unknown=unknown)


UNSET, OPTIONAL, OPEN = finding("unset"), finding("optional"), finding("open")
HIDDEN = finding("hidden", unknown=True)


@pytest.mark.parametrize(
    ("asked", "there", "found"),
    [
        ([UNSET], [OPTIONAL], [OPTIONAL]),
        ([UNSET, OPEN], [OPTIONAL, OPEN], [OPEN, OPTIONAL]),
        ([UNSET], [], [UNSET]),
        ([], [OPEN], [OPEN]),
        ([UNSET], [OPTIONAL, OPEN], [UNSET, OPTIONAL, OPEN]),
        ([UNSET], [HIDDEN], [UNSET, HIDDEN]),
    ],
)
def test_each_violation_is_told_once(
    asked: list[Finding], there: list[Finding], found: list[Finding]
) -> None:
    assert joined(asked, there) == found


@pytest.mark.parametrize("outputs", [None, "text", [], {"tags": [1, None]}])
def test_unreadable_outputs_crash_nothing(outputs: object) -> None:
    odd = exported(database(backupRetentionPeriod=3), outputs=outputs)
    found = {each.rule for each in evaluate(state(odd), RULES, today=TODAY)}
    assert "database-backups" in found
