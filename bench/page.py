"""The page query, 20 documents of 8 fields, beside the same JSON by hand and the libraries as they come."""

from uuid import UUID, uuid4

import orjson

from backend.cli import operations
from backend.cli.client import Client, result_of
from backend.local.server import Server
from backend.schema.nodes import parse
from bench.measure import Side, interleave, percentile
from bench.results import Figure
from bench.stack import Stack
from bench.wire import Wire

NUM_DOCUMENTS = 200
NUM_BLOCKS = 16
NUM_REQUESTS = 100
GOAL_CPU, GOAL_P50 = 3.5, 2.2

QUERY = """
query Page($project: ID!) {
  project(id: $project) {
    documents(first: 20) {
      edges { node { id name status contentType sizeBytes numPages numChunks createdAt } }
    }
  }
}
"""

INSERT = """
INSERT INTO opentrace.documents
      (id, project_id, uploaded_by, name, content_type, size_bytes, sha256, storage_key, source, status,
       attempt, event_seq, num_tries, num_pages, num_pages_parsed, num_chunks, num_chunks_embedded, version,
       newest_version, num_summaries_made, created_at, updated_at)
SELECT gen_random_uuid(), p.id, p.created_by, format('Report %s of the harbour.pdf', n), 'application/pdf',
       20000 + n * 137, repeat('a', 64), format('bench/%s', n), 'UPLOAD', 'COMPLETED',
       1, 9, 1, n % 40 + 1, n % 40 + 1, n * 3, n * 3, 1, 1, 0,
       now() - n * interval '1 minute', now()
  FROM opentrace.projects p, generate_series(1, $2::int) AS n
 WHERE p.id = $1
"""


async def run(stack: Stack) -> list[Figure]:
    """Server CPU per request and p50 latency of one connection, and their ratios to the baseline's."""
    api = await stack.api()
    baseline = await stack.module("bench.baseline", "/healthz")
    stock = await stack.module("bench.stock", "/healthz")
    project = await new_project(stack.client(api))
    await fill(stack, project)
    async with Wire(api.address) as ours, Wire(baseline.address) as raw, Wire(stock.address) as plain:
        signed = {"Authorization": f"Bearer {stack.token()}"}
        asked = ours.post("/graphql", body_for(project), signed)
        bare = raw.post(f"/page/{row_of(project)}", b"{}", {})
        usual = plain.post("/graphql", body_for(str(row_of(project))), signed)
        said = await raw.send(bare)
        check_same(await ours.send(asked), said)
        check_same(await plain.send(usual), said)
        sides = (
            Side("graphql", lambda: ours.send(asked), pid_of(api)),
            Side("baseline", lambda: raw.send(bare), pid_of(baseline)),
            Side("stock", lambda: plain.send(usual), pid_of(stock)),
        )
        await interleave(sides, num_blocks=NUM_BLOCKS, num_requests=NUM_REQUESTS)
    return figures(*sides)


def body_for(project: str) -> bytes:
    return orjson.dumps({"query": QUERY, "variables": {"project": project}})


def pid_of(server: Server) -> int:
    assert server.child is not None
    return server.child.pid


def figures(ours: Side, raw: Side, stock: Side) -> list[Figure]:
    def figure(name: str, value: float, unit: str, goal: float | None = None) -> Figure:
        return Figure("page", name, value, unit, goal, len(ours.wall))

    return [
        figure("CPU per request", ours.cpu_per_request * 1e6, "µs"),
        figure("baseline: CPU per request", raw.cpu_per_request * 1e6, "µs"),
        figure("CPU, times the baseline", ours.cpu_per_request / raw.cpu_per_request, "", GOAL_CPU),
        figure("stock: CPU per request", stock.cpu_per_request * 1e6, "µs"),
        figure("stock: CPU, times the baseline", stock.cpu_per_request / raw.cpu_per_request, ""),
        figure("p50", ours.p50 * 1e6, "µs"),
        figure("baseline: p50", raw.p50 * 1e6, "µs"),
        figure("p50, times the baseline", ours.p50 / raw.p50, "", GOAL_P50),
        figure("stock: p50", stock.p50 * 1e6, "µs"),
        figure("stock: p50, times the baseline", stock.p50 / raw.p50, ""),
        figure("p99", percentile(ours.wall, 99) * 1e6, "µs"),
        figure("baseline: p99", percentile(raw.wall, 99) * 1e6, "µs"),
    ]


async def new_project(client: Client) -> str:
    made = await client.execute(operations.CREATE_PROJECT, {"name": f"Harbour {uuid4().hex[:8]}"})
    return str(result_of(made)["project"]["id"])


async def fill(stack: Stack, project: str) -> None:
    """Documents as they are after ingestion, without their chunks."""
    owner = await stack.owner()
    await owner.execute(INSERT, row_of(project), NUM_DOCUMENTS)
    await owner.execute("VACUUM ANALYZE opentrace.documents")
    await owner.close()


def row_of(project: str) -> UUID:
    return parse(project)[1]


def check_same(ours: bytes, raw: bytes) -> None:
    """Both answers must be the same but for the ids, which the product makes global."""
    found, wanted = nodes_of(ours), nodes_of(raw)
    if len(found) != 20 or found != wanted:
        raise RuntimeError(f"the two servers do not say the same: {ours!r} {raw!r}")


def nodes_of(body: bytes) -> list[dict[str, object]]:
    edges = orjson.loads(body)["data"]["project"]["documents"]["edges"]
    return [{**edge["node"], "id": None} for edge in edges]
