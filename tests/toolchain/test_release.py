import hashlib
import io
import socket
import tarfile
import threading
from pathlib import Path

import pytest

from toolchain import release
from toolchain.errors import UnavailableError

VERSION = "3.217.0"
ARCHIVE = f"pulumi-v{VERSION}-linux-x64.tar.gz"


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "machine", lambda: ("linux", "x64"))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder that looks like the publisher's site, with a release of two programs."""
    folder = tmp_path / "site"
    folder.mkdir()
    publish(folder, {"pulumi/pulumi": b"cli", "pulumi/pulumi-language-python": b"host"})
    return folder


@pytest.fixture
def bin_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def publish(site: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(site / ARCHIVE, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    digest = hashlib.sha256((site / ARCHIVE).read_bytes()).hexdigest()
    other = "0" * 64
    (site / f"pulumi-{VERSION}-checksums.txt").write_text(
        f"{other}  pulumi-v{VERSION}-darwin-x64.tar.gz\n{digest}  {ARCHIVE}\n"
    )


def refusal(site: Path, bin_dir: Path) -> str:
    with pytest.raises(UnavailableError) as raised:
        release.fetch(VERSION, bin_dir, site.as_uri())
    assert list(bin_dir.iterdir()) == []
    return str(raised.value)


def test_programs_of_the_release_are_executable_and_the_archive_is_gone(
    site: Path, bin_dir: Path
) -> None:
    release.fetch(VERSION, bin_dir, site.as_uri())

    assert {
        file.name: (file.read_bytes(), file.stat().st_mode & 0o777) for file in bin_dir.iterdir()
    } == {"pulumi": (b"cli", 0o755), "pulumi-language-python": (b"host", 0o755)}


def test_archive_with_another_checksum_is_refused(site: Path, bin_dir: Path) -> None:
    with (site / ARCHIVE).open("ab") as archive:
        archive.write(b"!")

    assert refusal(site, bin_dir) == f"{ARCHIVE} does not match its published checksum"


def test_archive_that_the_checksums_do_not_name_is_refused(site: Path, bin_dir: Path) -> None:
    checksums = site / f"pulumi-{VERSION}-checksums.txt"
    checksums.write_text(checksums.read_text().splitlines()[0])

    assert refusal(site, bin_dir) == f"{ARCHIVE} does not match its published checksum"


def test_absent_archive_is_said(site: Path, bin_dir: Path) -> None:
    (site / ARCHIVE).unlink()

    assert refusal(site, bin_dir).startswith(f"{site.as_uri()} could not be read (")


def test_archive_that_is_no_archive_is_said(site: Path, bin_dir: Path) -> None:
    (site / ARCHIVE).write_bytes(b"<html>")
    digest = hashlib.sha256(b"<html>").hexdigest()
    (site / f"pulumi-{VERSION}-checksums.txt").write_text(f"{digest}  {ARCHIVE}\n")

    assert "could not be read" in refusal(site, bin_dir)


def test_no_member_lands_outside_the_folder(site: Path, bin_dir: Path) -> None:
    publish(site, {"../../evil": b"", "/tmp/absolute": b""})  # noqa: S108

    release.fetch(VERSION, bin_dir, site.as_uri())

    assert {file.name for file in bin_dir.iterdir()} == {"evil", "absolute"}
    assert not (bin_dir.parent.parent / "evil").exists()


def test_machine_without_a_release_is_said(
    site: Path, bin_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "machine", lambda: ("linux", "riscv64"))

    assert refusal(site, bin_dir) == "there is no release for linux/riscv64"


def test_site_that_never_answers_is_given_up(
    bin_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "_FIRST_ANSWER_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UnavailableError, match=f"{address} could not be read"):
            release.fetch(VERSION, bin_dir, address)


def test_site_that_answers_no_http_is_said_at_once(bin_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as portal:
        address = f"http://127.0.0.1:{portal.getsockname()[1]}"

        def answer() -> None:
            connection, _ = portal.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(b"\xff log in first\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(UnavailableError, match=f"{address} could not be read .*log in first"):
            release.fetch(VERSION, bin_dir, address)
        thread.join()
