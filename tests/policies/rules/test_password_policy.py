"""Password policies weaker than CIS and FSBP ask are rejected."""

import pytest

from rules.password_policy import PASSWORD_POLICY
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import password_policy

KINDS = [
    "requireLowercaseCharacters",
    "requireUppercaseCharacters",
    "requireNumbers",
    "requireSymbols",
]


def test_a_policy_as_strong_as_asked_passes_and_so_does_a_stronger_one() -> None:
    assert violations(PASSWORD_POLICY, password_policy()) == []
    assert violations(PASSWORD_POLICY, password_policy(minimumPasswordLength=20.0)) == []


@pytest.mark.parametrize(
    ("length", "found"),
    [(13.0, "13"), (None, "not given as a number"), ("14", "not given as a number")],
)
def test_shorter_passwords_are_rejected(length: object, found: str) -> None:
    assert violations(PASSWORD_POLICY, password_policy(minimumPasswordLength=length)) == [
        f"minimumPasswordLength is {found}; passwords have at least 14 characters. "
        "Set it to 14 or more."
    ]


@pytest.mark.parametrize(
    ("remembered", "found"),
    [(23.0, "23"), (0.0, "0"), (None, "not given as a number"), (True, "not given as a number")],
)
def test_passwords_that_come_back_are_rejected(remembered: object, found: str) -> None:
    assert violations(PASSWORD_POLICY, password_policy(passwordReusePrevention=remembered)) == [
        f"passwordReusePrevention is {found}; none of the last 24 passwords may come back. "
        "Set it to 24."
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("flag", [None, False, 0.0])
def test_every_kind_of_characters_is_required(kind: str, flag: object) -> None:
    assert violations(PASSWORD_POLICY, password_policy(**{kind: flag})) == [
        f"{kind} is not true, so passwords are easier to guess. Set it to true."
    ]


def test_a_length_unknown_at_preview_is_rejected() -> None:
    (message,) = violations(PASSWORD_POLICY, password_policy(minimumPasswordLength=UNKNOWN))
    assert message.startswith("minimumPasswordLength is not known yet at preview")
