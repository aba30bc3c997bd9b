"""When the operations server's own jobs do not run, or `ops health` finds something."""

from typing import Final

from service_config import timers
from service_config.alert import Alert
from service_config.operations_scripts import JOB_METRIC, STATUS_METRIC


def _overdue() -> str:
    """Any job of the operations server that should have run, and did not come to its end."""
    return " or ".join(
        f'time() - {JOB_METRIC}{{procedure="{job.command}"}} > {job.overdue_seconds}'
        f' or absent({JOB_METRIC}{{procedure="{job.command}"}})'
        for job in timers.JOBS
    )


def _health(status: int) -> str:
    return f'{STATUS_METRIC}{{procedure="{timers.HEALTH.command}"}} == {status}'


ALERTS: Final = (
    Alert(
        name="JobOverdue",
        severity="warning",
        area="jobs",
        expression=_overdue(),
        wait="15m",
        summary="A job of the operations server does not run",
        description="`ops {{ $labels.procedure }}` has not come to its end when it should have",
    ),
    Alert(
        name="HealthCritical",
        severity="critical",
        area="health",
        expression=_health(timers.CRITICAL),
        wait="15m",
        summary="`ops health` finds what users notice, or will soon",
        description="Three times in a row; `ops health` says what",
    ),
    Alert(
        name="HealthWarning",
        severity="warning",
        area="health",
        expression=_health(timers.WARNING),
        wait="1h",
        summary="`ops health` finds what somebody ought to look at",
        description="For an hour; `ops health` says what",
    ),
)
