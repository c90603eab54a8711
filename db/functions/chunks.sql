-- Vectors go with their chunks, whoever deletes those: a publication, a deletion, a cascade from a project.

CREATE OR REPLACE FUNCTION opentrace.forget_vectors() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM opentrace.chunk_vectors v
     USING gone g
     WHERE v.project_id = g.project_id AND v.document_id = g.document_id AND v.chunk_id = g.id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER forget_vectors
AFTER DELETE ON opentrace.chunks REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION opentrace.forget_vectors();
