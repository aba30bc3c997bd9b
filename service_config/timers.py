"""What the operations server does by itself, as timers and services of systemd."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Job:
    """One command of `ops`, when it runs, and how long it may fail to."""

    command: str
    calendar: str
    """`OnCalendar` of systemd, in UTC."""
    overdue_seconds: int
    """After so long without a run that came to its end, people are told."""


_DAY: Final = 86_400
_DAILY: Final = 26 * 3600
"""A day and two hours, which a run of a large database may take longer than the one before."""
_WEEKLY: Final = 8 * _DAY

HEALTH: Final = Job(command="health", calendar="*:2/5", overdue_seconds=1800)

JOBS: Final = (
    Job(command="backup", calendar="*-*-* 01:30:00", overdue_seconds=_DAILY),
    Job(command="media-backup", calendar="*-*-* 02:30:00", overdue_seconds=_DAILY),
    # Once a week, at hours of their own: each of them keeps the database busy.
    Job(command="maintenance", calendar="Sat *-*-* 04:00:00", overdue_seconds=_WEEKLY),
    Job(command="verify", calendar="Sun *-*-* 04:00:00", overdue_seconds=_WEEKLY),
    Job(command="security-scan", calendar="Mon *-*-* 05:00:00", overdue_seconds=_WEEKLY),
    HEALTH,
)

WARNING: Final = 10
CRITICAL: Final = 11
"""What `ops` ends with when it has come to its end and found something."""

BACKUP_AGE_CALENDAR: Final = "*:0/15"
HEARTBEAT_CALENDAR: Final = "*:0/5"

_JOB_SERVICE: Final = """\
[Unit]
Description=ops %i
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target
OnFailure=report-failure@%n.service

[Service]
Type=oneshot
ExecStart=/usr/local/bin/ops %i
ExecStopPost=/bin/sh /opt/messaging-app/operations/scripts/job-ended %i
# A backup of a large database takes hours; one that takes a day is stuck.
TimeoutStartSec=1d
"""

_HEALTH_SERVICE: Final = f"""\
[Unit]
Description=ops {HEALTH.command}
# No OnFailure: what it finds raises an alert, once and not every five minutes.
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/local/bin/ops {HEALTH.command}
ExecStopPost=/bin/sh /opt/messaging-app/operations/scripts/job-ended {HEALTH.command}
SuccessExitStatus={WARNING} {CRITICAL}
TimeoutStartSec=4min
"""

_FAILURE_SERVICE: Final = """\
[Unit]
Description=Tell the team that %i failed

[Service]
Type=oneshot
ExecStart=/bin/sh /opt/messaging-app/operations/scripts/report-failure %i
"""

_BACKUP_AGE_SERVICE: Final = """\
[Unit]
Description=Report the age of the newest backup
After=network-online.target
Wants=network-online.target
OnFailure=report-failure@%n.service

[Service]
Type=oneshot
ExecStart=/bin/sh /opt/messaging-app/operations/scripts/backup-age
TimeoutStartSec=5min
"""

_HEARTBEAT_SERVICE: Final = """\
[Unit]
Description=Tell CloudWatch that alerts can be raised and sent
# No OnFailure: silence raises the alarm, once and not every five minutes.
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/sh /opt/messaging-app/operations/scripts/heartbeat
TimeoutStartSec=1min
"""


def units() -> Mapping[str, str]:
    """Return unit name → text: a template that runs any job, and a timer for each.

    For systemd a unit of the full name goes before the template.
    """
    return {
        "ops@.service": _JOB_SERVICE,
        f"ops@{HEALTH.command}.service": _HEALTH_SERVICE,
        "report-failure@.service": _FAILURE_SERVICE,
        "backup-age.service": _BACKUP_AGE_SERVICE,
        "backup-age.timer": _timer("backup-age.service", BACKUP_AGE_CALENDAR),
        "heartbeat.service": _HEARTBEAT_SERVICE,
        "heartbeat.timer": _timer("heartbeat.service", HEARTBEAT_CALENDAR),
        **{
            f"ops-{job.command}.timer": _timer(f"ops@{job.command}.service", job.calendar)
            for job in JOBS
        },
    }


def _timer(service: str, calendar: str) -> str:
    return (
        "[Unit]\n"
        f"Description=When {service} runs\n"
        "\n"
        "[Timer]\n"
        f"OnCalendar={calendar}\n"
        "# What a reboot has missed is made up for.\n"
        "Persistent=true\n"
        f"Unit={service}\n"
        "\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )
