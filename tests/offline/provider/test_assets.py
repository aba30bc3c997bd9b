"""Archives become ZIP files that hold what the program put into them."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from offline.provider.assets import zip_archive
from offline.provider.values import (
    ARCHIVE_SIGNATURE,
    ASSET_SIGNATURE,
    SIGNATURE_KEY,
    UnsupportedValueError,
)


def archive(**assets: Any) -> dict[str, Any]:
    return {SIGNATURE_KEY: ARCHIVE_SIGNATURE, "assets": assets}


def asset(**source: str) -> dict[str, str]:
    return {SIGNATURE_KEY: ASSET_SIGNATURE, **source}


def unpacked(packed: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_text_files_and_folders_are_packed(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("from a file")

    packed = zip_archive(
        archive(main=asset(text="print()"), lib=archive(helper=asset(path=str(file))))
    )

    assert unpacked(packed) == {"main": "print()", "lib/helper": "from a file"}


def test_the_same_files_make_the_same_bytes() -> None:
    one, other = asset(text="1"), asset(text="2")

    assert zip_archive(archive(a=one, b=other)) == zip_archive(archive(b=other, a=one))


@pytest.mark.parametrize(
    "elsewhere",
    [
        {SIGNATURE_KEY: ARCHIVE_SIGNATURE, "uri": "s3://somewhere"},
        archive(main=asset(uri="s3://somewhere")),
    ],
)
def test_what_is_elsewhere_is_refused(elsewhere: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedValueError):
        zip_archive(elsewhere)
