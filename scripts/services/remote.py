"""Commands on servers through Systems Manager: no ssh, no open port."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from scripts.faults import OpsError
from scripts.waiting import until_so

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

UNFINISHED = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})

DELIVERY_SECONDS = 600
"""How long a server may be out of reach, such as during a reboot, before it counts as lost."""


def run(
    ssm: "SSMClient",
    *,
    instance: str,
    document: str,
    parameters: Mapping[str, Sequence[str]],
    seconds: float,
) -> str:
    """Run a document on one server and return what it wrote.

    Args:
        document: such as `AWS-RunShellScript`.
        seconds: how long it may take.

    Raises:
        OpsError: it failed, or did not end in time.
    """
    sent = ssm.send_command(
        InstanceIds=[instance],
        DocumentName=document,
        Parameters={name: list(values) for name, values in parameters.items()},
        TimeoutSeconds=DELIVERY_SECONDS,
        Comment="ops",
    )
    command = sent["Command"].get("CommandId", "")
    ended: dict[str, str] = {}

    def obstacle() -> str | None:
        try:
            told = ssm.get_command_invocation(CommandId=command, InstanceId=instance)
        except ClientError as error:
            # For a moment after it was sent, Systems Manager does not know it yet.
            if error.response.get("Error", {}).get("Code") == "InvocationDoesNotExist":
                return "it has not begun"
            raise
        if told["Status"] in UNFINISHED:
            return f"its status is {told['Status']}"
        ended.update(
            status=told["Status"],
            output=told["StandardOutputContent"],
            error=told["StandardErrorContent"],
        )
        return None

    until_so(obstacle, seconds=seconds, what=f"{document} on {instance} did not end")
    if ended["status"] != "Success":
        said = " ".join(ended["error"].split())[-400:] or "it wrote no message"
        raise OpsError(
            f"{document} on {instance} ended with {ended['status']}: {said.rstrip('.')}. Its "
            f"output: aws ssm get-command-invocation --command-id {command} "
            f"--instance-id {instance}."
        )
    return ended["output"]
