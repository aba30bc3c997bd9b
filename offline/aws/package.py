"""The `aws` provider package: tables, data sources and the boto3 clients that they call."""

import re
import threading
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import boto3
from botocore.config import Config

from offline.aws import RESOURCES
from offline.provider.api import invoke
from offline.provider.server import Invoke, Package

CLIENT = Config(retries={"max_attempts": 0}, max_pool_connections=32, proxies={})
"""The emulator runs beside the stand-in: an error is an answer, and trying again hides it. Nor can
a proxy reach it."""


SETTINGS = frozenset({"region", "skipCredentialsValidation", "skipRegionValidation"})
"""The SDK itself sets the other two; no emulated account has credentials or regions to validate."""


def _to_the_emulator(request: Any, **_: Any) -> None:
    """S3 Control puts the account before the host, where the emulator does not answer."""
    request.url = re.sub(r"//[0-9]{12}\.", "//", request.url)


class Clients:
    """boto3 clients by service and region, made once: a client takes 50 ms to make."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._region = ""
        self._made: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def configure(self, config: Mapping[str, Any]) -> None:
        """Take the provider's configuration; of it, only the region matters offline."""
        self._region = config.get("region", self._region)

    def __call__(self, service: str, region: str) -> Any:
        key = (service, region or self._region)
        with self._lock:
            if key not in self._made:
                # The services come from tables, so boto3's types, one a service, do not help.
                session: Any = boto3.session.Session()
                made = session.client(
                    service_name=service,
                    region_name=key[1],
                    endpoint_url=self._endpoint_url,
                    aws_access_key_id="offline",
                    aws_secret_access_key="offline",
                    config=CLIENT,
                )
                made.meta.events.register("before-send.s3-control", _to_the_emulator)
                self._made[key] = made
            return self._made[key]


def _caller_identity(clients: Callable[[str, str], Any], args: Mapping[str, Any]) -> dict[str, Any]:
    told = invoke(clients("sts", args.get("region", "")), "get_caller_identity", {})
    account = told["Account"]
    return {"accountId": account, "arn": told["Arn"], "userId": told["UserId"], "id": account}


def _parameter(clients: Callable[[str, str], Any], args: Mapping[str, Any]) -> dict[str, Any]:
    request = {"Name": args["name"], "WithDecryption": True}
    told = invoke(clients("ssm", args.get("region", "")), "get_parameter", request)["Parameter"]
    secret = told["Type"] == "SecureString"
    return {
        "arn": told["ARN"],
        "id": told["Name"],
        "name": told["Name"],
        "type": told["Type"],
        "value": told["Value"],
        "insecureValue": "" if secret else told["Value"],
        "version": told["Version"],
    }


INVOKES: dict[str, Invoke] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:ssm/getParameter:getParameter": _parameter,
}
"""Data sources: the ones that the platform asks."""


def aws_package(endpoint_url: str) -> Package:
    """The package that creates in the AWS behind `endpoint_url`."""
    clients = Clients(endpoint_url)
    return Package(
        name="aws",
        version=version("pulumi-aws"),
        resources=RESOURCES,
        client=clients,
        configure=clients.configure,
        settings=SETTINGS,
        invokes=INVOKES,
    )
