"""The child process that opens what comes from outside: ``python -m loaders.workbook.isolation.sandbox``.

Frames over its standard input and output: a head and a body. In: what is asked (a workbook, or a zip of them with the
room for what is in it), the length, and the file's bytes. Out: the length, the processor time taken so far, and JSON,
either the located cells or the reason for refusing; of a zip a frame for each file in it, and an empty one at the end.
It is run under limits of memory, processor time, files written (none)
and core dumps (none); the parent holds the clock. It prints nothing, writes nothing and keeps nothing between files.
"""

from __future__ import annotations

import gc
import json
import math
import os
import signal
import struct
import sys
import time
from collections.abc import Iterator
from itertools import chain
from typing import IO

# openpyxl, needed where a formula is shared, imports NumPy where it finds it: that only costs memory and threads.
if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment]

from loaders.workbook import ooxml, xls
from loaders.workbook.isolation import archive, preflight
from loaders.workbook.isolation.grid import Grid
from loaders.workbook.isolation.preflight import Limits, Refused

try:
    import resource
except ImportError:  # Windows: `lacking` says so.
    resource = None  # type: ignore[assignment]

#: What is asked, the bytes that what is in a zip may have, and the length of the body.
ASK = struct.Struct("!cII")
BOOK, ZIP = b"B", b"Z"
#: The length of the body, and the processor time taken for the file so far, in milliseconds.
HEADER = struct.Struct("!II")


def lacking() -> str:
    """What this system cannot bound, as a Japanese sentence; empty on Linux."""
    if resource is not None:
        return ""
    return "この環境では、ファイルを開く処理のメモリとCPU時間の上限を設定できません(Linuxのサーバーでは設定されます)。"


def parse(data: bytes, limits: Limits) -> Grid:
    """The workbook in the bytes, whichever kind it is; raises :class:`Refused`."""
    sort = preflight.kind(data, limits)
    if sort == "zip":
        return ooxml.read(preflight.open_zip(data, limits), limits)
    return xls.read_ole(data, limits) if sort == "ole" else _bare(data, limits)


def _bare(data: bytes, limits: Limits) -> Grid:
    try:
        return xls.read_biff(data, limits)
    except xls._Locked as error:
        raise Refused("encrypted") from error


def answer(data: bytes, limits: Limits) -> bytes:
    """The frame's body for one file. Whatever a library raises on damaged input is damage, told as such."""
    try:
        body = parse(data, limits).tell(limits)
        if len(body) > limits.answer:
            raise Refused("too_many_cells")
        return body
    except Exception as error:
        return _refusal(error)


def unpacked(data: bytes, room: int, limits: Limits) -> Iterator[bytes]:
    """A frame's body for each file of a zip: a line of JSON with its name and why it is not read, then its bytes."""
    try:
        for member in archive.members(data, room, limits):
            yield json.dumps([member.name, member.code]).encode() + b"\n" + member.data
    except Exception as error:
        yield _refusal(error)


def _refusal(error: Exception) -> bytes:
    """Why a file is not read, as the parent is told it."""
    match error:
        case Refused():
            code, where = error.code, error.where
        case MemoryError() | RecursionError():
            code, where = "too_much_memory", ""
        case _:
            # xlrd, olefile, zipfile and zlib raise whatever the bytes lead them to; there is no list of it.
            code, where = "damaged", ""
    return json.dumps({"refused": code, "where": where}).encode()


def restrict(limits: Limits) -> None:
    """Take from this process what opening a workbook does not need."""
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _grant(limits: Limits) -> None:
    """A fresh allowance of processor time for the next file; running out of it ends the process.

    The timer is exact, so that no file has less than another. The limit, which knows whole seconds only, stands behind
    it: nothing in a file can take that one away.
    """
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    whole = math.ceil(used.ru_utime + used.ru_stime) + 1 + limits.processor_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (whole, hard))
    signal.setitimer(signal.ITIMER_PROF, limits.processor_seconds)


def _exactly(source: IO[bytes], count: int) -> bytes:
    data = source.read(count)
    return data if len(data) == count else b""


def main(arguments: list[str]) -> int:
    """Serve frames until the parent closes the pipe."""
    limits = Limits(**json.loads(arguments[0])) if arguments else Limits()
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    # A library that prints must not speak into the frames.
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    restrict(limits)
    # Collecting while a file is read only costs time; between files, with the parent at work, it costs nobody any.
    gc.disable()
    gc.freeze()
    sink.write(HEADER.pack(0, 0))
    sink.flush()
    while header := _exactly(source, ASK.size):
        asked, room, size = ASK.unpack(header)
        if size > (limits.archive_bytes if asked == ZIP else limits.file_bytes):
            return 2
        data = _exactly(source, size)
        _grant(limits)
        begun = time.process_time()
        bodies = iter((answer(data, limits),)) if asked == BOOK else chain(unpacked(data, room, limits), (b"",))
        for body in bodies:
            # The time is told before the body is sent: sending waits for the parent.
            sink.write(HEADER.pack(len(body), round((time.process_time() - begun) * 1000)))
            sink.write(body)
            sink.flush()
        if resource is not None:
            signal.setitimer(signal.ITIMER_PROF, 0)
        del data, body, bodies
        gc.collect()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
