"""Load balancers let websockets live, and drain before their server goes."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.parameters import Number, figure
from evaluation.properties import number, value_at
from evaluation.references import guide
from evaluation.resource_types import LOAD_BALANCERS, TARGET_GROUPS
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

WEBSOCKET_PORT = 8081
"""The guide's port of the websocket servers."""

DEFAULT_DRAIN_SECONDS = 300


def check(resource: Resource) -> Iterator[str]:
    """Hold the idle timeout of the balancer, and the drain of the websocket targets, to minima."""
    if resource.resource_type in TARGET_GROUPS:
        yield from _drain(resource)
    elif value_at(resource.props, "loadBalancerType") in (None, "application"):
        least = figure(resource.parameters, "idleSeconds")
        seconds = number(value_at(resource.props, "idleTimeout"))
        if seconds is None or seconds < least:
            found = "not set, and AWS's default is 60" if seconds is None else f"{seconds:g}"
            yield (
                f"idleTimeout is {found}; websockets need at least {least:g} seconds. "
                f"Set it to {least:g}."
            )


def _drain(resource: Resource) -> Iterator[str]:
    if value_at(resource.props, "port") != WEBSOCKET_PORT:
        return
    least = figure(resource.parameters, "drainSeconds")
    given = value_at(resource.props, "deregistrationDelay")
    seconds = DEFAULT_DRAIN_SECONDS if given is None else number(given)
    if seconds is None or seconds < least:
        found = "not given as a number" if seconds is None else f"{seconds:g}"
        yield (
            f"deregistrationDelay is {found}; clients of websockets need at least {least:g} "
            f"seconds to go elsewhere. Set it to {least:g}."
        )


WEBSOCKET_TIMEOUTS = ResourceRule(
    name="websocket-timeouts",
    title="Websockets may idle for 300 seconds, and drain for 300 before their server goes",
    why=(
        "A timeout as long as the clients' pings cuts connections that are merely quiet, and all "
        "of them reconnect at once."
    ),
    severity=Severity.MEDIUM,
    references=(guide("Scaling 2"),),
    fix="Raise idleTimeout of the load balancer, or deregistrationDelay of the target group.",
    example=Example(violates="idleTimeout: 60", complies="idleTimeout: 300"),
    parameters={
        "idleSeconds": Number(
            default=300, minimum=1, meaning="least idle timeout of a load balancer, in seconds"
        ),
        "drainSeconds": Number(
            default=300, minimum=0, meaning="least drain of websocket targets, in seconds"
        ),
    },
    resource_types=(*LOAD_BALANCERS, *TARGET_GROUPS),
    check=check,
)
