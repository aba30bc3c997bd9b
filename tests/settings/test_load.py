import json
from typing import Any

import pytest

from settings import SettingsError, load_settings
from tests.settings.example import EXAMPLE, with_value, without
from tests.settings.faulty import FIELD_FAULTS, RULE_FAULTS, STRUCTURE_FAULTS, X86


def fault_text(raw: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(raw)
    return str(caught.value)


@pytest.mark.parametrize(("path", "value", "message"), [*FIELD_FAULTS, *RULE_FAULTS])
def test_one_wrong_value_gives_one_sentence(path: str, value: object, message: str) -> None:
    assert fault_text(with_value(path, value)) == message


@pytest.mark.parametrize(("raw", "message"), STRUCTURE_FAULTS)
def test_one_fault_of_structure_gives_one_sentence(raw: object, message: str) -> None:
    assert fault_text(raw) == message


def test_every_fault_of_one_kind_is_listed_at_once() -> None:
    raw = with_value("database.storage_gib", "big")
    raw["protect"] = "yes"
    raw["network"]["nat"] = "both"
    assert fault_text(raw).splitlines() == [
        'network.nat: given "both", allowed is one of zone, single.',
        'database.storage_gib: given "big", allowed is a whole number of GiB from 20 to 65536.',
        'protect: given "yes", allowed is true or false.',
    ]


def test_a_stack_that_took_over_is_no_throw_away_stack() -> None:
    raw = with_value("protect", False)
    raw["storage"]["force_destroy"] = True
    recovery: dict[str, Any] = {
        "database_backup_arn": "arn:aws:rds:eu-central-1:123456789012:auto-backup:ab-1",
        "backups_bucket": "backups-copy",
        "media_bucket": "media-copy",
        "kms_key_arn": "arn:aws:kms:eu-central-1:123456789012:key/1",
        "public_zone_id": "Z1",
    }
    raw["recovery"] = recovery
    assert load_settings(raw).keeps_data is False
    recovery["take_over"] = True
    assert fault_text(raw) == (
        "storage.force_destroy: given true, allowed is false, as long as recovery.take_over is "
        "true."
    )


@pytest.mark.parametrize(
    ("zones", "chosen", "zone"),
    [("abc", None, "c"), ("abcd", None, "c"), ("ab", None, "b"), ("abc", "us-east-1a", "a")],
)
def test_the_operations_server_stands_apart_from_the_cache_unless_told(
    zones: str, chosen: str | None, zone: str
) -> None:
    raw = with_value("operations.zone", chosen)
    raw["region"] = "us-east-1"
    raw["network"]["zones"] = [f"us-east-1{each}" for each in zones]
    assert load_settings(raw).operations_zone == f"us-east-1{zone}"


def test_an_arm_type_is_refused_for_servers_and_taken_for_the_database() -> None:
    assert fault_text(with_value("cache.instance_type", "m7g.xlarge")).startswith(
        f'cache.instance_type: given "m7g.xlarge", allowed is {X86}'
    )
    raw = with_value("database.instance_class", "db.m7g.2xlarge")
    assert load_settings(raw).database.instance_class == "db.m7g.2xlarge"


def test_right_settings_are_what_was_given() -> None:
    settings = load_settings(EXAMPLE)
    given: dict[str, Any] = settings.model_dump(mode="json", exclude_unset=True)
    assert given == EXAMPLE


def test_settings_survive_the_json_that_pulumi_hands_over() -> None:
    assert load_settings(json.loads(json.dumps(EXAMPLE))) == load_settings(EXAMPLE)


def test_settings_left_out_are_the_safe_ones() -> None:
    raw = without("protect")
    del raw["network"]["ssh_cidrs"]
    del raw["network"]["nat"]
    settings = load_settings(raw)
    assert settings.protect
    assert settings.network.ssh_cidrs == []
    assert settings.network.nat == "zone"
    assert settings.database.deletion_protection
    assert not settings.storage.force_destroy


def test_the_major_version_of_the_database_is_a_number() -> None:
    assert load_settings(EXAMPLE).database.engine_major == 16
