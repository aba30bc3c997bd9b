"""Functions that everybody may call are rejected."""

import pytest

from rules.function_exposure import FUNCTION_EXPOSURE
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import function_permission, with_properties


@pytest.mark.parametrize(
    "permission",
    [
        function_permission(),
        function_permission(sourceArn="arn:aws:sns:eu-central-1:123456789012:alerts"),
        function_permission(sourceArn=None, sourceAccount="123456789012"),
        function_permission(principal="123456789012", sourceArn=None),
        function_permission(principal="arn:aws:iam::123456789012:role/caller", sourceArn=None),
    ],
)
def test_a_named_caller_passes(permission: Resource) -> None:
    assert violations(FUNCTION_EXPOSURE, permission) == []


@pytest.mark.parametrize("authorization", ["NONE", "AWS_IAM"])
def test_a_function_url_is_rejected(authorization: str) -> None:
    url = Resource(
        type="aws:lambda/functionUrl:FunctionUrl", properties={"authorizationType": authorization}
    )
    assert violations(FUNCTION_EXPOSURE, url) == [
        "a function URL is reachable from the internet; only the load balancer may be. Remove it, "
        "and permit the services that call the function."
    ]


@pytest.mark.parametrize(
    ("principal", "told"), [("*", "*"), (None, "not set"), ("", "not set"), (0.0, "not set")]
)
def test_a_permission_for_everybody_is_rejected(principal: object, told: str) -> None:
    assert violations(FUNCTION_EXPOSURE, function_permission(principal=principal)) == [
        f"principal is {told}, so everybody may call the function. Name the service or the account "
        "that calls it."
    ]


@pytest.mark.parametrize("source", [None, ""])
def test_a_service_that_may_call_for_any_account_is_rejected(source: object) -> None:
    assert violations(FUNCTION_EXPOSURE, function_permission(sourceArn=source)) == [
        "sourceArn is not set, so sns.amazonaws.com may call the function on behalf of any "
        "account. Set it to the resource that calls."
    ]


S3 = function_permission(principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::media")


def test_a_bucket_calls_for_an_account() -> None:
    named = with_properties(S3, {"sourceAccount": "123456789012"})
    assert violations(FUNCTION_EXPOSURE, named) == []
    assert violations(FUNCTION_EXPOSURE, S3) == [
        "sourceAccount is not set, so whoever takes over the name of a bucket that is deleted may "
        "call the function through s3.amazonaws.com: the ARN of a bucket tells no account. Set it "
        "to the account of the bucket."
    ]


def test_a_principal_unknown_at_preview_is_rejected() -> None:
    (message,) = violations(FUNCTION_EXPOSURE, function_permission(principal=UNKNOWN))
    assert message.startswith("principal is not known yet at preview")
