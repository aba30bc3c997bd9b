"""The whole program under the recording mocks."""

import base64
import gc
import json
import runpy
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pulumi
import pytest
import yaml

from settings.load import SETTINGS_KEY
from tests.components.recording import ACCOUNT_ID, Recording, record
from tests.components.sdk import give_back

ROOT = Path(__file__).parents[1]

PASSWORD = "generated-password"
"""What the mocks generate."""

SLACK_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:slack-webhook-AbCdEf"
PRIVATE_IMAGES = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team"
OFFICE = "203.0.113.0/24"


def run_program(settings: object, exports: dict[str, Any] | None = None) -> None:
    """Run `__main__.py` as the engine does; collect what it exports."""
    pulumi.runtime.set_all_config({SETTINGS_KEY: json.dumps(settings)})
    try:
        with pytest.MonkeyPatch.context() as patch:
            give_back(patch)
            if exports is not None:
                patch.setattr(pulumi, "export", exports.__setitem__)
            runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")
    finally:
        pulumi.runtime.set_all_config({})
        # The program switches it off for its short life; this process lives on.
        gc.enable()


def stack_settings(stack: str) -> dict[str, Any]:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["config"][SETTINGS_KEY]


def record_program(settings: object) -> Recording:
    """Record the program; the outputs of the recording are the exports."""

    def build() -> pulumi.ComponentResource:
        exports: dict[str, Any] = {}
        run_program(settings, exports)
        # `record` reads the public attributes of whatever was built.
        return cast(pulumi.ComponentResource, SimpleNamespace(**exports))

    return record(build)


def longest_settings() -> dict[str, Any]:
    """Production's settings with every name as long as the settings allow."""
    settings = stack_settings("prod")
    label = "d" * 45
    return {
        **settings,
        "environment": "environment1",
        "owner": "o" * 64,
        "domain": f"{label}.example-of-len.com",
        "servers": {
            "api-group-name-a" if name == "api" else "websocket-groups": group
            for name, group in settings["servers"].items()
        },
    }


def settings_with_every_option() -> dict[str, Any]:
    """Production's settings, with all that is optional and that no stack file asks for."""
    settings = stack_settings("prod")
    servers = settings["servers"]
    operations = {
        "image": f"{PRIVATE_IMAGES}/ops:1.0.0",
        "slack_webhook_secret_arn": SLACK_SECRET,
    }
    return {
        **settings,
        "network": {**settings["network"], "nat": "single", "ssh_cidrs": [OFFICE]},
        "servers": {
            **servers,
            "api": {**servers["api"], "image": f"{PRIVATE_IMAGES}/api:1.0.0"},
        },
        "operations": {**settings["operations"], **operations},
        "storage": {**settings["storage"], "object_lock_days": 30},
    }


def variants() -> dict[str, dict[str, Any]]:
    """Settings of every shape that the program takes, by name."""
    prod, recovering = stack_settings("prod"), stack_settings("dr")
    return {
        "prod": prod,
        "local": stack_settings("local"),
        "staging": stack_settings("staging"),
        "dr": recovering,
        "taking over": {
            **recovering,
            "recovery": {**recovering["recovery"], "take_over": True},
        },
        "going on": {
            **recovering,
            "recovery": {**recovering["recovery"], "take_over": True},
            "storage": {"copy_region": prod["region"]},
        },
        "longest": longest_settings(),
        "every option": settings_with_every_option(),
        "elasticache": {**prod, "cache": {"kind": "elasticache"}},
        "without copies": {**prod, "storage": {}},
        "guest in the account": {
            **prod,
            "audit": {**prod["audit"], "account_services": False},
        },
    }


@cache
def recorded(variant: str) -> Recording:
    """The program with one of the variants' settings, recorded once a session."""
    return record_program(variants()[variant])


def arn(name: str) -> str:
    """What the mocks give as ARN to the resource of a name."""
    return f"arn:aws:mock::{ACCOUNT_ID}:{name}"


def waits_for(program: Recording, type_: str, name: str | None = None) -> set[str]:
    """Names of the resources that must be there before this one."""
    urns = set(program.one(type_, name).request.dependencies)
    return {each.name for each in program.resources if each.urn in urns}


def statements(program: Recording, name: str) -> list[dict[str, Any]]:
    """What a policy of one of the platform's roles says."""
    policy = program.one("aws:iam/rolePolicy:RolePolicy", name)
    return json.loads(policy.inputs["policy"])["Statement"]


def user_data(program: Recording, name: str) -> str:
    """What a server is told at its first boot."""
    template = program.one("aws:ec2/launchTemplate:LaunchTemplate", f"{name}-template")
    return base64.b64decode(template.inputs["userData"]).decode()
