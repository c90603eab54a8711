-- Documents belong to a project's members; a document never moves to another project or uploader.

ALTER TABLE opentrace.documents ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.documents TO opentrace_api;
GRANT UPDATE (
    name, content_type, size_bytes, status, failure_code, failure_message, attempt, event_seq, num_tries,
    leased_until, rung_at, num_pages, num_pages_parsed, num_chunks, num_chunks_embedded, newest_version,
    num_summaries, num_summaries_made, traceparent, updated_at, queued_at, started_at, finished_at
) ON opentrace.documents TO opentrace_api;
CREATE POLICY members ON opentrace.documents FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.project_members m
                    WHERE m.project_id = documents.project_id AND m.user_id = (SELECT opentrace.viewer_id())));
CREATE POLICY members_change ON opentrace.documents FOR UPDATE TO opentrace_api
    USING (opentrace.is_member(project_id));
CREATE POLICY members_upload ON opentrace.documents FOR INSERT TO opentrace_api
    WITH CHECK (uploaded_by = (SELECT opentrace.viewer_id()) AND opentrace.is_member(project_id));

ALTER TABLE opentrace.document_removals ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON opentrace.document_removals TO opentrace_api;
CREATE POLICY members ON opentrace.document_removals FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.project_members m
                    WHERE m.project_id = document_removals.project_id
                      AND m.user_id = (SELECT opentrace.viewer_id())));

ALTER TABLE opentrace.document_versions ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON opentrace.document_versions TO opentrace_api;
CREATE POLICY members ON opentrace.document_versions FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.documents d WHERE d.id = document_versions.document_id));

-- The API begins a version of a file that has arrived; workers build and publish it.
GRANT INSERT ON opentrace.document_versions TO opentrace_api;
GRANT UPDATE (name) ON opentrace.document_versions TO opentrace_api;
CREATE POLICY members_begin ON opentrace.document_versions FOR INSERT TO opentrace_api
    WITH CHECK (published_at IS NULL
                AND EXISTS (SELECT FROM opentrace.documents d WHERE d.id = document_versions.document_id));
CREATE POLICY members_rename ON opentrace.document_versions FOR UPDATE TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.documents d WHERE d.id = document_versions.document_id));

ALTER TABLE opentrace.document_replacements ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON opentrace.document_replacements TO opentrace_api;
GRANT UPDATE (storage_key, name, content_type, size_bytes, sha256, requested_at)
    ON opentrace.document_replacements TO opentrace_api;
CREATE POLICY members ON opentrace.document_replacements TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.documents d WHERE d.id = document_replacements.document_id));

ALTER TABLE opentrace.part_uploads ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.part_uploads TO opentrace_api;
GRANT UPDATE (upload_id) ON opentrace.part_uploads TO opentrace_api;
CREATE POLICY members ON opentrace.part_uploads TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.documents d WHERE d.id = part_uploads.document_id));

ALTER TABLE opentrace.document_stages ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON opentrace.document_stages TO opentrace_api;
CREATE POLICY members ON opentrace.document_stages FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.documents d WHERE d.id = document_stages.document_id));
