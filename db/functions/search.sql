-- Search by meaning. The API's role has no right to read chunk tables: it asks here, and membership is checked
-- once.

-- The documents that pass the filters; NULL when there are none, so that nothing has to be compared.
CREATE OR REPLACE FUNCTION opentrace.documents_passing(its_project uuid, filters jsonb) RETURNS uuid[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN coalesce(filters, '{}') <> '{}' THEN ARRAY(
        SELECT d.id
          FROM opentrace.documents d
         WHERE d.project_id = its_project
           AND (NOT filters ? 'document_ids' OR filters -> 'document_ids' ? d.id::text)
           AND (NOT filters ? 'content_types' OR filters -> 'content_types' ? d.content_type::text)
           AND (NOT filters ? 'languages' OR filters -> 'languages' ? d.language::text)
           AND (NOT filters ? 'created_from' OR d.created_at >= (filters ->> 'created_from')::timestamptz)
           AND (NOT filters ? 'created_before' OR d.created_at < (filters ->> 'created_before')::timestamptz)
    ) END
$$;

-- Never fewer than there are: where the project's index finds less than was asked for, all chunks are looked at.
-- A filter that leaves few chunks is not worth a walk through an index that knows nothing of it.
CREATE OR REPLACE FUNCTION opentrace.nearest_chunks(
    its_project uuid, its_generation uuid, needle {vector}.halfvec, documents uuid[], num_hits integer
)
RETURNS TABLE (chunk_id uuid, cosine double precision, place bigint)
LANGUAGE plpgsql STABLE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    known record;
    found_ids uuid[];
    distances double precision[];
BEGIN
    SELECT i.dimensions, i.breadth, i.num_chunks INTO known
      FROM opentrace.vector_indexes i
     WHERE i.generation_id = its_generation AND i.project_id = its_project AND i.status = 'READY';
    IF FOUND AND (documents IS NULL OR known.num_chunks <= 4 * (
        SELECT coalesce(sum(d.num_chunks), 0) FROM opentrace.documents d WHERE d.id = ANY (documents)
    )) THEN
        SELECT array_agg(i.chunk_id), array_agg(i.distance) INTO found_ids, distances
          FROM opentrace.indexed_chunks(
              its_project, its_generation, known.dimensions, known.breadth, needle, documents, num_hits
          ) AS i;
        IF cardinality(found_ids) = num_hits THEN
            RETURN QUERY
            SELECT n.chunk_id, 1 - n.distance, n.place
              FROM unnest(found_ids, distances) WITH ORDINALITY AS n (chunk_id, distance, place);
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
    SELECT e.chunk_id, 1 - e.distance, e.place
      FROM opentrace.exact_chunks(its_project, its_generation, needle, documents, num_hits) AS e;
END
$$;

DROP FUNCTION IF EXISTS opentrace.search_basic(uuid, uuid, real[], double precision, integer);
DROP FUNCTION IF EXISTS opentrace.search_basic_as(uuid, uuid, uuid, real[], double precision, integer);

CREATE OR REPLACE FUNCTION opentrace.search_basic(
    its_project uuid, its_generation uuid, query real[], threshold double precision, num_hits integer,
    filters jsonb DEFAULT NULL
)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb, score double precision,
    vector_rank bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    IF NOT opentrace.is_member(its_project) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.id, c.document_id, d.name::text, c.position, c.text::text, c.title_path,
           c.page_first, c.page_last, c.regions, nearest.cosine, nearest.place
      FROM opentrace.nearest_chunks(
          its_project, its_generation, query::{vector}.halfvec,
          opentrace.documents_passing(its_project, filters), num_hits
      ) AS nearest
      JOIN opentrace.chunks c ON c.id = nearest.chunk_id
      JOIN opentrace.documents d ON d.id = c.document_id
     WHERE nearest.cosine >= threshold
     ORDER BY nearest.place;
END
$$;

-- The same in one round trip: the viewer is set for this statement's transaction, and nothing stays behind.
CREATE OR REPLACE FUNCTION opentrace.search_basic_as(
    its_viewer uuid, its_project uuid, its_generation uuid, query real[], threshold double precision,
    num_hits integer, filters jsonb DEFAULT NULL
)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb, score double precision,
    vector_rank bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('opentrace.viewer', its_viewer::text, true);
    RETURN QUERY
    SELECT * FROM opentrace.search_basic(its_project, its_generation, query, threshold, num_hits, filters);
END
$$;

-- Why a search may be empty: how many chunks its viewer could find at all, and how many pass the filters.
CREATE OR REPLACE FUNCTION opentrace.search_reach_as(
    its_viewer uuid, its_project uuid, its_generation uuid, filters jsonb
)
RETURNS TABLE (num_chunks bigint, num_passing bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('opentrace.viewer', its_viewer::text, true);
    RETURN QUERY SELECT * FROM opentrace.search_reach(its_project, its_generation, filters);
END
$$;

CREATE OR REPLACE FUNCTION opentrace.search_reach(its_project uuid, its_generation uuid, filters jsonb)
RETURNS TABLE (num_chunks bigint, num_passing bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    documents uuid[] := opentrace.documents_passing(its_project, filters);
BEGIN
    IF NOT opentrace.is_member(its_project) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT count(*), count(*) FILTER (WHERE documents IS NULL OR v.document_id = ANY (documents))
      FROM opentrace.chunk_vectors v
     WHERE v.project_id = its_project AND v.generation_id = its_generation;
END
$$;
