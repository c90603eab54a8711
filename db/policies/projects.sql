-- People see themselves; members see their projects.

ALTER TABLE opentrace.users ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON opentrace.users TO opentrace_api;
CREATE POLICY self ON opentrace.users FOR SELECT TO opentrace_api
    USING (id = (SELECT opentrace.viewer_id()));

ALTER TABLE opentrace.project_members ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.project_members TO opentrace_api;
-- Every other policy asks for membership here, so what a key does not reach is out of its sight everywhere.
CREATE POLICY self ON opentrace.project_members FOR SELECT TO opentrace_api
    USING (user_id = (SELECT opentrace.viewer_id())
           AND ((SELECT opentrace.key_id()) IS NULL OR opentrace.key_reaches(project_id)));
CREATE POLICY founder ON opentrace.project_members FOR INSERT TO opentrace_api
    WITH CHECK (user_id = (SELECT opentrace.viewer_id()) AND role = 'OWNER' AND opentrace.may_found(project_id));

ALTER TABLE opentrace.projects ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.projects TO opentrace_api;
GRANT UPDATE (name, description, updated_at) ON opentrace.projects TO opentrace_api;
CREATE POLICY members ON opentrace.projects FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.project_members m
                    WHERE m.project_id = projects.id AND m.user_id = (SELECT opentrace.viewer_id())));
CREATE POLICY members_change ON opentrace.projects FOR UPDATE TO opentrace_api
    USING (opentrace.is_member(id));
CREATE POLICY anyone_makes ON opentrace.projects FOR INSERT TO opentrace_api
    WITH CHECK (created_by = (SELECT opentrace.viewer_id()) AND opentrace.key_reaches(id));

ALTER TABLE opentrace.retrieval_settings ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON opentrace.retrieval_settings TO opentrace_api;
CREATE POLICY members ON opentrace.retrieval_settings TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.project_members m
                    WHERE m.project_id = retrieval_settings.project_id
                      AND m.user_id = (SELECT opentrace.viewer_id())));

ALTER TABLE opentrace.embedding_generations ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.embedding_generations TO opentrace_api;
GRANT UPDATE (
    status, requested_by, requested_at, failure_code, failure_message, attempt, num_tries, leased_until, rung_at,
    started_at, updated_at, finished_at, is_indexing
) ON opentrace.embedding_generations TO opentrace_api;
CREATE POLICY members ON opentrace.embedding_generations FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.project_members m
                    WHERE m.project_id = embedding_generations.project_id
                      AND m.user_id = (SELECT opentrace.viewer_id())));
CREATE POLICY members_add ON opentrace.embedding_generations FOR INSERT TO opentrace_api
    WITH CHECK (opentrace.is_member(project_id)
                AND (requested_by IS NULL OR requested_by = (SELECT opentrace.viewer_id())));
-- Workers alone let a generation serve.
CREATE POLICY members_change ON opentrace.embedding_generations FOR UPDATE TO opentrace_api
    USING (opentrace.is_member(project_id))
    WITH CHECK (opentrace.is_member(project_id) AND status IN ('BUILDING', 'CANCELLED'));
