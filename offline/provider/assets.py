"""Assets and archives, as the engine sends them: files that a resource is made of."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from offline.provider.values import ARCHIVE_SIGNATURE, SIGNATURE_KEY, UnsupportedValueError

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The oldest time that ZIP knows: the same files make the same bytes, whenever they are packed."""


def zip_archive(archive: Mapping[str, Any]) -> bytes:
    """Pack an archive of assets as ZIP. Raises UnsupportedValueError for one that is elsewhere."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in sorted(_files(archive)):
            target.writestr(zipfile.ZipInfo(name, LONG_AGO), content)
    return packed.getvalue()


def content_of(asset: Mapping[str, Any]) -> bytes:
    """The bytes of one asset. Raises UnsupportedValueError for one that is elsewhere."""
    if "text" in asset:
        return str(asset["text"]).encode()
    if "path" in asset:
        return Path(asset["path"]).read_bytes()
    raise UnsupportedValueError("an asset that is neither text nor a file of this machine")


def _files(archive: Mapping[str, Any], folder: str = "") -> Iterator[tuple[str, bytes]]:
    if "assets" not in archive:
        raise UnsupportedValueError("an archive that is not made of assets")
    for name, item in archive["assets"].items():
        if item[SIGNATURE_KEY] == ARCHIVE_SIGNATURE:
            yield from _files(item, f"{folder}{name}/")
        else:
            yield f"{folder}{name}", content_of(item)
