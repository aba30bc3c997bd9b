"""Load balancers pass on no request that servers could read in two ways."""

from collections.abc import Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import is_true, value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resource_types import LOAD_BALANCERS
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Reject application load balancers that let malformed headers or requests through."""
    if value_at(resource.props, "loadBalancerType") not in (None, "application"):
        return
    if not is_true(value_at(resource.props, "dropInvalidHeaderFields")):
        yield (
            "dropInvalidHeaderFields is not true, so malformed headers reach the servers. "
            "Set it to true."
        )
    if value_at(resource.props, "desyncMitigationMode") == "monitor":
        yield (
            "desyncMitigationMode is monitor, so requests that hide another one reach the servers. "
            "Set it to defensive."
        )


def remedy(resource: Resource) -> Mapping[str, object]:
    """Drop what is malformed, where the check says that it passes."""
    if not list(check(resource)):
        return {}
    mode = value_at(resource.props, "desyncMitigationMode")
    defended = {"desyncMitigationMode": "defensive"} if mode == "monitor" else {}
    return {"dropInvalidHeaderFields": True, **defended}


LOAD_BALANCER_HEADERS = ResourceRule(
    name="load-balancer-headers",
    title="Load balancers drop invalid headers and ambiguous requests",
    why="A request that balancer and server read differently smuggles a second one past the rules.",
    severity=Severity.MEDIUM,
    references=(guide("Security Hardening"), fsbp("ELB.4"), fsbp("ELB.12"), pci("6.2.4")),
    fix="Set dropInvalidHeaderFields to true, and desyncMitigationMode to defensive or strictest.",
    example=Example(
        violates="dropInvalidHeaderFields: false", complies="dropInvalidHeaderFields: true"
    ),
    resource_types=LOAD_BALANCERS,
    remedy=remedy,
    check=check,
)
