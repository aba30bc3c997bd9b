"""Security groups: which role may talk to which, on what port, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2, vpc

from components.identity import Identity, Role
from service_config import ports

WORLD = IPv4Network("0.0.0.0/0")

SERVERS: tuple[Role, ...] = ("api", "websocket", "cache", "monitoring")
"""Machines with an operating system of ours: they are scraped, patched and maybe logged in to."""

GROUPS: tuple[Role, ...] = ("load-balancer", "database", *SERVERS)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """TCP connections that `from_` may open to `port` of `to`, each a role or a network."""

    from_: Role | IPv4Network
    to: Role | IPv4Network
    port: int
    why: str
    """The description of the rule in AWS."""


FLOWS: tuple[Flow, ...] = (
    Flow(from_=WORLD, to="load-balancer", port=ports.HTTPS, why="Clients"),
    Flow(from_=WORLD, to="load-balancer", port=ports.HTTP, why="Clients, redirected to https"),
    Flow(from_="load-balancer", to="api", port=ports.API_PORT, why="Requests"),
    Flow(from_="load-balancer", to="websocket", port=ports.WEBSOCKET_PORT, why="Websockets"),
    Flow(from_="api", to="database", port=ports.POSTGRES, why="Queries"),
    Flow(from_="api", to="cache", port=ports.REDIS, why="Cache and messages"),
    Flow(from_="websocket", to="database", port=ports.POSTGRES, why="Queries"),
    Flow(from_="websocket", to="cache", port=ports.REDIS, why="Cache and messages"),
    Flow(from_="cache", to="cache", port=ports.REDIS, why="Replication"),
    # Three sentinels, one of them on the operations server, agree on which Redis is the primary.
    Flow(from_="cache", to="cache", port=ports.REDIS_SENTINEL, why="Sentinels"),
    Flow(from_="cache", to="monitoring", port=ports.REDIS_SENTINEL, why="Sentinels"),
    Flow(from_="monitoring", to="cache", port=ports.REDIS_SENTINEL, why="Sentinels"),
    Flow(from_="monitoring", to="api", port=ports.API_PORT, why="Application metrics"),
    Flow(from_="monitoring", to="websocket", port=ports.WEBSOCKET_PORT, why="Application metrics"),
    Flow(from_="monitoring", to="database", port=ports.POSTGRES, why="Metrics and backups"),
    Flow(from_="monitoring", to="cache", port=ports.REDIS, why="Metrics"),
    *(
        Flow(from_="monitoring", to=role, port=ports.NODE_EXPORTER, why="Machine metrics")
        for role in SERVERS
        if role != "monitoring"
    ),
    # Names and time need no rule: security groups do not filter the VPC's own DNS and NTP.
    *(
        Flow(from_=role, to=WORLD, port=port, why="Packages, images and AWS services")
        for role in SERVERS
        for port in (ports.HTTP, ports.HTTPS)
    ),
)
"""Everything that may connect, apart from ssh; what is not here is dropped."""


@dataclass(frozen=True, kw_only=True)
class FirewallArgs:
    """Which VPC, and from which networks ssh to the servers is allowed."""

    identity: Identity
    vpc_id: pulumi.Input[str]
    ssh_cidrs: Sequence[IPv4Network]


class Firewall(pulumi.ComponentResource):
    """One security group per role, with exactly the rules that `FLOWS` and ssh need.

    Each flow opens both of its ends, so a server that is taken over cannot reach further than
    its own flows either.
    """

    group_ids: dict[Role, pulumi.Output[str]]

    def __init__(
        self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Firewall", name, None, opts)
        self.group_ids = {role: self._group(name, args, role) for role in GROUPS}
        for flow in (*FLOWS, *ssh_flows(args.ssh_cidrs)):
            self._ingress(name, args, flow)
            self._egress(name, args, flow)
        self.register_outputs({"group_ids": self.group_ids})

    def _group(self, name: str, args: FirewallArgs, role: Role) -> pulumi.Output[str]:
        return ec2.SecurityGroup(
            f"{name}-{role}",
            description=f"{args.identity.project} {args.identity.environment} {role}",
            vpc_id=args.vpc_id,
            tags=args.identity.tags(role, args.identity.name(role, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        ).id

    def _ingress(self, name: str, args: FirewallArgs, flow: Flow) -> None:
        if isinstance(flow.to, IPv4Network):
            return
        vpc.SecurityGroupIngressRule(
            f"{name}-{flow.to}-from-{_label(flow.from_)}-{flow.port}",
            security_group_id=self.group_ids[flow.to],
            referenced_security_group_id=self._group_of(flow.from_),
            cidr_ipv4=_cidr_of(flow.from_),
            ip_protocol="tcp",
            from_port=flow.port,
            to_port=flow.port,
            description=flow.why,
            tags=args.identity.tags(flow.to),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _egress(self, name: str, args: FirewallArgs, flow: Flow) -> None:
        if isinstance(flow.from_, IPv4Network):
            return
        vpc.SecurityGroupEgressRule(
            f"{name}-{flow.from_}-to-{_label(flow.to)}-{flow.port}",
            security_group_id=self.group_ids[flow.from_],
            referenced_security_group_id=self._group_of(flow.to),
            cidr_ipv4=_cidr_of(flow.to),
            ip_protocol="tcp",
            from_port=flow.port,
            to_port=flow.port,
            description=flow.why,
            tags=args.identity.tags(flow.from_),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _group_of(self, end: Role | IPv4Network) -> pulumi.Output[str] | None:
        return None if isinstance(end, IPv4Network) else self.group_ids[end]


def ssh_flows(cidrs: Sequence[IPv4Network]) -> tuple[Flow, ...]:
    """ssh to every server from the named networks; none by default, as SSM needs no open port."""
    return tuple(
        Flow(from_=cidr, to=role, port=ports.SSH, why="Operators")
        for cidr in cidrs
        for role in SERVERS
    )


def _cidr_of(end: Role | IPv4Network) -> str | None:
    return str(end) if isinstance(end, IPv4Network) else None


def _label(end: Role | IPv4Network) -> str:
    if isinstance(end, IPv4Network):
        return "world" if end == WORLD else str(end).replace("/", "-")
    return end
