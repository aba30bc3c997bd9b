"""The gRPC face of a stand-in: the engine's `ResourceProvider` protocol over the lifecycle."""

import logging
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc, status_pb2
from pulumi.runtime.proto.plugin_pb2 import PluginAttach, PluginInfo

from offline.provider import lifecycle
from offline.provider.api import ApiError
from offline.provider.lifecycle import Difference, InitFailedError
from offline.provider.table import Resource
from offline.provider.values import Decoded, UnsupportedValueError, decode, encode

WORKERS = 16
"""Operations under way at once; the engine asks for as many as the program allows."""

MESSAGE_LIMIT = 400 * 1024 * 1024
"""Bytes in one message, as the engine's own plugins allow."""

ENGINES_OWN = frozenset({"version", "pluginDownloadURL"})
"""What the engine adds to a provider's configuration: where the plugin comes from."""

SOME, NONE = pb.DiffResponse.DIFF_SOME, pb.DiffResponse.DIFF_NONE

log = logging.getLogger(__name__)

Invoke = Callable[[Any, Mapping[str, Any]], Mapping[str, Any]]
"""A data source: client factory and arguments → result."""


@dataclass(frozen=True)
class Package:
    """One provider package: its tables, and who makes the clients they call.

    `client(service, region)` gives the boto3 client; region is empty when the resource names none.
    """

    name: str
    version: str
    resources: Mapping[str, Resource]
    client: Callable[[str, str], Any]
    configure: Callable[[Mapping[str, Any]], None]
    settings: frozenset[str] = frozenset()
    """What of the provider's own configuration it heeds; anything else is refused by name."""
    invokes: Mapping[str, Invoke] = field(default_factory=dict[str, Invoke])


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """Serves one package. Method names and messages are the engine's protocol."""

    def __init__(self, package: Package) -> None:
        self._package = package

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> PluginInfo:
        return PluginInfo(version=self._package.version)

    def Attach(self, request: PluginAttach, context: grpc.ServicerContext) -> Empty:
        return Empty()

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        return Empty()

    def CheckConfig(
        self, request: pb.CheckRequest, context: grpc.ServicerContext
    ) -> pb.CheckResponse:
        given = decode(request.news).values.keys() - ENGINES_OWN
        reason = f"the offline stand-in for the provider {self._package.name} does not heed it"
        refused = [
            pb.CheckFailure(property=name, reason=reason)
            for name in sorted(given - self._package.settings)
        ]
        return pb.CheckResponse(inputs=request.news, failures=refused)

    def DiffConfig(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        changed = decode(request.old_inputs).values != decode(request.news).values
        return pb.DiffResponse(changes=SOME if changed else NONE)

    def Configure(
        self, request: pb.ConfigureRequest, context: grpc.ServicerContext
    ) -> pb.ConfigureResponse:
        self._package.configure(decode(request.args).values)
        return pb.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        with _errors_to(context, request.urn):
            resource = self._resource(request.urn)
            olds, news = decode(request.olds), decode(request.news)
            seed = request.randomSeed or request.urn.encode()
            inputs, failures = lifecycle.check(
                resource, _name(request.urn), olds.values, news.values, seed
            )
        refused = [pb.CheckFailure(property=f.property, reason=f.reason) for f in failures]
        return pb.CheckResponse(inputs=encode(inputs, news.secrets), failures=refused)

    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        with _errors_to(context, request.urn):
            olds, news = decode(request.old_inputs).values, decode(request.news).values
            # The engine asks at a refresh, too, with whatever AWS says of these properties.
            ignored = request.ignoreChanges
            return _diff_response(lifecycle.diff(self._resource(request.urn), olds, news, ignored))
        raise AssertionError

    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        with _errors_to(context, request.urn):
            resource, inputs = self._resource(request.urn), decode(request.properties)
            if request.preview:
                state = lifecycle.preview_create(resource, inputs.values)
                return pb.CreateResponse(properties=_encode_state(resource, state, inputs))
            client = self._client(resource, inputs.values)
            try:
                identifier, state = lifecycle.create(resource, client, inputs.values)
            except InitFailedError as error:
                _abort_half_made(context, resource, request, inputs, error)
                raise
            properties = _encode_state(resource, state, inputs)
            return pb.CreateResponse(id=identifier, properties=properties)
        raise AssertionError

    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        with _errors_to(context, request.urn):
            resource = self._resource(request.urn)
            state, inputs = decode(request.properties), decode(request.inputs)
            client = self._client(resource, state.values)
            found = lifecycle.read(resource, client, request.id, state.values, inputs.values)
            if found is None:
                return pb.ReadResponse()
            actual, actual_inputs = found
            return pb.ReadResponse(
                id=request.id,
                properties=_encode_state(resource, actual, state),
                # At an import nothing is known to be secret but what the table says is.
                inputs=_encode_state(resource, actual_inputs, inputs),
            )
        raise AssertionError

    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        with _errors_to(context, request.urn):
            resource = self._resource(request.urn)
            state, olds = decode(request.olds).values, decode(request.old_inputs).values
            news = decode(request.news)
            if request.preview:
                planned = lifecycle.preview_update(resource, state, news.values)
            else:
                client = self._client(resource, state)
                planned = lifecycle.update(resource, client, request.id, state, olds, news.values)
            return pb.UpdateResponse(properties=_encode_state(resource, planned, news))
        raise AssertionError

    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        with _errors_to(context, request.urn):
            resource, state = self._resource(request.urn), decode(request.properties).values
            lifecycle.delete(resource, self._client(resource, state), request.id, state)
        return Empty()

    def Invoke(self, request: pb.InvokeRequest, context: grpc.ServicerContext) -> pb.InvokeResponse:
        with _errors_to(context, request.tok):
            function = self._package.invokes.get(request.tok)
            if function is None:
                raise UnmappedError(f"no table for the function {request.tok}")
            result = function(self._package.client, decode(request.args).values)
            response = pb.InvokeResponse()
            # `return` is a Python keyword.
            getattr(response, "return").CopyFrom(encode(result))
            return response
        raise AssertionError

    def _resource(self, urn: str) -> Resource:
        token = urn.split("::")[2].rsplit("$", 1)[-1]
        resource = self._package.resources.get(token)
        if resource is None:
            raise UnmappedError(f"no table for the resource type {token}")
        return resource

    def _client(self, resource: Resource, properties: Mapping[str, Any]) -> Any:
        return self._package.client(resource.service, properties.get(lifecycle.REGION, ""))


class UnmappedError(Exception):
    """The program uses something for which the stand-in has no table."""


@contextmanager
def _errors_to(context: grpc.ServicerContext, urn: str) -> Generator[None]:
    """Foreseeable faults reach the engine as one sentence that names the resource."""
    try:
        yield
    except ApiError as error:
        context.abort(grpc.StatusCode.UNKNOWN, f"{_name(urn)}: {error}")
    except UnsupportedValueError as error:
        context.abort(grpc.StatusCode.UNKNOWN, f"{_name(urn)}: the stand-in does not take {error}")
    except UnmappedError as error:
        advice = "add one in offline/, or use the official plugin"
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED, f"{_name(urn)}: the stand-in has {error}; {advice}"
        )
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # A conversion met an input of another shape than AWS takes, a nested one most likely.
        log.exception("%s", urn)
        context.abort(
            grpc.StatusCode.UNKNOWN,
            f"{_name(urn)}: the stand-in cannot read what it was given "
            f"({type(error).__name__}: {error}). Compare the inputs with the type's documentation",
        )


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _encode_state(resource: Resource, state: Mapping[str, Any], source: Decoded) -> Struct:
    return encode(state, (source.secrets | resource.secret_outputs) & state.keys())


