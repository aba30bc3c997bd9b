"""Alarms of what holds data: the database, ElastiCache and the backups."""

from collections.abc import Mapping

import pulumi

from components.aws.alarms import Alarm, Comparison, Metric, Missing
from service_config import postgresql

MINUTE = 60
HOUR = 3_600
MIB = 2**20
GIB = 2**30

DATABASE_CPU_PERCENT = 85

FREE_STORAGE_SHARE = 0.1
"""Storage autoscaling begins at this share too; the alarm stays when it has reached its end."""

FREEABLE_MEMORY = 2 * GIB
"""Of at least 32 GiB, most of which is shared buffers and the system's cache."""

SWAP = 256 * MIB
"""PostgreSQL is tuned to need none."""

CONNECTIONS_SHARE = 0.8

QUEUED_REQUESTS = 64
"""More requests than gp3 works on at once."""

LAG_SECONDS = 60

BACKUP_AGE_SECONDS = 26 * HOUR
"""A backup is made daily and may take up to two hours."""

CACHE_CPU_PERCENT = 80
CACHE_MEMORY_PERCENT = 85

CACHE_CONNECTIONS = 50_000
"""Redis on ElastiCache refuses more than 65,000."""

EVICTIONS = 10_000
"""In five minutes. A cache evicts a few keys always; this many are missed again soon."""

CACHE_LAG_SECONDS = 10


def database_alarms(
    identifier: pulumi.Input[str], storage_gib: int, *, is_replica: bool = False
) -> dict[str, Alarm]:
    """Alarms of one RDS instance, which may be the replica."""
    name = "database-replica" if is_replica else "database"
    max_connections = int(postgresql.PARAMETERS["max_connections"])
    alarms = {
        # An instance that tells nothing does not run.
        f"{name}-cpu": _database(
            _rds("CPUUtilization", identifier),
            "database-cpu",
            "The database works close to what its processors can do, or tells nothing.",
            ">",
            DATABASE_CPU_PERCENT,
            missing="breaching",
        ),
        f"{name}-storage": _database(
            _rds("FreeStorageSpace", identifier),
            "database-storage",
            "Less than a tenth of the database's first storage is free.",
            "<",
            storage_gib * GIB * FREE_STORAGE_SHARE,
        ),
        f"{name}-memory": _database(
            _rds("FreeableMemory", identifier),
            "database-memory",
            "The database has little memory left.",
            "<",
            FREEABLE_MEMORY,
        ),
        f"{name}-swap": _database(
            _rds("SwapUsage", identifier), "database-memory", "The database swaps.", ">", SWAP
        ),
        f"{name}-connections": _database(
            _rds("DatabaseConnections", identifier),
            "database-connections",
            "The database soon refuses connections.",
            ">",
            CONNECTIONS_SHARE * max_connections,
        ),
        f"{name}-disk-queue": _database(
            _rds("DiskQueueDepth", identifier),
            "database-disk-queue",
            "Requests to the database's disk wait.",
            ">",
            QUEUED_REQUESTS,
        ),
    }
    return {**alarms, f"{name}-lag": _lag(identifier)} if is_replica else alarms


def _database(
    metric: Metric,
    runbook: str,
    summary: str,
    comparison: Comparison,
    threshold: float,
    *,
    missing: Missing = "missing",
) -> Alarm:
    return Alarm(
        role="database",
        runbook=runbook,
        summary=summary,
        metrics={"value": metric},
        comparison=comparison,
        threshold=threshold,
        period_seconds=5 * MINUTE,
        periods=3,
        missing=missing,
    )


def _lag(identifier: pulumi.Input[str]) -> Alarm:
    return Alarm(
        role="database",
        runbook="database-lag",
        summary="The replica is behind the primary, or no longer follows it.",
        metrics={"lag": _rds("ReplicaLag", identifier, "Maximum")},
        # RDS tells a lag of -1 when replication has stopped.
        expression=f"IF(lag < 0, {HOUR}, lag)",
        comparison=">",
        threshold=LAG_SECONDS,
        periods=5,
        # A replica that does not run tells no lag.
        missing="breaching",
    )


def _rds(metric: str, identifier: pulumi.Input[str], statistic: str = "Average") -> Metric:
    return Metric(
        namespace="AWS/RDS",
        name=metric,
        dimensions={"DBInstanceIdentifier": identifier},
        statistic=statistic,
    )


def elasticache_alarms(group_id: pulumi.Input[str], nodes: int = 2) -> dict[str, Alarm]:
    """Alarms of every node of a replication group, which ElastiCache numbers from 001."""
    numbered = ((f"{number:03}", f"cache-{number:03}") for number in range(1, nodes + 1))
    return {
        f"{name}-{key}": alarm
        for number, name in numbered
        for key, alarm in _node_alarms(pulumi.Output.concat(group_id, "-", number)).items()
    }


def _node_alarms(cluster_id: pulumi.Output[str]) -> Mapping[str, Alarm]:
    def alarm(
        runbook: str, summary: str, metric: str, threshold: float, statistic: str = "Average"
    ) -> Alarm:
        dimensions = {"CacheClusterId": cluster_id, "CacheNodeId": "0001"}
        return Alarm(
            role="cache",
            runbook=runbook,
            summary=summary,
            metrics={
                "value": Metric(
                    namespace="AWS/ElastiCache",
                    name=metric,
                    dimensions=dimensions,
                    statistic=statistic,
                )
            },
            comparison=">",
            threshold=threshold,
            period_seconds=5 * MINUTE,
            periods=3,
            # Only replicas tell a lag, and a node that AWS replaces tells nothing for a while.
            missing="notBreaching",
        )

    return {
        "cpu": alarm(
            "cache-cpu",
            "Redis works close to what its one thread can do.",
            "EngineCPUUtilization",
            CACHE_CPU_PERCENT,
        ),
        "memory": alarm(
            "cache-memory",
            "The cache's memory is almost full.",
            "DatabaseMemoryUsagePercentage",
            CACHE_MEMORY_PERCENT,
        ),
        "evictions": alarm(
            "cache-memory",
            "The cache drops many keys to make room.",
            "Evictions",
            EVICTIONS,
            "Sum",
        ),
        "lag": alarm(
            "cache-lag",
            "The cache's replica is behind its primary.",
            "ReplicationLag",
            CACHE_LAG_SECONDS,
        ),
        "connections": alarm(
            "cache-connections",
            "The cache soon refuses connections.",
            "CurrConnections",
            CACHE_CONNECTIONS,
        ),
    }


def backup_alarms(environment: str) -> dict[str, Alarm]:
    """The alarm on the age of the newest backup, which the operations server reports."""
    age = Metric(
        namespace="messaging-app",
        name="BackupAgeSeconds",
        dimensions={"Environment": environment},
        statistic="Maximum",
    )
    return {
        "backup-age": Alarm(
            role="storage",
            runbook="backup-age",
            summary="The newest backup of the database is older than 26 hours, or nobody looked.",
            metrics={"age": age},
            comparison=">",
            threshold=BACKUP_AGE_SECONDS,
            period_seconds=HOUR,
            periods=1,
            # Who should report it is down, and with it what makes backups.
            missing="breaching",
        )
    }
