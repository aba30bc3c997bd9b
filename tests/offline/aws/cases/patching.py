"""Systems Manager: patch baselines and maintenance windows."""

from typing import Any

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase


def rule(days: int, *classifications: str) -> dict[str, Any]:
    """A rule that approves patches after some days."""
    filters = [
        {"key": "PRODUCT", "values": ["*"]},
        {"key": "SECTION", "values": list(classifications)},
    ]
    return {"approveAfterDays": days, "complianceLevel": "HIGH", "patchFilters": filters}


def a_window(account: Account) -> str:
    return account.create(
        "aws:ssm/maintenanceWindow:MaintenanceWindow",
        name=account.unique("window"),
        schedule="rate(7 days)",
        duration=2,
        cutoff=1,
    )["id"]


def patch_baseline(account: Account) -> Case:
    return Case(
        token="aws:ssm/patchBaseline:PatchBaseline",
        inputs={
            "name": account.unique("ubuntu"),
            "operatingSystem": "UBUNTU",
            "description": "Updates",
            "approvalRules": [rule(7, "main")],
            "tags": TAGS,
        },
        changes={
            "name": account.unique("ubuntu"),
            "description": "Security updates",
            "approvalRules": [rule(0, "main"), rule(7, "universe")],
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("ssm").delete_patch_baseline(BaselineId=state["id"]),
        drift=None,
    )


def patch_group(account: Account) -> Case:
    baseline = account.create(
        "aws:ssm/patchBaseline:PatchBaseline",
        name=account.unique("ubuntu"),
        operatingSystem="UBUNTU",
    )["id"]
    return Case(
        token="aws:ssm/patchGroup:PatchGroup",
        inputs={"baselineId": baseline, "patchGroup": account.unique("group")},
        meddle=lambda state: account.client("ssm").deregister_patch_baseline_for_patch_group(
            BaselineId=baseline, PatchGroup=state["patchGroup"]
        ),
        drift=None,
    )


def maintenance_window(account: Account) -> Case:
    return Case(
        token="aws:ssm/maintenanceWindow:MaintenanceWindow",
        inputs={
            "name": account.unique("window"),
            "description": "Patches",
            "schedule": "cron(0 5 ? * SUN *)",
            "scheduleTimezone": "UTC",
            "duration": 3,
            "cutoff": 1,
            "tags": TAGS,
        },
        changes={
            "name": account.unique("window"),
            "description": "Updates",
            "schedule": "cron(0 4 ? * SAT *)",
            "scheduleTimezone": "Europe/Berlin",
            "duration": 4,
            "cutoff": 2,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("ssm").delete_maintenance_window(WindowId=state["id"]),
        drift=None,
    )


def window_target(account: Account) -> Case:
    return Case(
        token="aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget",
        inputs={
            "windowId": a_window(account),
            "resourceType": "INSTANCE",
            "targets": [{"key": "tag:Environment", "values": ["test"]}],
            "name": "servers",
            "description": "Servers of one environment",
        },
        meddle=lambda state: account.client("ssm").deregister_target_from_maintenance_window(
            WindowId=state["windowId"], WindowTargetId=state["id"]
        ),
        drift=None,
    )


def window_task(account: Account) -> Case:
    return Case(
        token="aws:ssm/maintenanceWindowTask:MaintenanceWindowTask",
        inputs={
            "windowId": a_window(account),
            "taskType": "RUN_COMMAND",
            "taskArn": "AWS-RunPatchBaseline",
            "targets": [{"key": "WindowTargetIds", "values": ["servers"]}],
            "priority": 1,
            "maxConcurrency": "1",
            "maxErrors": "0",
            "cutoffBehavior": "CONTINUE_TASK",
            "taskInvocationParameters": {
                "runCommandParameters": {
                    "timeoutSeconds": 600,
                    "parameters": [{"name": "Operation", "values": ["Install"]}],
                }
            },
            "name": "install",
            "description": "Installs patches",
        },
        meddle=lambda state: account.client("ssm").deregister_task_from_maintenance_window(
            WindowId=state["windowId"], WindowTaskId=state["id"]
        ),
        drift=None,
        untold=frozenset({"cutoffBehavior", "taskInvocationParameters", "taskType"}),
    )


CASES: tuple[MakeCase, ...] = (
    patch_baseline,
    patch_group,
    maintenance_window,
    window_target,
    window_task,
)
