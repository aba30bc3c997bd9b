"""The policy pack on the real engine: what it refuses is never made."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi_aws import autoscaling, ec2, elasticache, rds

from offline import emulator
from offline.provider.server import Package, serve
from offline.provider.table import P, Read, Resource, Run, Scope
from offline.random_package import StateOnly
from tests.integration.clone import Clone
from tests.integration.engine import Engine, client
from tests.integration.holdings import holdings
from tests.integration.pack import (
    blocking,
    in_region,
    pack_with,
    refusal,
    server_template,
    tags,
)

REFUSED = 1

ALONE = '"*":\n  parameter-group-origin: disabled\n  oversight: disabled\n'
"""A configuration for small programs: nothing tunes or watches what they make."""

GROUP = "(aws:autoscaling/group:Group: group)"
CONTAINER = "docker:index/container:Container"


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


def test_a_type_that_is_unknown_at_preview_is_refused_and_no_mere_advice(
    engine: Engine, tmp_path: Path
) -> None:
    def program() -> None:
        opts = in_region()
        vpc = ec2.Vpc("vpc", cidr_block="10.9.0.0/16", opts=opts)
        ec2.LaunchTemplate("server", instance_type=vpc.id.apply(lambda _: "t3.micro"), opts=opts)

    told = refusal(engine.program_stack("unknown", program), pack_with(tmp_path))

    violation = "[mandatory] [severity: high]  server-floor  (aws:ec2/launchTemplate:"
    assert f"{violation}LaunchTemplate: server)" in told
    assert "instanceType is not known yet at preview, so this rule cannot be checked." in told
    assert "advisory" not in told


FAULTY = {
    "configuration.yaml": (
        "faulty:\n  log-retention: loud\n",
        "policies/configuration.yaml:2: loud is no level; "
        "the levels are advisory, mandatory, remediate, disabled.",
    ),
    "catalogue/instance_types.json": (
        '{\n  "version": 1,\n}\n',
        "policies/catalogue/instance_types.json:3: the file is no JSON: "
        "Expecting property name enclosed in double quotes.",
    ),
}
"""By file of the pack, what is wrong with it and what the run says."""


@pytest.mark.parametrize("file", FAULTY)
def test_a_pack_with_a_faulty_file_lets_nothing_pass(
    engine: Engine, tmp_path: Path, file: str
) -> None:
    text, fault = FAULTY[file]
    pack = pack_with(tmp_path)
    (pack / file).write_text(text, encoding="utf-8")
    stack = engine.program_stack(f"faulty-{Path(file).stem}", lambda: None)

    told = refusal(stack, pack)

    assert fault in told
    assert "Traceback" not in told


def group(override: str, min_size: int) -> None:
    """A program with a group of api servers, whose template keeps every rule."""
    opts = in_region()
    template = server_template(opts)
    autoscaling.Group(
        "group",
        min_size=min_size,
        max_size=6,
        vpc_zone_identifiers=["subnet-0"],
        mixed_instances_policy={
            "launch_template": {
                "launch_template_specification": {
                    "launch_template_id": template.id,
                    "version": "$Latest",
                },
                "overrides": [{"instance_type": override}],
            }
        },
        tags=[
            {"key": key, "value": value, "propagate_at_launch": True}
            for key, value in tags("api").items()
        ],
        opts=opts,
    )


def test_an_override_below_the_floor_is_refused_though_the_template_complies(
    engine: Engine, tmp_path: Path
) -> None:
    stack = engine.program_stack("override", lambda: group(override="t3.medium", min_size=3))
    told = refusal(stack, pack_with(tmp_path, configuration=ALONE))

    assert blocking(told) == [f"override-floor  {GROUP}"]
    assert (
        "t3.medium has 2 vCPU, 4 GiB of memory and 0.256 Gbps of baseline bandwidth; "
        "a production server needs at least 4 vCPU, 16 GiB and 1 Gbps baseline "
        "(guide, Hardware Requirements 1). Use t3.xlarge or t3.2xlarge."
    ) in told


def test_a_group_that_may_shrink_below_its_minimum_is_refused(
    engine: Engine, tmp_path: Path
) -> None:
    stack = engine.program_stack("minimum", lambda: group(override="m6a.xlarge", min_size=2))
    told = refusal(stack, pack_with(tmp_path, configuration=ALONE))

    assert blocking(told) == [f"group-minimum  {GROUP}"]
    assert (
        "minSize is 2; the role api needs at least 3 servers (guide, Scaling 1). "
        "Set minSize to 3 or more."
    ) in told


def test_cache_nodes_below_the_floor_are_refused(engine: Engine, tmp_path: Path) -> None:
    def program() -> None:
        elasticache.ReplicationGroup(
            "nodes",
            description="small",
            node_type="cache.m6g.large",
            data_tiering_enabled=True,
            engine_version="7.1",
            num_cache_clusters=2,
            automatic_failover_enabled=True,
            multi_az_enabled=True,
            at_rest_encryption_enabled=True,
            transit_encryption_enabled=True,
            snapshot_retention_limit=7,
            tags=tags("cache"),
            opts=in_region(),
        )

    told = refusal(engine.program_stack("nodes", program), pack_with(tmp_path, configuration=ALONE))

    nodes = "(aws:elasticache/replicationGroup:ReplicationGroup: nodes)"
    assert blocking(told) == [f"cache-floor  {nodes}"] * 2
    advice = "(guide, Hardware Requirements 3). Use cache.r6gd.xlarge or cache.r6gd.2xlarge."
    needed = "a cache server needs at least"
    assert (
        "cache.m6g.large has 2 vCPU, 6.384 GiB of memory and 0.75 Gbps of baseline bandwidth; "
        f"{needed} 4 vCPU, 16 GiB and 1 Gbps baseline {advice}"
    ) in told
    assert f"cache.m6g.large has 0 GB of local SSD; {needed} 50 GB of SSD {advice}" in told


def test_a_replica_below_the_floor_is_refused_though_its_source_complies(
    engine: Engine, tmp_path: Path
) -> None:
    def program() -> None:
        rds.Instance(
            "replica",
            instance_class="db.m6i.xlarge",
            replicate_source_db="database-primary",
            storage_encrypted=True,
            deletion_protection=True,
            skip_final_snapshot=False,
            final_snapshot_identifier="replica-final",
            enabled_cloudwatch_logs_exports=["postgresql", "upgrade"],
            monitoring_interval=60,
            monitoring_role_arn="arn:aws:iam::123456789012:role/monitoring",
            tags=tags("database"),
            opts=in_region(),
        )

    stack = engine.program_stack("replica", program)
    told = refusal(stack, pack_with(tmp_path, configuration=ALONE))

    assert blocking(told) == ["database-floor  (aws:rds/instance:Instance: replica)"]
    assert (
        "db.m6i.xlarge has 4 vCPU and 16 GiB of memory; a database server needs at least 8 vCPU, "
        "32 GiB and 1 Gbps baseline (guide, Hardware Requirements 2). "
        "Use db.m6i.2xlarge or db.m6i.4xlarge."
    ) in told


def test_limits_that_leave_a_container_less_than_its_role_needs_are_refused(
    engine: Engine, tmp_path: Path
) -> None:
    def program() -> None:
        properties = {
            "image": "messaging-app/api:1.0.0",
            "labels": [{"label": "Role", "value": "api"}],
            "cpus": "2",
            "memory": 8192,
        }
        pulumi.CustomResource(CONTAINER, "api", properties)

    server, port = serve(_docker())
    served = replace(engine.emulator, providers={**engine.emulator.providers, "docker": port})
    stack = replace(engine, emulator=served).program_stack("container", program)
    told = refusal(stack, pack_with(tmp_path))
    server.stop(grace=None)

    assert blocking(told) == [f"container-floor  ({CONTAINER}: api)"] * 2
    needed = "a production server needs at least 4 vCPU and 16 GiB (guide, Hardware Requirements 1)"
    assert (
        f"cpus limits the container to 2 processors; {needed}. Raise it to 4, or remove it."
    ) in told
    assert (
        f"memory limits the container to 8192 MiB; {needed}. Raise it to 16384, or remove it."
    ) in told


def _docker() -> Package:
    """A provider of containers that gets as far as the engine's question whether one is valid."""

    def never(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
        raise AssertionError("a container that was refused is being made")

    properties = ("image", "labels", "cpus", "memory")
    container = Resource(
        token=CONTAINER,
        service="",
        create=Run(never, uses=tuple(P(name) for name in properties)),
        read=(Read("read", {}, "@", {}),),
    )
    return Package(
        name="docker",
        version="5.0.0",
        resources={CONTAINER: container},
        client=lambda service, region: StateOnly(),
        configure=lambda settings: None,
    )
