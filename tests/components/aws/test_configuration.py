"""Files become objects, and the list of them comes last."""

from collections.abc import Callable

import pulumi
import pytest

from components.aws.configuration import Configuration, ConfigurationArgs
from components.identity import Identity
from tests.components.recording import Recording, record

OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"

CONTENTS = {"prometheus/rules.yml": "groups: []\n", "compose.yaml": "services: {}\n"}

Build = Callable[[], Recording]


@pytest.fixture
def build(identity: Identity) -> Build:
    def make() -> Configuration:
        return Configuration(
            "files",
            ConfigurationArgs(
                identity=identity,
                role="monitoring",
                bucket="configuration",
                prefix="operations",
                paths=list(CONTENTS),
                contents=pulumi.Output.from_input(CONTENTS),
            ),
        )

    return lambda: record(make)


def test_it_is_one_object_a_file_and_the_list(build: Build) -> None:
    assert build().counts() == {"messaging-app:aws:Configuration": 1, OBJECT: 3}


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_a_file_lies_below_the_prefix(build: Build) -> None:
    rules = build().one(OBJECT, "files-prometheus/rules.yml").inputs
    assert rules["bucket"] == "configuration"
    assert rules["key"] == "operations/prometheus/rules.yml"
    assert rules["content"] == "groups: []\n"


def test_the_list_comes_after_all_files_and_names_each(build: Build) -> None:
    built = build()
    manifest = built.one(OBJECT, "files-manifest.sha256")
    files = {each.urn for each in built.all(OBJECT)} - {manifest.urn}
    assert set(manifest.request.dependencies) >= files
    listed = [line.split("  ")[1] for line in manifest.inputs["content"].splitlines()]
    assert listed == sorted(CONTENTS)


def test_its_location_is_where_the_server_looks(build: Build) -> None:
    assert build().outputs == {"location": "s3://configuration/operations"}
