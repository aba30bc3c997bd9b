"""Scripts of the operations server; they come with its configuration and run beside it."""

import shlex
from string import Template
from typing import Final

from service_config import ports, timers

METRICS_DIRECTORY: Final = "/var/lib/prometheus/node-exporter"
"""Where Ubuntu's node exporter reads metrics that others write (its textfile collector)."""

USER: Final = 10001
"""User and group of the container of `ops`, which writes to folders of the server."""

JOB_METRIC: Final = "messaging_job_finished_timestamp_seconds"
STATUS_METRIC: Final = "messaging_job_exit_status"

OPS: Final = """\
#!/bin/sh
# Runs one of the guide's procedures in the container of `ops`: ops COMMAND [ARGUMENT…]
set -eu
cd /opt/messaging-app/operations
if [ -e log-in ]; then sh ./log-in; fi
if [ -t 0 ] && [ -t 1 ]; then terminal=; else terminal=-T; fi
exec docker compose run --rm --no-deps $terminal ops "$@"
"""

APPLY: Final = Template("""\
#!/bin/sh
# Puts this configuration into service. Safe to repeat: what has not changed is left alone.
set -eu
cd "$$(dirname "$$0")/.."
systemd=$${SYSTEMD_DIRECTORY:-/etc/systemd/system}
programs=$${PROGRAM_DIRECTORY:-/usr/local/bin}
state=$${STATE_DIRECTORY:-/var/lib/messaging-app}/applied
data=$${DATA_DIRECTORY:-/data}
metrics=$${METRICS_DIRECTORY:-$metrics}
logs=$${LOG_DIRECTORY:-/var/log/messaging-app}
mkdir -p "$$state"

# is_new NAME: whether the files below NAME differ from what `done_with NAME` saw.
digest() { find "$$1" -type f | sort | xargs sha256sum | sha256sum; }
is_new() { [ "$$(digest "$$1")" != "$$(cat "$$state/$$1" 2>/dev/null)" ]; }
done_with() { digest "$$1" >"$$state/$$1"; }

sh ./write-env
install -m 0755 scripts/ops "$$programs/ops"
install -m 0644 logrotate/messaging-app "$${LOGROTATE_DIRECTORY:-/etc/logrotate.d}/messaging-app"
# The user of the container of `ops` writes to these.
install -d -o $user -g $user "$$metrics" "$$logs" "$$(dirname "$$state")/ops"

if is_new systemd; then
    # What an older configuration installed and this one no longer has goes away first.
    for old in $$(cat "$$state/units" 2>/dev/null); do
        if [ ! -e "systemd/$$old" ]; then
            systemctl disable --now "$$old" || true
            rm -f "$$systemd/$$old"
        fi
    done
    install -m 0644 systemd/* "$$systemd/"
    ls systemd >"$$state/units"
    systemctl daemon-reload
    for timer in systemd/*.timer; do systemctl enable --now "$$(basename "$$timer")"; done
    # A job that has never run is awaited from now on.
    for job in $jobs; do
        [ -e "$$metrics/job_$$job.prom" ] || EXIT_STATUS=0 sh scripts/job-ended "$$job"
    done
    done_with systemd
fi

# Users of the images: nobody for Prometheus and Alertmanager, 472 for Grafana.
install -d -o 65534 -g 65534 "$$data/prometheus" "$$data/alertmanager"
install -d -o 472 -g 0 "$$data/grafana"
# When the volume has grown, so does its file system.
xfs_growfs -d "$$data" >/dev/null

# Recreates the containers whose definition or passwords changed, and only those.
docker compose up --detach --remove-orphans --quiet-pull

# These read changed files when they are told to; a faulty file leaves the old one in force.
for service in prometheus alertmanager blackbox; do
    if is_new "$$service"; then
        docker compose kill --signal SIGHUP "$$service"
        done_with "$$service"
    fi
done
# Dashboards are read again by themselves; data sources only at the start.
if is_new grafana/provisioning; then
    docker compose restart grafana
    mkdir -p "$$state/grafana"
    done_with grafana/provisioning
fi
""").substitute(
    metrics=METRICS_DIRECTORY, user=USER, jobs=" ".join(job.command for job in timers.JOBS)
)

