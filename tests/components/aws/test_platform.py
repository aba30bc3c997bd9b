"""The platform wires its components together the way the guide's services talk."""

import base64
import json
from pathlib import Path

import pytest

from components.aws.platform import Platform, PlatformArgs
from components.identity import Identity
from settings import Settings, read_stack_file
from tests.components.recording import Recording, record

GROUP = "aws:autoscaling/group:Group"
INSTANCE = "aws:ec2/instance:Instance"
RECORD = "aws:route53/record:Record"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

KEY_ARN = "arn:aws:mock::123456789012:encryption-key"
COPY_KEY_ARN = "arn:aws:mock::123456789012:copies-key"
MEDIA_ARN = "arn:aws:mock::123456789012:media-bucket"
ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
PRIVATE = [f"network-private-{zone}-id" for zone in ZONES]

APPLICATION_SERVERS = pytest.mark.parametrize("group", ["api", "websocket"])


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_stack_file(Path(__file__).parents[3] / "Pulumi.local.yaml")


@pytest.fixture(scope="module")
def built(settings: Settings) -> Recording:
    identity = Identity(project="messaging-app", environment="local", owner="platform")
    args = PlatformArgs(identity=identity, settings=settings)
    return record(lambda: Platform("platform", args))


def user_data(built: Recording, template: str) -> str:
    encoded = built.one(TEMPLATE, f"{template}-template").inputs["userData"]
    return base64.b64decode(encoded).decode()


@APPLICATION_SERVERS
def test_application_servers_stand_in_private_subnets_behind_their_security_group(
    built: Recording, group: str
) -> None:
    assert built.one(GROUP, f"{group}-group").inputs["vpcZoneIdentifiers"] == PRIVATE
    template = built.one(TEMPLATE, f"{group}-servers-template").inputs
    assert template["vpcSecurityGroupIds"] == [f"firewall-{group}-id"]


@APPLICATION_SERVERS
def test_application_servers_are_fed_by_the_load_balancer(built: Recording, group: str) -> None:
    assert built.one(GROUP, f"{group}-group").inputs["targetGroupArns"] == [
        f"arn:aws:mock::123456789012:{group}-targets"
    ]


@pytest.mark.parametrize(("group", "port"), [("api", 8080), ("websocket", 8081)])
def test_application_servers_run_the_image_of_the_settings(
    built: Recording, settings: Settings, group: str, port: int
) -> None:
    text = user_data(built, f"{group}-servers")
    assert f"image: {settings.servers[group].image}" in text
    assert f"- {port}:{port}" in text


@APPLICATION_SERVERS
@pytest.mark.parametrize(
    "line",
    [
        "AWS_REGION=eu-central-1",
        "DB_HOST=postgres.internal.local.chat.example.com",
        "DB_NAME=messaging",
        "DB_PORT=5432",
        "DB_REPLICA_HOST=postgres-replica.internal.local.chat.example.com",
        "MEDIA_BUCKET=media-bucket",
        "REDIS_HOST=redis.internal.local.chat.example.com",
        "REDIS_PORT=6379",
        "fetch DB_USER arn:aws:mock::123456789012:database-version username",
        "fetch DB_PASSWORD arn:aws:mock::123456789012:database-version password",
        "fetch REDIS_PASSWORD arn:aws:mock::123456789012:cache-version",
    ],
)
def test_application_servers_know_their_data_stores_by_name(
    built: Recording, group: str, line: str
) -> None:
    text = user_data(built, f"{group}-servers")
    assert line in [each.strip() for each in text.splitlines()]


@APPLICATION_SERVERS
def test_application_servers_may_read_their_secrets_and_use_the_media_bucket(
    built: Recording, group: str
) -> None:
    policy = json.loads(built.one(ROLE_POLICY, f"{group}-servers-policy").inputs["policy"])
    # What follows is about its group and its log (`test_application`).
    assert [(each["Action"], each["Resource"]) for each in policy["Statement"][:6]] == [
        (
            ["secretsmanager:GetSecretValue"],
            [
                "arn:aws:mock::123456789012:database-version",
                "arn:aws:mock::123456789012:cache-version",
            ],
        ),
        (["kms:Decrypt"], [KEY_ARN]),
        (
            ["ssm:GetParametersByPath"],
            ["arn:aws:ssm:eu-central-1:123456789012:parameter/messaging-app/local/application"],
        ),
        (["s3:ListBucket"], [MEDIA_ARN]),
        (
            ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"],
            [f"{MEDIA_ARN}/*"],
        ),
        (["kms:Decrypt", "kms:GenerateDataKey"], [KEY_ARN]),
    ]


