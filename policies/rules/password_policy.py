"""Passwords of an account's users are long, mixed and new."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_true, number, value_at
from evaluation.references import cis, fsbp, pci
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

ACCOUNT_POLICY = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"

LEAST_LENGTH = 14
LEAST_REMEMBERED = 24
"""AWS remembers no more than these."""

KINDS = (
    "requireLowercaseCharacters",
    "requireUppercaseCharacters",
    "requireNumbers",
    "requireSymbols",
)


def check(resource: Resource) -> Iterator[str]:
    """Reject a policy that lets passwords be short, of few kinds of characters, or used again."""
    length = number(value_at(resource.props, "minimumPasswordLength"))
    if length is None or length < LEAST_LENGTH:
        yield (
            f"minimumPasswordLength is {_found(length)}; passwords have at least {LEAST_LENGTH} "
            f"characters. Set it to {LEAST_LENGTH} or more."
        )
    remembered = number(value_at(resource.props, "passwordReusePrevention"))
    if remembered is None or remembered < LEAST_REMEMBERED:
        yield (
            f"passwordReusePrevention is {_found(remembered)}; none of the last {LEAST_REMEMBERED} "
            f"passwords may come back. Set it to {LEAST_REMEMBERED}."
        )
    for kind in KINDS:
        if not is_true(value_at(resource.props, kind)):
            yield f"{kind} is not true, so passwords are easier to guess. Set it to true."


def _found(given: float | None) -> str:
    return "not given as a number" if given is None else f"{given:g}"


PASSWORD_POLICY = ResourceRule(
    name="password-policy",
    title="Passwords have at least 14 characters, of every kind, and do not come back",
    why="A password that was guessed, or leaked elsewhere, opens the whole account.",
    severity=Severity.MEDIUM,
    references=(cis("1.8"), cis("1.9"), fsbp("IAM.7"), pci("8.3.6"), pci("8.3.7")),
    fix=(
        f"Set minimumPasswordLength to {LEAST_LENGTH}, passwordReusePrevention to "
        f"{LEAST_REMEMBERED}, and require lower and upper case, numbers and symbols."
    ),
    example=Example(violates="minimumPasswordLength: 8", complies="minimumPasswordLength: 14"),
    resource_types=(ACCOUNT_POLICY,),
    check=check,
)
