"""Every server starts hardened, encrypted, and with no more rights than it was given."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from components.aws.server_template import (
    Permission,
    ServerTemplate,
    ServerTemplateArgs,
    encode_user_data,
    read_secrets,
)
from components.identity import Identity
from tests.components.recording import Recording, record

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
PROFILE = "aws:iam/instanceProfile:InstanceProfile"

KEY_ARN = "arn:aws:kms:key"

Build = Callable[..., Recording]


@pytest.fixture
def build(identity: Identity) -> Build:
    def run(**changes: Any) -> Recording:
        args: dict[str, Any] = {
            "identity": identity,
            "role": "cache",
            "instance_type": "m6i.xlarge",
            "disk_gib": 50,
            "security_group_id": "sg-1",
            "user_data": "#cloud-config\n",
            "permissions": read_secrets(["arn:aws:secret:1"], KEY_ARN),
            "kms_key_arn": KEY_ARN,
            **changes,
        }
        return record(lambda: ServerTemplate("cache-primary", ServerTemplateArgs(**args)))

    return run


def test_it_is_one_template_with_one_role(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:ServerTemplate": 1,
        TEMPLATE: 1,
        ROLE: 1,
        ROLE_POLICY: 1,
        ATTACHMENT: 1,
        PROFILE: 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_image_is_looked_up_at_launch(build: Build) -> None:
    image = build().one(TEMPLATE).inputs["imageId"]
    assert image.startswith("resolve:ssm:/aws/service/canonical/ubuntu/server/22.04/")
    assert "/amd64/" in image


def test_size_and_network_are_as_asked(build: Build) -> None:
    inputs = build().one(TEMPLATE).inputs
    assert inputs["name"] == "messaging-app-test-cache-primary"
    assert inputs["instanceType"] == "m6i.xlarge"
    assert inputs["vpcSecurityGroupIds"] == ["sg-1"]
    assert "networkInterfaces" not in inputs
    assert "keyName" not in inputs
    assert inputs["monitoring"] == {"enabled": True}
    assert inputs["updateDefaultVersion"] is True


def test_the_root_disk_is_encrypted_gp3(build: Build) -> None:
    assert build().one(TEMPLATE).inputs["blockDeviceMappings"] == [
        {
            "deviceName": "/dev/sda1",
            "ebs": {
                "volumeType": "gp3",
                "volumeSize": 50,
                "encrypted": "true",
                "kmsKeyId": KEY_ARN,
                "deleteOnTermination": "true",
            },
        }
    ]


@pytest.mark.parametrize("hops", [1, 2])
def test_metadata_needs_a_token_and_travels_no_further_than_asked(build: Build, hops: int) -> None:
    assert build(metadata_hops=hops).one(TEMPLATE).inputs["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": hops,
    }


def test_metadata_stays_on_the_server_unless_asked_otherwise(build: Build) -> None:
    assert build().one(TEMPLATE).inputs["metadataOptions"]["httpPutResponseHopLimit"] == 1


def test_instances_and_volumes_get_the_templates_tags_and_instances_their_patches(
    build: Build,
) -> None:
    template = build().one(TEMPLATE)
    assert template.tags["Role"] == "cache"
    assert template.inputs["tagSpecifications"] == [
        {
            "resourceType": "instance",
            "tags": {**template.tags, "PatchGroup": "messaging-app-test"},
        },
        {"resourceType": "volume", "tags": template.tags},
    ]


def test_user_data_is_base64(build: Build) -> None:
    user_data = build(user_data="#cloud-config\npackages: [é]\n").one(TEMPLATE).inputs["userData"]
    assert base64.b64decode(user_data).decode() == "#cloud-config\npackages: [é]\n"


def test_user_data_that_ec2_would_refuse_is_refused_at_once() -> None:
    assert encode_user_data("x" * 16_384)
    with pytest.raises(ValueError) as caught:
        encode_user_data("x" * 16_385)
    assert str(caught.value) == (
        "user data has 16385 bytes, but EC2 accepts at most 16384; fetch part of it at boot instead"
    )


def test_only_ec2_takes_the_role(build: Build) -> None:
    role = build().one(ROLE).inputs
    assert role["name"] == "messaging-app-test-cache-primary"
    assert json.loads(role["assumeRolePolicy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Principal": {"Service": "ec2.amazonaws.com"},
            }
        ],
    }


def allowed(policy: str) -> list[dict[str, Any]]:
    return [each for each in json.loads(policy)["Statement"] if each["Effect"] == "Allow"]


def test_the_role_reads_no_parameters_but_its_environments_and_those_of_aws(build: Build) -> None:
    policy = build().one(ROLE_POLICY).inputs["policy"]
    assert json.loads(policy)["Statement"][-1] == {
        "Effect": "Deny",
        "Action": ["ssm:GetParameter", "ssm:GetParameters"],
        "NotResource": [
            "arn:aws:ssm:*:*:parameter/messaging-app/test/*",
            "arn:aws:ssm:*::parameter/aws/*",
        ],
    }


def test_the_role_reads_the_named_secrets_and_no_others(build: Build) -> None:
    policy = build().one(ROLE_POLICY).inputs["policy"]
    assert allowed(policy) == [
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": ["arn:aws:secret:1"],
        },
        {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [KEY_ARN]},
    ]


def test_other_permissions_are_statements_of_their_own(build: Build) -> None:
    permission = Permission(actions=["sns:Publish"], resources=["arn:aws:sns:topic"])
    policy = build(permissions=[permission]).one(ROLE_POLICY).inputs["policy"]
    assert allowed(policy) == [
        {"Effect": "Allow", "Action": ["sns:Publish"], "Resource": ["arn:aws:sns:topic"]}
    ]


def test_a_permission_may_hold_under_conditions_only(build: Build) -> None:
    conditions = {"StringEquals": {"cloudwatch:namespace": ["messaging-app"]}}
    permission = Permission(
        actions=["cloudwatch:PutMetricData"], resources=["*"], conditions=conditions
    )
    policy = build(permissions=[permission]).one(ROLE_POLICY).inputs["policy"]
    assert allowed(policy) == [
        {
            "Effect": "Allow",
            "Action": ["cloudwatch:PutMetricData"],
            "Resource": ["*"],
            "Condition": conditions,
        }
    ]


def test_servers_are_managed_through_systems_manager(build: Build) -> None:
    attachment = build().one(ATTACHMENT).inputs
    assert attachment["policyArn"] == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    assert attachment["role"] == "messaging-app-test-cache-primary"


def test_the_template_hands_the_role_to_its_servers(build: Build) -> None:
    built = build()
    assert built.one(PROFILE).inputs["role"] == "messaging-app-test-cache-primary"
    assert built.one(TEMPLATE).inputs["iamInstanceProfile"] == {
        "arn": "arn:aws:mock::123456789012:cache-primary-profile"
    }


def test_no_server_starts_before_its_role_has_its_rights(build: Build) -> None:
    built = build()
    rights = {built.one(ATTACHMENT).urn, built.one(ROLE_POLICY).urn}
    assert rights <= set(built.one(PROFILE).request.dependencies)
    assert built.one(PROFILE).urn in built.one(TEMPLATE).request.dependencies


def test_outputs_are_text(build: Build) -> None:
    assert build().outputs == {
        "id": "cache-primary-template-id",
        "latest_version": "1",
        "role_name": "messaging-app-test-cache-primary",
    }