JOB_ENDED: Final = Template("""\
#!/bin/sh
# Notes for Prometheus how a job of `ops` ended, and when one last came to its end: job-ended JOB
# Systemd tells the rest in EXIT_STATUS.
set -eu
file=$${METRICS_DIRECTORY:-$metrics}/job_$$1.prom
case $${EXIT_STATUS:-} in
0 | $warning | $critical) finished=$$(date +%s) ;;
*) finished=$$(sed -n 's/^$finished_metric{.*} //p' "$$file" 2>/dev/null || true) ;;
esac
case $${EXIT_STATUS:-} in '' | *[!0-9]*) status=1 ;; *) status=$$EXIT_STATUS ;; esac
{
    echo '# HELP $status_metric What a job of ops last ended with.'
    echo '# TYPE $status_metric gauge'
    echo "$status_metric{procedure=\\"$$1\\"} $$status"
    if [ -n "$$finished" ]; then
        echo '# HELP $finished_metric When a job of ops last came to its end.'
        echo '# TYPE $finished_metric gauge'
        echo "$finished_metric{procedure=\\"$$1\\"} $$finished"
    fi
} >"$$file.new"
chmod 0644 "$$file.new"
mv "$$file.new" "$$file"
""").substitute(
    metrics=METRICS_DIRECTORY,
    warning=timers.WARNING,
    critical=timers.CRITICAL,
    finished_metric=JOB_METRIC,
    status_metric=STATUS_METRIC,
)

_BACKUP_AGE: Final = Template("""\
#!/bin/sh
# Reports when the newest backup was finished, to CloudWatch and to Prometheus. Of a backup, the
# manifest is written last. Without any backup nothing is reported, and both raise an alarm.
set -eu
metrics=$${METRICS_DIRECTORY:-$directory}
query="max((Contents || \\`[]\\`)[?ends_with(Key, '/manifest.json')].LastModified)"
# As JSON, since the command line applies the query to each page alone when it answers with text.
newest=$$(aws s3api list-objects-v2 --region $region --bucket $bucket --prefix database/ \\
    --query "$$query" --output json)
if [ "$$newest" = null ]; then
    rm -f "$$metrics/backup.prom"
    echo "There is no backup yet."
    exit 0
fi
finished=$$(date --date "$$(echo "$$newest" | tr -d '"')" +%s)
{
    echo '# HELP messaging_backup_finished_timestamp_seconds When the newest backup was finished.'
    echo '# TYPE messaging_backup_finished_timestamp_seconds gauge'
    echo "messaging_backup_finished_timestamp_seconds $$finished"
} >"$$metrics/backup.prom.new"
chmod 0644 "$$metrics/backup.prom.new"
mv "$$metrics/backup.prom.new" "$$metrics/backup.prom"
aws cloudwatch put-metric-data --region $region --namespace $namespace \\
    --metric-name BackupAgeSeconds --dimensions Environment=$environment \\
    --unit Seconds --value $$(($$(date +%s) - finished))
""")

_HEARTBEAT: Final = Template("""\
#!/bin/sh
# Tells CloudWatch that somebody watches. Its silence raises an alarm there: while Prometheus or
# Alertmanager is not ready, and when this server is gone.
set -eu
for port in $ports; do
    curl --fail --silent --max-time 5 --output /dev/null "http://localhost:$$port/-/ready" || {
        echo "What should listen on port $$port is not ready." >&2
        exit 1
    }
done
aws cloudwatch put-metric-data --region $region --namespace $namespace \\
    --metric-name MonitoringHeartbeat --dimensions Environment=$environment --value 1
""")

_REPORT_FAILURE: Final = Template("""\
#!/bin/sh
# Tells the team that a unit failed: report-failure UNIT
set -eu
aws sns publish --region $region --topic-arn $topic \\
    --subject "$environment: $$1 failed" \\
    --message "$$1 failed on the operations server of $environment. Its output: journalctl -u $$1"
""")


def backup_age(*, region: str, bucket: str, namespace: str, environment: str) -> str:
    """Return the script that reports the age of the newest backup as `BackupAgeSeconds`.

    Args:
        region: AWS region of the bucket and of the metric.
        bucket: where `ops backup` writes `database/<id>/…/manifest.json`.
        namespace: of the metric, in CloudWatch.
        environment: its dimension.
    """
    return _BACKUP_AGE.substitute(
        region=shlex.quote(region),
        bucket=shlex.quote(bucket),
        namespace=shlex.quote(namespace),
        environment=shlex.quote(environment),
        directory=METRICS_DIRECTORY,
    )


def heartbeat(*, region: str, namespace: str, environment: str) -> str:
    """Return the script that reports `MonitoringHeartbeat` while alerts can be raised and sent.

    Args:
        region: AWS region of the metric.
        namespace: of the metric, in CloudWatch.
        environment: its dimension.
    """
    return _HEARTBEAT.substitute(
        ports=f"{ports.PROMETHEUS} {ports.ALERTMANAGER}",
        region=shlex.quote(region),
        namespace=shlex.quote(namespace),
        environment=shlex.quote(environment),
    )


def report_failure(*, region: str, topic_arn: str, environment: str) -> str:
    """Return the script that publishes the name of a failed unit to a topic of SNS."""
    return _REPORT_FAILURE.substitute(
        region=shlex.quote(region), topic=shlex.quote(topic_arn), environment=environment
    )
