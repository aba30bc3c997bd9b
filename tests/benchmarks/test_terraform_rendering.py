"""The rendering gives Terraform's own names, and says which resource a value comes from."""

from typing import Any

import pytest

from benchmarks.terraform_rendering import MARK, render, terraform_type

PREFIX = "urn:pulumi:test::messaging-app::"


def resource(kind: str, name: str, inputs: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    """A resource as an export holds it."""
    urn = f"{PREFIX}{kind}::{name}"
    return {"urn": urn, "type": kind, "inputs": inputs, "outputs": {**inputs, **outputs}}


def values(inputs: dict[str, Any], kind: str = "aws:ec2/instance:Instance") -> dict[str, Any]:
    """The planned values of one resource."""
    plan = render([resource(kind, "main", inputs)]).document
    [planned] = plan["planned_values"]["root_module"]["resources"]
    [change] = plan["resource_changes"]
    assert planned["values"] == change["change"]["after"]
    return planned["values"]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("aws:ec2/launchTemplate:LaunchTemplate", "aws_launch_template"),
        ("aws:rds/parameterGroup:ParameterGroup", "aws_db_parameter_group"),
        ("aws:lb/loadBalancer:LoadBalancer", "aws_lb"),
        ("aws:lb/targetGroup:TargetGroup", "aws_lb_target_group"),
        ("aws:cfg/recorder:Recorder", "aws_config_configuration_recorder"),
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "aws_vpc_security_group_ingress_rule",
        ),
    ],
)
def test_types_have_terraforms_names(token: str, expected: str) -> None:
    assert terraform_type(token) == expected


def test_properties_have_terraforms_names() -> None:
    assert values({"vpcSecurityGroupIds": ["sg-1"], "ipv6AddressCount": 1}) == {
        "vpc_security_group_ids": ["sg-1"],
        "ipv6_address_count": 1,
    }


def test_a_block_is_a_list_whether_or_not_it_may_repeat() -> None:
    assert values(
        {"rootBlockDevice": {"volumeSize": 8}, "ebsBlockDevices": [{"volumeSize": 9}]}
    ) == {"root_block_device": [{"volume_size": 8}], "ebs_block_device": [{"volume_size": 9}]}


def test_keys_that_people_choose_stay_as_they_are() -> None:
    assert values({"tags": {"costCenter": "7"}}) == {"tags": {"costCenter": "7"}}


def test_what_is_encrypted_is_left_out() -> None:
    assert values({"password": {MARK: "1b47", "ciphertext": "v1:abc"}, "port": 5432}) == {
        "port": 5432
    }


def test_a_value_that_another_resource_made_refers_to_it() -> None:
    bucket = resource("aws:s3/bucket:Bucket", "media-bucket", {}, id="media-1", arn="arn:media")
    versions = resource(
        "aws:s3/bucketVersioning:BucketVersioning",
        "media-versioning",
        {"bucket": "media-1"},
        id="media-1",
    )
    plan = render([bucket, versions])

    configured = plan.document["configuration"]["root_module"]["resources"][1]
    assert configured["address"] == "aws_s3_bucket_versioning.media_versioning"
    assert configured["expressions"] == {
        "bucket": {"references": ["aws_s3_bucket.media_bucket.id", "aws_s3_bucket.media_bucket"]}
    }
    assert plan.urns["aws_s3_bucket.media_bucket"] == bucket["urn"]


def test_only_resources_of_aws_are_rendered_and_none_is_lost_to_a_like_name() -> None:
    pair = [resource("aws:ec2/vpc:Vpc", name, {}) for name in ("a-b", "a.b")]
    other = [resource("random:index/randomPassword:RandomPassword", "p", {})]

    assert set(render([*pair, *other]).urns) == {"aws_vpc.a_b", "aws_vpc.a_b_"}
