"""LangChain's vector stores in an environment of their own: what they take to fill and to search.

Run by `bench/vector_store.py`; reads one folder and prints one line of JSON. It must import nothing of ours.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_postgres import Column, PGEngine, PGVector, PGVectorStore
from langchain_postgres.v2.indexes import HNSWIndex
from sqlalchemy import create_engine, text

BATCH = 500
K = 10
TABLE = "langchain_chunks"


class Ready(Embeddings):
    """All vectors are made already, so nobody asks for one."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise RuntimeError("vectors are given")

    def embed_query(self, text: str) -> list[float]:
        raise RuntimeError("vectors are given")


class Clock:
    """Seconds, and CPU of ours and of the database's processes that serve us."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)

    def analyze(self) -> None:
        """Lets the planner know what is in the tables, as ours does."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))

    def __call__(self) -> np.ndarray:
        with self._engine.connect() as connection:
            mine = (
                "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            pids = [
                row[0] for row in connection.execute(text(f"SELECT pid FROM pg_stat_activity WHERE {mine}"))
            ]
        database = sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / 1e9
        return np.array([time.perf_counter(), time.process_time(), database])


def jsonb(url: str, dimensions: int) -> Any:
    """`PGVector`: one table of texts, vectors and JSONB for all collections, searched exactly."""
    return PGVector(
        Ready(), connection=url, collection_name=TABLE, create_extension=False, embedding_length=dimensions
    )


def columns(url: str, dimensions: int) -> Any:
    """`PGVectorStore`: a table with a column for the project, and its HNSW index once it is filled."""
    engine = PGEngine.from_connection_string(url.replace("psycopg", "asyncpg"))
    engine.init_vectorstore_table(TABLE, dimensions, metadata_columns=[Column("project", "TEXT")])
    return PGVectorStore.create_sync(engine, Ready(), TABLE, metadata_columns=["project"])


STORES: dict[str, Callable[[str, int], Any]] = {"PGVector": jsonb, "PGVectorStore": columns}


def measure(
    store: Any, clock: Clock, given: dict[str, Any], vectors: np.ndarray, queries: np.ndarray
) -> dict[str, Any]:
    began = clock()
    for start in range(0, len(vectors), BATCH):
        part = slice(start, start + BATCH)
        store.add_embeddings(
            given["texts"][part],
            vectors[part].tolist(),
            metadatas=[{"project": project} for project in given["projects"][part]],
            ids=given["ids"][part],
        )
    filled = (clock() - began).tolist()
    began = clock()
    if isinstance(store, PGVectorStore):
        store.apply_vector_index(HNSWIndex())
    indexed = (clock() - began).tolist()
    clock.analyze()
    return {"filled": filled, "indexed": indexed, "searched": searched(store, clock, given, queries)}


def searched(store: Any, clock: Clock, given: dict[str, Any], queries: np.ndarray) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, project in enumerate(given["asked"]):
        times, ids = [], []
        for query in queries[number][:3]:
            store.similarity_search_with_score_by_vector(query.tolist(), k=K, filter={"project": project})
        before = clock()
        for query in queries[number]:
            start = time.perf_counter()
            hits = store.similarity_search_with_score_by_vector(
                query.tolist(), k=K, filter={"project": project}
            )
            times.append(time.perf_counter() - start)
            ids.append([hit.id for hit, _ in hits])
        _, client, database = ((clock() - before) / len(times)).tolist()
        found[project] = {"p50": statistics.median(times), "client": client, "database": database, "ids": ids}
    return found


def main(name: str, url: str, folder: Path) -> None:
    given = json.loads((folder / "given.json").read_text())
    vectors, queries = np.load(folder / "vectors.npy"), np.load(folder / "queries.npy")
    print(json.dumps(measure(STORES[name](url, vectors.shape[1]), Clock(url), given, vectors, queries)))


if __name__ == "__main__":
    main(sys.argv[1], os.environ["STORE_URL"], Path(sys.argv[2]))
