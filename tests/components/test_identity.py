"""Names fit their limits without colliding; tags are complete."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.identity import HASH_LENGTH, Identity

IDENTITY = Identity(project="messaging-app", environment="prod", owner="platform-team")

PARTS = st.lists(st.text("abcdefghij-", min_size=1, max_size=40), min_size=1, max_size=4)


def test_a_short_name_is_project_environment_and_parts() -> None:
    assert IDENTITY.name("media", limit=63) == "messaging-app-prod-media"


def test_a_name_without_parts_is_project_and_environment() -> None:
    assert IDENTITY.name(limit=63) == "messaging-app-prod"


def test_a_name_of_exactly_the_limit_is_kept_whole() -> None:
    whole = "messaging-app-prod-media"
    assert IDENTITY.name("media", limit=len(whole)) == whole


def test_a_name_one_character_over_the_limit_ends_in_a_hash() -> None:
    limit = len("messaging-app-prod-media") - 1
    name = IDENTITY.name("media", limit=limit)
    assert len(name) == limit
    assert name.startswith("messaging-app-pr")
    assert name[-HASH_LENGTH - 1] == "-"


def test_a_cut_never_leaves_two_hyphens_before_the_hash() -> None:
    # Cut after 14 characters, "messaging-app-", the hyphen goes.
    assert IDENTITY.name("media", limit=21).count("--") == 0


@given(parts=PARTS, limit=st.integers(min_value=20, max_value=63))
def test_no_name_exceeds_its_limit(parts: list[str], limit: int) -> None:
    assert len(IDENTITY.name(*parts, limit=limit)) <= limit


@given(parts=PARTS)
def test_long_names_that_differ_only_at_the_end_stay_different(parts: list[str]) -> None:
    first = IDENTITY.name(*parts, "x" * 40, "one", limit=32)
    second = IDENTITY.name(*parts, "x" * 40, "two", limit=32)
    assert first != second


def test_environments_never_share_a_name() -> None:
    staging = replace(IDENTITY, environment="staging")
    assert IDENTITY.name("api", limit=32) != staging.name("api", limit=32)


def test_tags_are_exactly_the_required_ones() -> None:
    assert IDENTITY.tags("cache") == {
        "Project": "messaging-app",
        "Environment": "prod",
        "Role": "cache",
        "Owner": "platform-team",
        "ManagedBy": "pulumi",
    }


def test_a_given_name_is_added_to_the_tags() -> None:
    assert IDENTITY.tags("cache", "redis") == {**IDENTITY.tags("cache"), "Name": "redis"}


def test_an_identity_cannot_change() -> None:
    with pytest.raises(FrozenInstanceError):
        IDENTITY.owner = "someone-else"  # pyright: ignore[reportAttributeAccessIssue]
