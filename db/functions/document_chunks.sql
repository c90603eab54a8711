-- What a document was cut into. The API's role has no right to read chunks: it asks here, and membership is
-- checked once.

CREATE OR REPLACE FUNCTION opentrace.chunks_of_document(its_document uuid, after_position integer, num_rows integer)
RETURNS TABLE (
    chunk_id uuid, "position" integer, text text, title_path text[], kinds text[],
    page_first integer, page_last integer, regions jsonb, summary text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    IF NOT opentrace.is_member((SELECT d.project_id FROM opentrace.documents d WHERE d.id = its_document)) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.id, c.position, c.text::text, c.title_path, c.kinds, c.page_first, c.page_last, c.regions,
           c.summary::text
      FROM opentrace.chunks c
     WHERE c.document_id = its_document AND c.position > after_position
     ORDER BY c.position
     LIMIT num_rows;
END
$$;

CREATE OR REPLACE FUNCTION opentrace.num_chunks_of_document(its_document uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*)
      FROM opentrace.chunks c
      JOIN opentrace.documents d ON d.id = c.document_id
     WHERE c.document_id = its_document AND opentrace.is_member(d.project_id)
$$;
