"""The stream of an encrypted .xls in the clear, put together in memory.

msoffcrypto checks the key and knows the ciphers. Its own way of writing the file anew takes a temporary file, which the
process that opens uploads may not write, seconds for a stream of some megabytes, and stumbles over the zeros with
which Excel fills up a short one.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

_FILEPASS, _BOUNDSHEET = 0x002F, 0x0085
#: Records that are never encrypted ([MS-XLS] 2.2.10): BOF, FILEPASS, INTERFACEHDR and those of shared workbooks.
_CLEAR = (0x0809, _FILEPASS, 0x0194, 0x0195, 0x00E1, 0x0196, 0x0138)


def stream(office: Any) -> bytes:
    """The workbook's stream; ``office`` is msoffcrypto's file of it, with a key that has been checked."""
    from msoffcrypto.method.rc4 import DocumentRC4
    from msoffcrypto.method.rc4_cryptoapi import DocumentRC4CryptoAPI
    from msoffcrypto.method.xor_obfuscation import DocumentXOR

    office.data.workbook.seek(0)
    locked = office.data.workbook.read()
    if office.type == "xor":
        return _turned(locked, DocumentXOR.create_xor_array_method1(office.key))
    if office.type == "rc4":
        plain = DocumentRC4.decrypt(office.key, office.salt, io.BytesIO(locked), blocksize=1024)
    else:
        plain = DocumentRC4CryptoAPI.decrypt(
            office.key, office.salt, office.keySize, io.BytesIO(locked), blocksize=1024
        )
    out = bytearray(plain.read())
    for code, at, size, clear in _records(locked):
        out[at - 4 : at + clear] = locked[at - 4 : at + clear]
        if code == _FILEPASS:
            out[at - 4 : at + size] = struct.pack("<HH", 0, size) + bytes(size)
    return bytes(out)


def _records(locked: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Code, place and length of each record's body, and how much of it stands in the clear."""
    at = 0
    while at + 4 <= len(locked):
        code, size = struct.unpack_from("<HH", locked, at)
        clear = size if code in _CLEAR else 4 if code == _BOUNDSHEET else 0
        yield code, at + 4, min(size, len(locked) - at - 4), min(clear, size)
        at += 4 + size


def _turned(locked: bytes, keys: list[int]) -> bytes:
    """XOR obfuscation ([MS-OFFCRYPTO] 2.3.7): the key to a byte hangs on its place and its record's length."""
    tables = [bytes(((b ^ key) >> 5 | (b ^ key) << 3) & 0xFF for b in range(256)) for key in keys]
    out = bytearray(locked)
    for code, at, size, clear in _records(locked):
        if code == _FILEPASS:
            out[at - 4 : at + size] = struct.pack("<HH", 0, size) + bytes(size)
        for first in range(at + clear, min(at + clear + 16, at + size)):
            out[first : at + size : 16] = locked[first : at + size : 16].translate(tables[(first + size) % 16])
    return bytes(out)
