-- Crawls and what they found belong to a project's members; workers write what comes of them.

ALTER TABLE opentrace.crawls ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.crawls TO opentrace_api;
GRANT UPDATE (status, attempt, event_seq, leased_until, rung_at, updated_at, finished_at)
    ON opentrace.crawls TO opentrace_api;
CREATE POLICY members ON opentrace.crawls FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.project_members m
                    WHERE m.project_id = crawls.project_id AND m.user_id = (SELECT opentrace.viewer_id())));
CREATE POLICY members_change ON opentrace.crawls FOR UPDATE TO opentrace_api
    USING (opentrace.is_member(project_id));
CREATE POLICY members_begin ON opentrace.crawls FOR INSERT TO opentrace_api
    WITH CHECK (created_by = (SELECT opentrace.viewer_id()) AND opentrace.is_member(project_id));

ALTER TABLE opentrace.crawl_pages ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON opentrace.crawl_pages TO opentrace_api;
CREATE POLICY members ON opentrace.crawl_pages FOR SELECT TO opentrace_api
    USING (EXISTS (SELECT FROM opentrace.crawls c WHERE c.id = crawl_pages.crawl_id));
CREATE POLICY members_begin ON opentrace.crawl_pages FOR INSERT TO opentrace_api
    WITH CHECK (EXISTS (SELECT FROM opentrace.crawls c
                         WHERE c.id = crawl_pages.crawl_id
                           AND c.created_by = (SELECT opentrace.viewer_id())));
