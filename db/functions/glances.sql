-- What every screen begins with, each in one round trip: the viewer is set for the statement's own transaction
-- and nothing stays behind. They run with their caller's rights, so policies hold; membership is asked as well,
-- for callers without policies. A stranger gets no row.

CREATE OR REPLACE FUNCTION opentrace.project_as(its_viewer uuid, its_project uuid)
RETURNS SETOF opentrace.projects
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('opentrace.viewer', its_viewer::text, true);
    RETURN QUERY
    SELECT p.*
      FROM opentrace.projects p
      JOIN opentrace.project_members m ON m.project_id = p.id AND m.user_id = its_viewer
     WHERE p.id = its_project;
END
$$;

-- Newest first; without `before_at` and `before_id` from the beginning.
CREATE OR REPLACE FUNCTION opentrace.documents_as(
    its_viewer uuid, its_project uuid, before_at timestamptz, before_id uuid, num_rows integer
)
RETURNS SETOF opentrace.documents
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('opentrace.viewer', its_viewer::text, true);
    IF NOT opentrace.is_member(its_project) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT d.*
      FROM opentrace.documents d
     WHERE d.project_id = its_project
       AND (d.created_at, d.id) < (coalesce(before_at, 'infinity'),
                                   coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY d.created_at DESC, d.id DESC
     LIMIT num_rows;
END
$$;

-- Both at once: the first row has the project, each of the others a document. Not made of the two above, whose rows
-- would be copied once more.
CREATE OR REPLACE FUNCTION opentrace.project_and_documents_as(
    its_viewer uuid, its_project uuid, before_at timestamptz, before_id uuid, num_rows integer
)
RETURNS TABLE (project opentrace.projects, document opentrace.documents)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('opentrace.viewer', its_viewer::text, true);
    SELECT p.* INTO project
      FROM opentrace.projects p
      JOIN opentrace.project_members m ON m.project_id = p.id AND m.user_id = its_viewer
     WHERE p.id = its_project;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN NEXT;
    RETURN QUERY
    SELECT NULL::opentrace.projects, d
      FROM opentrace.documents d
     WHERE d.project_id = its_project
       AND (d.created_at, d.id) < (coalesce(before_at, 'infinity'),
                                   coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     ORDER BY d.created_at DESC, d.id DESC
     LIMIT num_rows;
END
$$;
