-- API keys narrow their person's rights in the database as well. A transaction of a key names it in the setting
-- `opentrace.key`; all policies ask for membership, and membership asks whether the key reaches the project. A key
-- that was revoked or has expired reaches nothing, from its next statement on.

CREATE OR REPLACE FUNCTION opentrace.key_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(pg_catalog.current_setting('opentrace.key', true), '')::uuid $$;

-- True where no key is named. Definer: a key may not read keys.
CREATE OR REPLACE FUNCTION opentrace.key_reaches(its_project uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT opentrace.key_id() IS NULL OR EXISTS (
        SELECT FROM opentrace.api_keys k
         WHERE k.id = opentrace.key_id() AND k.user_id = opentrace.viewer_id()
           AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
           AND (k.project_ids IS NULL OR its_project = ANY (k.project_ids))
    )
$$;

-- What a line of keys has spent, as far as the prices of its models are known.
CREATE OR REPLACE FUNCTION opentrace.spent_by_line(its_line uuid) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(sum(u.cost_usd), 0)
      FROM opentrace.api_keys k JOIN opentrace.usage u ON u.api_key_id = k.id
     WHERE k.line_id = its_line
$$;

-- Signing in with a key, by its hash: no row when there is none that holds. Its last use is written down about once
-- a minute, and never waited for: whoever finds the row held lets the other write.
CREATE OR REPLACE FUNCTION opentrace.use_key(its_hash bytea)
RETURNS TABLE (
    id uuid, user_id uuid, subject text, capabilities text[], project_ids uuid[], expires_at timestamptz,
    is_exhausted boolean
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    used_at timestamptz;
    found_line uuid;
    found_budget numeric;
    noted uuid;
BEGIN
    SELECT k.id, k.user_id, u.subject, k.capabilities, k.project_ids, k.expires_at,
           k.last_used_at, k.line_id, k.budget_usd
      INTO id, user_id, subject, capabilities, project_ids, expires_at, used_at, found_line, found_budget
      FROM opentrace.api_keys k JOIN opentrace.users u ON u.id = k.user_id
     WHERE k.secret_sha256 = its_hash AND k.revoked_at IS NULL AND u.deleted_at IS NULL
       AND (k.expires_at IS NULL OR k.expires_at > now());
    IF NOT FOUND THEN
        RETURN;
    END IF;
    is_exhausted := found_budget IS NOT NULL AND opentrace.spent_by_line(found_line) >= found_budget;
    IF used_at IS NULL OR used_at < now() - interval '1 minute' THEN
        UPDATE opentrace.api_keys k SET last_used_at = now()
         WHERE k.id = (SELECT f.id FROM opentrace.api_keys f
                        WHERE f.id = use_key.id AND f.last_used_at IS NOT DISTINCT FROM used_at
                          FOR UPDATE SKIP LOCKED)
        RETURNING k.id INTO noted;
        IF noted IS NOT NULL AND used_at IS NULL THEN
            INSERT INTO opentrace.audit_log (id, user_id, api_key_id, act, subject_id, detail, created_at)
            VALUES (gen_random_uuid(), user_id, noted, 'API_KEY_FIRST_USED', noted, '{}', now());
        END IF;
    END IF;
    RETURN NEXT;
END
$$;

-- Which of these people are gone and which of these keys no longer hold: what open connections are asked about.
CREATE OR REPLACE FUNCTION opentrace.ended_access(its_users uuid[], its_keys uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT asked.id FROM unnest(its_users) AS asked(id)
      LEFT JOIN opentrace.users u ON u.id = asked.id
     WHERE u.id IS NULL OR u.deleted_at IS NOT NULL
     UNION ALL
    SELECT asked.id FROM unnest(its_keys) AS asked(id)
      LEFT JOIN opentrace.api_keys k ON k.id = asked.id
     WHERE k.id IS NULL OR k.revoked_at IS NOT NULL OR k.expires_at <= now()
$$;

-- Rows remember the key that asked for them, so that what workers spend on them later is the key's. A caller with a
-- viewer but no key is a person, whatever the row says.
CREATE OR REPLACE FUNCTION opentrace.note_key() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF opentrace.viewer_id() IS NOT NULL THEN
        NEW.api_key_id := opentrace.key_id();
    END IF;
    RETURN NEW;
END
$$;

-- Definer: policies of the rows that are looked at do not matter here.
CREATE OR REPLACE FUNCTION opentrace.note_key_of_usage() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.api_key_id := coalesce(
        opentrace.key_id(),
        (SELECT m.api_key_id FROM opentrace.messages m WHERE m.id = NEW.message_id),
        (SELECT d.api_key_id FROM opentrace.documents d WHERE d.id = NEW.document_id)
    );
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER note_key BEFORE INSERT ON opentrace.messages
    FOR EACH ROW EXECUTE FUNCTION opentrace.note_key();
CREATE OR REPLACE TRIGGER note_key BEFORE INSERT ON opentrace.crawls
    FOR EACH ROW EXECUTE FUNCTION opentrace.note_key();
CREATE OR REPLACE TRIGGER note_key BEFORE INSERT ON opentrace.documents
    FOR EACH ROW EXECUTE FUNCTION opentrace.note_key();
CREATE OR REPLACE TRIGGER note_key_of_asker BEFORE UPDATE OF status ON opentrace.documents
    FOR EACH ROW WHEN (NEW.status = 'QUEUED') EXECUTE FUNCTION opentrace.note_key();
CREATE OR REPLACE TRIGGER note_key BEFORE INSERT ON opentrace.usage
    FOR EACH ROW EXECUTE FUNCTION opentrace.note_key_of_usage();
