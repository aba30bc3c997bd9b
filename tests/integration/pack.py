"""The policy pack with files of a test's own, and resources that keep its rules."""

import shutil
from pathlib import Path

import pulumi
import pytest
from pulumi import automation
from pulumi_aws import Provider, ec2

from offline.stack import POLICIES
from tests.integration.engine import REGION

UBUNTU = "resolve:ssm:/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/ami-id"


def pack_with(
    folder: Path, *, exemptions: str = "exemptions: []\n", configuration: str = ""
) -> Path:
    """A copy of the pack that exempts and configures what a test says, and nothing else."""
    pack = folder / "policies"
    shutil.copytree(POLICIES, pack)
    (pack / "exemptions.yaml").write_text(exemptions, encoding="utf-8")
    (pack / "configuration.yaml").write_text(configuration, encoding="utf-8")
    return pack


def refusal(stack: automation.Stack, pack: Path) -> str:
    """What the engine says when it refuses a stack at its preview; fails where it does not."""
    with pytest.raises(automation.CommandError) as refused:
        stack.preview(policy_packs=[str(pack)])
    return str(refused.value)


def blocking(told: str) -> list[str]:
    """The rules that block, each with its resource, in the engine's words."""
    lines = [line.strip() for line in told.splitlines() if "[mandatory]" in line]
    assert lines, f"no rule blocks: {told}"
    return [line.rpartition("]")[2].strip() for line in lines]


def in_region() -> pulumi.ResourceOptions:
    """Options for resources in the account's region."""
    return pulumi.ResourceOptions(provider=Provider("aws", region=REGION))


def tags(role: str) -> dict[str, str]:
    """The tags that every resource carries."""
    return {
        "Project": "messaging-app",
        "Environment": "test",
        "Role": role,
        "Owner": "platform",
        "ManagedBy": "pulumi",
    }


def server_template(opts: pulumi.ResourceOptions) -> ec2.LaunchTemplate:
    """A launch template of an api server that keeps every rule."""
    return ec2.LaunchTemplate(
        "template",
        image_id=UBUNTU,
        instance_type="m6i.xlarge",
        block_device_mappings=[
            {
                "device_name": "/dev/sda1",
                "ebs": {"volume_size": 100, "volume_type": "gp3", "encrypted": "true"},
            }
        ],
        metadata_options={"http_endpoint": "enabled", "http_tokens": "required"},
        tags=tags("api"),
        opts=opts,
    )
