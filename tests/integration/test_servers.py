"""What every server is made from: the guide's hardware, its software, and no right too many."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.integration.answers import allowed_actions, files, launch_templates, role
from tests.integration.conftest import Platform

ROLES = ["api", "cache", "cache", "monitoring", "websocket"]
PORTS: Mapping[str, int] = {"api": 8080, "websocket": 8081}

LEAST_CPUS = 4
LEAST_MEMORY_MIB = 16 * 1024
LEAST_BANDWIDTH_GBPS = 1
LEAST_DISK_GIB: Mapping[str, int] = {"api": 100, "cache": 50, "monitoring": 100, "websocket": 100}
"""Guide, Hardware Requirements: production and cache servers."""

USER_DATA_LIMIT = 16_384
"""Bytes that EC2 accepts."""

LOGROTATE = """\
/var/log/messaging-app/*.log {
    daily
    rotate 7
    compress
    delaycompress
    missingok
    notifempty
    create 0640 www-data www-data
}
"""
"""Guide, Security Monitoring."""


@pytest.fixture(scope="module")
def templates(stack: Platform) -> dict[str, dict[str, Any]]:
    found = launch_templates(stack.client("ec2"))
    assert sorted(role(each) for each in found.values()) == ROLES
    return found


@pytest.fixture(scope="module")
def application(templates: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Cloud-init's configuration of the application servers, by their role."""
    return {
        role(each): yaml.safe_load(each["UserData"])
        for each in templates.values()
        if role(each) in PORTS
    }


def test_servers_are_as_large_as_the_guide_asks(
    stack: Platform, templates: dict[str, dict[str, Any]]
) -> None:
    types = sorted({each["InstanceType"] for each in templates.values()})
    described = stack.client("ec2").describe_instance_types(InstanceTypes=types)["InstanceTypes"]
    assert [each["InstanceType"] for each in described] == types
    for each in described:
        bandwidth = sum(
            card["BaselineBandwidthInGbps"] for card in each["NetworkInfo"]["NetworkCards"]
        )
        assert each["VCpuInfo"]["DefaultVCpus"] >= LEAST_CPUS
        assert each["MemoryInfo"]["SizeInMiB"] >= LEAST_MEMORY_MIB
        assert bandwidth >= LEAST_BANDWIDTH_GBPS


def test_disks_are_ssd_encrypted_with_our_key_and_as_large_as_the_guide_asks(
    stack: Platform, templates: dict[str, dict[str, Any]]
) -> None:
    for template in templates.values():
        (disk,) = [each["Ebs"] for each in template["BlockDeviceMappings"]]
        assert disk["VolumeType"] == "gp3"
        assert disk["VolumeSize"] >= LEAST_DISK_GIB[role(template)]
        assert disk["Encrypted"] is True
        assert disk["KmsKeyId"] == stack.outputs["kms_key_arn"]


def test_metadata_is_told_only_to_who_brings_a_token(
    templates: dict[str, dict[str, Any]],
) -> None:
    for template in templates.values():
        assert template["MetadataOptions"]["HttpTokens"] == "required"


def test_every_running_server_stands_in_a_private_subnet_without_a_public_address(
    stack: Platform,
) -> None:
    ec2 = stack.client("ec2")
    servers = [
        server
        for reservation in ec2.describe_instances()["Reservations"]
        for server in reservation["Instances"]
    ]
    # 3 + 2 application servers, 2 of the cache, 1 for operations.
    assert len(servers) >= 8
    assert {server["SubnetId"] for server in servers} <= set(stack.outputs["private_subnet_ids"])
    assert [server["InstanceId"] for server in servers if server.get("PublicIpAddress")] == []
    subnets = ec2.describe_subnets(SubnetIds=stack.outputs["private_subnet_ids"])["Subnets"]
    assert {subnet["MapPublicIpOnLaunch"] for subnet in subnets} == {False}


def test_servers_are_reached_through_systems_manager_and_may_do_nothing_in_general(
    stack: Platform, templates: dict[str, dict[str, Any]]
) -> None:
    iam = stack.client("iam")
    for template in templates.values():
        profile = template["IamInstanceProfile"]["Arn"].rsplit("/", 1)[-1]
        told = iam.get_instance_profile(InstanceProfileName=profile)["InstanceProfile"]
        (server_role,) = [each["RoleName"] for each in told["Roles"]]
        attached = iam.list_attached_role_policies(RoleName=server_role)["AttachedPolicies"]
        assert [each["PolicyArn"] for each in attached] == [
            "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
        ]
        allowed = allowed_actions(iam, server_role)
        assert allowed
        assert [action for action in allowed if "*" in action] == []


def test_user_data_fits_and_is_read_by_cloud_init(templates: dict[str, dict[str, Any]]) -> None:
    for template in templates.values():
        assert template["UserData"].startswith("#cloud-config\n")
        assert len(template["UserData"].encode()) <= USER_DATA_LIMIT


def test_every_server_has_a_firewall_that_lets_in_what_is_named_and_tells_its_metrics(
    templates: dict[str, dict[str, Any]],
) -> None:
    for template in templates.values():
        told = yaml.safe_load(template["UserData"])
        assert {"ufw", "prometheus-node-exporter"} <= set(told["packages"])
        commands = [tuple(each) for each in told["runcmd"]]
        rules = [each for each in commands if each[0] == "ufw"]
        assert rules[0] == ("ufw", "default", "deny", "incoming")
        assert rules[1] == ("ufw", "default", "allow", "outgoing")
        assert rules[-1] == ("ufw", "--force", "enable")
        assert {each[1] for each in rules[2:-1]} == {"allow"}
        assert ("ufw", "allow", "9100/tcp") in rules


@pytest.mark.parametrize("group", PORTS)
def test_application_servers_run_the_container_with_docker_and_compose(
    application: dict[str, dict[str, Any]], group: str
) -> None:
    told, port = application[group], PORTS[group]
    assert {"docker.io", "docker-compose-v2"} <= set(told["packages"])
    assert ["ufw", "allow", f"{port}/tcp"] in told["runcmd"]
    compose = yaml.safe_load(files(told)["/opt/messaging-app/compose.yaml"])
    (service,) = compose["services"].values()
    assert service["ports"] == [f"{port}:{port}"]
    assert f"http://localhost:{port}/health" in service["healthcheck"]["test"]


@pytest.mark.parametrize("group", PORTS)
def test_the_application_starts_with_its_server_and_is_started_again(
    application: dict[str, dict[str, Any]], group: str
) -> None:
    written = files(application[group])
    unit = written["/etc/systemd/system/messaging-app.service"].splitlines()
    assert "WorkingDirectory=/opt/messaging-app" in unit
    assert "Restart=on-failure" in unit
    assert "WantedBy=multi-user.target" in unit
    enabled = [each for each in application[group]["runcmd"] if each[:2] == ["systemctl", "enable"]]
    assert [each for each in enabled if each[-1] == "messaging-app.service"]


@pytest.mark.parametrize("group", PORTS)
def test_logs_of_the_application_are_rotated_as_the_guide_says(
    application: dict[str, dict[str, Any]], group: str
) -> None:
    assert files(application[group])["/etc/logrotate.d/messaging-app"] == LOGROTATE


@pytest.mark.parametrize("group", PORTS)
def test_the_application_finds_database_cache_and_media_by_the_names_in_the_outputs(
    stack: Platform, application: dict[str, dict[str, Any]], group: str
) -> None:
    lines = files(application[group])["/opt/messaging-app/environment"].splitlines()
    told = dict(line.split("=", 1) for line in lines)
    assert told["DB_HOST"] == stack.outputs["database_host"]
    assert told["DB_REPLICA_HOST"] == stack.outputs["database_replica_host"]
    assert told["REDIS_HOST"] == stack.outputs["cache_host"]
    assert f"s3://{told['MEDIA_BUCKET']}" == stack.outputs["media_location"]
