"""Stand-ins for the programs that the toolchain runs."""

from pathlib import Path


def program(path: Path, script: str) -> Path:
    """Write an executable shell script. Its PATH may be empty: name /bin/chmod and the like."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def pulumi(folder: Path, version: str) -> None:
    """Put a Pulumi CLI with its Python language host into `folder`."""
    program(folder / "pulumi", f"echo v{version}")
    program(folder / "pulumi-language-python", "")
