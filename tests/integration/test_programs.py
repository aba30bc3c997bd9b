"""Small programs on the real engine: one thing each, as the engine and AWS see it."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pulumi
import pytest
from pulumi import automation
from pulumi_aws import Provider, ec2, sns

from components.quick_sdk import use_quick_sdk
from tests.components.sdk import give_back
from tests.integration.engine import REGION, Engine, Watch


@contextmanager
def stack_of(engine: Engine, name: str, program: Any) -> Generator[automation.Stack]:
    """A stack of the program, not up yet; destroyed afterwards, whatever the test made of it."""
    stack = engine.program_stack(name, program)
    try:
        yield stack
    finally:
        stack.destroy()


def in_region() -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=Provider("aws", region=REGION))


def test_a_change_that_aws_can_make_in_place_is_an_update(engine: Engine) -> None:
    def vpc(hostnames: bool) -> None:
        ec2.Vpc(
            "vpc",
            cidr_block="10.9.0.0/16",
            enable_dns_hostnames=hostnames,
            opts=in_region(),
        )

    with stack_of(engine, "update", lambda: vpc(hostnames=False)) as stack:
        stack.up()
        before = _vpc_id(engine)
        done = Watch()
        stack.up(program=lambda: vpc(hostnames=True), on_event=done)

        assert done.operations["vpc"] == ["update"]
        assert done.differing["vpc"] == {"enableDnsHostnames"}
        assert _vpc_id(engine) == before
        told = engine.client("ec2").describe_vpc_attribute(
            VpcId=before, Attribute="enableDnsHostnames"
        )
        assert told["EnableDnsHostnames"] == {"Value": True}


def _vpc_id(engine: Engine) -> str:
    of_test = [{"Name": "cidr", "Values": ["10.9.0.0/16"]}]
    (vpc,) = engine.client("ec2").describe_vpcs(Filters=of_test)["Vpcs"]
    return vpc["VpcId"]


def test_a_change_that_aws_cannot_make_in_place_replaces(engine: Engine) -> None:
    def topic(name: str) -> None:
        sns.Topic("topic", name=name, opts=in_region())

    with stack_of(engine, "replace", lambda: topic("before")) as stack:
        stack.up()
        done = Watch()
        stack.up(program=lambda: topic("after"), on_event=done)

        assert done.operations["topic"] == ["create-replacement", "replace", "delete-replaced"]
        (remaining,) = engine.client("sns").list_topics()["Topics"]
        assert remaining["TopicArn"].endswith(":after")


def test_a_property_that_no_table_maps_is_refused_by_name(engine: Engine) -> None:
    def program() -> None:
        sns.Topic("topic", tracing_config="Active", opts=in_region())

    with (
        stack_of(engine, "unmapped", program) as stack,
        pytest.raises(automation.CommandError) as refused,
    ):
        stack.up()

    told = str(refused.value)
    assert "aws:sns/topic:Topic resource 'topic'" in told
    assert "does not map the property 'tracingConfig'" in told
    assert engine.client("sns").list_topics()["Topics"] == []


def test_an_error_of_aws_names_the_resource_and_quotes_aws(engine: Engine) -> None:
    def program() -> None:
        ec2.Subnet("lost", vpc_id="vpc-404", cidr_block="10.9.0.0/24", opts=in_region())

    with (
        stack_of(engine, "refused", program) as stack,
        pytest.raises(automation.CommandError) as refused,
    ):
        stack.up()

    told = str(refused.value)
    assert "lost: create_subnet: InvalidVpcID.NotFound: VpcID vpc-404 does not exist." in told
    assert "Traceback" not in told


def test_an_output_that_fails_ends_the_program(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_back(monkeypatch)

    def program() -> None:
        use_quick_sdk()
        pulumi.Output.from_input(1).apply(lambda one: one / 0)

    with (
        stack_of(engine, "failing", program) as stack,
        pytest.raises(automation.CommandError, match="division by zero"),
    ):
        stack.preview()
