"""Calls to the emulated AWS API, with errors in AWS's own words."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from offline.provider.table import Call, Run, Scope, Step
from offline.provider.template import find, render


class ApiError(Exception):
    """AWS refused a call, or the request never was one that it would accept."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code


def invoke(client: Any, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run one boto3 method. Raises ApiError with AWS's code and message."""
    try:
        return getattr(client, operation)(**request)
    except ClientError as error:
        details = error.response.get("Error", {})
        code, message = details.get("Code", "Unknown"), details.get("Message", str(error))
        raise ApiError(operation, str(code), message) from error
    except (BotoCoreError, WaiterError) as error:
        raise ApiError(operation, type(error).__name__, str(error)) from error


def run(step: Step, client: Any, new: Scope, old: Scope) -> dict[str, Any]:
    """Run one step of a table; what it tells comes back under the names of the table."""
    if isinstance(step, Run):
        return dict(step.function(client, new, old))
    return call(step, client, new)


def call(step: Call, client: Any, scope: Scope) -> dict[str, Any]:
    """Run one templated call."""
    answer = invoke(client, step.operation, render(step.request, scope))
    return {name: find(path, answer) for name, path in step.returns.items()}
