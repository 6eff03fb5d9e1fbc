"""What is wrong with a cluster, or with an archive's indexes on it, and how to mend it.

It asks for as little as it can, so that it can tell of a cluster that answers nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from archive.engines.cluster import ClusterSettings, Diagnosis
from archive.engines.elastic.address import Address
from archive.engines.elastic.connection import Connection, Gone
from archive.engines.elastic.state import State, StateStore
from archive.errors import ArchiveError

__all__ = ["OLDEST", "diagnose"]

Json = dict[str, Any]
OLDEST = 9
"""The major version of Elasticsearch that is needed."""


def diagnose(location: str, settings: ClusterSettings) -> Diagnosis:
    """`archive.engines.diagnose`. Raises ArchiveError where the location or the settings can't be read."""
    connection = Connection(Address(location), settings)
    try:
        version = _version(connection)
        if int(version.partition(".")[0]) < OLDEST:
            return Diagnosis(
                "", (f"Elasticsearch {version} is too old: Dateline needs {OLDEST}.0 or newer. Upgrade the cluster.",)
            )
        health = _health(connection)
        summary = (
            f"Elasticsearch {version}, data nodes: {health['number_of_data_nodes']}, shards in use: "
            f"{health['active_shards']}, health {health['status']}"
        )
        return Diagnosis(summary, tuple(_problems(connection, health)))
    except ArchiveError as error:
        return Diagnosis("", (error.message,))
    finally:
        connection.close()


def _version(connection: Connection) -> str:
    client = connection.client
    # Of any type: an older server refuses the one that says which version the client speaks.
    answer = connection.call(lambda: client.perform_request("GET", "/", headers={"accept": "*/*"}))
    return str(answer["version"]["number"])


def _health(connection: Connection) -> Json:
    """Of the cluster, and of each index of the archive."""
    client, name = connection.client, connection.address.name
    cluster: Json = connection.call(client.cluster.health).body
    own: Json = connection.call(
        lambda: client.cluster.health(index=f"{name}-*", level="indices", expand_wildcards="all")
    ).body
    # The pattern finds those of `news-archive` too.
    is_own = re.compile(re.escape(name) + r"-(\d+|state)").fullmatch
    return {**cluster, "indices": {index: found for index, found in own["indices"].items() if is_own(index)}}


def _problems(connection: Connection, health: Json) -> Iterator[str]:
    yield from _unhealthy(health)
    yield from _blocked(connection, sorted(health["indices"]))
    try:
        state, _ = StateStore(connection).read()
    except ArchiveError:
        return  # opening it tells
    if state.index in health["indices"]:  # else opening it tells
        yield from _misplaced(connection, state)


def _unhealthy(health: Json) -> Iterator[str]:
    for index, found in sorted(health["indices"].items()):
        missing = found["unassigned_shards"]
        if found["status"] == "red":
            lost = found["number_of_shards"] - found["active_primary_shards"]
            yield (
                f"The index {index} is red: {lost} of its {found['number_of_shards']} shards are on no node that "
                "runs, and searches fail. Start the nodes that are missing; where their disks are lost, restore the "
                "archive from a snapshot."
            )
        elif found["status"] == "yellow":
            yield (
                f"The index {index} is yellow: {missing} of its replicas are on no node. Searches go on, but one more "
                "lost node may take articles with it. Start the node that is missing, or ask for as many replicas as "
                f"there are nodes to hold them: PUT /{index}/_settings "
                '{"index": {"auto_expand_replicas": "0-1"}}'
            )


def _blocked(connection: Connection, indexes: list[str]) -> Iterator[str]:
    client, name = connection.client, connection.address.name
    found = connection.call(
        lambda: client.indices.get_settings(index=f"{name}-*", flat_settings=True, expand_wildcards="all")
    )
    for index in (i for i in indexes if i in found):
        values = found[index]["settings"]
        if _is_on(values, "index.verified_before_close"):
            yield f"Somebody has closed the index {index}. To open it: POST /{index}/_open"
        if _is_on(values, "index.blocks.read_only_allow_delete"):
            yield (
                f"The index {index} takes no more articles: a disk of the cluster was nearly full, and the server made "
                "it read-only. Make room or add a node; the server lifts the block itself once there is room, or PUT "
                f'/{index}/_settings {{"index.blocks.read_only_allow_delete": null}}'
            )
        for block in ("read_only", "write", "read", "metadata"):
            if _is_on(values, f"index.blocks.{block}"):
                yield (
                    f"Somebody has blocked the index {index} (index.blocks.{block}). To lift it: PUT "
                    f'/{index}/_settings {{"index.blocks.{block}": null}}'
                )
    cluster = connection.call(lambda: client.cluster.get_settings(flat_settings=True))
    for group in ("persistent", "transient"):
        for block in ("cluster.blocks.read_only", "cluster.blocks.read_only_allow_delete"):
            if _is_on(cluster[group], block):
                yield (
                    f"The whole cluster is read-only ({block}). To lift it: PUT /_cluster/settings "
                    f'{{"{group}": {{"{block}": null}}}}'
                )


def _misplaced(connection: Connection, state: State) -> Iterator[str]:
    """The names through which the archive is found and written."""
    name = connection.address.name
    names = {name: "the archive is found"}
    if not state.recover:  # else the next writer makes its own
        names[f"{name}-writer-{state.epoch}"] = "articles are written"
    for alias, purpose in names.items():
        indexes = _behind(connection, alias)
        if indexes != [state.index]:
            where = f"points to {', '.join(indexes)}" if indexes else "is missing"
            yield (
                f"The alias {alias}, through which {purpose}, {where} instead of pointing to {state.index}. Run "
                f"`dateline rebuild --archive {connection.address.location}`, which sets it right."
            )


def _behind(connection: Connection, alias: str) -> list[str]:
    try:
        return sorted(connection.call(lambda: connection.client.indices.get_alias(name=alias)).body)
    except Gone:
        return []


def _is_on(settings: Json, name: str) -> bool:
    return str(settings.get(name, "")).lower() == "true"
