"""The engine's protocol over a real gRPC connection, with the toy API behind it."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc, status_pb2

from offline.provider.server import Package, serve
from offline.provider.values import UNKNOWN, decode, encode
from tests.offline.provider.toy import THING, ToyApi

URN = "urn:pulumi:dev::project::component$toy:index:Thing::my-thing"


@pytest.fixture
def api() -> ToyApi:
    return ToyApi()


@pytest.fixture
def provider(api: ToyApi) -> Iterator[Any]:
    package = Package(
        name="toy",
        version="1.2.3",
        resources={THING.token: THING},
        client=lambda service, region: api,
        configure=lambda config: None,
        settings=frozenset({"region"}),
        invokes={"toy:index:echo": lambda clients, args: args},
    )
    server, port = serve(package)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(grace=None).wait()


def create(provider: Any, inputs: dict[str, Any], **more: Any) -> pb.CreateResponse:
    return provider.Create(pb.CreateRequest(urn=URN, properties=encode(inputs), **more))


def refusal(call: Any, *arguments: Any, **named: Any) -> Any:
    with pytest.raises(grpc.RpcError) as caught:
        call(*arguments, **named)
    return caught.value


def test_a_preview_creates_nothing(api: ToyApi, provider: Any) -> None:
    planned = create(provider, {"name": "n", "size": UNKNOWN}, preview=True)

    assert api.calls == []
    state = decode(planned.properties)
    assert state.values["size"] is UNKNOWN
    assert state.values["address"] is UNKNOWN


def test_secret_inputs_and_secret_outputs_stay_secret(
    provider: Any,
) -> None:
    request = pb.CreateRequest(urn=URN, properties=encode({"name": "hidden"}, frozenset({"name"})))
    state = decode(provider.Create(request).properties)

    assert state.values["name"] == "hidden"
    assert state.secrets == {"name", "address"}


def test_check_refuses_an_unmapped_property_by_name(
    provider: Any,
) -> None:
    answer = provider.Check(pb.CheckRequest(urn=URN, news=encode({"name": "n", "colour": "red"})))

    assert [failure.property for failure in answer.failures] == ["colour"]


def test_a_provider_setting_that_is_not_heeded_is_refused_by_name(provider: Any) -> None:
    given = {"region": "eu-north-1", "defaultTags": {"tags": {"a": "b"}}, "version": "7.29.0"}

    answer = provider.CheckConfig(pb.CheckRequest(news=encode(given)))

    assert [(failure.property, failure.reason) for failure in answer.failures] == [
        ("defaultTags", "the offline stand-in for the provider toy does not heed it")
    ]


def test_an_input_of_a_wrong_shape_is_a_sentence(provider: Any) -> None:
    error = refusal(create, provider, {"name": "n", "tags": "none"})

    assert error.details() == (
        "my-thing: the stand-in cannot read what it was given "
        "(AttributeError: 'str' object has no attribute 'items'). "
        "Compare the inputs with the type's documentation"
    )


def test_an_error_names_the_resource_and_quotes_aws(api: ToyApi, provider: Any) -> None:
    api.refuse["create_thing"] = "You have reached your limit of things."

    error = refusal(create, provider, {"name": "n"})

    expected = "my-thing: create_thing: Refused: You have reached your limit of things."
    assert error.details() == expected


def test_a_half_made_resource_reaches_the_state(api: ToyApi, provider: Any) -> None:
    api.refuse["modify_thing"] = "not today"

    error = refusal(create, provider, {"name": "n", "enabled": True})

    status = status_pb2.Status()
    status.ParseFromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    half_made = pb.ErrorResourceInitFailed()
    assert status.details[0].Unpack(half_made)
    assert half_made.id in api.things
    assert half_made.reasons == ["my-thing: modify_thing: Refused: not today"]


def test_a_type_without_a_table_is_refused_with_advice(
    provider: Any,
) -> None:
    urn = URN.replace("Thing::", "Unheard::")

    error = refusal(provider.Create, pb.CreateRequest(urn=urn))

    assert error.details() == (
        "my-thing: the stand-in has no table for the resource type toy:index:Unheard; "
        "add one in offline/, or use the official plugin"
    )


def test_a_difference_tells_replacement_by_property(
    provider: Any,
) -> None:
    olds, news = {"name": "n", "zone": "a", "size": 1}, {"name": "n", "zone": "b", "size": 2}

    answer = provider.Diff(pb.DiffRequest(urn=URN, old_inputs=encode(olds), news=encode(news)))

    assert answer.changes == pb.DiffResponse.DIFF_SOME
    assert list(answer.replaces) == ["zone"]
    kinds = {name: entry.kind for name, entry in answer.detailedDiff.items()}
    assert kinds == {"zone": pb.PropertyDiff.UPDATE_REPLACE, "size": pb.PropertyDiff.UPDATE}


def test_a_difference_in_what_the_program_ignores_is_none(provider: Any) -> None:
    olds, news = {"name": "n", "zone": "a"}, {"name": "n", "zone": "b"}

    answer = provider.Diff(
        pb.DiffRequest(urn=URN, old_inputs=encode(olds), news=encode(news), ignoreChanges=["zone"])
    )

    assert answer.changes == pb.DiffResponse.DIFF_NONE


def test_a_whole_life(api: ToyApi, provider: Any) -> None:
    first, second = encode({"name": "n", "size": 1}), encode({"name": "n", "size": 2})
    made = provider.Create(pb.CreateRequest(urn=URN, properties=first))
    updated = provider.Update(
        pb.UpdateRequest(id=made.id, urn=URN, olds=made.properties, old_inputs=first, news=second)
    )
    found = provider.Read(
        pb.ReadRequest(id=made.id, urn=URN, properties=updated.properties, inputs=second)
    )
    provider.Delete(pb.DeleteRequest(id=made.id, urn=URN, properties=updated.properties))
    gone = provider.Read(
        pb.ReadRequest(id=made.id, urn=URN, properties=updated.properties, inputs=second)
    )

    assert decode(found.inputs).values == {"name": "n", "size": 2}
    assert gone.id == ""
    assert api.things == {}


def test_an_import_takes_what_aws_has_as_inputs(api: ToyApi, provider: Any) -> None:
    api.create_thing(Name="found", Size=3)

    answer = provider.Read(pb.ReadRequest(id="thing-0", urn=URN))

    assert decode(answer.inputs).values == {"name": "found", "size": 3, "tags": {}}


def test_an_import_keeps_secret_what_the_table_says_is(api: ToyApi, provider: Any) -> None:
    api.create_thing(Name="found", Key="hidden")

    answer = provider.Read(pb.ReadRequest(id="thing-0", urn=URN))

    assert decode(answer.inputs).values["key"] == "hidden"
    assert decode(answer.inputs).secrets == {"key"}
    assert decode(answer.properties).secrets == {"key", "address"}


def test_a_function_without_a_table_is_refused(
    provider: Any,
) -> None:
    echoed = provider.Invoke(pb.InvokeRequest(tok="toy:index:echo", args=encode({"a": 1})))
    error = refusal(provider.Invoke, pb.InvokeRequest(tok="toy:index:unheard"))

    assert decode(getattr(echoed, "return")).values == {"a": 1}
    assert "no table for the function toy:index:unheard" in (error.details() or "")
