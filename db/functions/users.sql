-- Signing in: the row of a person, made if need be. A value that is not given leaves the old one.

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
     WHERE u.subject = its_subject
       AND (its_email IS NULL OR u.email IS NOT DISTINCT FROM its_email)
       AND (its_name IS NULL OR u.name IS NOT DISTINCT FROM its_name);
    IF found_id IS NOT NULL THEN
        RETURN found_id;
    END IF;
    INSERT INTO opentrace.users AS u (id, subject, email, name, created_at, updated_at)
    VALUES (gen_random_uuid(), its_subject, its_email, its_name, now(), now())
    ON CONFLICT (subject) DO UPDATE
       SET email = coalesce(excluded.email, u.email),
           name = coalesce(excluded.name, u.name),
           updated_at = now()
    RETURNING u.id INTO found_id;
    RETURN found_id;
END
$$;
