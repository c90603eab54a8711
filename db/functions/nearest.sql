-- The nearest chunks, in two ways: by looking at all of a project's vectors, and by an index of its own. Few rows are
-- promised, so that whoever asks looks their chunks up by index: for a thousand it would read the whole table.

-- `+ 0` keeps every index for approximate search out of the plan. A zero vector has no cosine and is never found.
CREATE OR REPLACE FUNCTION opentrace.exact_chunks(
    its_project uuid, its_generation uuid, needle {vector}.halfvec, documents uuid[], num_hits integer
)
RETURNS TABLE (chunk_id uuid, distance double precision, place bigint)
LANGUAGE plpgsql STABLE ROWS 50
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT nearest.chunk_id, nearest.distance, row_number() OVER (ORDER BY nearest.distance, nearest.chunk_id)
      FROM (
        SELECT v.chunk_id, (v.embedding OPERATOR({vector}.<=>) needle) + 0 AS distance
          FROM opentrace.chunk_vectors v
         WHERE v.project_id = its_project AND v.generation_id = its_generation
           AND (documents IS NULL OR v.document_id = ANY (documents))
         ORDER BY distance, v.chunk_id
         LIMIT num_hits
      ) AS nearest
     WHERE nearest.distance <> 'NaN'
     ORDER BY nearest.distance, nearest.chunk_id;
END
$$;

-- Five times as many candidates as are wanted, at least `breadth`, sorted by their exact distances: the walk keeps as
-- many, and hands over as many where a filter takes some away. It goes on where too few are left, but not for ever:
-- whoever asks compares what came back with what was wanted. The statement is made anew each time, since an index for
-- a fixed number of dimensions is only known by that number; without its index it is slow and right.
DROP FUNCTION IF EXISTS opentrace.indexed_chunks(uuid, uuid, integer, {vector}.halfvec, uuid[], integer);

CREATE OR REPLACE FUNCTION opentrace.indexed_chunks(
    its_project uuid, its_generation uuid, dimensions integer, breadth integer, needle {vector}.halfvec,
    documents uuid[], num_hits integer
)
RETURNS TABLE (chunk_id uuid, distance double precision)
LANGUAGE plpgsql STABLE ROWS 50
SET search_path = pg_catalog, pg_temp
SET enable_sort = off
SET hnsw.iterative_scan = relaxed_order
SET hnsw.ef_search = 200
AS $$
BEGIN
    PERFORM set_config('hnsw.ef_search', least(greatest(5 * num_hits, breadth), 1000)::text, true);
    RETURN QUERY EXECUTE format(
        $statement$
        SELECT near.chunk_id, near.distance
          FROM (
            SELECT v.chunk_id, (v.embedding::{vector}.halfvec(%1$s)) OPERATOR({vector}.<=>) $1 AS distance
              FROM opentrace.chunk_vectors v
             WHERE v.project_id = %2$L AND v.generation_id = %3$L
               AND ($2 IS NULL OR v.document_id = ANY ($2))
             ORDER BY (v.embedding::{vector}.halfvec(%1$s)) OPERATOR({vector}.<=>) $1
             LIMIT $3 * $4
          ) AS near
         WHERE near.distance <> 'NaN'
         ORDER BY near.distance, near.chunk_id
         LIMIT $3
        $statement$, dimensions, its_project, its_generation
    ) USING needle, documents, num_hits, CASE WHEN documents IS NULL THEN 1 ELSE 5 END;
END
$$;

-- How many of the ten nearest the index finds: the mean over some of the project's own vectors as queries. What is
-- as near as the tenth counts.
DROP FUNCTION IF EXISTS opentrace.index_recall(uuid, uuid, integer, integer);

CREATE OR REPLACE FUNCTION opentrace.index_recall(
    its_project uuid, its_generation uuid, dimensions integer, breadth integer, num_queries integer
)
RETURNS double precision
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT avg(least(hit.num, best.num) / best.num::double precision)
      FROM (
        SELECT v.embedding
          FROM opentrace.chunk_vectors v
         WHERE v.project_id = its_project AND v.generation_id = its_generation
           AND {vector}.l2_norm(v.embedding) > 0
         ORDER BY uuid_hash(v.chunk_id), v.chunk_id
         LIMIT num_queries
      ) AS query
     CROSS JOIN LATERAL (
        SELECT count(*) AS num, max(e.distance) AS furthest
          FROM opentrace.exact_chunks(its_project, its_generation, query.embedding, NULL, 10) AS e
      ) AS best
     CROSS JOIN LATERAL (
        SELECT count(*) AS num
          FROM opentrace.indexed_chunks(
              its_project, its_generation, dimensions, breadth, query.embedding, NULL, 10
          ) AS i
         WHERE i.distance <= best.furthest + 1e-6
      ) AS hit
$$;
