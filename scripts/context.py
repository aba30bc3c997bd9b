"""What every command begins with."""

from collections.abc import Sequence
from dataclasses import dataclass

from scripts import metrics, settings, stack
from scripts.console import Console
from scripts.metrics import Gauge
from scripts.options import AsJson, StackName
from scripts.settings import OpsSettings

__all__ = ["AsJson", "Context", "StackName", "begin", "read"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """The settings in force and where to write."""

    settings: OpsSettings
    console: Console

    def keep_metrics(self, procedure: str, gauges: Sequence[Gauge]) -> None:
        """Give Prometheus the figures of a run, after its result was shown."""
        metrics.write(self.settings.metrics_directory, procedure, gauges, warn=self.console.warn)


def begin(stack_name: str | None, *, as_json: bool) -> Context:
    """Read the settings. A stack that is named goes before the environment.

    Raises:
        OpsError: the settings or the stack's outputs cannot be used.
    """
    return Context(settings=read(stack_name), console=Console(as_json=as_json))


def read(stack_name: str | None) -> OpsSettings:
    """Return the settings in force, as `begin` does."""
    if stack_name is None:
        return settings.load()
    outputs = stack.outputs(stack_name)
    secret = stack.secrets_manager(outputs.get("region"))
    return settings.load(**stack.settings_from(outputs, secret))
