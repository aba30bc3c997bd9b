"""EC2's launch templates and instances."""

import base64
from typing import Any

from tests.offline.aws.account import ACCOUNT_ID, NEW_TAGS, REGION, TAGS, Account, Case, MakeCase
from tests.offline.aws.cases.security_groups import a_group
from tests.offline.aws.cases.vpc import TAG_DRIFT, a_subnet, a_vpc, tag_behind_the_back

IMAGE = "resolve:ssm:/aws/service/canonical/ubuntu"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/1"


def user_data(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def a_profile(account: Account) -> str:
    name = account.unique("profile")
    told = account.client("iam").create_instance_profile(InstanceProfileName=name)
    return told["InstanceProfile"]["Arn"]


def template_inputs(account: Account, **changes: Any) -> dict[str, Any]:
    inputs = {
        "name": account.unique("template"),
        "imageId": IMAGE,
        "instanceType": "m6i.xlarge",
        "vpcSecurityGroupIds": [a_group(account)],
        "iamInstanceProfile": {"arn": a_profile(account)},
        "userData": user_data("#cloud-config"),
        "blockDeviceMappings": [disk(100)],
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpTokens": "required",
            "httpPutResponseHopLimit": 2,
        },
        "monitoring": {"enabled": True},
        "tagSpecifications": [
            {"resourceType": "instance", "tags": TAGS},
            {"resourceType": "volume", "tags": TAGS},
        ],
        "updateDefaultVersion": True,
        "tags": TAGS,
    }
    return {**inputs, **changes}


def disk(size: int) -> dict[str, Any]:
    return {
        "deviceName": "/dev/sda1",
        "ebs": {
            "volumeType": "gp3",
            "volumeSize": size,
            "encrypted": "true",
            "kmsKeyId": KEY,
            "deleteOnTermination": "true",
        },
    }


def a_template(account: Account, **changes: Any) -> dict[str, Any]:
    return account.create(
        "aws:ec2/launchTemplate:LaunchTemplate", **template_inputs(account, **changes)
    )


def launch_template(account: Account) -> Case:
    ec2 = account.client("ec2")
    return Case(
        token="aws:ec2/launchTemplate:LaunchTemplate",
        inputs=template_inputs(account),
        changes={
            "imageId": "ami-12345678",
            "instanceType": "m6i.2xlarge",
            "vpcSecurityGroupIds": [a_group(account)],
            "iamInstanceProfile": {"arn": a_profile(account)},
            "userData": user_data("#!/bin/sh"),
            "blockDeviceMappings": [disk(200)],
            "metadataOptions": {"httpTokens": "optional"},
            "monitoring": {"enabled": False},
            "tagSpecifications": [{"resourceType": "instance", "tags": NEW_TAGS}],
            "updateDefaultVersion": False,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: ec2.create_launch_template_version(
            LaunchTemplateId=state["id"],
            SourceVersion="1",
            LaunchTemplateData={"InstanceType": "t3.nano"},
        ),
        drift={"instanceType": "t3.nano"},
        untold=frozenset({"updateDefaultVersion"}),
    )


def instance(account: Account) -> Case:
    vpc = a_vpc(account)
    return Case(
        token="aws:ec2/instance:Instance",
        inputs={
            "ami": "ami-12345678",
            "instanceType": "m6i.xlarge",
            "subnetId": a_subnet(account, vpc),
            "privateIp": "10.0.1.20",
            "vpcSecurityGroupIds": [a_group(account)],
            "tags": TAGS,
        },
        changes={
            "instanceType": "m6i.2xlarge",
            "vpcSecurityGroupIds": [a_group(account)],
            "tags": NEW_TAGS,
        },
        meddle=lambda state: tag_behind_the_back(account, state),
        drift=TAG_DRIFT,
    )


def instance_from_template(account: Account) -> Case:
    template = a_template(account)
    ec2 = account.client("ec2")
    return Case(
        token="aws:ec2/instance:Instance",
        inputs={
            "launchTemplate": {"id": template["id"], "version": "$Latest"},
            "subnetId": a_subnet(account, a_vpc(account)),
            "tags": TAGS,
        },
        changes={"tags": NEW_TAGS},
        meddle=lambda state: ec2.terminate_instances(InstanceIds=[state["id"]]),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (launch_template, instance, instance_from_template)
