"""The official release archive of the Pulumi CLI, checked against its published checksum."""

import hashlib
import queue
import tarfile
import threading
import urllib.request
from http.client import HTTPException
from pathlib import Path, PurePosixPath

from toolchain.cache import machine
from toolchain.errors import UnavailableError
from toolchain.progress import Progress

_ADDRESS = "https://get.pulumi.com/releases/sdk"
_SYSTEMS = {("linux", "x64"), ("linux", "arm64"), ("darwin", "x64"), ("darwin", "arm64")}
# Without a network a look-up or a dropped packet can hang for minutes, once an address.
_FIRST_ANSWER_SECONDS = 8.0
_SILENCE_SECONDS = 30.0
_CHUNK = 1 << 20


def fetch(version: str, bin_dir: Path, address: str = _ADDRESS) -> None:
    """Put the programs of release `version` into `bin_dir`.

    Raises UnavailableError when there is no archive for this machine, it cannot be fetched, or it
    is not the file that the publisher's checksum describes.
    """
    if machine() not in _SYSTEMS:
        raise UnavailableError(f"there is no release for {'/'.join(machine())}")
    archive_name = f"pulumi-v{version}-{'-'.join(machine())}.tar.gz"
    archive = bin_dir / archive_name
    try:
        checksums = _first_answer(f"{address}/pulumi-{version}-checksums.txt")
        with Progress(f"Downloading {archive_name}") as progress:
            digest = _download(f"{address}/{archive_name}", archive, progress)
        if f"{digest}  {archive_name}" not in checksums.splitlines():
            raise UnavailableError(f"{archive_name} does not match its published checksum")
        _unpack(archive, bin_dir)
    except (OSError, HTTPException, tarfile.TarError) as error:
        why = getattr(error, "reason", error)
        raise UnavailableError(f"{address} could not be read ({why})") from error
    finally:
        archive.unlink(missing_ok=True)


def _first_answer(url: str) -> str:
    """Read a small file, giving up after a few seconds whatever the network does."""
    answers: queue.Queue[str | OSError | HTTPException] = queue.Queue()

    def read() -> None:
        try:
            with urllib.request.urlopen(url, timeout=_FIRST_ANSWER_SECONDS) as response:  # noqa: S310
                answers.put(response.read().decode(errors="replace"))
        except (OSError, HTTPException) as error:
            answers.put(error)

    threading.Thread(target=read, daemon=True).start()
    try:
        result = answers.get(timeout=_FIRST_ANSWER_SECONDS)
    except queue.Empty:
        raise TimeoutError(f"no answer in {_FIRST_ANSWER_SECONDS:.0f} s") from None
    if isinstance(result, Exception):
        raise result
    return result


def _download(url: str, target: Path, progress: Progress) -> str:
    """Save `url` and return its SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with (
        urllib.request.urlopen(url, timeout=_SILENCE_SECONDS) as response,  # noqa: S310
        target.open("wb") as file,
    ):
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            progress.detail = f"{file.tell() >> 20} MiB"
    return digest.hexdigest()


def _unpack(archive: Path, bin_dir: Path) -> None:
    """Put the archive's files side by side, whatever folders it names."""
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None:
                program = bin_dir / PurePosixPath(member.name).name
                program.write_bytes(content.read())
                program.chmod(0o755)
