"""The workflows and local actions of the repository, read as data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

GITHUB = Path(__file__).parents[2] / ".github"


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """One file below `.github`."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(GITHUB))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def content(self) -> dict[Any, Any]:
        return yaml.safe_load(self.text)

    @property
    def triggers(self) -> dict[str, Any]:
        # YAML 1.1 reads the key `on` as true.
        return self.content[True]

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        return self.content["jobs"]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps of all jobs, or of the action."""
        if "runs" in self.content:
            return self.content["runs"]["steps"]
        return [step for job in self.jobs.values() for step in job.get("steps", [])]

    def step(self, name: str) -> dict[str, Any]:
        """The step of that name."""
        (found,) = [step for step in self.steps if step.get("name") == name]
        return found


WORKFLOWS = [Workflow(path=path) for path in sorted((GITHUB / "workflows").iterdir())]
ACTIONS = [Workflow(path=path) for path in sorted((GITHUB / "actions").glob("*/action.yml"))]


def workflow(name: str) -> Workflow:
    """The workflow in that file."""
    return Workflow(path=GITHUB / "workflows" / name)
