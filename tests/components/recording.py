"""Builds a component against Pulumi's mocks and records what it registers with the engine."""

import importlib
import keyword
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pulumi
from pulumi.runtime import Mocks, rpc, set_mocks, settings
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs
from pulumi.runtime.proto.resource_pb2 import (
    RegisterResourceOutputsRequest,
    RegisterResourceRequest,
    RegisterResourceResponse,
)

REQUIRED_TAGS = frozenset({"Project", "Environment", "Role", "Owner", "ManagedBy"})

ACCOUNT_ID = "123456789012"

COMPUTED: dict[str, dict[str, Any]] = {
    "aws:acm/certificate:Certificate": {
        "domainValidationOptions": [
            {
                "domainName": "chat.example.com",
                "resourceRecordName": "_token.chat.example.com",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": "_answer.acm-validations.aws",
            }
        ]
    },
    "aws:ec2/instance:Instance": {"privateIp": "10.0.0.10"},
    "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
    "aws:ec2/vpc:Vpc": {"ownerId": ACCOUNT_ID},
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "memberClusters": ["cache-001", "cache-002"],
        "primaryEndpointAddress": "master.cache.amazonaws.com",
        "readerEndpointAddress": "replica.cache.amazonaws.com",
    },
    "aws:kms/key:Key": {"keyId": "11111111-2222-3333-4444-555555555555"},
    "aws:lb/loadBalancer:LoadBalancer": {
        "arnSuffix": "app/load-balancer/0123456789abcdef",
        "dnsName": "load-balancer.elb.amazonaws.com",
        "zoneId": "ZLOADBALANCER",
    },
    "aws:lb/targetGroup:TargetGroup": {"arnSuffix": "targetgroup/group/0123456789abcdef"},
    "aws:rds/instance:Instance": {
        "address": "database.rds.amazonaws.com",
        "availabilityZone": "eu-central-1a",
        "port": 5432,
    },
    "aws:route53/zone:Zone": {
        "nameServers": ["ns-1.example.net", "ns-2.example.org"],
        "zoneId": "ZONE",
    },
    "random:index/randomPassword:RandomPassword": {"result": "generated-password"},
}
"""What AWS computes, by resource type; every type also gets an `arn` and an `id`."""

MACHINE_IMAGE = "ami-0123456789abcdef0"

LOOK_UPS: dict[str, dict[str, Any]] = {
    "aws:ssm/getParameter:getParameter": {"insecureValue": MACHINE_IMAGE},
    "aws:index/getCallerIdentity:getCallerIdentity": {
        "accountId": ACCOUNT_ID,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/test",
        "id": ACCOUNT_ID,
        "userId": "AIDATEST",
    },
}
"""The only functions of providers that the platform may call."""


class RecordingMocks(Mocks):
    """Answers as a provider would: the inputs, a name where none was given, what AWS computes."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        identity = {"arn": f"arn:aws:mock::{ACCOUNT_ID}:{args.name}", "name": args.name}
        computed = COMPUTED.get(args.typ, {})
        inputs = cast(dict[str, Any], args.inputs)  # pyright: ignore[reportUnknownMemberType]
        if args.typ == "aws:s3/bucket:Bucket":
            identity["bucket"] = args.name
        if args.typ == "aws:route53/record:Record":
            identity["fqdn"] = inputs["name"]
        return f"{args.name}-id", {**identity, **computed, **inputs}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token not in LOOK_UPS:
            raise ValueError(f"the platform must preview without look-ups, not call {args.token}")
        return LOOK_UPS[args.token], []


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One resource as the program handed it to the engine."""

    request: RegisterResourceRequest
    urn: str
    inputs: dict[str, Any]
    """Property names as in AWS schemas (camelCase); secrets in the clear."""
    secret_inputs: frozenset[str]
    """Which of the inputs the engine encrypts in the state."""

    @property
    def type(self) -> str:
        return self.request.type

    @property
    def name(self) -> str:
        return self.request.name

    @property
    def parent(self) -> str:
        return self.request.parent

    @property
    def tags(self) -> dict[str, str]:
        return self.inputs.get("tags", {})


