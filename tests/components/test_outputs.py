"""The outputs are a contract: it changes only together with its version."""

import hashlib
from typing import Any

import pytest
from pydantic import ValidationError

from components.outputs import (
    CONTRACT_VERSION,
    SCHEMA_FILE,
    AwsOutputs,
    PlatformOutputs,
    contract_keys,
    schema_text,
)

RELEASED = {
    "1.0": "ee72e0dba00b510b54fa7e56aa61637b9bebd5bde0e4d3f6987eebbdab3d9192",
    "1.1": "cfb9b0b980ddd08d7581578d456c771cbec1033a25f26df0e268fc55d3806a07",
}
"""Contract version → SHA-256 of its schema. Add a line for a new version; change none."""

EVERY_TARGET = [
    "contract_version",
    "environment",
    "api_url",
    "websocket_url",
    "database_host",
    "database_port",
    "database_name",
    "database_replica_host",
    "database_secret_ref",
    "cache_host",
    "cache_port",
    "cache_tls",
    "cache_secret_ref",
    "backup_location",
    "media_location",
    "prometheus_url",
    "grafana_url",
    "grafana_secret_ref",
    "alertmanager_url",
]
AWS_ONLY = [
    "region",
    "vpc_id",
    "public_subnet_ids",
    "private_subnet_ids",
    "security_group_ids",
    "load_balancer_dns",
    "name_servers",
    "alert_topic_arn",
    "kms_key_arn",
    "recovery_settings",
]


@pytest.fixture
def values() -> dict[str, Any]:
    """Outputs as a stack reference hands them over, where every number is a float."""
    return {
        **dict.fromkeys([*EVERY_TARGET, *AWS_ONLY], "text"),
        "contract_version": CONTRACT_VERSION,
        "database_port": 5432.0,
        "cache_port": 6379.0,
        "cache_tls": False,
        "public_subnet_ids": ["subnet-1"],
        "private_subnet_ids": ["subnet-2"],
        "security_group_ids": {"api": "sg-1"},
        "name_servers": ["ns-1.example.net"],
        "recovery_settings": {"media_bucket": "media-copy"},
    }


def test_a_changed_schema_needs_a_new_version() -> None:
    assert RELEASED.get(CONTRACT_VERSION) == hashlib.sha256(schema_text().encode()).hexdigest(), (
        "the outputs changed: raise CONTRACT_VERSION and add its hash to RELEASED"
    )


def test_the_committed_schema_is_that_of_the_model() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "run: python -m components.outputs"
    )


def test_the_keys_of_every_target() -> None:
    assert contract_keys(PlatformOutputs) == EVERY_TARGET


def test_aws_adds_to_the_keys_of_every_target() -> None:
    assert contract_keys(AwsOutputs) == [*EVERY_TARGET, *AWS_ONLY]


def test_what_a_stack_reference_gives_is_readable(values: dict[str, Any]) -> None:
    assert AwsOutputs.model_validate(values).database_port == 5432


def test_a_reader_of_today_reads_a_later_minor_version(values: dict[str, Any]) -> None:
    later = {**values, "contract_version": "1.7", "added_later": "text"}
    assert AwsOutputs.model_validate(later).contract_version == "1.7"


def test_a_reader_of_today_refuses_another_major_version(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        AwsOutputs.model_validate({**values, "contract_version": "2.0"})
    assert [error["loc"] for error in caught.value.errors()] == [("contract_version",)]


@pytest.mark.parametrize("key", [*EVERY_TARGET, *AWS_ONLY])
def test_a_missing_key_is_refused(values: dict[str, Any], key: str) -> None:
    del values[key]
    with pytest.raises(ValidationError) as caught:
        AwsOutputs.model_validate(values)
    assert [(error["loc"], error["type"]) for error in caught.value.errors()] == [
        ((key,), "missing")
    ]
