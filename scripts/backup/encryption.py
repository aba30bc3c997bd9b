"""Encryption before anything leaves the machine: AES-256-GCM in segments.

An object is `MAE1`, 16 bytes of salt, then segments of at most 1 MiB, each followed by its tag of
16 bytes. Its key comes from the master key, the salt and the object's name (HKDF, RFC 5869), so no
nonce repeats and no object passes for another. A segment's nonce is its number and whether it is
the last one: segments cannot be lost, repeated, swapped or cut off unseen (the STREAM
construction).
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

MAGIC: Final = b"MAE1"
SALT: Final = 16
SEGMENT: Final = 1 << 20
TAG: Final = 16
KEY_BYTES: Final = 32


@dataclass(frozen=True)
class Key:
    """A master key."""

    secret: bytes = field(repr=False)

    @property
    def identity(self) -> str:
        """Tells keys apart and betrays nothing of them."""
        return hashlib.sha256(b"messaging-app backup key\0" + self.secret).hexdigest()[:16]


def read_key(path: str) -> Key:
    """Return the key in a file of 64 hexadecimal digits.

    Raises:
        OpsError: there is no such file, or it has something else in it.
    """
    advice = "It should have 64 hexadecimal digits, as `openssl rand -hex 32` prints them."
    try:
        secret = bytes.fromhex(Path(path).read_text(encoding="ascii"))
    except OSError as error:
        raise OpsError(
            f"BACKUP_KEY_FILE cannot be read: {error.strerror}: {path}. {advice}",
            ExitCode.MISCONFIGURED,
        ) from None
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise OpsError(f"BACKUP_KEY_FILE {path} has no key. {advice}", ExitCode.MISCONFIGURED)
    return Key(secret)


class Encryptor:
    """Encrypts one object piece by piece."""

    def __init__(self, key: Key, name: str) -> None:
        salt = os.urandom(SALT)
        self._cipher = _cipher(key, name, salt)
        self._head = MAGIC + salt
        self._waiting = bytearray()
        self._number = 0

    def update(self, data: bytes) -> bytes:
        """Return what is ready; the rest waits, since the last segment differs."""
        self._waiting += data
        ready, self._head = bytearray(self._head), b""
        while len(self._waiting) > SEGMENT:
            ready += self._segment(bytes(self._waiting[:SEGMENT]), last=False)
            del self._waiting[:SEGMENT]
        return bytes(ready)

    def finish(self) -> bytes:
        """Return the rest."""
        return self.update(b"") + self._segment(bytes(self._waiting), last=True)

    def _segment(self, data: bytes, *, last: bool) -> bytes:
        nonce = _nonce(self._number, last=last)
        self._number += 1
        return self._cipher.encrypt(nonce, data, None)


def decrypted(pieces: Iterator[bytes], key: Key, name: str) -> Iterator[bytes]:
    """Yield what was encrypted, each piece only once it is proven.

    Raises:
        OpsError: it was changed, cut off, or encrypted with another key or for another name.
    """
    waiting = bytearray()
    cipher: AESGCM | None = None
    number = 0
    for piece in pieces:
        waiting += piece
        if cipher is None and len(waiting) >= len(MAGIC) + SALT:
            cipher = _cipher(key, name, bytes(waiting[len(MAGIC) : len(MAGIC) + SALT]))
            if not waiting.startswith(MAGIC):
                raise _changed(name)
            del waiting[: len(MAGIC) + SALT]
        while cipher and len(waiting) > SEGMENT + TAG:
            segment = bytes(waiting[: SEGMENT + TAG])
            yield _opened(cipher, segment, name, number, last=False)
            del waiting[: SEGMENT + TAG]
            number += 1
    if cipher is None:
        raise _changed(name)
    yield _opened(cipher, bytes(waiting), name, number, last=True)


def _opened(cipher: AESGCM, segment: bytes, name: str, number: int, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last=last), segment, None)
    except InvalidTag:
        raise _changed(name) from None


def _cipher(key: Key, name: str, salt: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=name.encode())
    return AESGCM(derived.derive(key.secret))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _changed(name: str) -> OpsError:
    return OpsError(
        f"{name} cannot be decrypted: it was changed, or another key encrypted it.",
        ExitCode.DAMAGED,
    )
