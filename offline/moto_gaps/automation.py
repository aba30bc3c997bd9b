"""Carries out Automation documents of Systems Manager, which moto only stores."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import jmespath
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Client = Callable[[str], Any]
"""Service → boto3 client."""

Known = dict[str, Any]
"""Values by what a document calls them: `name` of a parameter, `step.output`."""

DEFAULT_TIMEOUT_SECONDS = 3600
POLL_SECONDS = 0.1

_REFERENCE = re.compile(r"\{\{ *([\w.]+) *\}\}")


class StepFailedError(Exception):
    """A step did not do what it was to do; the document ends there."""


def start(
    document: Mapping[str, Any],
    parameters: Mapping[str, list[str]],
    *,
    endpoint_url: str,
    region: str,
    ended: Callable[[str | None], None],
) -> None:
    """Carry a document out on a thread: its calls are requests like any other, one at a time.

    `ended` hears why it failed, or None when it succeeded.
    """

    def client(service: str) -> Any:
        session: Any = boto3.session.Session()
        return session.client(
            service_name=service,
            region_name=region,
            endpoint_url=endpoint_url,
            aws_access_key_id="offline",
            aws_secret_access_key="offline",
            config=Config(retries={"max_attempts": 0}, proxies={}),
        )

    def work() -> None:
        try:
            carry_out(document, {name: values[0] for name, values in parameters.items()}, client)
        except (StepFailedError, ClientError, BotoCoreError) as error:
            ended(str(error))
        else:
            ended(None)

    threading.Thread(target=work, daemon=True).start()


def carry_out(document: Mapping[str, Any], parameters: Mapping[str, str], client: Client) -> None:
    """Carry out the steps one after another.

    Raises:
        StepFailedError: a step failed, or is of a kind that is not emulated.
        ClientError: a call of the API was refused.
    """
    known: Known = dict(parameters)
    for step in document["mainSteps"]:
        action = _ACTIONS.get(step["action"])
        if action is None:
            raise StepFailedError(f"step {step['name']}: {step['action']} is not emulated")
        action(step, known, client)


def _call(step: Mapping[str, Any], known: Known, client: Client) -> Any:
    request = dict(_filled(step["inputs"], known))
    service, operation = request.pop("Service"), request.pop("Api")
    for own in ("PropertySelector", "DesiredValues"):
        request.pop(own, None)
    return getattr(client(service), xform_name(operation))(**request)


def _execute(step: Mapping[str, Any], known: Known, client: Client) -> None:
    answer = _call(step, known, client)
    for output in step.get("outputs", []):
        known[f"{step['name']}.{output['Name']}"] = _selected(output["Selector"], answer)


def _matches(step: Mapping[str, Any], known: Known, client: Client) -> tuple[bool, Any]:
    value = _selected(step["inputs"]["PropertySelector"], _call(step, known, client))
    return value in step["inputs"]["DesiredValues"], value


def _wait(step: Mapping[str, Any], known: Known, client: Client) -> None:
    deadline = time.monotonic() + step.get("timeoutSeconds", DEFAULT_TIMEOUT_SECONDS)
    while not _matches(step, known, client)[0]:
        if time.monotonic() > deadline:
            raise StepFailedError(f"step {step['name']} took too long")
        time.sleep(POLL_SECONDS)


def _assert(step: Mapping[str, Any], known: Known, client: Client) -> None:
    matches, value = _matches(step, known, client)
    if not matches:
        wanted = ", ".join(step["inputs"]["DesiredValues"])
        raise StepFailedError(f"step {step['name']}: found {value}, where {wanted} is wanted")


def _filled(template: Any, known: Known) -> Any:
    """Put the values in place of their references."""
    if isinstance(template, str):
        return _REFERENCE.sub(lambda found: str(known[found[1]]), template)
    if isinstance(template, Mapping):
        return {key: _filled(value, known) for key, value in template.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(template, list):
        return [_filled(item, known) for item in template]  # pyright: ignore[reportUnknownVariableType]
    return template


def _selected(selector: str, answer: Any) -> Any:
    """What a JSONPath such as `$.Refreshes[0].Status` selects; JMESPath differs by the start."""
    return jmespath.search(selector.removeprefix("$."), answer)


_ACTIONS: Mapping[str, Callable[[Mapping[str, Any], Known, Client], None]] = {
    "aws:executeAwsApi": _execute,
    "aws:waitForAwsResourceProperty": _wait,
    "aws:assertAwsResourceProperty": _assert,
}
