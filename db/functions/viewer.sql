-- Who is looking, and what that person belongs to.

CREATE OR REPLACE FUNCTION opentrace.viewer_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(pg_catalog.current_setting('opentrace.viewer', true), '')::uuid $$;

-- Definer: policies call it on tables whose own policies would call it again.
CREATE OR REPLACE FUNCTION opentrace.is_member(its_project uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM opentrace.project_members m
         WHERE m.project_id = its_project AND m.user_id = opentrace.viewer_id()
    ) AND (opentrace.key_id() IS NULL OR opentrace.key_reaches(its_project))
$$;

-- The first member of a project is the one who made it; nobody can let themselves in later.
CREATE OR REPLACE FUNCTION opentrace.may_found(its_project uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM opentrace.projects p
         WHERE p.id = its_project AND p.created_by = opentrace.viewer_id()
    ) AND NOT EXISTS (
        SELECT FROM opentrace.project_members m WHERE m.project_id = its_project
    ) AND opentrace.key_reaches(its_project)
$$;
