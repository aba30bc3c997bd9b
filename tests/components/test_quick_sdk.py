"""What replaces parts of the SDK does what these do."""

import asyncio
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components import quick_sdk
from components.aws.web_acl import WebAclAssociation
from components.quick_sdk import use_quick_sdk
from tests.components.recording import record
from tests.components.sdk import SDK, give_back

TYPES: Any = vars(quick_sdk)["_types_of_properties"]


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Give the SDK back at the end; the calls to the engine that it waits for, none at first."""
    give_back(monkeypatch)
    calls: list[Any] = []
    monkeypatch.setattr(SDK.runtime.settings._get_rpc_manager(), "rpcs", calls)
    monkeypatch.setattr(SDK.runtime.settings.SETTINGS, "outputs", deque[Any]())
    return calls


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


def test_the_sdk_waits_for_outputs_of_the_program_and_then_for_calls(
    loop: asyncio.AbstractEventLoop, calls: list[Any]
) -> None:
    async def program() -> list[str]:
        use_quick_sdk()
        order: list[str] = []
        output = loop.create_future()
        SDK.runtime.settings.SETTINGS.outputs.append(output)
        output.add_done_callback(lambda _: order.append("output"))
        calls.append(loop.create_future())
        loop.call_later(0.01, output.set_result, 1)
        loop.call_later(0.05, calls[0].set_result, None)
        await SDK.runtime.stack.wait_for_rpcs()
        order.append("end")
        return order

    assert loop.run_until_complete(program()) == ["output", "end"]
    assert calls == []


def test_an_output_that_fails_is_told_before_a_call_has_ended(
    loop: asyncio.AbstractEventLoop, calls: list[Any]
) -> None:
    async def program() -> None:
        use_quick_sdk()
        outputs = SDK.runtime.settings.SETTINGS.outputs
        never, fails = loop.create_future(), loop.create_future()
        calls.append(never)
        outputs.append(never)
        outputs.append(fails)
        loop.call_soon(fails.set_exception, ZeroDivisionError("by zero"))
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(SDK.runtime.stack.wait_for_rpcs(), 60)
        assert not never.done()

    loop.run_until_complete(program())


def test_types_are_looked_up_once() -> None:
    use_quick_sdk()
    TYPES.cache_clear()
    for _ in range(2):
        assert SDK._types.resource_types(aws.sqs.Queue)["fifoQueue"] is bool
    found = TYPES.cache_info()
    assert (found.misses, found.hits) == (1, 1)


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

    assert theirs is not quick_sdk.first_frame
    SDK.runtime.resource._get_stack_trace = both
    record(Component)

    assert len(seen) >= 3
    for ours, whole in seen:
        assert list(ours.frames) == list(whole.frames)[:1]
    assert seen[-1][0].frames[0].pc.uri == Path(__file__).as_uri()
