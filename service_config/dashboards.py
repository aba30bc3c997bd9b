"""What the dashboards show. Metrics of the application: docs/runbooks/alerts.md."""

from typing import Final

from service_config.grafana import Dashboard, Panel

MESSAGING: Final = Dashboard(
    title="Messaging",
    panels=[
        # Guide, "Grafana Dashboards": its title, expression and legend.
        Panel(
            title="Request Rate",
            unit="reqps",
            queries={"rate(http_requests_total[5m])": "{{method}} {{path}}"},
        ),
        Panel(
            title="Failed requests",
            unit="percentunit",
            queries={
                "api:failed_requests:ratio_5m": "5 minutes",
                "api:failed_requests:ratio_1h": "1 hour",
            },
        ),
        Panel(
            title="Request duration, 99th percentile",
            unit="s",
            queries={"api:request_duration_seconds:p99": "duration"},
        ),
        Panel(
            title="Websocket connections",
            unit="short",
            queries={
                "sum by (instance) (websocket_connections)": "{{instance}}",
                "sum(websocket_connections_limit)": "limit of all",
            },
        ),
        Panel(
            title="Attempts to connect that succeed",
            unit="percentunit",
            queries={"messaging:connection_success:ratio_5m": "success"},
        ),
        Panel(
            title="Reconnects",
            unit="cps",
            queries={"sum(rate(messaging_reconnects_total[5m]))": "reconnects"},
        ),
        Panel(
            title="Message delivery, 99th percentile",
            unit="s",
            queries={"messaging:delivery_seconds:p99": "duration"},
        ),
        Panel(
            title="Messages delivered",
            unit="cps",
            queries={"sum(rate(messaging_delivery_seconds_count[5m]))": "messages"},
        ),
    ],
)

SERVERS: Final = Dashboard(
    title="Servers",
    panels=[
        Panel(
            title="CPU",
            unit="percentunit",
            queries={
                'sum by (instance, role) (rate(node_cpu_seconds_total{mode!="idle"}[5m]))'
                " / count by (instance, role)"
                ' (node_cpu_seconds_total{mode="idle"})': "{{role}} {{instance}}"
            },
        ),
        Panel(
            title="Memory available",
            unit="percentunit",
            queries={
                "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes": (
                    "{{role}} {{instance}}"
                )
            },
        ),
        Panel(
            title="Disk free",
            unit="percentunit",
            queries={
                'node_filesystem_avail_bytes{fstype=~"ext4|xfs"}'
                ' / node_filesystem_size_bytes{fstype=~"ext4|xfs"}': (
                    "{{role}} {{instance}} {{mountpoint}}"
                )
            },
        ),
        Panel(
            title="Network",
            unit="Bps",
            queries={
                "sum by (instance, role)"
                ' (rate(node_network_receive_bytes_total{device!="lo"}[5m]))': (
                    "{{role}} {{instance}} in"
                ),
                "sum by (instance, role)"
                ' (rate(node_network_transmit_bytes_total{device!="lo"}[5m]))': (
                    "{{role}} {{instance}} out"
                ),
            },
        ),
    ],
)

DATABASE: Final = Dashboard(
    title="Database",
    panels=[
        Panel(
            title="Connections",
            unit="short",
            queries={
                "sum by (server) (pg_stat_database_numbackends)": "{{server}}",
                'max(pg_settings_max_connections{server="primary"})': "limit",
            },
        ),
        Panel(
            title="Transactions",
            unit="ops",
            queries={
                "sum by (server) (rate(pg_stat_database_xact_commit[5m]))": "{{server}} committed",
                "sum by (server) (rate(pg_stat_database_xact_rollback[5m]))": (
                    "{{server}} rolled back"
                ),
            },
        ),
        Panel(
            title="Replication lag",
            unit="s",
            queries={'pg_replication_lag_seconds{server="replica"}': "replica"},
        ),
        Panel(
            title="Reads that the buffers answer",
            unit="percentunit",
            queries={
                "sum by (server) (rate(pg_stat_database_blks_hit[5m]))"
                " / (sum by (server) (rate(pg_stat_database_blks_hit[5m]))"
                " + sum by (server) (rate(pg_stat_database_blks_read[5m])))": "{{server}}"
            },
        ),
        Panel(
            title="Size",
            unit="bytes",
            queries={'sum(pg_database_size_bytes{server="primary"})': "all databases"},
        ),
        Panel(
            title="Age of the newest backup",
            unit="s",
            queries={"time() - messaging_backup_finished_timestamp_seconds": "age"},
        ),
    ],
)

CACHE: Final = Dashboard(
    title="Cache",
    panels=[
        Panel(
            title="Memory",
            unit="bytes",
            queries={
                "redis_memory_used_bytes": "{{instance}}",
                "max(redis_memory_max_bytes)": "limit",
            },
        ),
        Panel(
            title="Commands",
            unit="ops",
            queries={"rate(redis_commands_processed_total[5m])": "{{instance}}"},
        ),
        Panel(
            title="Keys found",
            unit="percentunit",
            queries={
                "rate(redis_keyspace_hits_total[5m])"
                " / (rate(redis_keyspace_hits_total[5m])"
                " + rate(redis_keyspace_misses_total[5m]))": "{{instance}}"
            },
        ),
        Panel(
            title="Keys dropped for want of memory",
            unit="ops",
            queries={"rate(redis_evicted_keys_total[5m])": "{{instance}}"},
        ),
        Panel(
            title="Clients",
            unit="short",
            queries={"redis_connected_clients": "{{instance}}"},
        ),
        Panel(
            title="Replicas that follow",
            unit="short",
            queries={"redis_connected_slaves": "{{instance}}"},
        ),
    ],
)

ALL: Final = (MESSAGING, SERVERS, DATABASE, CACHE)
