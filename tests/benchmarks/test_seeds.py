"""Seeded violations: each changes one thing, and none stands in the way of another."""

from copy import deepcopy
from typing import Any

import pytest

from benchmarks.seeds import Seed, batches, planted, read

DATABASE = {
    "urn": "urn:pulumi:test::messaging-app::aws:rds/instance:Instance::primary",
    "type": "aws:rds/instance:Instance",
    "inputs": {"tags": {"Role": "database"}, "parameters": [{"value": "1"}]},
    "outputs": {"tags": {"Role": "database"}, "parameters": [{"value": "1"}], "id": "primary"},
}
STATE: dict[str, Any] = {"version": 3, "deployment": {"resources": [DATABASE]}}


def seed(title: str = "wrong", **settings: Any) -> Seed:
    return Seed(title=title, type="rds/instance", name="primary", **settings)


def only(state: dict[str, Any]) -> dict[str, Any]:
    [resource] = state["deployment"]["resources"]
    return resource


def test_a_change_is_made_to_inputs_and_outputs_and_not_to_the_state_given() -> None:
    before = deepcopy(STATE)
    resource = only(planted(STATE, [seed(change={"parameters.0.value": "2", "multiAz": False})]))

    assert resource["inputs"] == {
        "tags": {"Role": "database"},
        "parameters": [{"value": "2"}],
        "multiAz": False,
    }
    assert resource["outputs"] == {**resource["inputs"], "id": "primary"}
    assert before == STATE


def test_null_takes_a_property_away() -> None:
    assert "tags" not in only(planted(STATE, [seed(change={"tags": None})]))["inputs"]


def test_without_a_change_the_resource_is_taken_away() -> None:
    assert planted(STATE, [seed()])["deployment"]["resources"] == []


def test_a_seed_for_a_resource_that_is_not_there_is_told() -> None:
    lost = Seed(title="wrong", type="rds/instance", name="other")
    with pytest.raises(LookupError, match=r"wrong: the state has no rds/instance named other\."):
        planted(STATE, [lost])


def test_violations_at_one_place_never_come_together() -> None:
    first, second = seed("first", change={"a": 1}), seed("second", change={"b": 1})
    beside = Seed(title="beside", type="rds/instance", name="replica", seen_at=["primary"])
    apart = Seed(title="apart", type="ebs/volume", name="data")

    assert batches([first, second, beside, apart]) == [[first, apart], [second], [beside]]


def test_titles_are_unique() -> None:
    titles = [each.title for topic in read().values() for each in topic]
    assert len(titles) == len(set(titles))
