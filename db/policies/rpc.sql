-- Who may search without the API: the role of a signed-in person on Supabase, where there is such a role. It reaches
-- no table and no other function: those believe what they are told of the viewer.

DO $$
BEGIN
    IF to_regrole('authenticated') IS NULL THEN
        RETURN;
    END IF;
    REVOKE ALL ON ALL TABLES IN SCHEMA opentrace FROM authenticated;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA opentrace FROM authenticated;
    GRANT USAGE ON SCHEMA opentrace TO authenticated;
    GRANT EXECUTE ON FUNCTION
        opentrace.rpc_search_basic(uuid, real[], double precision, integer, jsonb),
        opentrace.rpc_search_fused(
            uuid, text[], real[], boolean, text, double precision, double precision, double precision, integer,
            jsonb
        )
    TO authenticated;
END
$$;
