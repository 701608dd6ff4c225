"""What long commands show: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from typing import TextIO

_WIDTH = 32
_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 5.0


class Progress:
    """Called with what is being done, how many are done, and of how many (0: not known)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._label = ""
        self._written_at = 0.0

    def __call__(self, label: str, done: int, total: int) -> None:
        now = time.monotonic()
        finished = 0 < total <= done
        if label != self._label:
            self.end()
            self._label = label
        elif not finished and now - self._written_at < (_REDRAW_SECONDS if self._terminal else _LINE_SECONDS):
            return
        self._written_at = now
        self._stream.write(self._line(label, done, total))
        self._stream.flush()

    def _line(self, label: str, done: int, total: int) -> str:
        if not self._terminal:
            return f"{label}: {done}/{total}\n" if total else f"{label}: {done}\n"
        filled = _WIDTH * min(done, total) // total if total else 0
        bar = f" [{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total}" if total else f" {done}"
        return f"\r\x1b[K{label}{bar}"

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._terminal and self._label:
            self._stream.write("\n")
            self._stream.flush()
        self._label = ""
