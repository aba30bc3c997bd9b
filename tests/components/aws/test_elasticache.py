"""ElastiCache keeps the same promises as servers do, but for the append-only file."""

from collections.abc import Callable

import pytest

from components.aws.elasticache import ElastiCache, ElastiCacheArgs
from components.identity import Identity
from settings.servers import CacheSettings
from tests.components.recording import Recording, record

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"
SUBNETS = "aws:elasticache/subnetGroup:SubnetGroup"

Build = Callable[..., Recording]


@pytest.fixture(name="build")
def _build(identity: Identity) -> Build:
    def make(node_type: str) -> ElastiCache:
        return ElastiCache(
            "cache",
            ElastiCacheArgs(
                identity=identity,
                settings=CacheSettings(kind="elasticache", node_type=node_type),
                subnet_ids=["subnet-a", "subnet-b"],
                security_group_id="sg-1",
                kms_key_arn="arn:aws:kms:key",
            ),
        )

    def build(node_type: str = "cache.r6gd.xlarge") -> Recording:
        return record(lambda: make(node_type))

    return build


def test_it_is_one_replication_group_with_its_secret_and_its_logs(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:ElastiCache": 1,
        "messaging-app:aws:GeneratedSecret": 1,
        GROUP: 1,
        PARAMETERS: 1,
        SUBNETS: 1,
        LOG_GROUP: 2,
        "aws:secretsmanager/secret:Secret": 1,
        "aws:secretsmanager/secretVersion:SecretVersion": 1,
        "random:index/randomPassword:RandomPassword": 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_a_replica_in_another_zone_takes_over_by_itself(build: Build) -> None:
    inputs = build().one(GROUP).inputs
    assert inputs["numCacheClusters"] == 2
    assert (inputs["automaticFailoverEnabled"], inputs["multiAzEnabled"]) == (True, True)
    assert inputs["autoMinorVersionUpgrade"] is True


def test_data_is_encrypted_at_rest_and_on_the_way_and_asks_for_a_password(build: Build) -> None:
    group = build().one(GROUP)
    assert group.inputs["atRestEncryptionEnabled"] is True
    assert group.inputs["kmsKeyId"] == "arn:aws:kms:key"
    assert group.inputs["transitEncryptionEnabled"] is True
    assert group.inputs["authToken"] == "generated-password"
    assert "authToken" in group.secret_inputs


@pytest.mark.parametrize(
    ("node_type", "tiered"), [("cache.r6gd.xlarge", True), ("cache.r6g.xlarge", False)]
)
def test_nodes_with_an_ssd_use_it(build: Build, node_type: str, tiered: bool) -> None:
    inputs = build(node_type).one(GROUP).inputs
    assert (inputs["nodeType"], inputs["dataTieringEnabled"]) == (node_type, tiered)


def test_nodes_stand_in_the_given_subnets_behind_the_given_group(build: Build) -> None:
    built = build()
    inputs = built.one(GROUP).inputs
    assert built.one(SUBNETS).inputs["subnetIds"] == ["subnet-a", "subnet-b"]
    assert inputs["subnetGroupName"] == "cache-subnets"
    assert inputs["securityGroupIds"] == ["sg-1"]


def test_keys_are_evicted_as_the_guide_says(build: Build) -> None:
    built = build()
    assert built.one(PARAMETERS).inputs["family"] == "redis7"
    assert built.one(PARAMETERS).inputs["parameters"] == [
        {"name": "maxmemory-policy", "value": "allkeys-lru"}
    ]
    assert built.one(GROUP).inputs["parameterGroupName"] == "cache-parameters"
    assert built.one(GROUP).inputs["engineVersion"] == "7.1"


def test_snapshots_are_kept_a_week_and_taken_outside_of_maintenance(build: Build) -> None:
    inputs = build().one(GROUP).inputs
    assert inputs["snapshotRetentionLimit"] == 7
    assert inputs["snapshotWindow"] == "02:00-03:00"
    assert inputs["maintenanceWindow"] == "sun:03:30-sun:04:30"


def test_logs_are_kept_for_a_year_and_encrypted(build: Build) -> None:
    built = build()
    delivered = built.one(GROUP).inputs["logDeliveryConfigurations"]
    assert [each["logType"] for each in delivered] == ["slow-log", "engine-log"]
    assert {each["destinationType"] for each in delivered} == {"cloudwatch-logs"}
    assert {each["destination"] for each in delivered} == {
        group.inputs["name"] for group in built.all(LOG_GROUP)
    }
    for group in built.all(LOG_GROUP):
        assert group.inputs["retentionInDays"] == 365
        assert group.inputs["kmsKeyId"] == "arn:aws:kms:key"


def test_outputs_are_names_and_references(build: Build) -> None:
    assert build().outputs == {
        "host": "master.cache.amazonaws.com",
        "replica_host": "replica.cache.amazonaws.com",
        "port": 6379,
        "tls": True,
        "secret_arn": "arn:aws:mock::123456789012:cache-version",
        "replication_group_id": "messaging-app-test-cache",
        "member_clusters": ["cache-001", "cache-002"],
    }
