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

-- Exact: `+ 0` keeps every index for approximate search out of the plan. A zero vector has no cosine and is
-- never found.
CREATE OR REPLACE FUNCTION opentrace.nearest_chunks(
    its_project uuid, its_generation uuid, needle {vector}.halfvec, documents uuid[], num_hits integer
)
RETURNS TABLE (chunk_id uuid, cosine double precision, place bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT nearest.chunk_id, 1 - nearest.distance, row_number() OVER (ORDER BY nearest.distance, nearest.chunk_id)
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
