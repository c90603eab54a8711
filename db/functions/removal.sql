-- Deleting with everything under it, and counting what went. Definer: the API's role may delete no row itself.
-- No row comes back when there is nothing that the viewer may delete.

CREATE OR REPLACE FUNCTION opentrace.delete_document(its_document uuid)
RETURNS TABLE (
    num_documents bigint, num_chats bigint, num_messages bigint, num_chunks bigint, num_vectors bigint,
    storage_keys text[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    its_project uuid := (SELECT d.project_id FROM opentrace.documents d WHERE d.id = its_document);
BEGIN
    IF NOT opentrace.is_member(its_project) THEN
        RETURN;
    END IF;
    -- A worker that holds the row finishes its statement first; its next one finds the row gone.
    SELECT ARRAY[d.storage_key::text] INTO storage_keys
      FROM opentrace.documents d WHERE d.id = its_document FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*) INTO num_chunks FROM opentrace.chunks c WHERE c.document_id = its_document;
    SELECT count(*) INTO num_vectors FROM opentrace.chunk_vectors v
     WHERE v.project_id = its_project AND v.document_id = its_document;
    DELETE FROM opentrace.documents d WHERE d.id = its_document;
    num_documents := 1;
    num_chats := 0;
    num_messages := 0;
    RETURN NEXT;
END
$$;

CREATE OR REPLACE FUNCTION opentrace.delete_chat(its_chat uuid)
RETURNS TABLE (
    num_documents bigint, num_chats bigint, num_messages bigint, num_chunks bigint, num_vectors bigint,
    storage_keys text[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM opentrace.chats c
      WHERE c.id = its_chat AND c.created_by = opentrace.viewer_id() AND opentrace.is_member(c.project_id)
        FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*) INTO num_messages FROM opentrace.messages m WHERE m.chat_id = its_chat;
    DELETE FROM opentrace.chats c WHERE c.id = its_chat;
    num_documents := 0;
    num_chats := 1;
    num_chunks := 0;
    num_vectors := 0;
    storage_keys := '{}';
    RETURN NEXT;
END
$$;

CREATE OR REPLACE FUNCTION opentrace.delete_project(its_project uuid)
RETURNS TABLE (
    num_documents bigint, num_chats bigint, num_messages bigint, num_chunks bigint, num_vectors bigint,
    storage_keys text[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM opentrace.project_members m
         WHERE m.project_id = its_project AND m.user_id = opentrace.viewer_id() AND m.role = 'OWNER'
    ) THEN
        RETURN;
    END IF;
    -- Documents before the project, as a publication locks them: the other way round they could wait for
    -- each other.
    PERFORM FROM opentrace.documents d WHERE d.project_id = its_project ORDER BY d.id FOR UPDATE;
    PERFORM FROM opentrace.projects p WHERE p.id = its_project FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*), coalesce(array_agg(d.storage_key::text ORDER BY d.storage_key), '{}')
      INTO num_documents, storage_keys
      FROM opentrace.documents d WHERE d.project_id = its_project;
    SELECT count(*) INTO num_chats FROM opentrace.chats c WHERE c.project_id = its_project;
    SELECT count(*) INTO num_messages FROM opentrace.messages m WHERE m.project_id = its_project;
    SELECT count(*) INTO num_chunks FROM opentrace.chunks c WHERE c.project_id = its_project;
    SELECT count(*) INTO num_vectors FROM opentrace.chunk_vectors v WHERE v.project_id = its_project;
    DELETE FROM opentrace.projects p WHERE p.id = its_project;
    RETURN NEXT;
END
$$;
