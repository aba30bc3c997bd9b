"""Properties of which some are not known yet."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast, overload

UNKNOWN = object()
"""Stands where a value is not known."""


class UnknownValueError(Exception):
    """A value was read that is not known; `path` leads to it."""

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(".".join(path))
        self.path = path


def guarded(value: Any, path: tuple[str, ...] = ()) -> Any:
    """The value, which raises UnknownValueError wherever `UNKNOWN` is read from it."""
    if value is UNKNOWN:
        raise UnknownValueError(path)
    if isinstance(value, Mapping):
        return _Mapping(cast("Mapping[str, Any]", value), path)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _Sequence(cast("Sequence[Any]", value), path)
    return value


class _Mapping(Mapping[str, Any]):
    def __init__(self, values: Mapping[str, Any], path: tuple[str, ...]) -> None:
        self._values = values
        self._path = path

    def __getitem__(self, key: str) -> Any:
        return guarded(self._values[key], (*self._path, str(key)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class _Sequence(Sequence[Any]):
    def __init__(self, values: Sequence[Any], path: tuple[str, ...]) -> None:
        self._values = values
        self._path = path

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return guarded(self._values[index], (*self._path, str(index)))

    def __len__(self) -> int:
        return len(self._values)
