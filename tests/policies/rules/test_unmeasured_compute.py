"""Resource types that would start servers past the floors are rejected."""

import pytest

from rules.unmeasured_compute import MEASURED_ALTERNATIVES, UNMEASURED_COMPUTE
from tests.policies.evaluate import Resource, violations
from tests.policies.factories import compliant_resources


@pytest.mark.parametrize(("token", "alternative"), MEASURED_ALTERNATIVES.items())
def test_a_resource_without_a_floor_is_rejected(token: str, alternative: str) -> None:
    assert violations(UNMEASURED_COMPUTE, Resource(type=token, properties={})) == [
        f"No rule measures the hardware of {token}. Use {alternative}."
    ]


def test_every_alternative_is_a_type_that_the_pack_measures() -> None:
    measured = {resource.type for resource in compliant_resources()}
    assert set(MEASURED_ALTERNATIVES.values()) <= measured
