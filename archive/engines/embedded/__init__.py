"""The embedded engine: an archive in one folder, without a server.

    archive.json     format, analysis and model versions, the archive's secret, the index in use
    index-1/         one complete index; `rebuild` fills the next one and switches
        text/        tantivy: text, filters and the articles; its commit is the commit point
        records ...  see `files.py`
    write.lock       held by the one writer

Files: `writing.py` makes commits, `snapshot.py` is what readers see of one, `searching.py` answers a search.
"""

from archive.engines.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
