"""Networks that record nothing of who was turned away are rejected."""

from dataclasses import replace

import pytest

from rules.network_flow_logs import NETWORK_FLOW_LOGS
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations
from tests.policies.factories import flow_log, vpc, with_properties

OTHER = replace(vpc(), name="other")
DEFAULT = replace(vpc(), type="aws:ec2/defaultVpc:DefaultVpc")


def message(name: str = "network") -> str:
    return (
        f"VPC {name} has no flow log of refused connections, so nobody can tell who tried to get "
        "in. Add a FlowLog for it with trafficType ALL."
    )


@pytest.mark.parametrize("network", [vpc(), DEFAULT])
@pytest.mark.parametrize("traffic", ["ALL", "REJECT"])
def test_a_network_with_a_flow_log_passes(network: Resource, traffic: str) -> None:
    log = flow_log(trafficType=traffic)
    assert stack_violations(NETWORK_FLOW_LOGS, [network, log]) == []


@pytest.mark.parametrize("network", [vpc(), DEFAULT])
def test_one_without_is_rejected(network: Resource) -> None:
    assert stack_violations(NETWORK_FLOW_LOGS, [network]) == [(message(), network.urn)]


@pytest.mark.parametrize("traffic", ["ACCEPT", None])
def test_what_was_let_in_alone_is_not_enough(traffic: object) -> None:
    log = flow_log(trafficType=traffic)
    assert stack_violations(NETWORK_FLOW_LOGS, [vpc(), log]) == [(message(), vpc().urn)]


def test_a_second_flow_log_may_be_the_one() -> None:
    accepted = replace(flow_log(trafficType="ACCEPT"), name="accepted")
    assert stack_violations(NETWORK_FLOW_LOGS, [vpc(), accepted, flow_log()]) == []


def test_the_flow_log_of_another_network_is_none_of_this_one() -> None:
    assert stack_violations(NETWORK_FLOW_LOGS, [vpc(), OTHER, flow_log()]) == [
        (message("other"), OTHER.urn)
    ]


def test_a_subnets_flow_log_is_not_its_networks() -> None:
    log = replace(flow_log(vpcId=None, subnetId=UNKNOWN), depends={"subnetId": ["subnet"]})
    assert stack_violations(NETWORK_FLOW_LOGS, [vpc(), log]) == [(message(), vpc().urn)]


def test_a_network_that_is_known_is_found_by_its_id() -> None:
    known = with_properties(vpc(), {"id": "vpc-1"})
    named = replace(flow_log(vpcId="vpc-1"), depends={})
    assert stack_violations(NETWORK_FLOW_LOGS, [known, named]) == []
    assert stack_violations(
        NETWORK_FLOW_LOGS, [known, with_properties(named, {"vpcId": "vpc-2"})]
    ) == [(message(), known.urn)]


def test_traffic_unknown_at_preview_waits_for_the_deployment() -> None:
    log = flow_log(trafficType=UNKNOWN)
    assert stack_violations(NETWORK_FLOW_LOGS, [vpc(), log]) == []
    (found,) = stack_violations(NETWORK_FLOW_LOGS, [vpc(), log], {"onUnknown": "block"})
    assert found[0].startswith("trafficType is not known yet at preview")
