"""JSON Lines: one article a line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from indexer.readers.stream import LONGEST_RECORD, Stream
from indexer.records import Record, record_from
from indexer.rejects import Reject

__all__ = ["read_jsonl"]


def read_jsonl(stream: Stream, file: str, limit: int = LONGEST_RECORD) -> Iterator[Record | Reject]:
    """Blank lines are passed over; a line above `limit` bytes is a Reject. Raises BrokenStream."""
    for number, line in stream.lines(limit):
        if line is None:
            yield Reject(file, number, None, f"The line is too long: {limit // 2**20} MiB is the most that is read.")
        elif line.strip():
            yield _read_line(line, file, number)


def _read_line(line: bytes, file: str, number: int) -> Record | Reject:
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        reason = f"The line is not UTF-8 (at byte {error.start + 1}): convert the file to UTF-8."
    except json.JSONDecodeError as error:
        reason = f"The line is not JSON (at character {error.pos + 1}: {error.msg}): write one object a line."
    except RecursionError:
        reason = "The line holds JSON that is nested too deeply."
    except ValueError:  # a number of more than some thousand digits
        reason = "The line holds a number that is too long."
    else:
        return record_from(fields, file, number)
    return Reject(file, number, None, reason)
