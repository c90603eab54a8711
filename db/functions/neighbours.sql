-- What stands beside found chunks: for each of them those of its document that are at most `reach` places away.

CREATE OR REPLACE FUNCTION opentrace.chunks_beside(its_project uuid, its_chunks uuid[], reach integer)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT opentrace.is_member(its_project) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.id, c.document_id, d.name::text, c.position, c.text::text, c.title_path, c.page_first, c.page_last,
           c.regions
      FROM opentrace.chunks c
      JOIN opentrace.documents d ON d.id = c.document_id
     WHERE c.project_id = its_project AND c.id <> ALL (its_chunks)
       AND EXISTS (
        SELECT FROM opentrace.chunks found
         WHERE found.id = ANY (its_chunks) AND found.document_id = c.document_id
           AND abs(found.position - c.position) <= reach
       )
       AND c.document_id IN (SELECT found.document_id FROM opentrace.chunks found WHERE found.id = ANY (its_chunks))
     ORDER BY c.document_id, c.position;
END
$$;

-- The same in one round trip: the viewer is set for this statement's transaction, and nothing stays behind.
CREATE OR REPLACE FUNCTION opentrace.chunks_beside_as(
    its_viewer uuid, its_project uuid, its_chunks uuid[], reach integer
)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('opentrace.viewer', its_viewer::text, true);
    RETURN QUERY SELECT * FROM opentrace.chunks_beside(its_project, its_chunks, reach);
END
$$;
