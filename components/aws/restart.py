"""What `ops restart` runs on a server: a command of our own instead of a shell for any command."""

import json
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import ssm

from components.identity import Identity
from service_config import restart

SECONDS: Final = 600
"""How long a restart may take, with the time that websockets get to leave."""


@dataclass(frozen=True, kw_only=True)
class RestartArgs:
    """Whose servers are restarted."""

    identity: Identity


class Restart(pulumi.ComponentResource):
    """A document of Systems Manager that restarts the application on one server."""

    document_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: RestartArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Restart", name, None, opts)
        physical_name = document_name(args.identity)
        document = ssm.Document(
            f"{name}-document",
            name=physical_name,
            document_type="Command",
            document_format="JSON",
            target_type="/AWS::EC2::Instance",
            content=json.dumps(restart.document(seconds=SECONDS)),
            tags=args.identity.tags("monitoring", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.document_name = document.name
        self.register_outputs({"document_name": self.document_name})


def document_name(identity: Identity) -> str:
    """Name of the document, by which `ops restart` finds it."""
    return identity.name("restart", limit=128)
