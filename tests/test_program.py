"""The whole program, run with the stack files that are committed."""

import base64
import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pulumi
import pytest
import yaml

from components.outputs import AwsOutputs, contract_keys
from settings.load import SETTINGS_KEY
from tests.components.recording import REQUIRED_TAGS, Recording, record

ROOT = Path(__file__).parents[1]
PASSWORD = "generated-password"
"""What the mocks generate."""

COMPONENT_TYPES = [
    "messaging-app:aws:Bucket",
    "messaging-app:aws:CacheServers",
    "messaging-app:aws:Certificate",
    "messaging-app:aws:Database",
    "messaging-app:aws:EncryptionKey",
    "messaging-app:aws:Firewall",
    "messaging-app:aws:GeneratedSecret",
    "messaging-app:aws:LoadBalancer",
    "messaging-app:aws:Network",
    "messaging-app:aws:Operations",
    "messaging-app:aws:Platform",
    "messaging-app:aws:PrivateZone",
    "messaging-app:aws:ServerGroup",
    "messaging-app:aws:ServerTemplate",
    "messaging-app:aws:VpcEndpoints",
]
"""A renamed type makes the engine replace all that is inside: rename only with an alias."""

COUNTS = {
    "aws:acm/certificate:Certificate": 1,
    "aws:acm/certificateValidation:CertificateValidation": 1,
    "aws:autoscaling/group:Group": 2,
    "aws:autoscaling/policy:Policy": 2,
    "aws:cloudwatch/logGroup:LogGroup": 5,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
    "aws:ec2/eip:Eip": 3,
    "aws:ec2/flowLog:FlowLog": 1,
    "aws:ec2/instance:Instance": 3,
    "aws:ec2/internetGateway:InternetGateway": 1,
    "aws:ec2/launchTemplate:LaunchTemplate": 5,
    "aws:ec2/natGateway:NatGateway": 3,
    "aws:ec2/route:Route": 4,
    "aws:ec2/routeTable:RouteTable": 5,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": 9,
    "aws:ec2/securityGroup:SecurityGroup": 7,
    "aws:ec2/subnet:Subnet": 9,
    "aws:ec2/vpc:Vpc": 1,
    "aws:ec2/vpcEndpoint:VpcEndpoint": 7,
    "aws:iam/instanceProfile:InstanceProfile": 5,
    "aws:iam/role:Role": 6,
    "aws:iam/rolePolicy:RolePolicy": 6,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 5,
    "aws:kms/alias:Alias": 1,
    "aws:kms/key:Key": 1,
    "aws:lb/listener:Listener": 2,
    "aws:lb/listenerRule:ListenerRule": 2,
    "aws:lb/loadBalancer:LoadBalancer": 1,
    "aws:lb/targetGroup:TargetGroup": 2,
    "aws:rds/instance:Instance": 2,
    "aws:rds/parameterGroup:ParameterGroup": 1,
    "aws:rds/subnetGroup:SubnetGroup": 1,
    "aws:route53/record:Record": 8,
    "aws:route53/zone:Zone": 2,
    "aws:s3/bucket:Bucket": 2,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 2,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 2,
    "aws:s3/bucketPolicy:BucketPolicy": 2,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 2,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 2,
    "aws:s3/bucketVersioning:BucketVersioning": 2,
    "aws:secretsmanager/secret:Secret": 2,
    "aws:secretsmanager/secretVersion:SecretVersion": 2,
    "aws:sns/topic:Topic": 1,
    "aws:sns/topicSubscription:TopicSubscription": 1,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": 22,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 17,
    "messaging-app:aws:Bucket": 2,
    "messaging-app:aws:CacheServers": 1,
    "messaging-app:aws:Certificate": 1,
    "messaging-app:aws:Database": 1,
    "messaging-app:aws:EncryptionKey": 1,
    "messaging-app:aws:Firewall": 1,
    "messaging-app:aws:GeneratedSecret": 2,
    "messaging-app:aws:LoadBalancer": 1,
    "messaging-app:aws:Network": 1,
    "messaging-app:aws:Operations": 1,
    "messaging-app:aws:Platform": 1,
    "messaging-app:aws:PrivateZone": 1,
    "messaging-app:aws:ServerGroup": 2,
    "messaging-app:aws:ServerTemplate": 5,
    "messaging-app:aws:VpcEndpoints": 1,
    "pulumi:providers:aws": 1,
    "random:index/randomPassword:RandomPassword": 2,
}
"""Local and prod have the same shape, which is what makes the first a rehearsal of the second."""


