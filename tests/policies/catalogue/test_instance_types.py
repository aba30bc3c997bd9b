"""The catalogue holds the figures that the services document."""

import pytest

from catalogue.instance_types import InstanceType, catalogue


def test_an_ec2_type_has_its_baseline_and_not_its_peak_bandwidth() -> None:
    assert catalogue().ec2["m6i.xlarge"] == InstanceType(
        name="m6i.xlarge",
        vcpu=4,
        memory_mib=16384,
        local_ssd_gb=0,
        baseline_gbps=1.562,
        architecture="x86_64",
        current_generation=False,
    )


def test_only_solid_state_disks_count_as_local_ssd() -> None:
    assert catalogue().ec2["r6gd.xlarge"].local_ssd_gb == 237
    assert catalogue().ec2["d3.2xlarge"].local_ssd_gb == 0


@pytest.mark.parametrize(
    ("instance_class", "ec2_type"),
    [("db.m6i.2xlarge", "m6i.2xlarge"), ("db.x2g.large", "x2gd.large")],
)
def test_a_database_class_has_the_hardware_of_its_ec2_type(
    instance_class: str, ec2_type: str
) -> None:
    database, server = catalogue().rds[instance_class], catalogue().ec2[ec2_type]
    assert (database.vcpu, database.memory_mib) == (server.vcpu, server.memory_mib)
    assert database.baseline_gbps == server.baseline_gbps


def test_a_cache_node_has_the_memory_that_it_leaves_to_redis() -> None:
    assert catalogue().elasticache["cache.m6g.xlarge"].memory_mib == 13891921715 // 2**20
    assert catalogue().ec2["m6g.xlarge"].memory_mib == 16384


def test_only_data_tiering_nodes_have_an_ssd() -> None:
    with_ssd = {node.family for node in catalogue().elasticache.values() if node.local_ssd_gb > 0}
    assert with_ssd == {"cache.r6gd"}


@pytest.mark.parametrize(
    ("name", "family", "general_purpose"),
    [
        ("db.m6i.2xlarge", "db.m6i", True),
        ("cache.m7g.large", "cache.m7g", True),
        ("m5.large", "m5", True),
        ("mac2.metal", "mac2", False),
        ("r6g.large", "r6g", False),
    ],
)
def test_the_name_tells_family_and_purpose(name: str, family: str, general_purpose: bool) -> None:
    instance_type = InstanceType(name, 1, 1, 0, None, "arm64", False)
    assert (instance_type.family, instance_type.general_purpose) == (family, general_purpose)
