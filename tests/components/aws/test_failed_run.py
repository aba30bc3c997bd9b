"""After a run that failed, Pulumi does not go on as if nothing had been."""

from typing import Any

import pulumi
import pytest

from components.aws.failed_run import FailedRunError, refuse_to_forget_a_failure

INPUTS = {"parameters": {"image": "messaging-app/api:1.0.0"}, "tags": {"Owner": "a"}}

HOOK = refuse_to_forget_a_failure("the last rollout of group api")


def update(new: dict[str, Any]) -> pulumi.ResourceHookArgs:
    """What Pulumi tells before it updates the association."""
    return pulumi.ResourceHookArgs(
        urn="urn:association",
        id="1",
        name="a",
        type="aws:ssm/association:Association",
        old_inputs=INPUTS,
        new_inputs=new,
    )


def test_an_update_that_changes_nothing_comes_after_a_failure_and_is_refused() -> None:
    with pytest.raises(FailedRunError) as caught:
        HOOK(update(dict(INPUTS)))
    assert str(caught.value) == (
        "the last rollout of group api did not succeed. Once its cause is removed, run it again "
        "with: pulumi up --replace 'urn:association'"
    )


def test_a_real_change_of_the_association_is_let_through() -> None:
    HOOK(update({**INPUTS, "tags": {"Owner": "b"}}))
