"""What replaces parts of the SDK does what these do."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components import quick_sdk
from components.aws.web_acl import WebAclAssociation
from components.outstanding import OutstandingOutputs
from components.quick_sdk import use_quick_sdk
from tests.components.recording import record

SDK: Any = pulumi
TYPES: Any = vars(quick_sdk)["_types_of_properties"]


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the SDK back what the program replaces, which it must have to be replaced."""
    with monkeypatch.context() as patch:
        runtime = SDK.runtime
        for owner, name in (
            (SDK._types, "_types_from_py_properties"),
            (runtime.resource, "_get_stack_trace"),
            (runtime.settings.SETTINGS, "outputs"),
        ):
            patch.setattr(owner, name, getattr(owner, name))
        yield


def test_the_sdk_uses_what_replaces_it() -> None:
    async def program() -> None:
        use_quick_sdk()
        calls = SDK.runtime.settings._get_rpc_manager().rpcs
        assert len(calls) == 1
        assert isinstance(SDK.runtime.settings.SETTINGS.outputs, OutstandingOutputs)
        await calls.pop()

    loop = asyncio.new_event_loop()
    loop.run_until_complete(program())
    loop.close()
    types = SDK._types.resource_types(aws.sns.Topic)
    assert types["kmsMasterKeyId"] is str
    assert TYPES.cache_info().currsize >= 1


def test_types_of_properties_are_those_of_the_sdk() -> None:
    original = TYPES.__wrapped__
    for kind in (aws.sns.Topic, aws.lb.Listener, aws.lb.ListenerDefaultActionArgs):
        assert TYPES(kind) == original(kind) != {}


def test_the_one_frame_is_the_sdks_first() -> None:
    """Of a class of the SDK, of one of ours, and of a component."""

    class Component(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("test:index:Component", "component")
            child = pulumi.ResourceOptions(parent=self)
            aws.sns.Topic("topic", opts=child)
            WebAclAssociation("ours", resource_arn="x", web_acl_arn="y", opts=child)

    seen: list[tuple[Any, Any]] = []
    theirs = SDK.runtime.resource._get_stack_trace

    def both() -> Any:
        seen.append((quick_sdk.first_frame(), theirs()))
        return seen[-1][1]

    SDK.runtime.resource._get_stack_trace = both
    record(Component)

    assert len(seen) >= 3
    for ours, whole in seen:
        assert list(ours.frames) == list(whole.frames)[:1]
    assert seen[-1][0].frames[0].pc.uri == Path(__file__).as_uri()
