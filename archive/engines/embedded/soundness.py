"""Whether the files of an archive hold what was written: their checksums, for `dateline doctor`."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from archive.engines.embedded.files import Marker, map_bytes

__all__ = ["damages"]

_CURES: Final = {
    "records": "restore the folder from a backup, or index the articles again into a new folder",
    "passages": "run `dateline rebuild --vectors`",
}
_REBUILD: Final = "run `dateline rebuild`"
_TEXT_CURE: Final = _CURES["records"]
_FOOTER: Final = struct.Struct("<II")
"""At the end of each file of tantivy's: the size of the JSON before it, in bytes, and a magic number."""
_MAGIC: Final = 1337


def damages(folder: Path, marker: Marker, dimensions: int) -> list[str]:
    """A sentence with a cure for each file that isn't what the commit left. Reads every byte (about 1 GB a second).

    Raises ArchiveDamaged where a file is shorter than it should be.
    """
    found = []
    for name, size in marker.sizes(dimensions).items():
        if name in marker.checksums and zlib.crc32(map_bytes(folder / name, size)) != marker.checksums[name]:
            found.append(f"{folder / name} is damaged: {_CURES.get(name, _REBUILD)}")
    found += [f"{path} is damaged: {_TEXT_CURE}" for path in _text_files(folder / "text") if not _is_whole(path)]
    return found


def _text_files(folder: Path) -> Iterator[Path]:
    """The files of the committed segments; others are a merge or a commit that goes on beside this."""
    for segment in json.loads((folder / "meta.json").read_bytes())["segments"]:
        name = segment["segment_id"].replace("-", "")
        deletes = f"{name}.{segment['deletes']['opstamp']}.del" if segment["deletes"] else None
        if deletes:
            yield folder / deletes
        yield from (path for path in sorted(folder.glob(f"{name}.*")) if path.suffix != ".del")


def _is_whole(path: Path) -> bool:
    """Whether the CRC-32 at the end of a file of tantivy's is that of the bytes before it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:  # merged away meanwhile; a segment that lacks one can't be opened
        return True
    if len(data) < _FOOTER.size:
        return False
    size, magic = _FOOTER.unpack_from(data, len(data) - _FOOTER.size)
    end = len(data) - _FOOTER.size - size
    if magic != _MAGIC or end < 0:
        return False
    try:
        return bool(json.loads(data[end : -_FOOTER.size])["crc"] == zlib.crc32(memoryview(data)[:end]))
    except (ValueError, KeyError, TypeError):
        return False
