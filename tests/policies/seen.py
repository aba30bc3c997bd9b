"""The resources of the whole program as rules see them, at the first preview and afterwards."""

from collections.abc import Mapping
from typing import Any, cast

import pulumi
from pulumi.output import Unknown
from pulumi.runtime import rpc, set_mocks, settings
from pulumi.runtime.mocks import MockResourceArgs

from tests.components.recording import (
    NoCallbacks,
    RecordingMocks,
    RecordingMonitor,
    Registration,
)
from tests.contract.conftest import recorded
from tests.policies.evaluate import UNKNOWN, Resource
from tests.program import run_program, variants


def deployed(variant: str, stack: str = "test") -> list[Resource]:
    """Every resource of a variant in a stack, with every value known."""
    return [_seen(each, stack) for each in recorded(variant).resources]


def at_first_preview(variant: str, stack: str = "test") -> list[Resource]:
    """Every resource of a variant in a stack, with all unknown that comes from another resource."""
    monitor = RecordingMonitor(PreviewMocks())
    set_mocks(PreviewMocks(), project="messaging-app", stack="test", monitor=monitor, preview=True)
    setattr(settings.SETTINGS, "callbacks", NoCallbacks())  # noqa: B010 (not meant to be set)

    def run() -> None:
        run_program(variants()[variant], {})

    pulumi.runtime.test(run)()  # pyright: ignore[reportUnknownMemberType]
    return [_seen(each, stack) for each in monitor.registrations]


class PreviewMocks(RecordingMocks):
    """Answers as a provider does at preview: with the inputs, and nothing else known."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        _, properties = super().new_resource(args)
        inputs = cast(dict[str, Any], args.inputs)  # pyright: ignore[reportUnknownMemberType]
        return rpc.UNKNOWN, {**dict.fromkeys(properties, rpc.UNKNOWN), **inputs}


def _seen(registration: Registration, stack: str) -> Resource:
    sources: Mapping[str, Any] = registration.request.propertyDependencies
    return Resource(
        type=registration.type,
        stack=stack,
        # Two resources of a type may have the same name, but never the same URN.
        name=registration.urn,
        properties=_as_sent(registration.inputs),
        depends={key: list(source.urns) for key, source in sources.items()},
    )


def _as_sent(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _as_sent(each) for key, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_as_sent(each) for each in cast("list[Any]", value)]
    return value
