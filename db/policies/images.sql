-- The images of chunks are seen by the project's members; workers alone write them.

ALTER TABLE opentrace.chunk_images ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON opentrace.chunk_images TO opentrace_api;
CREATE POLICY members ON opentrace.chunk_images FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.project_members m
                    WHERE m.project_id = chunk_images.project_id
                      AND m.user_id = (SELECT opentrace.viewer_id())));
