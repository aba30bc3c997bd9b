"""A generated secret is strong, URL-safe, encrypted and never in the clear in the state."""

import json
import math
import string
from collections.abc import Callable, Mapping

import pytest

from components.aws.secrets import PASSWORD_LENGTH, GeneratedSecret, GeneratedSecretArgs
from components.identity import Identity
from tests.components.recording import Recording, record

VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
SECRET = "aws:secretsmanager/secret:Secret"
PASSWORD = "random:index/randomPassword:RandomPassword"

Build = Callable[..., Recording]


@pytest.fixture(scope="module")
def build(identity: Identity) -> Build:
    def run(fields: Mapping[str, str], rotated: bool = False) -> Recording:
        args = GeneratedSecretArgs(
            identity=identity,
            purpose="cache",
            role="cache",
            kms_key_arn="arn:aws:kms:key",
            fields=fields,
            rotated=rotated,
        )
        return record(lambda: GeneratedSecret("cache", args))

    return run


def test_it_is_a_password_in_one_version_of_one_secret(build: Build) -> None:
    assert build({}).counts() == {
        "messaging-app:aws:GeneratedSecret": 1,
        PASSWORD: 1,
        SECRET: 1,
        VERSION: 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build({})
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_password_needs_no_url_quoting_and_carries_128_bits(build: Build) -> None:
    assert build({}).one(PASSWORD).inputs == {"length": PASSWORD_LENGTH, "special": False}
    assert PASSWORD_LENGTH * math.log2(len(string.ascii_letters + string.digits)) >= 128


def test_the_secret_is_encrypted_with_the_platforms_key_and_has_its_role(build: Build) -> None:
    secret = build({}).one(SECRET)
    assert secret.inputs["kmsKeyId"] == "arn:aws:kms:key"
    assert secret.tags["Role"] == "cache"


def test_the_secret_has_no_fixed_name_that_a_deleted_one_could_still_hold(build: Build) -> None:
    assert build({}).one(SECRET).inputs.keys() == {"description", "kmsKeyId", "tags"}


def test_without_fields_the_secret_is_the_bare_password(build: Build) -> None:
    built = build({})
    assert built.one(VERSION).inputs["secretString"] == built.outputs["value"]


def test_with_fields_the_secret_is_a_json_object_with_the_password(build: Build) -> None:
    built = build({"username": "messaging"})
    assert json.loads(built.one(VERSION).inputs["secretString"]) == {
        "username": "messaging",
        "password": built.outputs["value"],
    }


@pytest.mark.parametrize("fields", [{}, {"username": "messaging"}])
def test_the_value_is_encrypted_in_the_state(build: Build, fields: dict[str, str]) -> None:
    assert build(fields).one(VERSION).secret_inputs == {"secretString"}


def test_the_password_stays_secret_for_whoever_uses_it(build: Build) -> None:
    assert build({}).secret_outputs == {"value"}


def test_no_other_resource_sees_the_password(build: Build) -> None:
    built = build({"username": "messaging"})
    seen_by = [
        each.type for each in built.resources if built.outputs["value"] in json.dumps(each.inputs)
    ]
    assert seen_by == [VERSION]


def test_the_arn_is_the_versions_so_readers_wait_for_a_value(build: Build) -> None:
    assert build({}).outputs["arn"].endswith(":cache-version")


def test_a_secret_that_nobody_rotates_follows_the_program(build: Build) -> None:
    version = build({}).one(VERSION)
    assert "versionStages" not in version.inputs
    assert list(version.request.ignoreChanges) == []


def test_the_first_version_of_a_rotated_secret_is_never_purged(build: Build) -> None:
    assert build({}, rotated=True).one(VERSION).inputs["versionStages"] == ["initial"]


def test_pulumi_never_takes_a_rotated_password_back(build: Build) -> None:
    version = build({}, rotated=True).one(VERSION)
    assert list(version.request.ignoreChanges) == ["secretString", "versionStages"]
