"""The SDK's server of policies, stricter about its configuration and quicker about resources.

For each policy the SDK reads each resource anew, be the policy about it or not, so its time grows
with the product of both. And it ignores a configuration for rules that there are not. It leaves no
room to do either otherwise, so this puts a server before its own when the pack registers it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    StackValidationPolicy,
)

from evaluation.configuration import fault_of
from evaluation.rule import AnyRule, ResourceRule, StackRule

MANDATORY = EnforcementLevel.MANDATORY
"""Of a policy that has no level of its own; ours all have one."""


def install(rules: Sequence[AnyRule], policies: Sequence[Policy]) -> None:
    """Let this process register an `Analyzer` for the SDK's server of these policies."""
    register = analyzer_pb2_grpc.add_AnalyzerServicer_to_server

    def register_ours(server_of_sdk: Any, server: grpc.Server) -> None:
        register(Analyzer(rules, policies, server_of_sdk), server)

    analyzer_pb2_grpc.add_AnalyzerServicer_to_server = register_ours


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Hands each resource to the policies that are about it, and each policy its resources.

    Args:
        rules: the rules that the policies are made of.
        policies: the policies of the pack.
        whole: the SDK's own server of all of them.
    """

    def __init__(self, rules: Sequence[AnyRule], policies: Sequence[Policy], whole: Any) -> None:
        self._rules = {rule.name: rule for rule in rules}
        self._policies = policies
        self._whole = whole
        self._info = whole.GetAnalyzerInfo(None, None)
        self._parts: dict[str, Any] = {}
        self._settings: list[tuple[str, Any]] = []

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:
        """What the pack and its policies are."""
        return self._whole.GetAnalyzerInfo(request, context)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Which version of the SDK serves."""
        return self._whole.GetPluginInfo(request, context)

    def Configure(self, request: Any, context: Any) -> Any:
        """Take a configuration, and refuse what names no rule or no parameter."""
        for name, given in request.policyConfig.items():
            fault = fault_of(self._rules, name, list(given.properties))
            if fault:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, fault)
        self._settings.append(("Configure", request))
        return self._whole.Configure(request, context)

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        """Take the stack's tags."""
        self._settings.append(("ConfigureStack", request))
        return self._whole.ConfigureStack(request, context)

    def Remediate(self, request: Any, context: Any) -> Any:
        """Change a resource by the rules that are set to; the SDK reads it once for all."""
        return self._whole.Remediate(request, context)

    def Analyze(self, request: Any, context: Any) -> Any:
        """Analyze a resource by the policies that are about its type."""
        about = [each for each in self._policies if _judges(self._rules, each, request.type)]
        if not about:
            return analyzer_pb2.AnalyzeResponse()
        return self._part(request.type, about).Analyze(request, context)

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        """Analyze the stack by each policy in turn, with the resources that it reads."""
        response = analyzer_pb2.AnalyzeResponse()
        for each in self._policies:
            if not isinstance(each, StackValidationPolicy):
                continue
            rule = self._rules.get(each.name)
            if isinstance(rule, StackRule):
                types = {*rule.resource_types, *rule.beside}
                resources = [found for found in request.resources if found.type in types]
            else:
                # The closing policies read nothing but which stack it is.
                resources = request.resources[:1]
            part = analyzer_pb2.AnalyzeStackRequest(resources=resources)
            response.MergeFrom(self._part(each.name, [each]).AnalyzeStack(part, context))
        return response

    def _part(self, key: str, policies: Sequence[Policy]) -> Any:
        """The SDK's own server of some of the policies, configured as the whole is."""
        if key not in self._parts:
            info = self._info
            part = type(self._whole)(info.name, info.version, list(policies), MANDATORY)
            for method, request in self._settings:
                getattr(part, method)(request, None)
            self._parts[key] = part
        return self._parts[key]


def _judges(rules: Mapping[str, AnyRule], each: Policy, resource_type: str) -> bool:
    rule = rules.get(each.name)
    return isinstance(rule, ResourceRule) and rule.judges(resource_type)
