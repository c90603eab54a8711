-- Start from nothing: what the files after this one do not grant, the API's role does not have.

REVOKE ALL ON ALL TABLES IN SCHEMA opentrace FROM PUBLIC, opentrace_api;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA opentrace FROM PUBLIC, opentrace_api;
REVOKE ALL ON SCHEMA opentrace FROM PUBLIC, opentrace_api;
GRANT USAGE ON SCHEMA opentrace TO opentrace_api;

DO $$
DECLARE
    policy record;
BEGIN
    FOR policy IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'opentrace' LOOP
        EXECUTE format('DROP POLICY %I ON opentrace.%I', policy.policyname, policy.tablename);
    END LOOP;
END
$$;
