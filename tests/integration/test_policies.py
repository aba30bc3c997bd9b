"""The policy pack on the real engine: what it refuses is never made."""

import pulumi
import pytest
from pulumi import automation
from pulumi_aws import Provider, ec2

from offline import emulator
from offline.stack import POLICIES
from tests.integration.clone import Clone
from tests.integration.engine import REGION, Engine, client
from tests.integration.holdings import holdings

REFUSED = 1


def test_a_database_below_the_floor_is_refused_before_anything_is_made(clone: Clone) -> None:
    clone.edit("Pulumi.local.yaml", "db.m6i.2xlarge", "db.m6i.large")

    done = clone.run("up")

    assert done.returncode == REFUSED
    violation = "[mandatory] [severity: high]  database-floor  (aws:rds/instance:Instance: "
    assert f"{violation}database-primary)" in done.stdout
    assert (
        "db.m6i.large has 2 vCPU, 8 GiB of memory and 0.781 Gbps of baseline bandwidth; "
        "a database server needs at least 8 vCPU, 32 GiB and 1 Gbps baseline "
        "(guide, Hardware Requirements 2). Use db.m6i.2xlarge or db.m6i.4xlarge."
    ) in done.stdout
    assert clone.workspace().resource_count() == 0
    running = emulator.find(clone.workspace())
    assert running
    assert holdings(lambda service: client(running.endpoint, service)) == {}


def test_a_type_that_is_unknown_at_preview_is_refused_and_no_mere_advice(engine: Engine) -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(provider=Provider("aws", region=REGION))
        vpc = ec2.Vpc("vpc", cidr_block="10.9.0.0/16", opts=opts)
        ec2.LaunchTemplate("server", instance_type=vpc.id.apply(lambda _: "t3.micro"), opts=opts)

    stack = engine.program_stack("unknown", program)
    with pytest.raises(automation.CommandError) as refused:
        stack.preview(policy_packs=[str(POLICIES)])

    told = str(refused.value)
    violation = "[mandatory] [severity: high]  server-floor  (aws:ec2/launchTemplate:"
    assert f"{violation}LaunchTemplate: server)" in told
    assert "instanceType is not known yet at preview, so this rule cannot be checked." in told
    assert "advisory" not in told
