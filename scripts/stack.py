"""Settings from the outputs of a stack, and from the secrets that these refer to."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scripts import aws
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

PROJECT = Path(__file__).parent.parent

Secret = Callable[[str], str]
"""Reference → value of a secret."""


def outputs(name: str) -> dict[str, Any]:
    """Return the outputs of a stack of this project.

    Raises:
        OpsError: there is no `pulumi`, no such stack, or it has not been brought up.
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise OpsError(
            "--stack needs the program pulumi on PATH: run `make setup`, then "
            'export PATH="$PWD/.venv/bin:$(python3 -m toolchain path):$PATH".',
            ExitCode.MISCONFIGURED,
        )
    command = [pulumi, "stack", "output", "--json", "--non-interactive", "--stack", name]
    ran = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if ran.returncode:
        said = " ".join(ran.stderr.removeprefix("error: ").split()).rstrip(".")
        raise OpsError(
            f"The outputs of stack {name} cannot be read: {said}.", ExitCode.MISCONFIGURED
        )
    found: dict[str, Any] = json.loads(ran.stdout)
    if not found:
        raise OpsError(
            f"Stack {name} has no outputs: bring it up first, with `make up STACK={name}`.",
            ExitCode.MISCONFIGURED,
        )
    return found


def secrets_manager(region: str | None) -> Secret:
    """Return a reader of AWS Secrets Manager."""
    client = aws.secrets_manager(region)
    return lambda reference: client.get_secret_value(SecretId=reference)["SecretString"]


def settings_from(given: Mapping[str, Any], secret: Secret) -> dict[str, Any]:
    """Return fields of `OpsSettings` for what a stack gave, by the outputs' contract.

    Raises:
        OpsError: an output that the contract promises is missing.
    """
    try:
        return {
            "environment": given["environment"],
            "aws_region": given.get("region"),
            "database_platform": "rds" if given.get("region") else "servers",
            **_databases(given, json.loads(secret(given["database_secret_ref"]))),
            "redis_url": _cache(given, secret(given["cache_secret_ref"])),
            "backup_bucket": given["backup_location"].removeprefix("s3://"),
            "media_bucket": given["media_location"].removeprefix("s3://"),
            "alert_topic_arn": given.get("alert_topic_arn"),
            "prometheus_url": given["prometheus_url"],
            "health_url": f"{given['api_url']}/health",
            "websocket_url": given.get("websocket_url"),
            "compose_file": given.get("compose_file"),
        }
    except KeyError as missing:
        raise OpsError(
            f"The stack has no output {missing.args[0]}: its program is older than this command. "
            "Bring the stack up from this clone.",
            ExitCode.MISCONFIGURED,
        ) from None


def _databases(given: Mapping[str, Any], login: Mapping[str, str]) -> dict[str, str]:
    user, password = quote(login["username"], safe=""), quote(login["password"], safe="")
    end = f"{given['database_port']}/{given['database_name']}?sslmode=require"
    return {
        setting: f"postgresql://{user}:{password}@{given[host]}:{end}"
        for setting, host in (
            ("database_url", "database_host"),
            ("database_replica_url", "database_replica_host"),
        )
    }


def _cache(given: Mapping[str, Any], password: str) -> str:
    scheme = "rediss" if given["cache_tls"] else "redis"
    return f"{scheme}://:{quote(password, safe='')}@{given['cache_host']}:{given['cache_port']}/0"
