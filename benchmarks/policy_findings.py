"""What each tool finds in a state: pairs of the rule's name and the resource's URN."""

import json
import os
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from benchmarks import policy_peers
from benchmarks.seeds import State
from benchmarks.terraform_rendering import MARK, render
from scripts import policy_check

Findings = set[tuple[str, str]]
Tool = Callable[[State], Findings]

NOWHERE = "127.0.0.1:1"
"""For a pack that is told where the engine is, and has nothing to say to it."""


def ours(state: State, folder: Path) -> Findings:
    """What `ops policy-check` finds, without what is exempt."""
    file = folder / "state.json"
    file.write_text(json.dumps(state))
    found = policy_check.run_check(file).violations
    return {(each.rule, each.urn) for each in found if each.exempted is None}


def checkov(state: State, folder: Path) -> Findings:
    """What checkov finds in the Terraform plan that would make the same resources."""
    plan = render(state["deployment"]["resources"])
    file = folder / "plan.json"
    file.write_text(json.dumps(plan.document))
    command = [*checkov_command(file), "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    return {
        (each["check_id"], plan.urns[each["resource"]])
        for each in report["results"]["failed_checks"]
    }


def checkov_command(plan: Path) -> list[str | Path]:
    """Checkov as fast as it is: no downloads, its AWS checks alone, and failures alone."""
    options = ["--framework", "terraform_plan", "--check", "CKV_AWS*,CKV2_AWS*"]
    quiet = ["--skip-download", "--compact", "--quiet"]
    return [policy_peers.checkov(), "--file", plan, *options, *quiet]


@contextmanager
def awsguard() -> Generator[Any]:
    """AWSGuard, started and configured as the engine does that."""
    folder = policy_peers.awsguard()
    command = ["node", "node_modules/@pulumi/pulumi/cmd/run-policy-pack", NOWHERE, "."]
    environment = {**os.environ, "AWS_REGION": "eu-central-1", "NODE_NO_WARNINGS": "1"}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None  # noqa: S101 (what PIPE promises)
        try:
            port = int(server.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                # The protocol's own types leave the messages open.
                pack: Any = analyzer_pb2_grpc.AnalyzerStub(channel)
                pack.Configure(_configuration(pack.GetAnalyzerInfo(Empty())))
                yield pack
        finally:
            server.terminate()


def _configuration(info: Any) -> analyzer_pb2.ConfigureAnalyzerRequest:
    """What the engine makes of a pack's own choices: these, over what its schemas say."""
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for each in info.policies:
        config = request.policyConfig[each.name]
        config.enforcementLevel = each.enforcementLevel
        config.properties.SetInParent()
        for name, schema in json_format.MessageToDict(each.configSchema.properties).items():
            if "default" in schema:
                config.properties.update({name: schema["default"]})
        if each.name in info.initialConfig:
            config.MergeFrom(info.initialConfig[each.name])
    return request


def findings_of(pack: Any, state: State) -> Findings:
    """What a policy pack finds when the engine shows it the resources of a state."""
    resources = [each for each in state["deployment"]["resources"] if each.get("custom")]
    found: Findings = set()
    for each in resources:
        request = analyzer_pb2.AnalyzeRequest(**_shown(each, "inputs"))
        told = pack.Analyze(request).diagnostics
        found |= {(diagnostic.policyName, each["urn"]) for diagnostic in told}
    shown = [analyzer_pb2.AnalyzerResource(**_shown(each, "outputs")) for each in resources]
    told = pack.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=shown)).diagnostics
    return found | {(diagnostic.policyName, diagnostic.urn) for diagnostic in told}


def rules_of(pack: Any) -> int:
    """How many rules a policy pack has."""
    return len(pack.GetAnalyzerInfo(Empty()).policies)


def _shown(resource: State, which: str) -> dict[str, Any]:
    options = analyzer_pb2.AnalyzerResourceOptions()
    options.customTimeouts.SetInParent()
    return {
        "type": resource["type"],
        "urn": resource["urn"],
        "name": resource["urn"].rpartition("::")[2],
        "properties": json_format.ParseDict(_known(resource.get(which) or {}), Struct()),
        "options": options,
    }


def _known(value: Any) -> Any:
    """A value without what is encrypted, of which the engine would show the pack the text."""
    if isinstance(value, list):
        return [_known(each) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    properties = cast("dict[str, Any]", value)
    return "encrypted" if MARK in properties else {k: _known(v) for k, v in properties.items()}
