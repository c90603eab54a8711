-- Deleting with everything under it, and counting what went. Definer: the API's role may delete no row itself.
-- No row comes back when there is nothing that the viewer may delete.

-- What a function returns cannot be replaced.
DROP FUNCTION IF EXISTS opentrace.delete_document(uuid);
DROP FUNCTION IF EXISTS opentrace.delete_chat(uuid);
DROP FUNCTION IF EXISTS opentrace.delete_project(uuid);

-- Rows of all our tables that this transaction has deleted so far, those that went by a cascade included.
CREATE OR REPLACE FUNCTION opentrace.num_deleted() RETURNS bigint
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(sum(pg_stat_get_xact_tuples_deleted(c.oid)), 0)::bigint
      FROM pg_class c WHERE c.relnamespace = 'opentrace'::regnamespace AND c.relkind = 'r'
$$;

CREATE FUNCTION opentrace.delete_document(its_document uuid)
RETURNS TABLE (
    num_rows bigint, num_documents bigint, num_chats bigint, num_messages bigint, num_chunks bigint,
    num_vectors bigint, document_ids uuid[], message_ids uuid[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    its_project uuid := (SELECT d.project_id FROM opentrace.documents d WHERE d.id = its_document);
    num_before bigint := opentrace.num_deleted();
BEGIN
    IF NOT opentrace.is_member(its_project) THEN
        RETURN;
    END IF;
    -- A worker that holds the row finishes its statement first; its next one finds the row gone.
    PERFORM FROM opentrace.documents d WHERE d.id = its_document FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*) INTO num_chunks FROM opentrace.chunks c WHERE c.document_id = its_document;
    SELECT count(*) INTO num_vectors FROM opentrace.chunk_vectors v
     WHERE v.project_id = its_project AND v.document_id = its_document;
    DELETE FROM opentrace.documents d WHERE d.id = its_document;
    num_rows := opentrace.num_deleted() - num_before;
    num_documents := 1;
    num_chats := 0;
    num_messages := 0;
    document_ids := ARRAY[its_document];
    message_ids := '{}';
    RETURN NEXT;
END
$$;

CREATE FUNCTION opentrace.delete_chat(its_chat uuid)
RETURNS TABLE (
    num_rows bigint, num_documents bigint, num_chats bigint, num_messages bigint, num_chunks bigint,
    num_vectors bigint, document_ids uuid[], message_ids uuid[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    num_before bigint := opentrace.num_deleted();
BEGIN
    PERFORM FROM opentrace.chats c
      WHERE c.id = its_chat AND c.created_by = opentrace.viewer_id() AND opentrace.is_member(c.project_id)
        FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*), coalesce(array_agg(m.id), '{}') INTO num_messages, message_ids
      FROM opentrace.messages m WHERE m.chat_id = its_chat;
    DELETE FROM opentrace.chats c WHERE c.id = its_chat;
    num_rows := opentrace.num_deleted() - num_before;
    num_documents := 0;
    num_chats := 1;
    num_chunks := 0;
    num_vectors := 0;
    document_ids := '{}';
    RETURN NEXT;
END
$$;

CREATE FUNCTION opentrace.delete_project(its_project uuid)
RETURNS TABLE (
    num_rows bigint, num_documents bigint, num_chats bigint, num_messages bigint, num_chunks bigint,
    num_vectors bigint, document_ids uuid[], message_ids uuid[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    num_before bigint := opentrace.num_deleted();
BEGIN
    IF NOT EXISTS (
        SELECT FROM opentrace.project_members m
         WHERE m.project_id = its_project AND m.user_id = opentrace.viewer_id() AND m.role = 'OWNER'
    ) OR NOT opentrace.key_reaches(its_project) THEN
        RETURN;
    END IF;
    -- Documents, chats and generations before the project, as a publication, a question and a switch lock them:
    -- the other way round they could wait for each other.
    PERFORM FROM opentrace.documents d WHERE d.project_id = its_project ORDER BY d.id FOR UPDATE;
    PERFORM FROM opentrace.chats c WHERE c.project_id = its_project ORDER BY c.id FOR UPDATE;
    PERFORM FROM opentrace.embedding_generations g
      WHERE g.project_id = its_project AND g.status = 'ACTIVE' FOR UPDATE;
    PERFORM FROM opentrace.embedding_generations g WHERE g.project_id = its_project FOR UPDATE;
    PERFORM FROM opentrace.projects p WHERE p.id = its_project FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*), coalesce(array_agg(d.id), '{}') INTO num_documents, document_ids
      FROM opentrace.documents d WHERE d.project_id = its_project;
    SELECT count(*), coalesce(array_agg(m.id), '{}') INTO num_messages, message_ids
      FROM opentrace.messages m WHERE m.project_id = its_project;
    SELECT count(*) INTO num_chats FROM opentrace.chats c WHERE c.project_id = its_project;
    SELECT count(*) INTO num_chunks FROM opentrace.chunks c WHERE c.project_id = its_project;
    SELECT count(*) INTO num_vectors FROM opentrace.chunk_vectors v WHERE v.project_id = its_project;
    DELETE FROM opentrace.projects p WHERE p.id = its_project;
    num_rows := opentrace.num_deleted() - num_before;
    RETURN NEXT;
END
$$;
