"""The parent's side of the sandbox: child processes kept warm, each with its own clock, replaced when in doubt."""

from __future__ import annotations

import atexit
import contextlib
import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO

from loaders.workbook.isolation.archive import Member
from loaders.workbook.isolation.child_start import start_child
from loaders.workbook.isolation.preflight import Limits
from loaders.workbook.isolation.sandbox import ASK, BOOK, HEADER, ZIP

_START_SECONDS = 30.0
_FILES_PER_CHILD = 100


class Lost(Exception):
    """The child gave no answer; ``code`` is a key of ``loaders.workbook.isolation.refusals.WORDS``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Child:
    """One child process. Not shared between threads at the same moment."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.asked = 0
        self.seconds = 0.0  # of the processor, for the file asked about last
        self.tainted = False  # whether it has met a file that was not sound
        self._late = False
        self.process = start_child("loaders.workbook.isolation.sandbox", json.dumps(asdict(limits)))
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._to: IO[bytes] = self.process.stdin
        self._from: IO[bytes] = self.process.stdout
        try:
            with self._clock(_START_SECONDS):
                self._answer()
        except Lost as lost:
            raise Lost("not_started") from lost

    def ask(self, data: bytes) -> bytes:
        """The child's answer for one file; the process is killed at the end of its time."""
        with self._clock(self._limits.clock_seconds):
            self._send(BOOK, data)
            answer = self._answer()
        self.tainted = answer.startswith(b'{"refused"')
        return answer

    def members(self, data: bytes, room: int) -> list[Member]:
        """The files of a zip, which together may have ``room`` bytes; a zip that is refused is :class:`Lost`."""
        found: list[Member] = []
        with self._clock(self._limits.clock_seconds):
            self._send(ZIP, data, room)
            while body := self._answer():
                if body.startswith(b"{"):
                    raise Lost(str(json.loads(body)["refused"]))
                head, _, content = body.partition(b"\n")
                name, code = json.loads(head)
                room -= len(content)
                if room < 0 or len(found) >= self._limits.files:
                    raise Lost("stopped")
                found.append(Member(name, code, content))
                self.tainted = self.tainted or code == "intake.bad_zip"
        return found

    def _send(self, asked: bytes, data: bytes, room: int = 0) -> None:
        self.asked += 1
        try:
            self._to.write(ASK.pack(asked, room, len(data)))
            self._to.write(data)
            self._to.flush()
        except OSError:
            raise Lost(self._end()) from None

    @contextlib.contextmanager
    def _clock(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._too_late)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _too_late(self) -> None:
        self._late = True
        self.process.kill()

    def _answer(self) -> bytes:
        header = self._from.read(HEADER.size)
        if len(header) == HEADER.size:
            size, milliseconds = HEADER.unpack(header)
            self.seconds = milliseconds / 1000
            if size > self._limits.answer:
                self.process.kill()
                raise Lost("too_many_cells")
            body = self._from.read(size)
            if len(body) == size:
                return body
        raise Lost(self._end())

    def _end(self) -> str:
        """Why the process has ended."""
        self.process.kill()
        code = self.process.wait()
        ended = tuple(-getattr(signal, name, 10_000) for name in ("SIGXCPU", "SIGPROF"))
        if self._late or code in ended:
            return "too_slow"
        return "stopped"

    def close(self) -> None:
        """End the process; its pipes too."""
        self.process.kill()
        for pipe in (self._to, self._from):
            with contextlib.suppress(OSError):
                pipe.close()
        self.process.wait()


class Pool:
    """At most ``size`` children at a time for any number of threads; idle ones stay warm for the next file."""

    def __init__(self, size: int, limits: Limits | None = None, wait: float = 90.0) -> None:
        self.limits = limits or Limits()
        self._wait = wait
        self._places = threading.BoundedSemaphore(size)
        self._idle: list[Child] = []
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, data: bytes) -> bytes:
        """One file's answer; raises :class:`Lost`, with ``busy`` where no child came free in time."""
        return self.timed(data)[0]

    def timed(self, data: bytes) -> tuple[bytes, float]:
        """One file's answer, and the seconds of the processor that it took."""
        with self._child() as child:
            return child.ask(data), child.seconds

    def members(self, data: bytes, room: int) -> tuple[list[Member], float]:
        """The files of a zip, and the seconds of the processor that unpacking them took."""
        if len(data) > self.limits.archive_bytes:
            raise Lost("zip_too_large")
        with self._child() as child:
            return child.members(data, room), child.seconds

    @contextlib.contextmanager
    def _child(self) -> Iterator[Child]:
        """A child for one file, ended where that file has hurt it."""
        if not self._places.acquire(timeout=self._wait):
            raise Lost("busy")
        try:
            child = self._take()
            try:
                yield child
            except BaseException:
                child.close()
                raise
            self._give_back(child)
        finally:
            self._places.release()

    def warm(self) -> None:
        """Start one child ahead of the first file, so that the first upload does not wait for it."""
        with self._lock:
            if self._idle or self._closed:
                return
        with contextlib.suppress(Lost, OSError):
            self._keep(Child(self.limits))

    def _take(self) -> Child:
        while True:
            with self._lock:
                child = self._idle.pop() if self._idle else None
            if child is None:
                try:
                    return Child(self.limits)
                except OSError as error:
                    raise Lost("not_started") from error
            if child.process.poll() is None:
                return child
            child.close()

    def _give_back(self, child: Child) -> None:
        # A child that has met a bad file is not trusted with the next; one that has read many is not either.
        if child.asked >= _FILES_PER_CHILD or child.tainted:
            child.close()
        else:
            self._keep(child)

    def _keep(self, child: Child) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(child)
                return
        child.close()

    def close(self) -> None:
        """End the idle children; busy ones end as they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()


_shared: Pool | None = None
_shared_lock = threading.Lock()


def shared_pool() -> Pool:
    """The pool of single uploads: two children for the whole process, ended with it."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Pool(size=2)
            atexit.register(_shared.close)
        return _shared
