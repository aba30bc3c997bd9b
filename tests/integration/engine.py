"""Stacks on the real engine, driven through the Automation API."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pulumi import automation
from pulumi.automation.events import EngineEvent
from rich.console import Console

from offline.aws.package import Clients
from offline.emulator import Emulator
from offline.stack import Session
from offline.workspace import ROOT, Workspace
from toolchain import locate

REGION = "eu-central-1"
COPY_REGION = "eu-west-1"
"""Where the platform keeps copies of users' data."""


@dataclass(frozen=True)
class Engine:
    """The real engine, with an emulated account behind its providers."""

    workspace: Workspace
    emulator: Emulator

    def client(self, service: str, region: str = REGION) -> Any:
        """boto3's client for the emulated account."""
        return client(self.emulator.endpoint, service, region)

    def environment(self) -> dict[str, str]:
        """What `make up` gives to the engine."""
        return Session(self.workspace, Console()).environment(self.emulator, REGION)

    def project_stack(self) -> automation.Stack:
        """The workspace's stack of the project's own program."""
        options = self._options(self.environment())
        return automation.select_stack(self.workspace.stack, work_dir=str(ROOT), opts=options)

    def program_stack(self, name: str, program: Callable[[], None]) -> automation.Stack:
        """A stack of a small program that a test brings along."""
        environment = self.environment()
        # Both speak of the workspace's own stack.
        del environment["PULUMI_OPTION_CONFIG_FILE"], environment["PULUMI_STACK"]
        options = self._options(environment)
        return automation.create_stack(name, "messaging-app", program, opts=options)

    def _options(self, environment: Mapping[str, str]) -> automation.LocalWorkspaceOptions:
        return automation.LocalWorkspaceOptions(
            env_vars=environment,
            # The engine remembers here which stack is selected, and not for the developer.
            pulumi_home=str(self.workspace.base / "pulumi-home"),
            pulumi_command=automation.PulumiCommand(root=str(locate().parent)),
        )


@cache
def _clients(endpoint: str) -> Clients:
    return Clients(endpoint)


def client(endpoint: str, service: str, region: str = REGION) -> Any:
    """boto3's client for the account emulated at an endpoint."""
    return _clients(endpoint)(service, region)


class Watch:
    """Notes what the engine does; pass the object itself as `on_event`."""

    def __init__(self) -> None:
        self.operations: defaultdict[str, list[str]] = defaultdict(list)
        """By logical name of the resource, in their order; `same` is not noted."""
        self.differing: defaultdict[str, set[str]] = defaultdict(set)
        """Properties that differed, by logical name."""

    def __call__(self, event: EngineEvent) -> None:
        """Take one event of the engine."""
        if event.res_outputs_event is None:
            return
        step = event.res_outputs_event.metadata
        name = step.urn.rsplit("::", 1)[-1]
        self.differing[name].update(step.diffs or ())
        if step.op != automation.OpType.SAME:
            self.operations[name].append(step.op.value)


def changes(summary: Mapping[Any, int] | None) -> dict[str, int]:
    """How many resources each kind of change befell; empty when nothing changed."""
    counts = {automation.OpType(kind).value: count for kind, count in (summary or {}).items()}
    return {kind: count for kind, count in counts.items() if kind != "same"}