def _diff_response(difference: Difference) -> pb.DiffResponse:
    kinds = (
        ("ADD", difference.added),
        ("UPDATE", difference.changed),
        ("DELETE", difference.removed),
    )
    detailed = {
        name: _property_diff(kind, name in difference.replaces)
        for kind, names in kinds
        for name in names
    }
    return pb.DiffResponse(
        changes=SOME if difference.names else NONE,
        diffs=sorted(difference.names),
        replaces=sorted(difference.replaces),
        detailedDiff=detailed,
        hasDetailedDiff=True,
        deleteBeforeReplace=difference.delete_before_replace,
    )


def _property_diff(kind: str, replaces: bool) -> pb.PropertyDiff:
    name = f"{kind}_REPLACE" if replaces else kind
    return pb.PropertyDiff(kind=pb.PropertyDiff.Kind.Value(name), inputDiff=True)


def _abort_half_made(
    context: grpc.ServicerContext,
    resource: Resource,
    request: pb.CreateRequest,
    inputs: Decoded,
    error: InitFailedError,
) -> None:
    """Tell the engine that the resource exists: the state has it, and an update repairs it."""
    message = f"{_name(request.urn)}: {error}"
    half_made = pb.ErrorResourceInitFailed(
        id=error.identifier,
        properties=_encode_state(resource, error.state, inputs),
        reasons=[message],
        inputs=request.properties,
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message)
    status.details.add().Pack(half_made)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, message)


def serve(package: Package, port: int = 0) -> tuple[grpc.Server, int]:
    """Serve on a loopback port (0: any free one); gives the server, to be kept, and its port.

    A server object that nothing references is collected, and its port closes.
    """
    options = [("grpc.max_receive_message_length", MESSAGE_LIMIT)]
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(package), server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, bound
