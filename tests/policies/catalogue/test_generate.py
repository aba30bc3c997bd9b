"""The committed catalogue is what the generator makes of AWS's answer."""

import gzip
import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from catalogue import generate
from catalogue.generate import (
    Tables,
    described_types,
    ec2_row,
    elasticache_rows,
    next_file,
    rds_rows,
    tables,
)
from catalogue.instance_types import Row

TODAY = date(2030, 1, 2)
ROW: Row = (8, 32768, 0, 2.5, "arm64", True)


@pytest.fixture(scope="module")
def generated() -> Tables:
    """The tables of moto's data, read from its file: its API takes six seconds to render them."""
    data = files("moto") / "ec2" / "resources" / "instance_types.json.gz"
    return tables(json.loads(gzip.decompress(data.read_bytes())).values())


def test_every_page_of_the_answer_is_read() -> None:
    client = botocore.session.get_session().create_client(
        "ec2", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as aws:
        aws.add_response(
            "describe_instance_types",
            {"InstanceTypes": [{"InstanceType": "m5.large"}], "NextToken": "more"},
        )
        aws.add_response(
            "describe_instance_types",
            {"InstanceTypes": [{"InstanceType": "m6i.large"}]},
            {"NextToken": "more"},
        )
        found = [described["InstanceType"] for described in described_types(client)]
    assert found == ["m5.large", "m6i.large"]


def test_the_committed_file_is_current(generated: Tables) -> None:
    assert next_file(generated, source="test", today=TODAY) is None, (
        "Run `python -m catalogue.generate --moto` in policies/ and commit the result."
    )


def test_a_change_makes_the_next_version(generated: Tables) -> None:
    changed = {**generated, "ec2": {**generated["ec2"], "m99.huge": ROW}}
    text = next_file(changed, source="test", today=TODAY)
    assert text is not None
    content = json.loads(text)
    assert content["version"] == generate.read_file()["version"] + 1
    assert content["generated"] == "2030-01-02"
    assert content["ec2"]["m99.huge"] == list(ROW)


def test_the_first_version_is_one(
    generated: Tables, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(generate, "FILE", tmp_path / "absent.json")
    text = next_file(generated, source="test", today=TODAY)
    assert text is not None
    assert json.loads(text)["version"] == 1


def test_every_type_has_a_line_of_its_own(generated: Tables) -> None:
    text = generate.render({"version": 1}, {"ec2": generated["ec2"]})
    assert len(text.splitlines()) == len(generated["ec2"]) + len(["{", "version", "ec2", "}", "}"])
    assert json.loads(text)["ec2"]["m6i.xlarge"] == list(generated["ec2"]["m6i.xlarge"])


def described(**network: object) -> dict[str, Any]:
    return {
        "InstanceType": "m99.large",
        "VCpuInfo": {"DefaultVCpus": 2},
        "MemoryInfo": {"SizeInMiB": 8192},
        "ProcessorInfo": {"SupportedArchitectures": ["i386", "x86_64"]},
        "CurrentGeneration": True,
        "NetworkInfo": {"DefaultNetworkCardIndex": 1, **network},
    }


def test_a_bandwidth_that_aws_does_not_state_is_unknown() -> None:
    cards = [{"NetworkCardIndex": 1, "PeakBandwidthInGbps": 10.0}]
    unknown = (2, 8192, 0, None, "x86_64", True)
    assert ec2_row(described(NetworkCards=cards)) == unknown
    assert ec2_row(described()) == unknown


def test_only_the_default_network_card_counts() -> None:
    cards = [
        {"NetworkCardIndex": 0, "BaselineBandwidthInGbps": 100.0},
        {"NetworkCardIndex": 1, "BaselineBandwidthInGbps": 0.5},
    ]
    assert ec2_row(described(NetworkCards=cards))[3] == 0.5


def test_rds_leaves_out_what_it_does_not_offer() -> None:
    sizes = ("m6g.metal", "m6g.medium", "m6g.large", "t4g.nano", "t4g.medium", "c6g.large")
    assert set(rds_rows(dict.fromkeys(sizes, ROW))) == {"db.m6g.large", "db.t4g.medium"}


def test_a_data_tiering_node_has_its_usable_ssd() -> None:
    rows = elasticache_rows(
        {"r6gd.xlarge": ROW, "r6g.xlarge": ROW},
        {
            "cache.r6gd.xlarge": 28261849702,
            "cache.r6g.xlarge": 28261849702,
        },
    )
    assert rows["cache.r6gd.xlarge"] == (8, 26952, 107, 2.5, "arm64", True)
    assert rows["cache.r6g.xlarge"] == (8, 26952, 0, 2.5, "arm64", True)
