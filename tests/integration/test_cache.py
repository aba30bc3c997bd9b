"""The cache on servers of its own: tuned as the guide says, doubled, and reached by few."""

import configparser
from typing import Any

import pytest
import yaml

from tests.integration.answers import files, instances, launch_templates, private_records, role
from tests.integration.conftest import Platform

LEAST_DISK_GIB = 50
"""Guide, Hardware Requirements: cache servers."""

TUNING = {
    "maxmemory": "8gb",
    "maxmemory-policy": "allkeys-lru",
    "appendonly": "yes",
    "appendfsync": "everysec",
}
"""Guide, Redis Tuning."""

REDIS = 6379
SENTINEL = 26379


@pytest.fixture(scope="module")
def servers(stack: Platform) -> list[dict[str, Any]]:
    return instances(stack.client("ec2"), "cache")


@pytest.fixture(scope="module")
def cloud_configs(stack: Platform) -> list[dict[str, Any]]:
    """What cloud-init makes of each server."""
    templates = launch_templates(stack.client("ec2")).values()
    return [yaml.safe_load(each["UserData"]) for each in templates if role(each) == "cache"]


def test_two_servers_stand_in_different_zones(servers: list[dict[str, Any]]) -> None:
    zones = {server["Placement"]["AvailabilityZone"] for server in servers}
    assert (len(servers), len(zones)) == (2, 2)


def test_their_disks_are_ssd_encrypted_and_as_large_as_the_guide_asks(
    stack: Platform, servers: list[dict[str, Any]]
) -> None:
    for server in servers:
        (attached,) = server["BlockDeviceMappings"]
        (volume,) = stack.client("ec2").describe_volumes(VolumeIds=[attached["Ebs"]["VolumeId"]])[
            "Volumes"
        ]
        assert volume["VolumeType"] == "gp3"
        assert volume["Size"] >= LEAST_DISK_GIB
        assert volume["Encrypted"] is True
        assert volume["KmsKeyId"] == stack.outputs["kms_key_arn"]


def test_redis_is_tuned_as_the_guide_says(cloud_configs: list[dict[str, Any]]) -> None:
    assert len(cloud_configs) == 2
    for told in cloud_configs:
        assert "redis-server" in told["packages"]
        lines = files(told)["/etc/redis/settings.conf"].splitlines()
        settings = dict(line.split(" ", 1) for line in lines)
        assert {name: settings.get(name) for name in TUNING} == TUNING
        assert settings["port"] == str(REDIS)


def test_redis_gets_its_settings_and_its_password_before_each_start(
    stack: Platform, cloud_configs: list[dict[str, Any]]
) -> None:
    for told in cloud_configs:
        written = files(told)
        unit = configparser.ConfigParser(strict=False)
        unit.read_string(written["/etc/systemd/system/redis-server.service.d/messaging-app.conf"])
        assert unit["Service"]["ExecStartPre"] == "+/usr/local/sbin/prepare-redis"
        script = written["/usr/local/sbin/prepare-redis"]
        assert "cat /etc/redis/settings.conf" in script
        assert stack.outputs["cache_secret_ref"] in script


def test_sentinels_watch_the_same_primary_and_a_majority_of_three_promotes_the_other(
    stack: Platform, servers: list[dict[str, Any]]
) -> None:
    templates = launch_templates(stack.client("ec2")).values()
    watched = [
        line
        for template in templates
        if role(template) in {"cache", "monitoring"}
        for line in files(yaml.safe_load(template["UserData"]))[
            "/etc/redis/sentinel-settings.conf"
        ].splitlines()
        if line.startswith("sentinel monitor ")
    ]
    assert len(watched) == 3
    addresses = {server["PrivateIpAddress"] for server in servers}
    (monitor,) = set(watched)
    _, _, _, address, port, quorum = monitor.split()
    assert address in addresses
    assert (port, quorum) == (str(REDIS), "2")


def test_names_lead_to_both_servers(stack: Platform, servers: list[dict[str, Any]]) -> None:
    told = private_records(stack.client("route53"))
    named = {
        name: record["Value"]
        for name, each in told.items()
        if each["Type"] == "A" and name.startswith("redis")
        for record in each["ResourceRecords"]
    }
    assert stack.outputs["cache_host"] in named
    assert set(named.values()) == {server["PrivateIpAddress"] for server in servers}


def test_only_named_groups_of_servers_reach_it(
    stack: Platform, servers: list[dict[str, Any]]
) -> None:
    groups = stack.outputs["security_group_ids"]
    for server in servers:
        assert [each["GroupId"] for each in server["SecurityGroups"]] == [groups["cache"]]
    (group,) = stack.client("ec2").describe_security_groups(GroupIds=[groups["cache"]])[
        "SecurityGroups"
    ]
    for rule in group["IpPermissions"]:
        assert rule["IpRanges"] == rule["Ipv6Ranges"] == rule["PrefixListIds"] == []
        assert rule["FromPort"] == rule["ToPort"]
    sources = {
        rule["FromPort"]: {pair["GroupId"] for pair in rule["UserIdGroupPairs"]}
        for rule in group["IpPermissions"]
    }
    assert sources[REDIS] == {groups[each] for each in ("api", "websocket", "cache", "monitoring")}
    assert sources[SENTINEL] == {groups[each] for each in ("cache", "monitoring")}
    assert sources.keys() == {REDIS, SENTINEL, 9100}
