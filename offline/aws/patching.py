"""Systems Manager: patch baselines, and the maintenance windows in which servers are patched."""

from collections.abc import Mapping, Sequence
from typing import Any

from offline.aws.ssm import GONE, tagging, tags_of
from offline.provider.convert import camel, pascal, tag_list
from offline.provider.table import ID, Call, From, K, P, Read, Resource


def _nested(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The API nests the filters of a rule once more than the program does."""
    return [
        {
            **pascal({name: value for name, value in rule.items() if name != "patchFilters"}),
            "PatchFilterGroup": {"PatchFilters": pascal(rule["patchFilters"])},
        }
        for rule in rules
    ]


def _flat(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    ours: list[dict[str, Any]] = camel(rules)
    return [{**rule, "patchFilters": rule.pop("patchFilterGroup")["patchFilters"]} for rule in ours]


_RULES = {"ApprovalRules": {"PatchRules": P("approvalRules", _nested)}}

PATCH_BASELINE = Resource(
    token="aws:ssm/patchBaseline:PatchBaseline",
    service="ssm",
    create=Call(
        "create_patch_baseline",
        {
            "Name": P("name"),
            "OperatingSystem": P("operatingSystem"),
            "Description": P("description"),
            **_RULES,
            "Tags": P("tags", tag_list),
        },
        returns={"id": "BaselineId"},
    ),
    update=(
        Call(
            "update_patch_baseline",
            {
                "BaselineId": ID,
                "Name": P("name"),
                "Description": P("description"),
                **_RULES,
            },
        ),
        tagging("PatchBaseline"),
    ),
    read=(
        Read(
            "get_patch_baseline",
            {"BaselineId": ID},
            "@",
            {
                "name": "Name",
                "operatingSystem": "OperatingSystem",
                "description": "Description || ''",
                "approvalRules": From("ApprovalRules.PatchRules", _flat),
            },
        ),
        tags_of("PatchBaseline"),
    ),
    delete=(Call("delete_patch_baseline", {"BaselineId": ID}),),
    gone=GONE,
)

_GROUP = {"BaselineId": P("baselineId"), "PatchGroup": P("patchGroup")}

PATCH_GROUP = Resource(
    token="aws:ssm/patchGroup:PatchGroup",
    service="ssm",
    create=Call("register_patch_baseline_for_patch_group", _GROUP),
    id="{patchGroup},{baselineId}",
    read=(
        Read(
            "describe_patch_groups",
            {},
            "Mappings[?PatchGroup == '$patchGroup' && "
            "BaselineIdentity.BaselineId == '$baselineId'] | [0]",
            {"patchGroup": "PatchGroup", "baselineId": "BaselineIdentity.BaselineId"},
        ),
    ),
    delete=(
        Call(
            "deregister_patch_baseline_for_patch_group",
            {"BaselineId": K("baselineId"), "PatchGroup": K("patchGroup")},
        ),
    ),
    delete_before_replace=True,
    gone=GONE,
)

_WINDOW = {
    "Name": P("name"),
    "Description": P("description"),
    "Schedule": P("schedule"),
    "ScheduleTimezone": P("scheduleTimezone"),
    "Duration": P("duration"),
    "Cutoff": P("cutoff"),
}

MAINTENANCE_WINDOW = Resource(
    token="aws:ssm/maintenanceWindow:MaintenanceWindow",
    service="ssm",
    create=Call(
        "create_maintenance_window",
        {**_WINDOW, "AllowUnassociatedTargets": False, "Tags": P("tags", tag_list)},
        returns={"id": "WindowId"},
    ),
    update=(
        Call("update_maintenance_window", {"WindowId": ID, **_WINDOW}),
        tagging("MaintenanceWindow"),
    ),
    read=(
        Read(
            "get_maintenance_window",
            {"WindowId": ID},
            "@",
            {
                "name": "Name",
                "description": "Description",
                "schedule": "Schedule",
                "scheduleTimezone": "ScheduleTimezone",
                "duration": "Duration",
                "cutoff": "Cutoff",
                "enabled": "Enabled",
            },
        ),
        tags_of("MaintenanceWindow"),
    ),
    delete=(Call("delete_maintenance_window", {"WindowId": ID}),),
    gone=GONE,
)

_WHICH_WINDOW = {"WindowId": K("windowId")}

WINDOW_TARGET = Resource(
    token="aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget",
    service="ssm",
    create=Call(
        "register_target_with_maintenance_window",
        {
            "WindowId": P("windowId"),
            "ResourceType": P("resourceType"),
            "Targets": P("targets", pascal),
            "Name": P("name"),
            "Description": P("description"),
        },
        returns={"id": "WindowTargetId"},
    ),
    read=(
        Read(
            "describe_maintenance_window_targets",
            _WHICH_WINDOW,
            "Targets[?WindowTargetId == '$id'] | [0]",
            {
                "windowId": "WindowId",
                "resourceType": "ResourceType",
                "targets": From("Targets", camel),
                "name": "Name",
                "description": "Description",
            },
        ),
    ),
    delete=(
        Call(
            "deregister_target_from_maintenance_window",
            {**_WHICH_WINDOW, "WindowTargetId": ID, "Safe": False},
        ),
    ),
    gone=GONE,
)


def _invocation(parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The program lists a command's parameters by name; the API has a map of them."""
    command = dict(parameters["runCommandParameters"])
    given = {each["name"]: each["values"] for each in command.pop("parameters", [])}
    return {"RunCommand": {**pascal(command), "Parameters": given}}


WINDOW_TASK = Resource(
    token="aws:ssm/maintenanceWindowTask:MaintenanceWindowTask",
    service="ssm",
    create=Call(
        "register_task_with_maintenance_window",
        {
            "WindowId": P("windowId"),
            "TaskType": P("taskType"),
            "TaskArn": P("taskArn"),
            "Targets": P("targets", pascal),
            "TaskInvocationParameters": P("taskInvocationParameters", _invocation),
            "Priority": P("priority"),
            "MaxConcurrency": P("maxConcurrency"),
            "MaxErrors": P("maxErrors"),
            "CutoffBehavior": P("cutoffBehavior"),
            "Name": P("name"),
            "Description": P("description"),
        },
        returns={"id": "WindowTaskId"},
    ),
    read=(
        Read(
            "describe_maintenance_window_tasks",
            _WHICH_WINDOW,
            "Tasks[?WindowTaskId == '$id'] | [0]",
            {
                "windowId": "WindowId",
                "windowTaskId": "WindowTaskId",
                "taskType": "Type",
                "taskArn": "TaskArn",
                "targets": From("Targets", camel),
                "priority": "Priority",
                "maxConcurrency": "MaxConcurrency",
                "maxErrors": "MaxErrors",
                "name": "Name",
                "description": "Description",
            },
        ),
    ),
    delete=(
        Call(
            "deregister_task_from_maintenance_window",
            {**_WHICH_WINDOW, "WindowTaskId": ID},
        ),
    ),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (
    PATCH_BASELINE,
    PATCH_GROUP,
    MAINTENANCE_WINDOW,
    WINDOW_TARGET,
    WINDOW_TASK,
)
