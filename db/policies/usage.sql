-- What a person spent and asked is theirs.

ALTER TABLE opentrace.usage ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.usage TO opentrace_api;
CREATE POLICY own ON opentrace.usage FOR SELECT TO opentrace_api
    USING (user_id = (SELECT opentrace.viewer_id())
           AND ((SELECT opentrace.key_id()) IS NULL OR opentrace.key_reaches(project_id)));
CREATE POLICY own_calls ON opentrace.usage FOR INSERT TO opentrace_api
    WITH CHECK (user_id = (SELECT opentrace.viewer_id())
                AND (project_id IS NULL OR opentrace.is_member(project_id)));

ALTER TABLE opentrace.idempotency_keys ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.idempotency_keys TO opentrace_api;
CREATE POLICY own ON opentrace.idempotency_keys TO opentrace_api
    USING (user_id = (SELECT opentrace.viewer_id()));
