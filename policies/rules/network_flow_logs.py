"""Networks record who connects to what, and who was turned away."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import value_at
from evaluation.references import cis, fsbp, guide
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, OnUnknown, StackRule

VPCS = ("aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc")
FLOW_LOGS = ("aws:ec2/flowLog:FlowLog",)


def check(vpc: Resource, stack: Stack) -> Iterator[str]:
    """Ask for a flow log of the whole VPC; CIS and FSBP want at least what is refused in it."""
    logs = stack.attached(vpc, FLOW_LOGS, "vpcId", "id")
    if not any(value_at(log.props, "trafficType") in ("ALL", "REJECT") for log in logs):
        yield (
            f"VPC {vpc.name} has no flow log of refused connections, so nobody can tell who tried "
            "to get in. Add a FlowLog for it with trafficType ALL."
        )


NETWORK_FLOW_LOGS = StackRule(
    name="network-flow-logs",
    title="Networks have flow logs",
    why="A scan, or data on its way out, shows in no log of a server that was broken into.",
    severity=Severity.MEDIUM,
    references=(guide("Security Monitoring 1"), cis("3.7"), fsbp("EC2.6")),
    fix="Add a FlowLog whose vpcId is the VPC and whose trafficType is ALL.",
    example=Example(violates="a Vpc alone", complies="a Vpc and its FlowLog"),
    on_unknown=OnUnknown.REPORT,
    resource_types=VPCS,
    beside=FLOW_LOGS,
    check=check,
)
