-- People see and make their own keys; a key sees none, itself included, and makes none.

ALTER TABLE opentrace.api_keys ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.api_keys TO opentrace_api;
GRANT UPDATE (expires_at, revoked_at) ON opentrace.api_keys TO opentrace_api;
CREATE POLICY own ON opentrace.api_keys TO opentrace_api
    USING (user_id = (SELECT opentrace.viewer_id()) AND (SELECT opentrace.key_id()) IS NULL);

-- The audit log: no grant to change or delete, so what is written stays as it is.
ALTER TABLE opentrace.audit_log ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.audit_log TO opentrace_api;
CREATE POLICY own ON opentrace.audit_log FOR SELECT TO opentrace_api
    USING (user_id = (SELECT opentrace.viewer_id()) AND (SELECT opentrace.key_id()) IS NULL);
CREATE POLICY own_acts ON opentrace.audit_log FOR INSERT TO opentrace_api
    WITH CHECK (user_id = (SELECT opentrace.viewer_id())
                AND api_key_id IS NOT DISTINCT FROM (SELECT opentrace.key_id()));
