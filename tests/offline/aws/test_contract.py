"""What every table must do, on the emulated account, for the cases in `cases/`."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from offline.aws import RESOURCES
from offline.provider import lifecycle
from offline.provider.convert import like
from tests.offline.aws.account import UNTOLD, Account, Case, MakeCase, State
from tests.offline.aws.cases import CASES

ARN = re.compile(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:.+")

Untouched = Callable[[MakeCase], tuple[Case, State]]

every_type = pytest.mark.parametrize("make_case", CASES, ids=lambda make: make.__name__)


def create(case: Case, client: Any) -> State:
    return lifecycle.create(case.resource, client, case.inputs)[1]


def told(case: Case, client: Any, state: State, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What AWS itself says about the inputs, spelled as the program spells them."""
    asked = dict.fromkeys(inputs, UNTOLD)
    found = lifecycle.read(case.resource, client, state["id"], state, asked)
    assert found is not None
    return {
        name: value if name in lifecycle.WHOLE_MAPS else like(value, inputs[name])
        for name, value in found[1].items()
    }


def assert_told(case: Case, client: Any, state: State, inputs: Mapping[str, Any]) -> None:
    """AWS says the same as the inputs, and hides none but those that the case names."""
    answer = told(case, client, state, inputs)
    untold = {name for name, value in answer.items() if value == UNTOLD}
    assert {k: v for k, v in answer.items() if k not in untold} == {
        k: v for k, v in inputs.items() if k not in untold
    }
    assert untold - case.address == (case.untold | case.resource.options) & inputs.keys()


def test_every_table_has_a_case(untouched: Untouched) -> None:
    assert {untouched(make)[0].token for make in CASES} == RESOURCES.keys()


@every_type
def test_every_input_of_the_case_is_mapped(untouched: Untouched, make_case: MakeCase) -> None:
    case, _ = untouched(make_case)

    assert lifecycle.check(case.resource, "name", {}, case.inputs, b"seed")[1] == []


@every_type
def test_what_was_created_is_what_aws_tells(
    account: Account, untouched: Untouched, make_case: MakeCase
) -> None:
    case, state = untouched(make_case)

    assert_told(case, account.client(case.resource.service), state, case.inputs)
    assert "arn" not in state or ARN.fullmatch(state["arn"])


@every_type
def test_a_refresh_right_after_creation_changes_nothing(
    account: Account, untouched: Untouched, make_case: MakeCase
) -> None:
    case, state = untouched(make_case)
    client = account.client(case.resource.service)

    found = lifecycle.read(case.resource, client, state["id"], state, case.inputs)

    assert found == (state, dict(case.inputs))


@every_type
def test_a_preview_names_every_output_and_no_input_that_is_left_out(
    untouched: Untouched, make_case: MakeCase
) -> None:
    case, state = untouched(make_case)

    outputs = state.keys() - case.resource.inputs - {"id"}
    planned = lifecycle.preview_create(case.resource, case.inputs).keys()
    known = outputs | case.inputs.keys()
    assert planned == known | case.untold


@every_type
def test_aws_tells_each_change_in_place(account: Account, make_case: MakeCase) -> None:
    case = make_case(account)
    client = account.client(case.resource.service)
    inputs, state = dict(case.inputs), create(case, client)
    for name, value in case.changes.items():
        changed = {**inputs, name: value}
        assert lifecycle.diff(case.resource, inputs, changed).replaces == frozenset()

        state = lifecycle.update(case.resource, client, state["id"], state, inputs, changed)

        assert_told(case, client, state, changed)
        inputs = changed
    found = lifecycle.read(case.resource, client, state["id"], state, inputs)
    assert found == (state, inputs)


@every_type
def test_aws_forgets_an_input_that_the_program_no_longer_gives(
    account: Account, make_case: MakeCase
) -> None:
    case = make_case(account)
    client = account.client(case.resource.service)
    inputs, state = dict(case.inputs), create(case, client)
    kept = case.untold | case.one_way | case.required
    for name in case.resource.unset_values.keys() & inputs.keys() - kept:
        without = {k: v for k, v in inputs.items() if k != name}

        after = lifecycle.update(case.resource, client, state["id"], state, inputs, without)

        assert told(case, client, after, inputs)[name] != inputs[name]
        state = lifecycle.update(case.resource, client, state["id"], after, without, inputs)
    assert_told(case, client, state, inputs)


@every_type
def test_any_other_change_replaces(untouched: Untouched, make_case: MakeCase) -> None:
    case, _ = untouched(make_case)
    in_place = case.changes.keys() | case.resource.options

    for name in case.inputs:
        changed = {**case.inputs, name: "other"}
        replaces = lifecycle.diff(case.resource, case.inputs, changed).replaces
        assert replaces == (frozenset() if name in in_place else {name})


@every_type
def test_a_refresh_sees_a_change_behind_the_back(account: Account, make_case: MakeCase) -> None:
    case = make_case(account)
    client = account.client(case.resource.service)
    state = create(case, client)
    case.meddle(state)

    found = lifecycle.read(case.resource, client, state["id"], state, case.inputs)

    if case.drift is None:
        assert found is None
    else:
        assert found is not None
        assert found[1] == {**case.inputs, **case.drift}


@every_type
def test_what_was_deleted_is_gone_and_may_be_deleted_again(
    account: Account, make_case: MakeCase
) -> None:
    case = make_case(account)
    client = account.client(case.resource.service)
    state = create(case, client)

    lifecycle.delete(case.resource, client, state["id"], state)
    lifecycle.delete(case.resource, client, state["id"], state)

    found = lifecycle.read(case.resource, client, state["id"], state, case.inputs)
    assert (found is not None) == case.outlives
