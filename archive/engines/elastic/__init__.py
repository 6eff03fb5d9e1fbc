"""The Elasticsearch engine: an archive on a cluster, for when one machine is not enough.

    NAME            alias of the index in use; its mapping carries format, analysis and model versions and the secret
    NAME-1          one complete index; `rebuild` fills the next one and switches
    NAME-writer-0   alias through which writers write; a new one after every lease that was lost
    NAME-state      one document: what is committed, and the writer's lease

Files: `writing.py` makes commits under the lease of `state.py`, `view.py` is what readers see of one commit,
`searching.py` answers a search.
"""

from archive.engines.elastic.engine import ElasticEngine

__all__ = ["ElasticEngine"]
