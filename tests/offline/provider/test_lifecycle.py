"""The generic engine does to a resource exactly what the table and the inputs say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.provider import lifecycle
from offline.provider.api import ApiError
from offline.provider.lifecycle import InitFailedError
from offline.provider.values import UNKNOWN
from tests.offline.provider.toy import FIXED, IN_PLACE, THING, ToyApi

TEXT = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
TAGS = st.dictionaries(TEXT, TEXT, max_size=4)
REQUIRED = {"name": TEXT, "zone": TEXT, "size": st.integers(0, 1000)}
OPTIONAL = {"enabled": st.booleans(), "labels": st.lists(TEXT, max_size=3), "tags": TAGS}
INPUTS = st.fixed_dictionaries(REQUIRED, optional=OPTIONAL)
SAME_THING = st.fixed_dictionaries(
    {"name": st.just("n"), "zone": st.just("z"), "size": st.integers(0, 1000)}, optional=OPTIONAL
)

SEED = b"seed"


def shown(state: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    return {name: state[name] for name in inputs}


@given(INPUTS)
def test_what_was_created_reads_back_without_drift(inputs: dict[str, Any]) -> None:
    api = ToyApi()

    identifier, state = lifecycle.create(THING, api, inputs)
    found = lifecycle.read(THING, api, identifier, state, inputs)

    assert found is not None
    assert found[1] == inputs
    assert shown(state, inputs) == inputs


@given(SAME_THING, st.lists(SAME_THING, max_size=5))
def test_any_chain_of_updates_ends_in_the_last_inputs(
    first: dict[str, Any], later: list[dict[str, Any]]
) -> None:
    api = ToyApi()
    identifier, state = lifecycle.create(THING, api, first)
    current = first
    for inputs in later:
        assert not lifecycle.diff(THING, current, inputs).replaces
        state = lifecycle.update(THING, api, identifier, state, current, inputs)
        current = inputs

    found = lifecycle.read(THING, api, identifier, state, current)

    assert found is not None
    assert found[1] == current
    described = api.things[identifier]
    assert described["Size"] == current["size"]
    assert {t["Key"]: t["Value"] for t in described["Tags"]} == current.get("tags", {})
    assert described.get("Enabled", False) == current.get("enabled", False)


@given(INPUTS, INPUTS)
def test_a_difference_names_exactly_what_differs(
    olds: dict[str, Any], news: dict[str, Any]
) -> None:
    difference = lifecycle.diff(THING, olds, news)

    gone, new = olds.keys() - news.keys(), news.keys() - olds.keys()
    changed = {k for k in olds.keys() & news.keys() if not lifecycle.same(olds[k], news[k])}
    assert difference.names == gone | new | changed
    assert difference.replaces == (difference.names & set(FIXED))


@given(INPUTS, st.sampled_from([*IN_PLACE, *FIXED]))
def test_an_unknown_input_counts_as_a_change(inputs: dict[str, Any], name: str) -> None:
    difference = lifecycle.diff(THING, inputs, {**inputs, name: UNKNOWN})

    assert name in difference.names
    assert (name in difference.replaces) == (name in FIXED)


@given(INPUTS)
def test_a_preview_calls_nothing_and_keeps_what_aws_tells_unknown(inputs: dict[str, Any]) -> None:
    planned = lifecycle.preview_create(THING, {**inputs, "size": UNKNOWN})

    assert planned["size"] is UNKNOWN
    assert planned["address"] is UNKNOWN
    assert shown(planned, {k: v for k, v in inputs.items() if k != "size"}) == {
        k: v for k, v in inputs.items() if k != "size"
    }


@given(INPUTS, st.integers(1001, 2000), TAGS)
def test_a_change_behind_the_back_is_seen(
    inputs: dict[str, Any], size: int, tags: dict[str, str]
) -> None:
    api = ToyApi()
    inputs = {**inputs, "tags": {"kept": "yes"}}
    identifier, state = lifecycle.create(THING, api, inputs)
    api.modify_thing(identifier, Size=size)
    api.tag_thing(identifier, [{"Key": k, "Value": v} for k, v in tags.items()])

    found = lifecycle.read(THING, api, identifier, state, inputs)

    assert found is not None
    assert found[1]["size"] == size
    assert found[1]["tags"] == {"kept": "yes", **tags}


def test_a_resource_that_is_gone_reads_as_none() -> None:
    api = ToyApi()
    identifier, state = lifecycle.create(THING, api, {"name": "n"})
    api.delete_thing(identifier)

    assert lifecycle.read(THING, api, identifier, state, {"name": "n"}) is None


def test_deleting_what_is_gone_already_succeeds() -> None:
    api = ToyApi()
    identifier, state = lifecycle.create(THING, api, {"name": "n"})

    lifecycle.delete(THING, api, identifier, state)
    lifecycle.delete(THING, api, identifier, state)

    assert api.things == {}


def test_an_error_other_than_absence_stops_a_deletion() -> None:
    api = ToyApi()
    identifier, state = lifecycle.create(THING, api, {"name": "n"})
    api.refuse["delete_thing"] = "it is in use"

    with pytest.raises(ApiError, match=r"^delete_thing: Refused: it is in use$"):
        lifecycle.delete(THING, api, identifier, state)


def test_a_property_that_no_template_mentions_is_refused_by_name() -> None:
    _, failures = lifecycle.check(THING, "thing", {}, {"name": "n", "colour": "red"}, SEED)

    assert [(f.property, f.reason) for f in failures] == [
        (
            "colour",
            "the offline stand-in for toy:index:Thing does not map the property 'colour'; it maps "
            "enabled, force, key, labels, name, region, size, tags, zone. "
            "Map it in offline/aws/, or use the official plugin",
        )
    ]


def test_an_unnamed_resource_gets_a_name_once_and_keeps_it() -> None:
    first, _ = lifecycle.check(THING, "a-rather-long-logical-name", {}, {}, SEED)
    again, _ = lifecycle.check(THING, "a-rather-long-logical-name", first, {}, b"other")
    replacement, _ = lifecycle.check(THING, "a-rather-long-logical-name", {}, {}, b"other")

    assert first["name"].startswith("a-rather-long-lo")
    assert len(first["name"]) == 24
    assert again["name"] == first["name"]
    assert replacement["name"] != first["name"]


def test_a_name_given_by_the_program_replaces_by_deleting_first() -> None:
    given_name = lifecycle.diff(THING, {"name": "n", "zone": "a"}, {"name": "n", "zone": "b"})
    made, _ = lifecycle.check(THING, "thing", {}, {"zone": "a"}, SEED)
    moved, _ = lifecycle.check(THING, "thing", made, {"zone": "b"}, SEED)

    assert given_name.delete_before_replace
    assert not lifecycle.diff(THING, made, moved).delete_before_replace


def test_a_failure_after_creation_tells_what_exists() -> None:
    api = ToyApi()
    api.refuse["modify_thing"] = "not today"

    with pytest.raises(InitFailedError, match=r"^modify_thing: Refused: not today$") as caught:
        lifecycle.create(THING, api, {"name": "n", "enabled": True})

    assert caught.value.identifier in api.things
    assert caught.value.state["name"] == "n"


def test_unsetting_what_aws_would_keep_is_refused() -> None:
    api = ToyApi()
    olds = {"name": "n", "size": 1}
    identifier, state = lifecycle.create(THING, api, olds)

    with pytest.raises(ApiError, match="AWS keeps the old value when size is no longer given"):
        lifecycle.update(THING, api, identifier, state, olds, {"name": "n"})


def test_an_update_of_what_is_gone_says_so() -> None:
    api = ToyApi()
    olds = {"name": "n", "force": True}
    identifier, state = lifecycle.create(THING, api, olds)
    api.delete_thing(identifier)

    with pytest.raises(ApiError, match="no longer exists; refresh the stack"):
        lifecycle.update(THING, api, identifier, state, olds, {"name": "n", "force": False})
