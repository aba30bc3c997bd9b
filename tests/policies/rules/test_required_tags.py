"""Resources that do not say what they belong to are rejected, and can be remedied in part."""

import json
from dataclasses import replace

import pytest

from evaluation.run import Run
from rules.required_tags import REQUIRED_TAGS
from tests.policies.evaluate import UNKNOWN, Resource, remedied, violations
from tests.policies.factories import TAGS, auto_scaling_group, log_group, with_properties


def message(missing: str) -> str:
    return f"tags lacks {missing}; costs, alarms and floors go by them. Add what is missing."


ALL = message("Project, Environment, Role, Owner, ManagedBy")


def test_all_five_pass() -> None:
    assert violations(REQUIRED_TAGS, log_group()) == []
    assert violations(REQUIRED_TAGS, auto_scaling_group()) == []


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("value", [None, ""])
def test_each_of_them_is_asked_for(tag: str, value: object) -> None:
    assert violations(REQUIRED_TAGS, log_group(tags={**TAGS, tag: value})) == [message(tag)]


@pytest.mark.parametrize("tags", [None, {}, [], "Project", 1.0])
def test_a_resource_without_tags_is_rejected(tags: object) -> None:
    assert violations(REQUIRED_TAGS, log_group(tags=tags)) == [ALL]


@pytest.mark.parametrize("tags", [None, [], [{"key": "Project"}], TAGS])
def test_a_group_carries_its_tags_as_a_list(tags: object) -> None:
    assert violations(REQUIRED_TAGS, with_properties(auto_scaling_group(), {"tags": tags})) == [ALL]


@pytest.mark.parametrize("as_json", [True, False])
def test_the_providers_default_tags_count(as_json: bool) -> None:
    given = {"tags": {"Owner": "platform", "Project": "p"}}
    provider = {"defaultTags": json.dumps(given) if as_json else given}
    bare = replace(log_group(tags={"Role": "audit"}), provider=provider)
    assert violations(REQUIRED_TAGS, bare) == [message("Environment, ManagedBy")]


@pytest.mark.parametrize("given", ["{", "[]", "1", None, {"tags": ["Project"]}])
def test_default_tags_of_another_form_count_for_nothing(given: object) -> None:
    bare = replace(log_group(tags=None), provider={"defaultTags": given})
    assert violations(REQUIRED_TAGS, bare) == [ALL]


def test_the_providers_default_tags_do_not_reach_a_groups_servers() -> None:
    group = with_properties(auto_scaling_group(), {"tags": []})
    provider = {"defaultTags": {"tags": TAGS}}
    assert violations(REQUIRED_TAGS, replace(group, provider=provider)) == [ALL]


def test_a_resource_that_takes_no_tags_needs_none() -> None:
    record = Resource(type="aws:route53/record:Record", properties={})
    assert violations(REQUIRED_TAGS, record) == []


def test_a_tag_with_a_value_unknown_at_preview_is_there() -> None:
    run = Run()
    assert violations(REQUIRED_TAGS, log_group(tags={**TAGS, "Owner": UNKNOWN}), run=run) == []
    assert list(run.unchecked) == []


def test_tags_unknown_at_preview_are_reported() -> None:
    run = Run()
    assert violations(REQUIRED_TAGS, log_group(tags=UNKNOWN), run=run) == []
    assert len(list(run.unchecked)) == 1


def test_an_environment_may_set_the_tags() -> None:
    assert violations(REQUIRED_TAGS, log_group(), {"tags": ["CostCentre"]}) == [
        message("CostCentre")
    ]


def test_the_remedy_adds_what_the_urn_tells_and_leaves_the_rest_to_people() -> None:
    assert remedied(REQUIRED_TAGS, log_group(tags={"Role": "audit", "Project": "other"})) == {
        "retentionInDays": 365.0,
        "tags": {
            "Role": "audit",
            "Project": "other",
            "Environment": "test",
            "ManagedBy": "pulumi",
        },
    }
    told = {"Project": "messaging-app", "Environment": "test", "ManagedBy": "pulumi"}
    assert remedied(REQUIRED_TAGS, log_group(tags=None)) == {"retentionInDays": 365.0, "tags": told}


@pytest.mark.parametrize("tags", [TAGS, {**TAGS, "Owner": ""}, UNKNOWN, ["Project"]])
def test_the_remedy_leaves_alone_what_it_cannot_better(tags: object) -> None:
    assert remedied(REQUIRED_TAGS, log_group(tags=tags)) is None


@pytest.mark.parametrize("tags", [[], None])
def test_the_remedy_leaves_groups_alone(tags: object) -> None:
    assert remedied(REQUIRED_TAGS, with_properties(auto_scaling_group(), {"tags": tags})) is None


def test_the_remedy_adds_no_tag_that_is_not_asked_for_or_comes_from_the_provider() -> None:
    assert remedied(REQUIRED_TAGS, log_group(tags={}), {"tags": ["Owner"]}) is None
    provider = {"defaultTags": {"tags": TAGS}}
    assert remedied(REQUIRED_TAGS, replace(log_group(tags={}), provider=provider)) is None
