"""Redis runs on two servers in different zones and is known by name."""

import base64
import json
from collections.abc import Callable
from ipaddress import IPv4Network

import pytest

from components.aws.cache import CacheServers, CacheServersArgs
from components.aws.dns import PrivateZone, PrivateZoneArgs
from components.identity import Identity
from settings.servers import CacheSettings
from tests.components.recording import Recording, record

INSTANCE = "aws:ec2/instance:Instance"
RECORD = "aws:route53/record:Record"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
RESERVATION = "aws:ec2/subnetCidrReservation:SubnetCidrReservation"
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

SERVERS = pytest.mark.parametrize("server", ["cache-primary", "cache-replica"])

Build = Callable[..., Recording]


@pytest.fixture
def build(identity: Identity) -> Build:
    def make() -> CacheServers:
        zone = PrivateZone(
            "names",
            PrivateZoneArgs(identity=identity, domain="chat.example.com", vpc_id="vpc-1"),
        )
        return CacheServers(
            "cache",
            CacheServersArgs(
                identity=identity,
                settings=CacheSettings(instance_type="r6i.xlarge", disk_gib=60),
                region="eu-central-1",
                subnet_ids=["subnet-a", "subnet-b", "subnet-c"],
                subnet_cidrs=[
                    IPv4Network("10.0.16.0/20"),
                    IPv4Network("10.0.80.0/20"),
                    IPv4Network("10.0.144.0/20"),
                ],
                security_group_id="sg-1",
                kms_key_arn="arn:aws:kms:key",
                zone=zone,
            ),
        )

    return lambda: record(make)


def user_data(built: Recording, server: str) -> str:
    encoded = built.one(TEMPLATE, f"{server}-template").inputs["userData"]
    return base64.b64decode(encoded).decode()


def test_it_is_two_servers_with_a_template_each_and_two_names(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:CacheServers": 1,
        "messaging-app:aws:GeneratedSecret": 1,
        "messaging-app:aws:PrivateZone": 1,
        "messaging-app:aws:ServerTemplate": 2,
        INSTANCE: 2,
        RESERVATION: 2,
        TEMPLATE: 2,
        RECORD: 2,
        ROLE_POLICY: 2,
        "aws:iam/role:Role": 2,
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 2,
        "aws:iam/instanceProfile:InstanceProfile": 2,
        "aws:route53/zone:Zone": 1,
        "aws:secretsmanager/secret:Secret": 1,
        SECRET_VERSION: 1,
        "random:index/randomPassword:RandomPassword": 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_primary_and_replica_stand_in_different_zones(build: Build) -> None:
    built = build()
    assert built.one(INSTANCE, "cache-primary-server").inputs["subnetId"] == "subnet-a"
    assert built.one(INSTANCE, "cache-replica-server").inputs["subnetId"] == "subnet-b"


@SERVERS
def test_servers_have_the_size_of_the_settings(build: Build, server: str) -> None:
    inputs = build().one(TEMPLATE, f"{server}-template").inputs
    assert inputs["instanceType"] == "r6i.xlarge"
    assert inputs["blockDeviceMappings"][0]["ebs"]["volumeSize"] == 60
    assert inputs["vpcSecurityGroupIds"] == ["sg-1"]
    assert inputs["metadataOptions"]["httpPutResponseHopLimit"] == 1


@SERVERS
def test_a_server_has_the_tags_of_its_template(build: Build, server: str) -> None:
    built = build()
    of_instances, _ = built.one(TEMPLATE, f"{server}-template").inputs["tagSpecifications"]
    assert built.one(INSTANCE, f"{server}-server").inputs["tags"] == of_instances["tags"]
    assert of_instances["tags"]["PatchGroup"] == "messaging-app-test"


@SERVERS
def test_a_new_template_version_replaces_no_server(build: Build, server: str) -> None:
    instance = build().one(INSTANCE, f"{server}-server")
    assert instance.inputs["launchTemplate"] == {
        "id": f"{server}-template-id",
        "version": "$Latest",
    }
    assert list(instance.request.ignoreChanges) == ["launchTemplate"]


def test_each_server_has_an_address_that_it_keeps_when_it_is_replaced(build: Build) -> None:
    built = build()
    for server, block, address in (
        ("cache-primary", "10.0.16.16/28", "10.0.16.16"),
        ("cache-replica", "10.0.80.16/28", "10.0.80.16"),
    ):
        reservation = built.one(RESERVATION, f"{server}-address")
        instance = built.one(INSTANCE, f"{server}-server")
        assert reservation.inputs["cidrBlock"] == block
        assert reservation.inputs["reservationType"] == "explicit"
        assert reservation.inputs["subnetId"] == instance.inputs["subnetId"]
        assert instance.inputs["privateIp"] == address
        assert instance.request.deleteBeforeReplace
        assert reservation.urn in instance.request.dependencies


def test_each_server_knows_the_other_one_and_the_first_begins_as_the_primary(build: Build) -> None:
    built = build()
    first, second = user_data(built, "cache-primary"), user_data(built, "cache-replica")
    assert ("peer=10.0.80.16" in first, "founder=yes" in first) == (True, True)
    assert ("peer=10.0.16.16" in second, "founder=no" in second) == (True, True)
    for text in (first, second):
        assert "sentinel monitor cache 10.0.16.16 6379 2" in text
        assert "--hosted-zone-id ZONE" in text


@SERVERS
def test_a_promotion_may_change_the_primary_s_record_and_nothing_else(
    build: Build, server: str
) -> None:
    policy = json.loads(build().one(ROLE_POLICY, f"{server}-policy").inputs["policy"])
    changes = [each for each in policy["Statement"] if "route53" in each["Action"][0]]
    assert changes == [
        {
            "Effect": "Allow",
            "Action": ["route53:ChangeResourceRecordSets"],
            "Resource": ["arn:aws:mock::123456789012:names-zone"],
            "Condition": {
                "ForAllValues:StringEquals": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
                        "redis.internal.chat.example.com"
                    ],
                    "route53:ChangeResourceRecordSetsRecordTypes": ["A"],
                    "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
                }
            },
        }
    ]


