"""What could not be indexed: which file, which line, which article, why, and the file that keeps the list."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from archive.errors import DatelineError

__all__ = ["Reject", "RejectsFile"]


@dataclass(frozen=True, slots=True)
class Reject:
    """One record, or one file, that was left out; the run goes on."""

    file: str
    """As the user named it; `-` is standard input."""
    line: int | None
    """Counted from 1, where the record begins; None where the whole file is meant."""
    id: str | None
    reason: str
    """A sentence, with the cure where there is one."""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.reason}"


class RejectsFile:
    """JSON lines `{file, line, id, reason}`, written as they come.

    The file is made at the first reject (an older one of that name is replaced), so a run without any leaves none.
    Raises DatelineError when it can't be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: TextIO | None = None

    def write(self, reject: Reject) -> None:
        try:
            if self._file is None:
                # A lone surrogate in a file's name becomes \udcXX, which is how JSON itself writes it.
                self._file = self.path.open("w", encoding="utf-8", errors="backslashreplace")
            self._file.write(json.dumps(asdict(reject), ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise DatelineError(
                f"The rejects file {self.path} can't be written ({error.strerror}): name another place for it."
            ) from error
        self.count += 1

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
