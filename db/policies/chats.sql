-- A chat and all that hangs on it belong to the member who began it.

ALTER TABLE opentrace.chats ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.chats TO opentrace_api;
GRANT UPDATE (title, is_titled, updated_at) ON opentrace.chats TO opentrace_api;
CREATE POLICY owner ON opentrace.chats TO opentrace_api
    USING (created_by = (SELECT opentrace.viewer_id())
           AND EXISTS (SELECT FROM opentrace.project_members m
                        WHERE m.project_id = chats.project_id AND m.user_id = (SELECT opentrace.viewer_id())));

ALTER TABLE opentrace.chat_removals ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON opentrace.chat_removals TO opentrace_api;
CREATE POLICY owner ON opentrace.chat_removals FOR SELECT TO opentrace_api
    USING (created_by = (SELECT opentrace.viewer_id())
           AND EXISTS (SELECT FROM opentrace.project_members m
                        WHERE m.project_id = chat_removals.project_id
                          AND m.user_id = (SELECT opentrace.viewer_id())));

ALTER TABLE opentrace.messages ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.messages TO opentrace_api;
GRANT UPDATE (
    preferred_child_id, content, status, failure_code, failure_message, attempt, event_seq, num_tries,
    leased_until, rung_at, stop_requested_at, updated_at, started_at, finished_at
) ON opentrace.messages TO opentrace_api;
CREATE POLICY owner ON opentrace.messages FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.chats c WHERE c.id = messages.chat_id));
CREATE POLICY owner_changes ON opentrace.messages FOR UPDATE TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.chats c WHERE c.id = messages.chat_id));
CREATE POLICY owner_sends ON opentrace.messages FOR INSERT TO opentrace_api
    WITH CHECK (created_by = (SELECT opentrace.viewer_id())
                AND EXISTS (SELECT FROM opentrace.chats c
                             WHERE c.id = messages.chat_id AND c.project_id = messages.project_id));

ALTER TABLE opentrace.citations ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON opentrace.citations TO opentrace_api;
CREATE POLICY owner ON opentrace.citations FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.messages m WHERE m.id = citations.message_id));

ALTER TABLE opentrace.retrieval_runs ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON opentrace.retrieval_runs TO opentrace_api;
CREATE POLICY owner ON opentrace.retrieval_runs FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.messages m WHERE m.id = retrieval_runs.message_id));

ALTER TABLE opentrace.feedback ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON opentrace.feedback TO opentrace_api;
GRANT UPDATE (positive, reason, comment, updated_at) ON opentrace.feedback TO opentrace_api;
CREATE POLICY own ON opentrace.feedback TO opentrace_api
    USING (user_id = (SELECT opentrace.viewer_id())
           AND EXISTS (SELECT FROM opentrace.messages m WHERE m.id = feedback.message_id));
