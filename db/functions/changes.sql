-- Every change of a document's status or name, of a chat's title or place, and every step towards another embedding
-- model, gets the project's next number, in the transaction that makes it. The project's row is held from then on
-- until the commit, so numbers become visible in their own order and without holes: who has read up to n has missed
-- nothing. Progress within a stage changes no status and counts nothing.
-- Definer: the API's role may not touch the counters itself.

CREATE OR REPLACE FUNCTION opentrace.count_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE opentrace.projects p SET change_seq = p.change_seq + 1
     WHERE p.id = NEW.project_id RETURNING p.change_seq INTO NEW.change_seq;
    -- A project that is not there is refused by the foreign key.
    NEW.change_seq := coalesce(NEW.change_seq, 0);
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION opentrace.count_removal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seq bigint;
BEGIN
    UPDATE opentrace.projects p SET change_seq = p.change_seq + 1
     WHERE p.id = OLD.project_id RETURNING p.change_seq INTO seq;
    -- Nothing is counted when the project itself goes.
    IF FOUND THEN
        IF TG_TABLE_NAME = 'chats' THEN
            INSERT INTO opentrace.chat_removals (project_id, change_seq, chat_id, created_by, removed_at)
            VALUES (OLD.project_id, seq, OLD.id, OLD.created_by, now());
        ELSE
            INSERT INTO opentrace.document_removals (project_id, change_seq, document_id, removed_at)
            VALUES (OLD.project_id, seq, OLD.id, now());
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER count_change_of_new BEFORE INSERT ON opentrace.documents
    FOR EACH ROW EXECUTE FUNCTION opentrace.count_change();
CREATE OR REPLACE TRIGGER count_change BEFORE UPDATE OF status, name ON opentrace.documents
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION opentrace.count_change();
CREATE OR REPLACE TRIGGER count_removal AFTER DELETE ON opentrace.documents
    FOR EACH ROW EXECUTE FUNCTION opentrace.count_removal();

CREATE OR REPLACE TRIGGER count_change_of_new BEFORE INSERT ON opentrace.embedding_generations
    FOR EACH ROW WHEN (NEW.requested_at IS NOT NULL) EXECUTE FUNCTION opentrace.count_change();
CREATE OR REPLACE TRIGGER count_change BEFORE UPDATE OF status, num_embedded, is_indexing
    ON opentrace.embedding_generations
    FOR EACH ROW WHEN (NEW.requested_at IS NOT NULL AND NEW.status <> 'RETIRED'
                       AND (OLD.status IS DISTINCT FROM NEW.status
                            OR OLD.num_embedded IS DISTINCT FROM NEW.num_embedded
                            OR OLD.is_indexing <> NEW.is_indexing))
    EXECUTE FUNCTION opentrace.count_change();

CREATE OR REPLACE TRIGGER count_change_of_new BEFORE INSERT ON opentrace.chats
    FOR EACH ROW EXECUTE FUNCTION opentrace.count_change();
CREATE OR REPLACE TRIGGER count_change BEFORE UPDATE OF title, updated_at ON opentrace.chats
    FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.updated_at IS DISTINCT FROM NEW.updated_at)
    EXECUTE FUNCTION opentrace.count_change();
CREATE OR REPLACE TRIGGER count_removal AFTER DELETE ON opentrace.chats
    FOR EACH ROW EXECUTE FUNCTION opentrace.count_removal();
