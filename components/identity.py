"""Names and tags: which platform, which environment, who owns it."""

import hashlib
from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "api",
    "websocket",
    "database",
    "cache",
    "load-balancer",
    "monitoring",
    "storage",
    "network",
    "audit",
]
"""Values of the `Role` tag; policies choose the hardware floor by it."""

HASH_LENGTH = 6


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What every resource of one environment has in common."""

    project: str
    environment: str
    owner: str

    def name(self, *parts: str, limit: int) -> str:
        """Join project, environment and `parts` with hyphens, in at most `limit` characters.

        AWS limits differ by resource (32 for a load balancer, 63 for a bucket). A longer name is
        cut and ends in a hash of the whole, so two long names never become the same.
        """
        full = "-".join((self.project, self.environment, *parts))
        if len(full) <= limit:
            return full
        digest = hashlib.sha256(full.encode()).hexdigest()[:HASH_LENGTH]
        return f"{full[: limit - HASH_LENGTH - 1].rstrip('-')}-{digest}"

    def path(self, *parts: str) -> str:
        """Name of a log group or parameter of this environment: `/project/environment/part…`."""
        return "/" + "/".join((self.project, self.environment, *parts))

    def tags(self, role: Role, name: str = "") -> dict[str, str]:
        """Required tags, plus `Name` when given (what the AWS console shows)."""
        required = {
            "Project": self.project,
            "Environment": self.environment,
            "Role": role,
            "Owner": self.owner,
            "ManagedBy": "pulumi",
        }
        return {**required, "Name": name} if name else required
