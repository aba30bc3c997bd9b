"""Timed previews on the real engine, against an emulator of the benchmark's own."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from offline import emulator
from offline.workspace import ROOT, Workspace

REGION = "eu-central-1"
FLOOR = ROOT / "benchmarks" / "floor"
POLICIES = ROOT / "policies"


@dataclass(frozen=True)
class Timed:
    """One preview: how long it took and how many resources it planned."""

    seconds: float
    resources: int


@dataclass(frozen=True)
class Engine:
    """The engine with everything it needs, in a temporary folder."""

    workspace: Workspace
    environment: dict[str, str]

    def preview_platform(self, stack_file: Path, *, policies: bool) -> Timed:
        """Preview the project with the given stack file."""
        arguments = ["--config-file", str(stack_file)]
        if policies:
            arguments += ["--policy-pack", str(POLICIES)]
        return self._preview(ROOT, *arguments)

    def preview_floor(self, resources: int, *, import_platform: bool = False) -> Timed:
        """Preview the program that only registers, with or without the platform's imports."""
        folder = self.workspace.folder / "floor"
        if not folder.exists():
            shutil.copytree(FLOOR, folder, ignore=shutil.ignore_patterns("__pycache__"))
            self._pulumi(folder, "stack", "init", self.workspace.stack, "--no-select")
        stack_file = folder / f"Pulumi.{self.workspace.stack}.yaml"
        config = yaml.safe_load(stack_file.read_text()) | {
            "config": {
                "floor:resources": str(resources),
                "floor:import_platform": str(import_platform).lower(),
            }
        }
        stack_file.write_text(yaml.safe_dump(config))
        return self._preview(folder, "--config-file", str(stack_file))

    def _preview(self, folder: Path, *arguments: str) -> Timed:
        started = time.perf_counter()
        shown = self._pulumi(folder, "preview", "--suppress-outputs", *arguments)
        seconds = time.perf_counter() - started
        planned = re.search(r"\+ (\d+) to create", shown)
        if planned is None:
            raise RuntimeError(f"The preview planned nothing: {shown}")
        return Timed(seconds, int(planned[1]))

    def _pulumi(self, folder: Path, *arguments: str) -> str:
        command = ["pulumi", "-C", str(folder), "--non-interactive", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout


@contextmanager
def engine(stack: str) -> Generator[Engine]:
    """An engine with an emulator that lives as long as the block."""
    with TemporaryDirectory(prefix="messaging-app-bench-") as folder:
        workspace = Workspace(stack, base=Path(folder))
        workspace.prepare()
        running = emulator.start(workspace)
        environment = workspace.environment() | running.environment(REGION, stand_ins=True)
        # Every preview here names its own stack file.
        del environment["PULUMI_OPTION_CONFIG_FILE"]
        environment["PYTHONPATH"] = str(ROOT)
        try:
            yield Engine(workspace, environment)
        finally:
            emulator.stop(workspace)


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2)}
