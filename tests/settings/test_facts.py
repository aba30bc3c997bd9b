import subprocess
import sys
from pathlib import Path

from settings import generate_facts
from settings.instance_types import INSTANCE_TYPES_FILE, closest, database_classes, server_types
from settings.regions import REGIONS_FILE, regions

ROOT = Path(__file__).parents[2]


def test_the_committed_regions_are_current() -> None:
    current = generate_facts.as_json(generate_facts.regions())
    assert REGIONS_FILE.read_text(encoding="utf-8") == current


def test_the_committed_instance_types_are_current() -> None:
    current = generate_facts.as_json(generate_facts.instance_types())
    assert INSTANCE_TYPES_FILE.read_text(encoding="utf-8") == current


def test_regions_have_their_zones_in_order() -> None:
    assert regions()["eu-central-1"] == ("eu-central-1a", "eu-central-1b", "eu-central-1c")
    assert all(zone.startswith(region) for region, zones in regions().items() for zone in zones)


def test_other_partitions_are_left_out() -> None:
    assert not [region for region in regions() if region.startswith(("cn-", "us-gov-"))]


def test_servers_have_x86_processors_and_databases_any() -> None:
    assert "m6i.xlarge" in server_types()
    assert "m6g.xlarge" not in server_types()
    assert {"db.m6i.2xlarge", "db.m6g.2xlarge"} <= database_classes()


def test_a_misspelt_type_finds_the_one_that_was_meant() -> None:
    assert closest("m6i.xlrage", server_types())[0] == "m6i.xlarge"
    assert closest("nothing like it", server_types()) == []


def test_importing_settings_loads_neither_moto_nor_an_aws_client() -> None:
    program = (
        "import sys, settings; "
        "print(sorted({'moto', 'boto3', 'botocore', 'pulumi'} & {*sys.modules}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
