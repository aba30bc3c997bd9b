"""Stacks on the real engine, driven through the Automation API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from pulumi import automation
from pulumi.automation.events import EngineEvent, StepEventMetadata
from rich.console import Console

from offline.emulator import Emulator
from offline.stack import POLICIES, Session
from offline.workspace import ROOT, Workspace
from toolchain import locate

REGION = "eu-central-1"

CHANGES = frozenset({"create", "update", "replace", "delete"})


@dataclass(frozen=True)
class Engine:
    """The real engine, with an emulated account behind its providers."""

    workspace: Workspace
    emulator: Emulator

    def client(self, service: str) -> Any:
        """boto3's client for the emulated account."""
        return boto3.session.Session().client(
            service_name=service,  # type: ignore[arg-type]
            region_name=REGION,
            endpoint_url=self.emulator.endpoint,
            aws_access_key_id="offline",
            aws_secret_access_key="offline",
        )

    def environment(self) -> dict[str, str]:
        """What `make up` gives to the engine."""
        return Session(self.workspace, Console()).environment(self.emulator, REGION)

    def project_stack(self) -> automation.Stack:
        """The workspace's stack of the project's own program."""
        return automation.select_stack(
            self.workspace.stack, work_dir=str(ROOT), opts=self._options(self.environment())
        )

    def program_stack(self, name: str, program: Callable[[], None]) -> automation.Stack:
        """A stack of a small program that a test brings along."""
        environment = self.environment()
        # Both speak of the workspace's own stack.
        del environment["PULUMI_OPTION_CONFIG_FILE"], environment["PULUMI_STACK"]
        options = self._options(environment)
        return automation.create_stack(
            name, project_name="messaging-app", program=program, opts=options
        )

    def _options(self, environment: Mapping[str, str]) -> automation.LocalWorkspaceOptions:
        return automation.LocalWorkspaceOptions(
            env_vars=environment,
            # Which stack is selected is remembered here, and not for the developer.
            pulumi_home=str(self.workspace.base / "pulumi-home"),
            pulumi_command=automation.PulumiCommand(root=str(locate().parent)),
        )


def changes(summary: Mapping[Any, int] | None) -> dict[str, int]:
    """How many resources each kind of change befell; empty when nothing changed."""
    counted = {str(getattr(kind, "value", kind)): n for kind, n in (summary or {}).items()}
    return {kind: n for kind, n in counted.items() if kind != "same"}


class Steps:
    """Collects the engine's steps from its events."""

    def __init__(self) -> None:
        self._steps: list[StepEventMetadata] = []

    def __call__(self, event: EngineEvent) -> None:
        """Take an event; pass the object itself as `on_event`."""
        if event.resource_pre_event:
            self._steps.append(event.resource_pre_event.metadata)
        if event.res_outputs_event:
            self._steps.append(event.res_outputs_event.metadata)
