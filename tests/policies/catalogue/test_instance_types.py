"""The catalogue holds the figures that the services document."""

from pathlib import Path

import pytest

from catalogue.instance_types import ADVICE, FILE, InstanceType, catalogue, read_file
from evaluation.faulty_file import FaultyFileError


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


TYPE = '"m6i.xlarge": [4, 16384, 0, 1.562, "x86_64", false]'
"""A line of the file."""


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ('"m6i.xlarge": [4, 16384', r":\d+: the file is no JSON: Expecting ',' delimiter\."),
        ('"m6i.xlarge": [4, 16384, 0, 1.562, "x86_64"]', ":LINE: m6i.xlarge has not the 6 values"),
        (TYPE.replace("4,", '"4",', 1), ":LINE: m6i.xlarge has not the 6 values"),
        (TYPE.replace("4,", "true,", 1), ":LINE: m6i.xlarge has not the 6 values"),
        (TYPE.replace("4,", "null,", 1), ":LINE: m6i.xlarge has not the 6 values"),
        ('"m6i.xlarge": 4', ":LINE: m6i.xlarge has not the 6 values"),
    ],
)
def test_a_faulty_type_is_told_with_its_line(tmp_path: Path, wrong: str, fault: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert text.count(TYPE) == 1
    line = text[: text.index(TYPE)].count("\n") + 1
    file = tmp_path / "instance_types.json"
    file.write_text(text.replace(TYPE, wrong), encoding="utf-8")

    with pytest.raises(FaultyFileError, match=fault.replace("LINE", str(line))):
        read_file(file)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("[]", f":1: there is no version. {ADVICE}"),
        ("{}", f":1: there is no version. {ADVICE}"),
    ],
)
def test_a_file_of_another_kind_is_told(tmp_path: Path, content: str, fault: str) -> None:
    file = tmp_path / "instance_types.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FaultyFileError) as told:
        read_file(file)
    assert str(told.value) == f"{tmp_path.name}/instance_types.json{fault}"


def test_a_table_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "instance_types.json"
    text = FILE.read_text(encoding="utf-8")
    rest = text[text.index('  "rds": {') :]
    file.write_text(text.replace(rest, '  "rds": 1,\n  "elasticache": {}\n}\n'), encoding="utf-8")
    with pytest.raises(FaultyFileError, match=r":\d+: rds is no mapping of types\."):
        read_file(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FaultyFileError, match=r"none\.json: the file cannot be read: "):
        read_file(tmp_path / "none.json")
