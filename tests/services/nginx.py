"""A real nginx, with certificates of its own making."""

import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.service_config.tools import required
from tests.services.ports import accepts, free_port

NAME = "localhost"
START_SECONDS = 60


@contextmanager
def nginx(
    server: str, *, days: float = 90, tls: bool = True, folder: Path | None = None
) -> Generator[int]:
    """Run nginx with one server until the end of the block, and yield its port.

    Args:
        server: text of the server's block.
        days: how long its certificate is valid from now on; past when negative.
        tls: whether it speaks TLS.
        folder: where to keep its files, among them `cert.pem`; a temporary one when left out.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ops-nginx-") as name:
        folder = folder or Path(name)
        certificate(folder, days=days)
        keys = f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"
        temporary = "".join(
            f"{each}_temp_path {folder}/{each};\n"
            for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        listen = f"listen 127.0.0.1:{port}{' ssl' if tls else ''};"
        path = folder / "nginx.conf"
        path.write_text(
            f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{temporary}"
            f"server {{ {listen} {keys if tls else ''} server_name {NAME}; {server} }} }}\n"
        )
        process = subprocess.Popen(
            [required("nginx", "nginx-light"), "-c", path], stderr=subprocess.DEVNULL
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not accepts(port):
                assert process.poll() is None, (folder / "error.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def certificate(folder: Path, *, days: float) -> None:
    """Write `cert.pem` and `key.pem`: signed by itself, for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=90))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