class RecordingMonitor(MockMonitor):
    """Keeps every registration with its options, which mocks alone do not see."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.registrations: list[Registration] = []
        self.completed: set[str] = set()

    def RegisterResource(self, request: RegisterResourceRequest) -> RegisterResourceResponse:  # noqa: N802
        response = super().RegisterResource(request)  # pyright: ignore[reportUnknownMemberType]
        if request.type != "pulumi:pulumi:Stack":
            raw = cast(dict[str, Any], rpc.deserialize_properties(request.object))
            registration = Registration(
                request=request,
                urn=response.urn,
                inputs={key: rpc.unwrap_rpc_secret(value) for key, value in raw.items()},
                secret_inputs=frozenset(k for k, value in raw.items() if rpc.is_rpc_secret(value)),
            )
            self.registrations.append(registration)
        return response

    def RegisterResourceOutputs(self, request: RegisterResourceOutputsRequest) -> Any:  # noqa: N802
        self.completed.add(request.urn)
        return super().RegisterResourceOutputs(request)  # pyright: ignore[reportUnknownMemberType]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A built component: what it registered, and the values of its public outputs."""

    resources: list[Registration]
    outputs: dict[str, Any]
    secret_outputs: frozenset[str]
    completed: set[str]
    """URNs of the components that called `register_outputs`."""

    def counts(self) -> dict[str, int]:
        """How many resources of each type, the components themselves included."""
        return dict(Counter(resource.type for resource in self.resources))

    def all(self, type_: str) -> list[Registration]:
        """Every resource of a type, by name."""
        found = [resource for resource in self.resources if resource.type == type_]
        return sorted(found, key=lambda resource: resource.name)

    def one(self, type_: str, name: str | None = None) -> Registration:
        """The only resource of a type (and name); anything else fails the test."""
        found = [each for each in self.all(type_) if name in (None, each.name)]
        assert len(found) == 1, f"{len(found)} resources of {type_} {name or ''}"
        return found[0]

    def orphans(self) -> list[str]:
        """Resources that are not inside a component of the platform."""
        components = {each.urn for each in self.resources if not each.request.custom}
        inside = (each for each in self.resources if each.request.custom)
        return [each.name for each in inside if each.parent not in components]

    def unfinished(self) -> list[str]:
        """Components that never called `register_outputs`."""
        return [
            each.name
            for each in self.resources
            if not each.request.custom and each.urn not in self.completed
        ]

    def untagged(self) -> list[str]:
        """Taggable resources that lack a required tag."""
        return [
            each.name
            for each in self.resources
            if _is_taggable(each.type) and not each.tags.keys() >= REQUIRED_TAGS
        ]


def _is_taggable(type_: str) -> bool:
    """Whether the provider merges its default tags into this type (property `tags_all`)."""
    if not type_.startswith("aws:"):
        return False
    _, path, class_name = type_.split(":")
    module_name = path.split("/")[0]
    # The SDK writes `lambda_` for what is a keyword of Python.
    suffix = "_" if keyword.iskeyword(module_name) else ""
    module = importlib.import_module(f"pulumi_aws.{module_name}{suffix}")
    return hasattr(getattr(module, class_name), "tags_all")


class NoCallbacks:
    """Takes hooks, which nothing will ever call: under the mocks no step is run."""

    def register_resource_hook(self, hook: pulumi.ResourceHook) -> None:
        """Forget it."""


def record(build: Callable[[], pulumi.ComponentResource]) -> Recording:
    """Run `build` under the mocks and wait until every resource and output is settled."""
    monitor = RecordingMonitor(RecordingMocks())
    set_mocks(RecordingMocks(), project="messaging-app", stack="test", monitor=monitor)
    setattr(settings.SETTINGS, "callbacks", NoCallbacks())  # noqa: B010 (not meant to be set)
    outputs: dict[str, Any] = {}
    secrecy: dict[str, bool] = {}

    def run() -> pulumi.Output[Any]:
        component = build()
        public = {
            key: value
            for key, value in vars(component).items()
            # Every component has a `urn`, and an `id` that is None unless it defines one.
            if not key.startswith("_") and key != "urn" and value is not None
        }
        is_secret = {
            key: value.is_secret()
            for key, value in public.items()
            if isinstance(value, pulumi.Output)
        }
        return pulumi.Output.all(public, is_secret).apply(
            lambda settled: (outputs.update(settled[0]), secrecy.update(settled[1]))
        )

    pulumi.runtime.test(run)()  # pyright: ignore[reportUnknownMemberType]
    return Recording(
        resources=monitor.registrations,
        outputs=outputs,
        secret_outputs=frozenset(key for key, secret in secrecy.items() if secret),
        completed=monitor.completed,
    )
