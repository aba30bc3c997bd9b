"""What an emulated account holds, service by service."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jmespath

LISTINGS: Mapping[str, tuple[str, str, str]] = {
    "VPCs": ("ec2", "describe_vpcs", "Vpcs[?!IsDefault].VpcId"),
    "subnets": ("ec2", "describe_subnets", "Subnets[?!DefaultForAz].SubnetId"),
    "internet gateways": (
        "ec2",
        "describe_internet_gateways",
        "InternetGateways[].InternetGatewayId",
    ),
    "NAT gateways": ("ec2", "describe_nat_gateways", "NatGateways[?State!='deleted'].NatGatewayId"),
    "addresses": ("ec2", "describe_addresses", "Addresses[].PublicIp"),
    "route tables": (
        "ec2",
        "describe_route_tables",
        "RouteTables[?!not_null(Associations[?Main])].RouteTableId",
    ),
    "endpoints": ("ec2", "describe_vpc_endpoints", "VpcEndpoints[?State!='deleted'].VpcEndpointId"),
    "network interfaces": (
        "ec2",
        "describe_network_interfaces",
        # Moto keeps the interfaces of deleted NAT gateways, attached to nothing.
        "NetworkInterfaces[?Status=='in-use'].NetworkInterfaceId",
    ),
    "flow logs": ("ec2", "describe_flow_logs", "FlowLogs[].FlowLogId"),
    "security groups": (
        "ec2",
        "describe_security_groups",
        "SecurityGroups[?GroupName!='default'].GroupId",
    ),
    "launch templates": (
        "ec2",
        "describe_launch_templates",
        "LaunchTemplates[].LaunchTemplateName",
    ),
    "instances": (
        "ec2",
        "describe_instances",
        "Reservations[].Instances[?State.Name!='terminated'].InstanceId | []",
    ),
    "volumes": ("ec2", "describe_volumes", "Volumes[].VolumeId"),
    "load balancers": ("elbv2", "describe_load_balancers", "LoadBalancers[].LoadBalancerName"),
    "target groups": ("elbv2", "describe_target_groups", "TargetGroups[].TargetGroupName"),
    "server groups": (
        "autoscaling",
        "describe_auto_scaling_groups",
        "AutoScalingGroups[].AutoScalingGroupName",
    ),
    "scaling policies": ("autoscaling", "describe_policies", "ScalingPolicies[].PolicyName"),
    "databases": ("rds", "describe_db_instances", "DBInstances[].DBInstanceIdentifier"),
    "snapshots": ("rds", "describe_db_snapshots", "DBSnapshots[].DBSnapshotIdentifier"),
    "subnet groups": ("rds", "describe_db_subnet_groups", "DBSubnetGroups[].DBSubnetGroupName"),
    "parameter groups": (
        "rds",
        "describe_db_parameter_groups",
        "DBParameterGroups[?!starts_with(DBParameterGroupName, 'default.')].DBParameterGroupName",
    ),
    "buckets": ("s3", "list_buckets", "Buckets[].Name"),
    "aliases of keys": (
        "kms",
        "list_aliases",
        "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName",
    ),
    "roles": ("iam", "list_roles", "Roles[?!starts_with(Path, '/aws-service-role/')].RoleName"),
    "instance profiles": (
        "iam",
        "list_instance_profiles",
        "InstanceProfiles[].InstanceProfileName",
    ),
    "log groups": ("logs", "describe_log_groups", "logGroups[].logGroupName"),
    # Those that wait for their deletion are not listed.
    "secrets": ("secretsmanager", "list_secrets", "SecretList[].Name"),
    "topics": ("sns", "list_topics", "Topics[].TopicArn"),
    "subscriptions": ("sns", "list_subscriptions", "Subscriptions[].SubscriptionArn"),
    "certificates": ("acm", "list_certificates", "CertificateSummaryList[].CertificateArn"),
    "zones": ("route53", "list_hosted_zones", "HostedZones[].Name"),
}
"""What people call it → service, the call that lists it, and where in the answer it stands without
what AWS brings along."""


def holdings(client: Callable[[str], Any]) -> dict[str, list[str]]:
    """Everything that somebody made in an account, by kind; kinds without any are left out."""
    found = {
        kind: jmespath.search(path, getattr(client(service), operation)())
        for kind, (service, operation, path) in LISTINGS.items()
    }
    found["keys"] = list(_keys(client("kms")))
    return {kind: items for kind, items in found.items() if items}


def _keys(kms: Any) -> Iterator[str]:
    for key in kms.list_keys()["Keys"]:
        metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if metadata["KeyManager"] == "CUSTOMER" and metadata["KeyState"] != "PendingDeletion":
            yield metadata["KeyId"]