def test_only_the_servers_of_a_private_image_may_pull_it(settings: Settings) -> None:
    private = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api:1.0.0"
    api = settings.servers["api"].model_copy(update={"image": private})
    changed = settings.model_copy(update={"servers": {**settings.servers, "api": api}})
    identity = Identity(project="messaging-app", environment="local", owner="platform")
    args = PlatformArgs(identity=identity, settings=changed)
    built = record(lambda: Platform("platform", args))
    policies = {
        group: json.loads(built.one(ROLE_POLICY, f"{group}-servers-policy").inputs["policy"])
        for group in ("api", "websocket")
    }
    assert [
        (group, each["Action"], each["Resource"])
        for group, policy in policies.items()
        for each in policy["Statement"]
        if each["Action"][0].startswith("ecr:")
    ] == [
        ("api", ["ecr:GetAuthorizationToken"], ["*"]),
        (
            "api",
            ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            ["arn:aws:ecr:eu-west-1:123456789012:repository/team/api"],
        ),
    ]


def test_the_load_balancer_stands_in_public_subnets(built: Recording) -> None:
    inputs = built.one("aws:lb/loadBalancer:LoadBalancer").inputs
    assert inputs["subnets"] == [f"network-public-{zone}-id" for zone in ZONES]
    assert inputs["securityGroups"] == ["firewall-load-balancer-id"]


def test_the_database_stands_in_isolated_subnets(built: Recording) -> None:
    subnets = built.one("aws:rds/subnetGroup:SubnetGroup").inputs["subnetIds"]
    assert subnets == [f"network-isolated-{zone}-id" for zone in ZONES]
    primary = built.one("aws:rds/instance:Instance", "database-primary").inputs
    assert primary["vpcSecurityGroupIds"] == ["firewall-database-id"]


def test_single_servers_stand_in_private_subnets(built: Recording) -> None:
    assert {each.name: each.inputs["subnetId"] for each in built.all(INSTANCE)} == {
        "cache-primary-server": PRIVATE[0],
        "cache-replica-server": PRIVATE[1],
        "operations-server": PRIVATE[2],
    }


@pytest.mark.parametrize("component", ["CacheServers", "Operations", "ServerGroup"])
def test_servers_start_once_the_network_lets_them_install_packages(
    built: Recording, component: str
) -> None:
    order = [each.type for each in built.resources]
    last_route = len(order) - 1 - order[::-1].index("aws:ec2/route:Route")
    assert last_route < order.index(f"messaging-app:aws:{component}")


@pytest.mark.parametrize(
    ("server", "names"),
    [
        ("api-group", {"names-postgres", "names-postgres-replica", "names-redis"}),
        ("websocket-group", {"names-postgres", "names-postgres-replica", "names-redis"}),
        ("operations-server", {"names-postgres", "names-redis"}),
    ],
)
def test_servers_start_once_the_names_they_ask_for_resolve(
    built: Recording, server: str, names: set[str]
) -> None:
    order = [each.name for each in built.resources]
    assert names <= set(order[: order.index(server)])


@pytest.mark.parametrize("label", ["api", "ws"])
def test_public_names_lead_to_the_load_balancer(built: Recording, label: str) -> None:
    inputs = built.one(RECORD, f"{label}-record").inputs
    assert (inputs["name"], inputs["type"]) == (f"{label}.local.chat.example.com", "A")
    assert inputs["aliases"] == [
        {
            "name": "load-balancer.elb.amazonaws.com",
            "zoneId": "ZLOADBALANCER",
            "evaluateTargetHealth": True,
        }
    ]


@pytest.mark.parametrize("label", ["postgres", "postgres-replica"])
def test_database_names_lead_to_the_instances(built: Recording, label: str) -> None:
    inputs = built.one(RECORD, f"names-{label}").inputs
    assert inputs["name"] == f"{label}.internal.local.chat.example.com"
    assert (inputs["type"], inputs["records"]) == ("CNAME", ["database.rds.amazonaws.com"])


def test_everything_at_rest_is_encrypted_with_the_one_key_of_its_region(built: Recording) -> None:
    keys = {"kmsKeyId", "kmsMasterKeyId", "performanceInsightsKmsKeyId"}
    used = {
        (each.inputs.get("region", "eu-central-1"), value)
        for each in built.resources
        for key, value in each.inputs.items()
        if key in keys
    }
    assert used == {("eu-central-1", KEY_ARN), ("eu-west-1", COPY_KEY_ARN)}


def test_the_urls_of_the_contract(built: Recording) -> None:
    outputs = built.outputs["outputs"]
    assert outputs["api_url"] == "https://api.local.chat.example.com"
    assert outputs["websocket_url"] == "wss://ws.local.chat.example.com/ws"
    assert outputs["database_host"] == "postgres.internal.local.chat.example.com"
    assert outputs["database_replica_host"] == "postgres-replica.internal.local.chat.example.com"
    assert outputs["backup_location"] == "s3://backups-bucket"
    assert outputs["media_location"] == "s3://media-bucket"
