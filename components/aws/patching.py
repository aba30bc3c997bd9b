"""Updates of the operating system: which, when, and on which servers."""

import json
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import cloudwatch, ssm

from components.identity import Identity

APPROVE_AFTER_DAYS: Final = 0
"""Ubuntu's archives do not tell since when an update is out, so AWS cannot let one ripen there. One
server at a time, the stop at the first failure, and an earlier window in staging take its place."""

WINDOW_HOURS: Final = 3
CUTOFF_HOURS: Final = 1
"""No server is begun in the last hour: the longest installation with its reboot fits into it."""

ROLES: Final = ("cache", "monitoring")
"""Servers that are patched in place, for they keep data and addresses. Application servers keep
nothing: Ubuntu's unattended-upgrades installs security updates on them without a reboot, which
would look like a failed server to the load balancer. What needs one comes with the next machine
image (docs/runbooks/deploy.md)."""


@dataclass(frozen=True, kw_only=True)
class PatchingArgs:
    """When servers are patched, and who hears when that fails."""

    identity: Identity
    schedule: str
    """A `cron` or `rate` expression, in UTC."""
    alert_topic_arn: pulumi.Input[str]


class Patching(pulumi.ComponentResource):
    """A weekly window in which servers install updates, one at a time, and reboot if they must.

    The first server that fails stops the rest. No role is given, so AWS uses the service-linked
    role of Systems Manager, which it makes itself.
    """

    window_id: pulumi.Output[str]
    baseline_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: PatchingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Patching", name, None, opts)
        baseline = self._baseline(name, args)
        window = self._window(name, args)
        self._task(name, args, window)
        self._alert(name, args, window)
        self.window_id = window.id
        self.baseline_id = baseline.id
        self.register_outputs({"window_id": self.window_id, "baseline_id": self.baseline_id})

    def _baseline(self, name: str, args: PatchingArgs) -> ssm.PatchBaseline:
        physical_name = args.identity.name(name, limit=128)
        baseline = ssm.PatchBaseline(
            f"{name}-baseline",
            name=physical_name,
            operating_system="UBUNTU",
            description="Security updates, and corrections of faults",
            approval_rules=[
                _rule("CRITICAL", non_security=False),
                _rule("MEDIUM", non_security=True),
            ],
            tags=args.identity.tags("monitoring", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        ssm.PatchGroup(
            f"{name}-group",
            baseline_id=baseline.id,
            patch_group=patch_group(args.identity),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return baseline

    def _window(self, name: str, args: PatchingArgs) -> ssm.MaintenanceWindow:
        physical_name = args.identity.name(name, limit=128)
        return ssm.MaintenanceWindow(
            f"{name}-window",
            name=physical_name,
            description="Installs updates of the operating system",
            schedule=args.schedule,
            schedule_timezone="UTC",
            duration=WINDOW_HOURS,
            cutoff=CUTOFF_HOURS,
            tags=args.identity.tags("monitoring", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _task(self, name: str, args: PatchingArgs, window: ssm.MaintenanceWindow) -> None:
        target = ssm.MaintenanceWindowTarget(
            f"{name}-servers",
            window_id=window.id,
            resource_type="INSTANCE",
            name="servers",
            description="Servers that keep data or addresses",
            targets=[
                _tagged("Project", args.identity.project),
                _tagged("Environment", args.identity.environment),
                _tagged("Role", *ROLES),
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        parameter = (
            ssm.MaintenanceWindowTaskTaskInvocationParametersRunCommandParametersParameterArgs
        )
        command = ssm.MaintenanceWindowTaskTaskInvocationParametersRunCommandParametersArgs(
            comment="Installs updates, and reboots when one needs it",
            timeout_seconds=600,
            parameters=[
                parameter(name="Operation", values=["Install"]),
                parameter(name="RebootOption", values=["RebootIfNeeded"]),
            ],
        )
        ssm.MaintenanceWindowTask(
            f"{name}-install",
            window_id=window.id,
            name="install",
            description="Installs updates on one server after the other",
            task_type="RUN_COMMAND",
            task_arn="AWS-RunPatchBaseline",
            targets=[
                ssm.MaintenanceWindowTaskTargetArgs(key="WindowTargetIds", values=[target.id])
            ],
            priority=1,
            # One at a time, so that a cache server reboots while the other one serves.
            max_concurrency="1",
            # As many failures as are tolerated: the first one ends it.
            max_errors="0",
            cutoff_behavior="CONTINUE_TASK",
            task_invocation_parameters=ssm.MaintenanceWindowTaskTaskInvocationParametersArgs(
                run_command_parameters=command
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alert(self, name: str, args: PatchingArgs, window: ssm.MaintenanceWindow) -> None:
        physical_name = args.identity.name(name, "failed", limit=64)
        rule = cloudwatch.EventRule(
            f"{name}-failed",
            name=physical_name,
            description="Updates of the operating system that were not installed",
            event_pattern=window.id.apply(lambda window_id: json.dumps(failure_of(window_id))),
            tags=args.identity.tags("monitoring", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        cloudwatch.EventTarget(
            f"{name}-failed-alert",
            rule=rule.name,
            target_id="alerts",
            arn=args.alert_topic_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )


def patch_group(identity: Identity) -> str:
    """Value of the tag `PatchGroup` of servers that follow the baseline."""
    return identity.name(limit=256)


def failure_of(window_id: str) -> dict[str, object]:
    """Events that tell of a run of the window that did not succeed (AWS: maintenance windows)."""
    return {
        "source": ["aws.ssm"],
        "detail-type": ["Maintenance Window Execution State-change Notification"],
        "detail": {
            "window-id": [window_id],
            "status": ["FAILED", "TIMED_OUT", "CANCELLED", "SKIPPED_OVERLAPPING"],
        },
    }


def _rule(level: str, *, non_security: bool) -> ssm.PatchBaselineApprovalRuleArgs:
    """Approve every package of Ubuntu's security archive, or of all archives."""
    return ssm.PatchBaselineApprovalRuleArgs(
        approve_after_days=APPROVE_AFTER_DAYS,
        compliance_level=level,
        enable_non_security=non_security,
        patch_filters=[
            ssm.PatchBaselineApprovalRulePatchFilterArgs(key=key, values=["*"])
            for key in ("PRODUCT", "PRIORITY")
        ],
    )


def _tagged(key: str, *values: str) -> ssm.MaintenanceWindowTargetTargetArgs:
    return ssm.MaintenanceWindowTargetTargetArgs(key=f"tag:{key}", values=list(values))