def run_program(settings: object, exports: dict[str, Any] | None = None) -> None:
    """Run `__main__.py` as the engine does; collect what it exports."""
    pulumi.runtime.set_all_config({SETTINGS_KEY: json.dumps(settings)})
    with pytest.MonkeyPatch.context() as patch:
        if exports is not None:
            patch.setattr(pulumi, "export", exports.__setitem__)
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def stack_settings(stack: str) -> dict[str, Any]:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["config"][SETTINGS_KEY]


def record_program(stack: str) -> Recording:
    """Record the program; the outputs of the recording are the exports."""

    def build() -> pulumi.ComponentResource:
        exports: dict[str, Any] = {}
        run_program(stack_settings(stack), exports)
        # `record` reads the public attributes of whatever was built.
        return cast(pulumi.ComponentResource, SimpleNamespace(**exports))

    return record(build)


@pytest.fixture(scope="module", params=["local", "prod"])
def program(request: pytest.FixtureRequest) -> Recording:
    return record_program(request.param)


@pytest.fixture(scope="module")
def prod() -> Recording:
    return record_program("prod")


@pytest.fixture(autouse=True)
def no_configuration_is_left() -> Iterator[None]:
    yield
    pulumi.runtime.set_all_config({})


def test_it_makes_exactly_these_resources(program: Recording) -> None:
    assert dict(sorted(program.counts().items())) == COUNTS


def test_component_types_keep_their_names(program: Recording) -> None:
    assert sorted({each.type for each in components(program)}) == COMPONENT_TYPES


def test_every_resource_is_inside_a_component(program: Recording) -> None:
    assert program.orphans() == ["aws"]  # the provider itself
    parents = {each.urn for each in components(program)}
    outside = [each.name for each in components(program) if each.parent not in parents]
    assert outside == ["platform"]


def test_every_component_registers_its_outputs(program: Recording) -> None:
    assert program.unfinished() == []


def test_every_resource_of_aws_uses_the_provider_of_the_region(program: Recording) -> None:
    provider = program.one("pulumi:providers:aws")
    assert provider.inputs["region"] == "eu-central-1"
    of_aws = [each for each in program.resources if each.type.startswith("aws:")]
    assert {each.request.provider.split("::")[-2] for each in of_aws} == {"aws"}


def test_every_taggable_resource_carries_the_required_tags(program: Recording) -> None:
    assert program.untagged() == []


def test_server_groups_and_templates_tag_what_they_start(program: Recording) -> None:
    for group in program.all("aws:autoscaling/group:Group"):
        tags = group.inputs["tags"]
        assert {tag["key"] for tag in tags if tag["propagateAtLaunch"]} >= REQUIRED_TAGS
    for template in program.all("aws:ec2/launchTemplate:LaunchTemplate"):
        tagged = {
            each["resourceType"]: each["tags"] for each in template.inputs["tagSpecifications"]
        }
        assert tagged.keys() == {"instance", "volume"}
        assert all(tags.keys() >= REQUIRED_TAGS for tags in tagged.values())


def test_exports_are_the_contract(program: Recording) -> None:
    assert sorted(program.outputs) == sorted(contract_keys(AwsOutputs))
    AwsOutputs.model_validate(program.outputs)


def test_no_export_contains_a_secret(program: Recording) -> None:
    assert PASSWORD not in json.dumps(program.outputs)


def test_no_user_data_contains_a_secret(program: Recording) -> None:
    for template in program.all("aws:ec2/launchTemplate:LaunchTemplate"):
        assert PASSWORD not in base64.b64decode(template.inputs["userData"]).decode()


def test_secrets_are_encrypted_wherever_the_state_holds_them(program: Recording) -> None:
    holding = {
        (each.name, key, key in each.secret_inputs)
        for each in program.resources
        for key, value in each.inputs.items()
        if PASSWORD in json.dumps(value)
    }
    assert holding == {
        ("cache-version", "secretString", True),
        ("database-version", "secretString", True),
        ("database-primary", "password", True),
    }


def test_prod_protects_what_holds_data(prod: Recording) -> None:
    protected = {each.name for each in prod.resources if each.request.protect}
    assert protected == {"backups-bucket", "media-bucket", "database-primary", "database-replica"}
    balancer = prod.one("aws:lb/loadBalancer:LoadBalancer")
    assert balancer.inputs["enableDeletionProtection"] is True


def test_a_fault_in_the_settings_is_a_message_and_no_traceback() -> None:
    settings = {**stack_settings("local"), "target": "moon"}
    with pytest.raises(pulumi.RunError) as caught:
        run_program(settings)
    assert str(caught.value) == 'target: given "moon", allowed is "aws".'


def components(program: Recording) -> list[Any]:
    return [each for each in program.resources if not each.request.custom]
