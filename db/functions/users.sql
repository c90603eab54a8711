-- Signing in: the row of a person, made if need be. A value that is not given leaves the old one, and what the
-- issuer told by itself counts more than a token, which may be older. NULL for a person who was deleted.

CREATE OR REPLACE FUNCTION opentrace.ensure_user(its_subject text, its_email text, its_name text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_id uuid;
BEGIN
    -- Nearly every call finds the row as it should be, and writes nothing.
    SELECT u.id INTO found_id
      FROM opentrace.users u
     WHERE u.subject = its_subject AND u.deleted_at IS NULL
       AND (u.told_at IS NOT NULL
            OR (its_email IS NULL OR u.email IS NOT DISTINCT FROM its_email)
               AND (its_name IS NULL OR u.name IS NOT DISTINCT FROM its_name));
    IF found_id IS NOT NULL THEN
        RETURN found_id;
    END IF;
    INSERT INTO opentrace.users AS u (id, subject, email, name, created_at, updated_at)
    VALUES (gen_random_uuid(), its_subject, its_email, its_name, now(), now())
    ON CONFLICT (subject) DO UPDATE
       SET email = coalesce(excluded.email, u.email),
           name = coalesce(excluded.name, u.name),
           updated_at = now()
     WHERE u.deleted_at IS NULL
    RETURNING u.id INTO found_id;
    RETURN found_id;
END
$$;

-- What the issuer told of a person; what is older than what it told before, or of a person who is gone, is nothing.
CREATE OR REPLACE FUNCTION opentrace.know_user(
    its_subject text, its_email text, its_name text, its_time timestamptz
) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO opentrace.users AS u (id, subject, email, name, created_at, updated_at, told_at)
    VALUES (gen_random_uuid(), its_subject, its_email, its_name, now(), now(), its_time)
    ON CONFLICT (subject) DO UPDATE
       SET email = excluded.email, name = excluded.name, updated_at = now(), told_at = its_time
     WHERE u.deleted_at IS NULL AND (u.told_at IS NULL OR u.told_at < its_time)
$$;

-- The issuer deleted a person: they are shut out from now on, and a worker takes their things away. The row stays
-- without their name, so that nothing that comes late makes them anew.
CREATE OR REPLACE FUNCTION opentrace.delete_user(its_subject text) RETURNS uuid
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO opentrace.users AS u (id, subject, created_at, updated_at, deleted_at)
    VALUES (gen_random_uuid(), its_subject, now(), now(), now())
    ON CONFLICT (subject) DO UPDATE
       SET email = NULL, name = NULL, updated_at = now(), deleted_at = coalesce(u.deleted_at, now())
    RETURNING u.id
$$;
