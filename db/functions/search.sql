-- Search. The API's role has no right to read chunk tables: it asks here, and membership is checked once.

-- Exact: `+ 0` keeps every index for approximate search out of the plan. A zero vector has no cosine and is
-- never found.
CREATE OR REPLACE FUNCTION opentrace.search_basic(
    its_project uuid, its_generation uuid, query real[], threshold double precision, num_hits integer
)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb, score double precision
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
    needle {vector}.halfvec := query::{vector}.halfvec;
BEGIN
    IF NOT opentrace.is_member(its_project) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.id, c.document_id, d.name::text, c.position, c.text::text, c.title_path,
           c.page_first, c.page_last, c.regions, 1 - nearest.distance
      FROM (
        SELECT v.chunk_id, (v.embedding OPERATOR({vector}.<=>) needle) + 0 AS distance
          FROM opentrace.chunk_vectors v
         WHERE v.project_id = its_project AND v.generation_id = its_generation
         ORDER BY distance, v.chunk_id
         LIMIT num_hits
      ) AS nearest
      JOIN opentrace.chunks c ON c.id = nearest.chunk_id
      JOIN opentrace.documents d ON d.id = c.document_id
     WHERE nearest.distance <= 1 - threshold
     ORDER BY nearest.distance, c.id;
END
$$;

-- The same in one round trip: the viewer is set for this statement's transaction, and nothing stays behind.
CREATE OR REPLACE FUNCTION opentrace.search_basic_as(
    its_viewer uuid, its_project uuid, its_generation uuid, query real[], threshold double precision,
    num_hits integer
)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb, score double precision
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('opentrace.viewer', its_viewer::text, true);
    RETURN QUERY
    SELECT * FROM opentrace.search_basic(its_project, its_generation, query, threshold, num_hits);
END
$$;
