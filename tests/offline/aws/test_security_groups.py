"""Security groups begin without the rules that AWS gives to every new one."""

from typing import Any

from offline.aws import RESOURCES
from offline.aws.security_groups import DEFAULT_SECURITY_GROUP, SECURITY_GROUP
from offline.provider.lifecycle import diff
from tests.offline.aws.account import Account
from tests.offline.aws.cases.vpc import a_vpc


def test_a_rule_that_changes_the_kind_of_its_peer_is_replaced() -> None:
    rule = RESOURCES["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"]
    from_addresses = {"ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8"}
    from_group = {"ipProtocol": "tcp", "referencedSecurityGroupId": "sg-1"}

    assert diff(rule, from_addresses, from_group).replaces == {
        "cidrIpv4",
        "referencedSecurityGroupId",
    }


def rules_of(account: Account, group_id: str) -> list[Any]:
    filters = [{"Name": "group-id", "Values": [group_id]}]
    found = account.client("ec2").describe_security_group_rules(Filters=filters)
    return found["SecurityGroupRules"]


def test_a_new_group_lets_nothing_through(account: Account) -> None:
    state = account.create(SECURITY_GROUP.token, name=account.unique("group"), vpcId=a_vpc(account))

    assert rules_of(account, state["id"]) == []


def test_the_default_group_of_a_vpc_is_adopted_and_closed(account: Account) -> None:
    vpc = account.create("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")
    assert rules_of(account, vpc["defaultSecurityGroupId"]) != []

    state = account.create(DEFAULT_SECURITY_GROUP.token, vpcId=vpc["id"])

    assert state["id"] == vpc["defaultSecurityGroupId"]
    assert rules_of(account, state["id"]) == []