def test_an_update_of_the_stack_never_undoes_a_promotion(build: Build) -> None:
    built = build()
    assert list(built.one(RECORD, "names-redis").request.ignoreChanges) == ["records"]
    assert list(built.one(RECORD, "names-redis-replica").request.ignoreChanges) == []


@SERVERS
def test_servers_fetch_their_password_and_do_not_carry_it(build: Build, server: str) -> None:
    built = build()
    assert "arn:aws:mock::123456789012:cache-version" in user_data(built, server)
    assert "generated-password" not in user_data(built, server)
    policy = built.one(ROLE_POLICY, f"{server}-policy").inputs["policy"]
    assert '"Resource": ["arn:aws:mock::123456789012:cache-version"]' in policy


def test_the_secret_is_the_bare_password(build: Build) -> None:
    version = build().one(SECRET_VERSION)
    assert version.inputs["secretString"] == "generated-password"
    assert "secretString" in version.secret_inputs


@pytest.mark.parametrize(
    ("label", "address", "ttl"),
    [("redis", "10.0.16.16", 10), ("redis-replica", "10.0.80.16", 60)],
)
def test_each_server_has_a_name(build: Build, label: str, address: str, ttl: int) -> None:
    inputs = build().one(RECORD, f"names-{label}").inputs
    assert inputs["name"] == f"{label}.internal.chat.example.com"
    assert (inputs["type"], inputs["records"], inputs["ttl"]) == ("A", [address], ttl)


def test_outputs_are_names_and_a_reference(build: Build) -> None:
    assert build().outputs == {
        "host": "redis.internal.chat.example.com",
        "replica_host": "redis-replica.internal.chat.example.com",
        "port": 6379,
        "tls": False,
        "primary_address": "10.0.16.16",
        "instance_ids": ["cache-primary-server-id", "cache-replica-server-id"],
        "secret_arn": "arn:aws:mock::123456789012:cache-version",
    }
