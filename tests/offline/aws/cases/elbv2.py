"""Application load balancers."""

from typing import Any

from tests.offline.aws.account import NEW_TAGS, REGION, TAGS, Account, Case, MakeCase, State
from tests.offline.aws.cases.security_groups import a_group
from tests.offline.aws.cases.vpc import a_vpc


def subnets(account: Account, vpc: str) -> list[str]:
    """One in each of two zones."""
    return [
        account.create(
            "aws:ec2/subnet:Subnet",
            vpcId=vpc,
            cidrBlock=f"10.0.{number}.0/24",
            availabilityZone=f"{REGION}{zone}",
        )["id"]
        for number, zone in enumerate("ab")
    ]


def load_balancer_inputs(account: Account) -> dict[str, Any]:
    return {
        "name": account.unique("alb"),
        "loadBalancerType": "application",
        "internal": False,
        "subnets": subnets(account, a_vpc(account)),
        "securityGroups": [a_group(account)],
        "idleTimeout": 300,
        "dropInvalidHeaderFields": True,
        "desyncMitigationMode": "strictest",
        "accessLogs": {"enabled": True, "bucket": "logs", "prefix": "requests"},
        "connectionLogs": {"enabled": True, "bucket": "logs", "prefix": "connections"},
        "tags": TAGS,
    }


def a_load_balancer(account: Account) -> str:
    return account.create("aws:lb/loadBalancer:LoadBalancer", **load_balancer_inputs(account))["id"]


def load_balancer(account: Account) -> Case:
    elbv2 = account.client("elbv2")
    return Case(
        token="aws:lb/loadBalancer:LoadBalancer",
        inputs=load_balancer_inputs(account),
        changes={
            "subnets": subnets(account, a_vpc(account)),
            "securityGroups": [a_group(account)],
            "idleTimeout": 60,
            "dropInvalidHeaderFields": False,
            "desyncMitigationMode": "monitor",
            "accessLogs": {"enabled": False, "bucket": "logs"},
            "connectionLogs": {"enabled": True, "bucket": "others"},
            "enableDeletionProtection": True,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=state["id"],
            Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "60"}],
        ),
        drift={"idleTimeout": 60},
    )


def target_group_inputs(account: Account) -> dict[str, Any]:
    return {
        "name": account.unique("targets"),
        "vpcId": a_vpc(account),
        "port": 8080,
        "protocol": "HTTP",
        "targetType": "instance",
        "deregistrationDelay": 30,
        "loadBalancingAlgorithmType": "least_outstanding_requests",
        "healthCheck": {
            "path": "/health",
            "matcher": "200",
            "interval": 15,
            "timeout": 5,
            "healthyThreshold": 2,
            "unhealthyThreshold": 3,
        },
        "tags": TAGS,
    }


def a_target_group(account: Account) -> str:
    return account.create("aws:lb/targetGroup:TargetGroup", **target_group_inputs(account))["id"]


def target_group(account: Account) -> Case:
    inputs = target_group_inputs(account)
    elbv2 = account.client("elbv2")
    return Case(
        token="aws:lb/targetGroup:TargetGroup",
        inputs=inputs,
        changes={
            "deregistrationDelay": 60,
            "loadBalancingAlgorithmType": "round_robin",
            "healthCheck": {**inputs["healthCheck"], "path": "/", "matcher": "200-299"},
            "tags": NEW_TAGS,
        },
        meddle=lambda state: elbv2.modify_target_group(
            TargetGroupArn=state["id"], HealthCheckPath="/sneaked"
        ),
        drift={"healthCheck": {**inputs["healthCheck"], "path": "/sneaked"}},
    )


def a_certificate(account: Account) -> str:
    acm = account.client("acm")
    told = acm.request_certificate(DomainName="example.test", ValidationMethod="DNS")
    # ACM issues it between this look at it and the next.
    acm.describe_certificate(CertificateArn=told["CertificateArn"])
    return told["CertificateArn"]


def redirect(port: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "redirect",
            "redirect": {"protocol": "HTTPS", "port": port, "statusCode": "HTTP_301"},
        }
    ]


def forward(target_group_arn: str) -> list[dict[str, Any]]:
    return [{"type": "forward", "targetGroupArn": target_group_arn}]


def not_found() -> list[dict[str, Any]]:
    return [
        {
            "type": "fixed-response",
            "fixedResponse": {
                "contentType": "text/plain",
                "messageBody": "none",
                "statusCode": "404",
            },
        }
    ]


def http_listener(account: Account) -> Case:
    elbv2 = account.client("elbv2")
    return Case(
        token="aws:lb/listener:Listener",
        inputs={
            "loadBalancerArn": a_load_balancer(account),
            "port": 80,
            "protocol": "HTTP",
            "defaultActions": redirect("443"),
            "tags": TAGS,
        },
        changes={
            "port": 8000,
            "protocol": "TCP",
            "defaultActions": redirect("8443"),
            "tags": NEW_TAGS,
        },
        meddle=lambda state: elbv2.delete_listener(ListenerArn=state["id"]),
        drift=None,
    )


def https_listener(account: Account) -> Case:
    elbv2 = account.client("elbv2")
    target = a_target_group(account)

    def stop_forwarding(state: State) -> None:
        fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
        elbv2.modify_listener(ListenerArn=state["id"], DefaultActions=[fixed])

    return Case(
        token="aws:lb/listener:Listener",
        inputs={
            "loadBalancerArn": a_load_balancer(account),
            "port": 443,
            "protocol": "HTTPS",
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "certificateArn": a_certificate(account),
            "routingHttpResponseServerEnabled": False,
            "routingHttpResponseStrictTransportSecurityHeaderValue": "max-age=31536000",
            "routingHttpResponseXContentTypeOptionsHeaderValue": "nosniff",
            "defaultActions": forward(target),
        },
        changes={
            "port": 8443,
            "protocol": "HTTPS",
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
            "certificateArn": a_certificate(account),
            "routingHttpResponseServerEnabled": True,
            "routingHttpResponseStrictTransportSecurityHeaderValue": "max-age=0",
            "routingHttpResponseXContentTypeOptionsHeaderValue": "",
            "defaultActions": not_found(),
        },
        meddle=stop_forwarding,
        drift={
            "defaultActions": [{"type": "fixed-response", "fixedResponse": {"statusCode": "503"}}]
        },
    )


def listener_rule(account: Account) -> Case:
    elbv2 = account.client("elbv2")
    listener = account.create(
        "aws:lb/listener:Listener",
        loadBalancerArn=a_load_balancer(account),
        port=80,
        protocol="HTTP",
        defaultActions=redirect("443"),
    )
    return Case(
        token="aws:lb/listenerRule:ListenerRule",
        inputs={
            "listenerArn": listener["id"],
            "priority": 100,
            "conditions": [{"pathPattern": {"values": ["/ws*"]}}],
            "actions": forward(a_target_group(account)),
            "tags": TAGS,
        },
        changes={
            "priority": 200,
            "conditions": [{"hostHeader": {"values": ["ws.example.test"]}}],
            "actions": forward(a_target_group(account)),
            "tags": NEW_TAGS,
        },
        meddle=lambda state: elbv2.set_rule_priorities(
            RulePriorities=[{"RuleArn": state["id"], "Priority": 7}]
        ),
        drift={"priority": 7},
    )


CASES: tuple[MakeCase, ...] = (
    load_balancer,
    target_group,
    http_listener,
    https_listener,
    listener_rule,
)
