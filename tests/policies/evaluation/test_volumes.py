"""Every volume that a server starts with is found, and no disk that is none."""

from typing import Any

import pytest

from evaluation.resource_types import INSTANCE, LAUNCH_TEMPLATE
from evaluation.volumes import volumes

TEMPLATE = {"launchTemplate": {"id": "lt-1"}}


INSTANCES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["rootBlockDevice"]),
    (TEMPLATE, []),
    ({**TEMPLATE, "rootBlockDevice": {}}, ["rootBlockDevice"]),
    ({**TEMPLATE, "ebsBlockDevices": [{}, {}]}, ["ebsBlockDevices[0]", "ebsBlockDevices[1]"]),
]


@pytest.mark.parametrize(("properties", "paths"), INSTANCES)
def test_an_instance_has_a_root_volume_unless_its_template_gives_it(
    properties: dict[str, Any], paths: list[str]
) -> None:
    assert [each.path for each in volumes(INSTANCE, properties)] == paths


@pytest.mark.parametrize(
    ("mapping", "is_volume"),
    [
        ({"ebs": {}}, True),
        ({}, True),
        ({"virtualName": "ephemeral0"}, False),
        ({"noDevice": "true"}, False),
        ({"virtualName": "ephemeral0", "ebs": {}}, True),
    ],
)
def test_a_mapping_is_a_volume_unless_it_says_otherwise(
    mapping: dict[str, Any], is_volume: bool
) -> None:
    found = list(volumes(LAUNCH_TEMPLATE, {"blockDeviceMappings": [mapping]}))
    assert [each.path for each in found] == (["blockDeviceMappings[0].ebs"] * is_volume)
