"""Property values as the Pulumi engine sends them, and as tables want to see them.

The engine marks secrets and values that are not known yet inside protobuf structs. Tables work on
plain Python values, so unknowns become `UNKNOWN` and secrets are unwrapped; which top-level
properties held a secret is remembered and put back on the way out. Assets and archives stay maps
that carry their signature: `offline.provider.assets` reads them.
(Wire format: the Pulumi SDK's documentation of property value encoding.)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from google.protobuf.struct_pb2 import ListValue, Struct, Value

UNKNOWN_WIRE: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
ASSET_SIGNATURE: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE_SIGNATURE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"


class Unknown:
    """A value that only `pulumi up` will know; there is one instance, `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Decoded:
    """Plain properties, and the names of those that held a secret anywhere inside."""

    values: dict[str, Any]
    secrets: frozenset[str] = field(default_factory=frozenset[str])


class UnsupportedValueError(ValueError):
    """A kind of value that the stand-ins do not take: resource references."""


def decode(struct: Struct) -> Decoded:
    """Unwrap a struct from the engine. Raises UnsupportedValueError for references."""
    values: dict[str, Any] = {}
    secrets: set[str] = set()
    for name, wire in struct.fields.items():
        found: list[bool] = []
        values[name] = _decode(wire, found)
        if found:
            secrets.add(name)
    return Decoded({k: v for k, v in values.items() if v is not None}, frozenset(secrets))


def encode(values: Mapping[str, Any], secrets: frozenset[str] = frozenset()) -> Struct:
    """The struct for the engine; properties named in `secrets` are wrapped whole."""
    struct = Struct()
    for name, value in values.items():
        wire = _encode(value)
        if name in secrets:
            wire = _encode({SIGNATURE_KEY: SECRET_SIGNATURE, "value": value})
        struct.fields[name].CopyFrom(wire)
    return struct


def is_map(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a property value is an object or a map."""
    return isinstance(value, Mapping)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a property value is a list."""
    return isinstance(value, list)


def contains_unknown(value: Any) -> bool:
    """Whether the value, or anything inside it, is not known yet."""
    if is_map(value):
        return any(contains_unknown(v) for v in value.values())
    if is_list(value):
        return any(contains_unknown(v) for v in value)
    return value is UNKNOWN


def _decode(wire: Value, secrets_found: list[bool]) -> Any:
    kind = wire.WhichOneof("kind")
    if kind == "struct_value":
        return _decode_struct(wire.struct_value, secrets_found)
    if kind == "list_value":
        return [_decode(item, secrets_found) for item in wire.list_value.values]
    if kind == "number_value":
        number = wire.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return UNKNOWN if wire.string_value == UNKNOWN_WIRE else wire.string_value
    if kind == "bool_value":
        return wire.bool_value
    return None


def _decode_struct(struct: Struct, secrets_found: list[bool]) -> Any:
    signature = struct.fields[SIGNATURE_KEY].string_value if SIGNATURE_KEY in struct.fields else ""
    if signature == SECRET_SIGNATURE:
        secrets_found.append(True)
        return _decode(struct.fields["value"], secrets_found)
    if signature not in {"", ASSET_SIGNATURE, ARCHIVE_SIGNATURE}:
        raise UnsupportedValueError(f"a value with the signature {signature}")
    decoded = {name: _decode(item, secrets_found) for name, item in struct.fields.items()}
    return {name: item for name, item in decoded.items() if item is not None}


def _encode(value: Any) -> Value:  # noqa: PLR0911 (one kind of value a line)
    if value is UNKNOWN:
        return Value(string_value=UNKNOWN_WIRE)
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, int | float):
        return Value(number_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    if is_map(value):
        return Value(struct_value=Struct(fields={k: _encode(v) for k, v in value.items()}))
    if is_list(value):
        return Value(list_value=ListValue(values=[_encode(item) for item in value]))
    # AWS answers with dates; JSON's own error says which type it was for anything stranger.
    return Value(
        string_value=value.isoformat() if hasattr(value, "isoformat") else json.dumps(value)
    )
