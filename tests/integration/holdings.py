"""What an emulated account holds, service by service."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"

OWN: Mapping[str, Any] = {"Filters": [{"Key": "Owner", "Values": ["Self"]}]}


@dataclass(frozen=True)
class Listing:
    """How to find everything of one kind that somebody made."""

    service: str
    operation: str
    found: str
    """Where in the answer it stands, without what AWS brings along."""
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __call__(self, client: Callable[[str], Any]) -> list[Any]:
        """Ask page by page."""
        service = client(self.service)
        if service.can_paginate(self.operation):
            pages = service.get_paginator(self.operation).paginate(**self.arguments)
        else:
            pages = [getattr(service, self.operation)(**self.arguments)]
        return [each for page in pages for each in jmespath.search(self.found, page) or ()]


NETWORK: Mapping[str, Listing] = {
    "VPCs": Listing("ec2", "describe_vpcs", "Vpcs[?!IsDefault].VpcId"),
    "subnets": Listing("ec2", "describe_subnets", "Subnets[?!DefaultForAz].SubnetId"),
    "internet gateways": Listing(
        "ec2", "describe_internet_gateways", "InternetGateways[].InternetGatewayId"
    ),
    "NAT gateways": Listing(
        "ec2", "describe_nat_gateways", "NatGateways[?State!='deleted'].NatGatewayId"
    ),
    "addresses": Listing("ec2", "describe_addresses", "Addresses[].PublicIp"),
    "route tables": Listing(
        "ec2",
        "describe_route_tables",
        "RouteTables[?!not_null(Associations[?Main])].RouteTableId",
    ),
    "endpoints": Listing(
        "ec2", "describe_vpc_endpoints", "VpcEndpoints[?State!='deleted'].VpcEndpointId"
    ),
    "network interfaces": Listing(
        "ec2",
        "describe_network_interfaces",
        # Moto keeps the interfaces of deleted NAT gateways, attached to nothing.
        "NetworkInterfaces[?Status=='in-use'].NetworkInterfaceId",
    ),
    "flow logs": Listing("ec2", "describe_flow_logs", "FlowLogs[].FlowLogId"),
    "security groups": Listing(
        "ec2", "describe_security_groups", "SecurityGroups[?GroupName!='default'].GroupId"
    ),
    "load balancers": Listing(
        "elbv2", "describe_load_balancers", "LoadBalancers[].LoadBalancerName"
    ),
    "target groups": Listing("elbv2", "describe_target_groups", "TargetGroups[].TargetGroupName"),
    "web firewalls": Listing("wafv2", "list_web_acls", "WebACLs[].Name", {"Scope": "REGIONAL"}),
    "logs of web firewalls": Listing(
        "wafv2",
        "list_logging_configurations",
        "LoggingConfigurations[].ResourceArn",
        {"Scope": "REGIONAL"},
    ),
    "certificates": Listing("acm", "list_certificates", "CertificateSummaryList[].CertificateArn"),
    "zones": Listing("route53", "list_hosted_zones", "HostedZones[].Name"),
}

SERVERS: Mapping[str, Listing] = {
    "launch templates": Listing(
        "ec2", "describe_launch_templates", "LaunchTemplates[].LaunchTemplateName"
    ),
    "instances": Listing(
        "ec2",
        "describe_instances",
        "Reservations[].Instances[?State.Name!='terminated'].InstanceId | []",
    ),
    "volumes": Listing("ec2", "describe_volumes", "Volumes[].VolumeId"),
    "server groups": Listing(
        "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups[].AutoScalingGroupName"
    ),
    "scaling policies": Listing("autoscaling", "describe_policies", "ScalingPolicies[].PolicyName"),
    "functions": Listing("lambda", "list_functions", "Functions[].FunctionName"),
    "documents": Listing("ssm", "list_documents", "DocumentIdentifiers[].Name", OWN),
    "associations": Listing("ssm", "list_associations", "Associations[].AssociationName"),
    # AWS publishes some of its own.
    "parameters": Listing(
        "ssm", "describe_parameters", "Parameters[?!starts_with(Name, '/aws/')].Name"
    ),
    "patch baselines": Listing(
        "ssm",
        "describe_patch_baselines",
        "BaselineIdentities[].BaselineName",
        {"Filters": [{"Key": "OWNER", "Values": ["Self"]}]},
    ),
    "patch groups": Listing("ssm", "describe_patch_groups", "Mappings[].PatchGroup"),
    "maintenance windows": Listing(
        "ssm", "describe_maintenance_windows", "WindowIdentities[].Name"
    ),
}

DATA: Mapping[str, Listing] = {
    "databases": Listing("rds", "describe_db_instances", "DBInstances[].DBInstanceIdentifier"),
    "snapshots": Listing("rds", "describe_db_snapshots", "DBSnapshots[].DBSnapshotIdentifier"),
    "automated backups": Listing(
        "rds",
        "describe_db_instance_automated_backups",
        "DBInstanceAutomatedBackups[].DBInstanceIdentifier",
    ),
    "subnet groups": Listing(
        "rds", "describe_db_subnet_groups", "DBSubnetGroups[].DBSubnetGroupName"
    ),
    "parameter groups": Listing(
        "rds",
        "describe_db_parameter_groups",
        "DBParameterGroups[?!starts_with(DBParameterGroupName, 'default.')].DBParameterGroupName",
    ),
    "event subscriptions": Listing(
        "rds", "describe_event_subscriptions", "EventSubscriptionsList[].CustSubscriptionId"
    ),
    "buckets": Listing("s3", "list_buckets", "Buckets[].Name"),
    "aliases of keys": Listing(
        "kms", "list_aliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName"
    ),
    # Those that wait for their deletion are not listed.
    "secrets": Listing("secretsmanager", "list_secrets", "SecretList[].Name"),
}

OVERSIGHT: Mapping[str, Listing] = {
    "roles": Listing(
        "iam", "list_roles", "Roles[?!starts_with(Path, '/aws-service-role/')].RoleName"
    ),
    "instance profiles": Listing(
        "iam", "list_instance_profiles", "InstanceProfiles[].InstanceProfileName"
    ),
    "log groups": Listing("logs", "describe_log_groups", "logGroups[].logGroupName"),
    "metric filters": Listing("logs", "describe_metric_filters", "metricFilters[].filterName"),
    "alarms": Listing("cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName"),
    "topics": Listing("sns", "list_topics", "Topics[].TopicArn"),
    "subscriptions": Listing("sns", "list_subscriptions", "Subscriptions[].SubscriptionArn"),
    "event rules": Listing("events", "list_rules", "Rules[].Name"),
    "trails": Listing("cloudtrail", "list_trails", "Trails[].Name"),
    "detectors": Listing("guardduty", "list_detectors", "DetectorIds"),
    "recorders": Listing(
        "config", "describe_configuration_recorders", "ConfigurationRecorders[].name"
    ),
    "delivery channels": Listing("config", "describe_delivery_channels", "DeliveryChannels[].name"),
    "analyzers": Listing("accessanalyzer", "list_analyzers", "analyzers[].name"),
    "budgets": Listing(
        "budgets", "describe_budgets", "Budgets[].BudgetName", {"AccountId": ACCOUNT}
    ),
}

LISTINGS: Mapping[str, Listing] = {**NETWORK, **SERVERS, **DATA, **OVERSIGHT}
"""By what people call it."""


def holdings(client: Callable[[str], Any]) -> dict[str, list[str]]:
    """Everything that somebody made in an account, by kind; kinds without any are left out.

    A client is for one region, and so is the answer; what belongs to no region is in it as well.
    """
    found = {kind: listing(client) for kind, listing in LISTINGS.items()}
    found["keys"] = list(_keys(client("kms")))
    return {kind: items for kind, items in found.items() if items}


def _keys(kms: Any) -> Iterator[str]:
    for key in kms.list_keys()["Keys"]:
        metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if metadata["KeyManager"] == "CUSTOMER" and metadata["KeyState"] != "PendingDeletion":
            yield metadata["KeyId"]


def switches(client: Callable[[str], Any]) -> dict[str, Any]:
    """What is set for a whole account: None where it never was."""
    ec2, iam, s3 = client("ec2"), client("iam"), client("s3control")
    return {
        "disks are encrypted": ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"],
        "rules for passwords": _unless_missing(iam.get_account_password_policy),
        "public access to buckets": _unless_missing(
            lambda: s3.get_public_access_block(AccountId=ACCOUNT)
        ),
    }


def _unless_missing(ask: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    try:
        answer = ask()
    except ClientError:
        return None
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}
