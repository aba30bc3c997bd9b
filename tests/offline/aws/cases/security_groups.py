"""EC2's security groups."""

from collections.abc import Mapping
from typing import Any

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase
from tests.offline.aws.cases.vpc import TAG_DRIFT, a_vpc, tag_behind_the_back


def a_group(account: Account) -> str:
    return account.create(
        "aws:ec2/securityGroup:SecurityGroup", name=account.unique("group"), vpcId=a_vpc(account)
    )["id"]


def security_group(account: Account) -> Case:
    return Case(
        token="aws:ec2/securityGroup:SecurityGroup",
        inputs={
            "name": account.unique("group"),
            "description": "API servers",
            "vpcId": a_vpc(account),
            "tags": TAGS,
        },
        changes={"tags": NEW_TAGS},
        meddle=lambda state: tag_behind_the_back(account, state),
        drift=TAG_DRIFT,
    )


def default_security_group(account: Account) -> Case:
    return Case(
        token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        inputs={"vpcId": a_vpc(account), "tags": TAGS},
        changes={"tags": NEW_TAGS},
        meddle=lambda state: tag_behind_the_back(account, state),
        drift=TAG_DRIFT,
        outlives=True,
    )


def _rule(
    account: Account, direction: str, peer: Mapping[str, Any], other: Mapping[str, Any]
) -> Case:
    group = a_group(account)
    return Case(
        token=f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule",
        inputs={
            "securityGroupId": group,
            "ipProtocol": "tcp",
            "fromPort": 8080,
            "toPort": 8080,
            "description": "HTTP",
            **peer,
            "tags": TAGS,
        },
        changes={
            "fromPort": 80,
            "toPort": 9090,
            "ipProtocol": "udp",
            "description": "changed",
            **other,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: getattr(
            account.client("ec2"), f"revoke_security_group_{direction.lower()}"
        )(GroupId=group, SecurityGroupRuleIds=[state["id"]]),
        drift=None,
        untold=frozenset({"arn"}),
    )


def ingress_from_addresses(account: Account) -> Case:
    return _rule(account, "Ingress", {"cidrIpv4": "10.0.0.0/8"}, {"cidrIpv4": "10.1.0.0/16"})


def ingress_from_group(account: Account) -> Case:
    peer, other = a_group(account), a_group(account)
    return _rule(
        account,
        "Ingress",
        {"referencedSecurityGroupId": peer},
        {"referencedSecurityGroupId": other},
    )


def egress_to_addresses(account: Account) -> Case:
    return _rule(account, "Egress", {"cidrIpv4": "0.0.0.0/0"}, {"cidrIpv4": "10.1.0.0/16"})


CASES: tuple[MakeCase, ...] = (
    security_group,
    default_security_group,
    ingress_from_addresses,
    ingress_from_group,
    egress_to_addresses,
)
