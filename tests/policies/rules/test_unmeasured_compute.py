"""Resource types that would start servers past the floors are rejected."""

import pytest

from rules.unmeasured_compute import (
    HARDWARE_PROPERTIES,
    MEASURED_ALTERNATIVES,
    MEASURED_SERVICES,
    RESERVATION,
    UNMEASURED_COMPUTE,
)
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import compliant_resources


@pytest.mark.parametrize(("token", "alternative"), MEASURED_ALTERNATIVES.items())
def test_a_resource_without_a_floor_is_rejected(token: str, alternative: str) -> None:
    assert violations(UNMEASURED_COMPUTE, Resource(type=token, properties={})) == [
        f"No rule measures the hardware of {token}. Use {alternative}."
    ]


def test_every_alternative_is_a_type_that_the_pack_measures() -> None:
    measured = {resource.type for resource in compliant_resources()}
    assert {*MEASURED_ALTERNATIVES.values(), *MEASURED_SERVICES.values()} <= measured


@pytest.mark.parametrize(("service", "alternative"), MEASURED_SERVICES.items())
def test_everything_of_a_service_that_brings_its_own_servers_is_rejected(
    service: str, alternative: str
) -> None:
    token = f"aws:{service}/anything:Anything"
    assert violations(UNMEASURED_COMPUTE, Resource(type=token, properties={})) == [
        f"No rule measures the hardware of {token}. Use {alternative}."
    ]


@pytest.mark.parametrize("key", HARDWARE_PROPERTIES)
@pytest.mark.parametrize("value", ["m6i.xlarge", UNKNOWN])
def test_a_type_unknown_to_the_pack_that_names_its_hardware_is_rejected(
    key: str, value: str
) -> None:
    token = "aws:tomorrow/server:Server"
    assert violations(UNMEASURED_COMPUTE, Resource(type=token, properties={key: value})) == [
        f"No rule measures the hardware of {token}. Use aws:autoscaling/group:Group, "
        "aws:ec2/instance:Instance, aws:rds/instance:Instance or "
        "aws:elasticache/replicationGroup:ReplicationGroup."
    ]


def test_resources_of_another_provider_for_the_same_account_are_rejected() -> None:
    assert violations(
        UNMEASURED_COMPUTE, Resource(type="aws-native:ec2:Instance", properties={})
    ) == [
        "No rule reads aws-native:ec2:Instance: the pack knows the resources of the aws provider. "
        "Use its resource for the same thing."
    ]


@pytest.mark.parametrize(
    "resource",
    [
        Resource(type=RESERVATION, properties={"instanceType": "m6i.xlarge"}),
        Resource(type="aws:ec2/subnet:Subnet", properties={"cidrBlock": "10.0.0.0/24"}),
        Resource(type="messaging-app:aws:ServerGroup", properties={}),
        Resource(type="pulumi:providers:aws", properties={"region": "eu-central-1"}),
    ],
)
def test_what_starts_no_server_passes(resource: Resource) -> None:
    assert violations(UNMEASURED_COMPUTE, resource) == []
