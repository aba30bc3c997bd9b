"""What a rule says about itself reaches the engine."""

import pytest
from pulumi_policy import EnforcementLevel, PolicyConfigSchema, Severity
from pulumi_policy.proxy import unknown_checking_proxy

from evaluation import levels
from evaluation.assembly import adapted, initial_config, resource_policy, schema, stack_policy
from evaluation.run import Run
from evaluation.unknown import UnknownValueError
from rules.bucket_versioning import BUCKET_VERSIONING
from rules.database_backups import DATABASE_BACKUPS
from rules.key_rotation import KEY_ROTATION
from rules.required_tags import REQUIRED_TAGS
from tests.policies.evaluate import UNKNOWN, remedied, violations
from tests.policies.factories import TAGS, key, log_group, topic


def test_a_policy_carries_what_its_rule_says() -> None:
    policy = resource_policy(DATABASE_BACKUPS, Run())
    assert policy.name == "database-backups"
    assert policy.description == (
        "Databases keep their backups at least 7 days "
        "(guide, Backup Procedures 1; AWS FSBP RDS.11)."
    )
    assert policy.severity is Severity.HIGH
    assert policy.enforcement_level is EnforcementLevel.MANDATORY
    assert policy.remediation_steps == "Set backupRetentionPeriod to 7 or more."


def test_a_stack_policy_does_too() -> None:
    policy = stack_policy(BUCKET_VERSIONING, Run())
    assert policy.name == "bucket-versioning"
    assert policy.enforcement_level is EnforcementLevel.MANDATORY
    assert policy.remediation_steps == BUCKET_VERSIONING.fix
    assert isinstance(policy.config_schema, PolicyConfigSchema)


def test_the_schema_has_the_parameters_with_their_defaults() -> None:
    assert schema(DATABASE_BACKUPS).properties == {
        "onUnknown": {"type": "string", "enum": ["block", "report"], "default": "block"},
        "days": {"type": "number", "minimum": 1, "default": 7},
    }
    assert schema(REQUIRED_TAGS).properties == {
        "onUnknown": {"type": "string", "enum": ["block", "report"], "default": "report"},
        "tags": {"type": "array", "items": {"type": "string"}, "default": list(TAGS)},
    }


def test_only_rules_with_a_remedy_have_a_remediation() -> None:
    assert resource_policy(REQUIRED_TAGS, Run()).has_remediation()
    assert not resource_policy(DATABASE_BACKUPS, Run()).has_remediation()


def test_a_resource_of_another_type_is_none_of_a_rules_business() -> None:
    assert violations(DATABASE_BACKUPS, log_group()) == []


def test_a_remedy_changes_resources_of_its_rules_types_and_no_others() -> None:
    changed = remedied(KEY_ROTATION, key(enableKeyRotation=False))
    assert changed is not None
    assert changed["enableKeyRotation"] is True
    assert remedied(KEY_ROTATION, topic()) is None


def test_values_of_the_sdk_raise_the_error_that_rules_know() -> None:
    told = adapted(unknown_checking_proxy({"known": {"a": 1}, "list": [1, {"b": UNKNOWN}]}))

    assert (len(told), list(told)) == (2, ["known", "list"])
    assert (told["known"]["a"], len(told["list"]), told["list"][0]) == (1, 2, 1)
    with pytest.raises(UnknownValueError) as unknown:
        told["list"][1]["b"]
    assert list(unknown.value.path) == ["list", "1", "b"]


def test_levels_reach_the_engine_as_its_own() -> None:
    settings = {"log-retention": {"enforcementLevel": levels.EnforcementLevel.ADVISORY, "days": 30}}
    assert initial_config(settings) == {
        "log-retention": {"enforcementLevel": EnforcementLevel.ADVISORY, "days": 30}
    }
