"""What Prometheus computes all the time, for alerts and dashboards."""

from dataclasses import dataclass
from typing import Final

WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
"""Over which the share of failed requests is recorded."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """An expression that Prometheus evaluates all the time, for alerts and dashboards."""

    name: str
    expression: str


def records() -> list[Record]:
    """Return what is recorded: shares of failures by window, and slow requests and messages."""
    failed = [
        Record(
            name=f"api:failed_requests:ratio_{window}",
            expression=f'sum(rate(http_requests_total{{status=~"5.."}}[{window}]))'
            f" / sum(rate(http_requests_total[{window}]))",
        )
        for window in WINDOWS
    ]
    return [
        *failed,
        _percentile("api:request_duration_seconds:p99", "http_request_duration_seconds"),
        _percentile("messaging:delivery_seconds:p99", "messaging_delivery_seconds"),
        Record(
            name="messaging:connection_success:ratio_5m",
            expression='sum(rate(messaging_connections_total{result="success"}[5m]))'
            " / sum(rate(messaging_connections_total[5m]))",
        ),
    ]


def _percentile(name: str, histogram: str) -> Record:
    expression = f"histogram_quantile(0.99, sum by (le) (rate({histogram}_bucket[5m])))"
    return Record(name=name, expression=expression)
