-- Search without the API, where the database itself serves HTTP: Supabase calls these as RPC. The viewer is who the
-- request's token names, never an argument; the generation is the one that serves.

-- Who signed the request, by the token's subject; NULL where no `auth.jwt()` exists or it names nobody known here.
CREATE OR REPLACE FUNCTION opentrace.viewer_of_token() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regprocedure('auth.jwt()') IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT u.id FROM opentrace.users u WHERE u.subject = auth.jwt() ->> 'sub');
END
$$;

CREATE OR REPLACE FUNCTION opentrace.rpc_limit(wanted integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF wanted BETWEEN 1 AND 100 THEN
        RETURN wanted;
    END IF;
    RAISE EXCEPTION 'A search returns 1 to 100 passages.' USING ERRCODE = 'invalid_parameter_value';
END
$$;

CREATE OR REPLACE FUNCTION opentrace.serving_generation(its_project uuid) RETURNS uuid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT g.id FROM opentrace.embedding_generations g WHERE g.project_id = its_project AND g.status = 'ACTIVE'
$$;

-- By meaning alone. Afterwards nobody is looking, whatever the caller had said before.
CREATE OR REPLACE FUNCTION opentrace.rpc_search_basic(
    its_project uuid, query real[], threshold double precision DEFAULT 0, num_hits integer DEFAULT 5,
    filters jsonb DEFAULT NULL
)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb, score double precision,
    vector_rank bigint
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('opentrace.viewer', coalesce(opentrace.viewer_of_token()::text, ''), true);
    RETURN QUERY
    SELECT * FROM opentrace.search_basic(
        its_project, opentrace.serving_generation(its_project), query, threshold, opentrace.rpc_limit(num_hits),
        filters
    );
    PERFORM set_config('opentrace.viewer', '', true);
END
$$;

-- By several arms and for one to nine wordings: `needles` are their vectors one after the other.
CREATE OR REPLACE FUNCTION opentrace.rpc_search_fused(
    its_project uuid, wordings text[], needles real[], by_words boolean DEFAULT true,
    fusion text DEFAULT 'CONVEX', vector_weight double precision DEFAULT 0.5,
    keyword_weight double precision DEFAULT 0.5, threshold double precision DEFAULT 0,
    num_hits integer DEFAULT 5, filters jsonb DEFAULT NULL
)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb, score double precision,
    keyword_score double precision, fused_score double precision, vector_rank bigint, keyword_rank bigint
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(cardinality(needles) % nullif(cardinality(wordings), 0), 1) <> 0 OR cardinality(wordings) > 9 THEN
        RAISE EXCEPTION 'A search has 1 to 9 wordings, each with its vector.'
              USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('opentrace.viewer', coalesce(opentrace.viewer_of_token()::text, ''), true);
    RETURN QUERY
    SELECT * FROM opentrace.search_fused(
        its_project, opentrace.serving_generation(its_project), wordings, needles, by_words, fusion, vector_weight,
        keyword_weight, threshold, opentrace.rpc_limit(num_hits), filters
    );
    PERFORM set_config('opentrace.viewer', '', true);
END
$$;
