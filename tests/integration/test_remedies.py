"""Rules set to `remediate` on the real engine: what lacks something is made with it."""

from pathlib import Path
from typing import Any

from pulumi_aws import ec2, kms, s3

from tests.integration.engine import Engine
from tests.integration.pack import UBUNTU, blocking, in_region, pack_with, refusal

ACCOUNT = "123456789012"
"""The number of the emulated account."""

TOLD_BY_PEOPLE = {"Role": "api", "Owner": "platform"}
"""The tags that no URN tells."""

LACKING = {
    "instance-metadata": ["ec2/launchTemplate:LaunchTemplate: server"],
    "key-rotation": ["kms/key:Key: key"],
    "public-access-block": ["s3/accountPublicAccessBlock:AccountPublicAccessBlock: account"],
    "required-tags": ["kms/key:Key: key", "ec2/launchTemplate:LaunchTemplate: server"],
    "volume-encryption": ["ec2/launchTemplate:LaunchTemplate: server"],
}
"""By rule, the resources that lack what it asks for."""


def program() -> None:
    """A server's template, a key and an account that lack whatever a rule can add."""
    opts = in_region()
    kms.Key("key", tags=TOLD_BY_PEOPLE, opts=opts)
    s3.AccountPublicAccessBlock("account", account_id=ACCOUNT, block_public_acls=False, opts=opts)
    ec2.LaunchTemplate(
        "server",
        name="remedied",
        image_id=UBUNTU,
        instance_type="m6i.xlarge",
        block_device_mappings=[
            {"device_name": "/dev/sda1", "ebs": {"volume_size": 100, "volume_type": "gp3"}}
        ],
        tags=TOLD_BY_PEOPLE,
        opts=opts,
    )


def test_what_a_rule_can_add_is_made_with_it_and_the_run_says_so(
    engine: Engine, tmp_path: Path
) -> None:
    settings = "".join(f"  {rule}: remediate\n" for rule in LACKING)
    pack = pack_with(tmp_path, configuration=f"remedied:\n{settings}")
    stack = engine.program_stack("remedied", program)
    try:
        told = stack.up(policy_packs=[str(pack)]).stdout
        template, key = _template(engine), _key(engine)
        rotation = engine.client("kms").get_key_rotation_status(KeyId=key)
        block = engine.client("s3control").get_public_access_block(AccountId=ACCOUNT)
    finally:
        stack.destroy()

    for rule, resources in LACKING.items():
        counted = "1 resource" if len(resources) == 1 else f"{len(resources)} resources"
        assert f"- [remediate]  {rule}  ({counted})" in told
    assert template["MetadataOptions"]["HttpTokens"] == "required"
    assert [each["Ebs"]["Encrypted"] for each in template["BlockDeviceMappings"]] == [True]
    assert rotation["KeyRotationEnabled"] is True
    assert set(block["PublicAccessBlockConfiguration"].values()) == {True}


def test_a_remedy_adds_the_tags_that_the_urn_tells_and_keeps_the_others(
    engine: Engine, tmp_path: Path
) -> None:
    pack = pack_with(tmp_path, configuration="tagged:\n  required-tags: remediate\n")

    def tagless() -> None:
        ec2.Eip("address", domain="vpc", tags=TOLD_BY_PEOPLE, opts=in_region())

    stack = engine.program_stack("tagged", tagless)
    try:
        stack.up(policy_packs=[str(pack)])
        [address] = engine.client("ec2").describe_addresses()["Addresses"]
    finally:
        stack.destroy()

    assert {tag["Key"]: tag["Value"] for tag in address["Tags"]} == {
        **TOLD_BY_PEOPLE,
        "Project": "messaging-app",
        "Environment": "tagged",
        "ManagedBy": "pulumi",
    }


def test_the_same_is_refused_where_nobody_asked_for_remedies(
    engine: Engine, tmp_path: Path
) -> None:
    told = refusal(engine.program_stack("unremedied", program), pack_with(tmp_path))

    assert set(blocking(told)) == {
        f"{rule}  (aws:{resource})" for rule, resources in LACKING.items() for resource in resources
    }


def _template(engine: Engine) -> Any:
    found = engine.client("ec2").describe_launch_template_versions(LaunchTemplateName="remedied")
    [version] = found["LaunchTemplateVersions"]
    return version["LaunchTemplateData"]


def _key(engine: Engine) -> str:
    """The identifier of the only key that is in use."""
    kms_client = engine.client("kms")
    listed = [each["KeyId"] for each in kms_client.list_keys()["Keys"]]
    described = [kms_client.describe_key(KeyId=each)["KeyMetadata"] for each in listed]
    [key] = [each["KeyId"] for each in described if each["KeyState"] == "Enabled"]
    return key
