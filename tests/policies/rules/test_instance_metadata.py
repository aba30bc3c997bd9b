"""Servers that give metadata without a token are rejected, and can be remedied."""

from collections.abc import Callable

import pytest

from rules.instance_metadata import INSTANCE_METADATA
from tests.policies.evaluate import Resource, remedied, violations
from tests.policies.factories import instance, instance_from_template, launch_template


@pytest.mark.parametrize("server", [launch_template, instance])
def test_a_token_passes_and_so_does_no_metadata_at_all(server: Callable[..., Resource]) -> None:
    assert violations(INSTANCE_METADATA, server()) == []
    off = server(metadataOptions={"httpEndpoint": "disabled"})
    assert violations(INSTANCE_METADATA, off) == []


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (None, "not set"),
        ({}, "not set"),
        ("required", "not set"),
        ({"httpTokens": "optional"}, "optional"),
        ({"httpTokens": "optional", "httpEndpoint": "enabled"}, "optional"),
    ],
)
def test_metadata_without_a_token_is_rejected(options: object, found: str) -> None:
    for server in (launch_template(metadataOptions=options), instance(metadataOptions=options)):
        assert violations(INSTANCE_METADATA, server) == [
            f"metadataOptions.httpTokens is {found}, so a forged request can read the server's "
            "credentials. Set it to required."
        ]


def test_an_instance_may_leave_it_to_its_template() -> None:
    assert violations(INSTANCE_METADATA, instance_from_template()) == []
    loose = instance_from_template(metadataOptions={"httpTokens": "optional"})
    assert len(violations(INSTANCE_METADATA, loose)) == 1


def test_the_remedy_asks_for_a_token_and_keeps_the_rest() -> None:
    loose = launch_template(metadataOptions={"httpPutResponseHopLimit": 1.0})
    assert remedied(INSTANCE_METADATA, loose) == {
        **loose.properties,
        "metadataOptions": {
            "httpPutResponseHopLimit": 1.0,
            "httpEndpoint": "enabled",
            "httpTokens": "required",
        },
    }


def test_the_remedy_leaves_alone_what_complies() -> None:
    for server in (launch_template(), instance_from_template()):
        assert remedied(INSTANCE_METADATA, server) is None
