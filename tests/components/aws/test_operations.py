"""One server watches everything, keeps what it learns, and may do no more than it must."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace

import pulumi
import pytest

from components.aws.dns import PrivateZone, PrivateZoneArgs
from components.aws.operations import DataStore, Operations, OperationsArgs
from components.aws.operations_access import Bucket
from components.aws.server_template import Permission
from components.identity import Identity
from service_config.cloud_init.cloud_config import Part, file
from settings.operations import OperationsSettings
from tests.components.recording import Recording, record

ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment"
INSTANCE = "aws:ec2/instance:Instance"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
RECORD = "aws:route53/record:Record"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
VOLUME = "aws:ebs/volume:Volume"

KEY_ARN = "arn:aws:kms:key"
TOPIC_ARN = "arn:aws:sns:topic"
GRAFANA_ARN = "arn:aws:mock::123456789012:operations-grafana-version"

Build = Callable[..., Recording]


def a_bucket(name: str) -> Bucket:
    return Bucket(bucket=name, arn=f"arn:aws:s3:::{name}")


def settings(**changed: object) -> OperationsSettings:
    given = {
        "image": "messaging-app/ops:1.0.0",
        "instance_type": "m6i.xlarge",
        "disk_gib": 110,
        "data_gib": 200,
        "alert_email": "team@example.com",
    }
    return OperationsSettings.model_validate({**given, **changed})


@pytest.fixture
def build(identity: Identity) -> Build:
    def make(**changed: object) -> Operations:
        zone = PrivateZone(
            "names",
            PrivateZoneArgs(identity=identity, domain="chat.example.com", vpc_id="vpc-1"),
        )
        args = OperationsArgs(
            identity=identity,
            settings=settings(),
            region="eu-central-1",
            zone="eu-central-1a",
            subnet_id="subnet-a",
            security_group_id="sg-1",
            kms_key_arn=KEY_ARN,
            names=zone,
            configuration=a_bucket("configuration"),
            backups=a_bucket("backups"),
            media=a_bucket("media"),
            database=DataStore(
                host="postgres.internal", replica_host="replica.internal", secret_arn="arn:database"
            ),
            database_name="messaging",
            cache=DataStore(
                host="redis.internal", replica_host="redis-2.internal", secret_arn="arn:cache"
            ),
            cache_tls=False,
            health_url="https://api.chat.example.com/health",
            websocket_url="wss://ws.chat.example.com/ws",
            alert_topic_arn=TOPIC_ARN,
            protect=True,
            retain=True,
        )
        return Operations("operations", replace(args, **changed))

    def recorded(**changed: object) -> Recording:
        return record(lambda: make(**changed))

    return recorded


def user_data(built: Recording) -> str:
    return base64.b64decode(built.one(TEMPLATE).inputs["userData"]).decode()


def objects(built: Recording) -> dict[str, str]:
    return {each.inputs["key"]: each.inputs["content"] for each in built.all(OBJECT)}


def statements(built: Recording) -> list[tuple[list[str], list[str], dict[str, object]]]:
    policy = json.loads(built.one(ROLE_POLICY).inputs["policy"])
    return [
        (each["Action"], each["Resource"], each.get("Condition", {}))
        for each in policy["Statement"]
        if each["Effect"] == "Allow"
    ]


def test_it_is_one_server_its_data_and_its_files(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:Configuration": 1,
        "messaging-app:aws:GeneratedSecret": 1,
        "messaging-app:aws:Operations": 1,
        "messaging-app:aws:PrivateZone": 1,
        "messaging-app:aws:ServerTemplate": 1,
        ATTACHMENT: 1,
        INSTANCE: 1,
        OBJECT: 34,
        RECORD: 1,
        ROLE_POLICY: 1,
        TEMPLATE: 1,
        VOLUME: 1,
        "aws:iam/instanceProfile:InstanceProfile": 1,
        "aws:iam/role:Role": 1,
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 1,
        "aws:route53/zone:Zone": 1,
        "aws:secretsmanager/secret:Secret": 1,
        "aws:secretsmanager/secretVersion:SecretVersion": 1,
        "random:index/randomPassword:RandomPassword": 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_server_has_the_size_of_the_settings(build: Build) -> None:
    built = build()
    template = built.one(TEMPLATE).inputs
    assert template["instanceType"] == "m6i.xlarge"
    assert template["blockDeviceMappings"][0]["ebs"]["volumeSize"] == 110
    assert template["vpcSecurityGroupIds"] == ["sg-1"]
    assert template["tags"]["Role"] == "monitoring"
    assert built.one(INSTANCE).inputs["subnetId"] == "subnet-a"


def test_the_server_has_the_tags_of_its_template(build: Build) -> None:
    built = build()
    of_instances, _ = built.one(TEMPLATE).inputs["tagSpecifications"]
    assert built.one(INSTANCE).inputs["tags"] == of_instances["tags"]
    assert of_instances["tags"]["PatchGroup"] == "messaging-app-test"


def test_a_new_template_version_replaces_the_server(build: Build) -> None:
    instance = build().one(INSTANCE)
    assert instance.inputs["launchTemplate"] == {"id": "operations-template-id", "version": "1"}
    assert not instance.request.ignoreChanges


def test_metrics_are_on_an_encrypted_volume_beside_the_server(build: Build) -> None:
    volume = build().one(VOLUME)
    given = {name: value for name, value in volume.inputs.items() if name != "tags"}
    assert given == {
        "availabilityZone": "eu-central-1a",
        "encrypted": True,
        "kmsKeyId": KEY_ARN,
        "size": 200,
        "type": "gp3",
    }


@pytest.mark.parametrize("protect", [True, False])
def test_the_volume_is_protected_when_data_is(build: Build, protect: bool) -> None:
    assert build(protect=protect).one(VOLUME).request.protect is protect


@pytest.mark.parametrize("retain", [True, False])
def test_the_volume_stays_where_data_stays(build: Build, retain: bool) -> None:
    assert build(retain=retain).one(VOLUME).request.retainOnDelete is retain


def test_a_replaced_server_gives_the_volume_up_before_the_new_one_takes_it(build: Build) -> None:
    attachment = build().one(ATTACHMENT)
    assert attachment.inputs == {
        "deviceName": "/dev/sdf",
        "instanceId": "operations-server-id",
        "volumeId": "operations-data-id",
        "stopInstanceBeforeDetaching": True,
    }
    assert attachment.request.deleteBeforeReplace


def test_user_data_says_only_where_data_and_configuration_are(build: Build) -> None:
    text = user_data(build())
    assert "s3://configuration/operations" in text
    assert "nvme-Amazon_Elastic_Block_Store_operationsdataid" in text
    for elsewhere in ("postgres.internal", "messaging-app/ops", TOPIC_ARN, "HighErrorRate"):
        assert elsewhere not in text


def test_a_new_image_of_ops_leaves_the_server_as_it_is(build: Build) -> None:
    before, after = build(), build(settings=settings(image="messaging-app/ops:2.0.0"))
    assert user_data(before) == user_data(after)
    assert "messaging-app/ops:2.0.0" in objects(after)["operations/compose.yaml"]


def test_the_files_watch_this_environment(build: Build) -> None:
    files = objects(build())
    watched = files["operations/prometheus/prometheus.yml"]
    for needed in ("postgres.internal", "replica.internal", "redis.internal", "redis-2.internal"):
        assert needed in watched
    assert "https://api.chat.example.com/health" in watched
    assert TOPIC_ARN in files["operations/alertmanager/alertmanager.yml"]


def test_the_list_of_files_is_written_after_all_of_them(build: Build) -> None:
    built = build()
    files = {each.urn: each for each in built.all(OBJECT)}
    (manifest,) = [
        each for each in files.values() if each.inputs["key"] == "operations/manifest.sha256"
    ]
    assert set(manifest.request.dependencies) >= files.keys() - {manifest.urn}
    assert len(manifest.inputs["content"].splitlines()) == len(files) - 1


def test_the_server_starts_once_its_files_are_there(build: Build) -> None:
    built = build()
    manifest = built.one(OBJECT, "operations-files-manifest.sha256")
    assert manifest.urn in built.one(INSTANCE).request.dependencies


def test_no_file_holds_a_password(build: Build) -> None:
    built = build()
    assert not any(each.secret_inputs for each in built.all(OBJECT))
    assert "generated-password" not in "".join([*objects(built).values(), user_data(built)])


def test_the_server_may_do_what_it_needs_and_no_more(build: Build) -> None:
    data = ["arn:aws:s3:::backups", "arn:aws:s3:::media"]
    assert statements(build()) == [
        (["ec2:DescribeInstances"], ["*"], {}),
        (["sns:Publish"], [TOPIC_ARN], {}),
        (
            ["cloudwatch:PutMetricData"],
            ["*"],
            {"StringEquals": {"cloudwatch:namespace": ["messaging-app"]}},
        ),
        (["secretsmanager:GetSecretValue"], ["arn:database", "arn:cache", GRAFANA_ARN], {}),
        (["kms:Decrypt"], [KEY_ARN], {}),
        (["kms:GenerateDataKey"], [KEY_ARN], {}),
        (
            ["s3:ListBucket"],
            ["arn:aws:s3:::configuration"],
            {"StringLike": {"s3:prefix": ["operations/*"]}},
        ),
        (["s3:GetObject"], ["arn:aws:s3:::configuration/operations/*"], {}),
        (
            [
                "s3:ListBucket",
                "s3:GetBucketPolicy",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketVersioning",
                "s3:GetEncryptionConfiguration",
            ],
            data,
            {},
        ),
        (["s3:ListBucketMultipartUploads"], data[:1], {}),
        (
            ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
            [f"{arn}/*" for arn in data],
            {},
        ),
    ]


def test_copies_of_another_region_bring_their_own_key(build: Build) -> None:
    copy = Bucket(bucket="copy", arn="arn:aws:s3:::copy", kms_key_arn="arn:aws:kms:copies")
    granted = statements(build(backups=copy))
    assert (["kms:Decrypt", "kms:GenerateDataKey"], ["arn:aws:kms:copies"], {}) in granted


def test_a_private_image_may_be_pulled_and_logs_in_first(build: Build) -> None:
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ops:1.0.0"
    built = build(settings=settings(image=image))
    assert "operations/log-in" in objects(built)
    actions = [action for granted, _, _ in statements(built) for action in granted]
    assert "ecr:BatchGetImage" in actions


def test_other_parts_join_the_server_with_what_they_need(build: Build) -> None:
    part = Part(packages=["redis-sentinel"], files=[file("/etc/redis/sentinel.conf", "port 1\n")])
    built = build(
        extra_parts=[pulumi.Output.from_input("later").apply(lambda _: part)],
        extra_permissions=[Permission(actions=["ssm:GetParameter"], resources=["arn:parameter"])],
    )
    assert "redis-sentinel" in user_data(built)
    assert "/etc/redis/sentinel.conf" in user_data(built)
    assert statements(built)[-1] == (["ssm:GetParameter"], ["arn:parameter"], {})


def test_the_server_has_a_name(build: Build) -> None:
    inputs = build().one(RECORD).inputs
    assert inputs["name"] == "operations.internal.chat.example.com"
    assert (inputs["type"], inputs["records"]) == ("A", ["10.0.0.10"])


def test_outputs_say_where_to_look(build: Build) -> None:
    assert build().outputs == {
        "instance_id": "operations-server-id",
        "grafana_secret_arn": GRAFANA_ARN,
        "prometheus_url": "http://operations.internal.chat.example.com:9090",
        "grafana_url": "http://operations.internal.chat.example.com:3000",
        "alertmanager_url": "http://operations.internal.chat.example.com:9093",
    }
