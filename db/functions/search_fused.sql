-- Search by several arms and for several wordings in one statement: 100 candidates an arm and wording; what one
-- arm found is scored by the other too; the lists become one.

-- `needles` are the wordings' vectors one after the other. RRF adds up weight / (60 + place) over all lists.
-- Any other fusion is convex: per wording the weighted sum of both scores as standard deviations from their
-- mean, which does not depend on a model's range; several wordings are then fused by place.
CREATE OR REPLACE FUNCTION opentrace.search_fused(
    its_project uuid, its_generation uuid, wordings text[], needles real[], by_words boolean, fusion text,
    vector_weight double precision, keyword_weight double precision, threshold double precision,
    num_hits integer, filters jsonb DEFAULT NULL
)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb, score double precision,
    keyword_score double precision, fused_score double precision, vector_rank bigint, keyword_rank bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    num_wordings integer := cardinality(wordings);
    width integer := cardinality(needles) / cardinality(wordings);
    documents uuid[];
    vectors {vector}.halfvec[];
    words tsquery[];
    rarities {vector}.sparsevec[];
    worded record;
BEGIN
    IF NOT opentrace.is_member(its_project) THEN
        RETURN;
    END IF;
    documents := opentrace.documents_passing(its_project, filters);
    FOR n IN 1 .. num_wordings LOOP
        vectors[n] := needles[(n - 1) * width + 1 : n * width]::{vector}.halfvec;
        IF by_words THEN
            worded := opentrace.keyword_needle(its_project, wordings[n], 2000);
            words[n] := worded.filter;
            rarities[n] := worded.rarities;
        END IF;
    END LOOP;
    RETURN QUERY
    WITH by_meaning AS MATERIALIZED (
        SELECT n, near.chunk_id, near.cosine, near.place
          FROM generate_series(1, num_wordings) AS n
         CROSS JOIN opentrace.nearest_chunks(its_project, its_generation, vectors[n], documents, 100) AS near
    ), by_words AS MATERIALIZED (
        SELECT n, worded.chunk_id, worded.score, worded.place
          FROM generate_series(1, num_wordings) AS n
         CROSS JOIN opentrace.keyword_chunks(its_project, words[n], rarities[n], documents, 100) AS worded
         WHERE words[n] IS NOT NULL
    ), filled AS MATERIALIZED (
        SELECT n, chunk_id, m.place AS vector_rank, w.place AS keyword_rank,
               coalesce(m.cosine, (
                   SELECT nullif(1 - (v.embedding OPERATOR({vector}.<=>) vectors[n]), 'NaN')
                     FROM opentrace.chunk_vectors v
                    WHERE v.project_id = its_project AND v.generation_id = its_generation
                      AND v.chunk_id = w.chunk_id
               )) AS cosine,
               CASE WHEN w.score IS NOT NULL THEN w.score WHEN words[n] IS NOT NULL THEN (
                   SELECT -(k.weights OPERATOR({vector}.<#>) rarities[n])
                     FROM opentrace.chunk_keywords k WHERE k.chunk_id = m.chunk_id
               ) END AS keyword_score
          FROM by_meaning m FULL JOIN by_words w USING (n, chunk_id)
    ), scored AS (
        SELECT f.*,
               CASE WHEN fusion = 'RRF' THEN
                   coalesce(vector_weight / (60 + f.vector_rank), 0)
                   + coalesce(keyword_weight / (60 + f.keyword_rank), 0)
               ELSE
                   vector_weight * coalesce(
                       (f.cosine - avg(f.cosine) OVER each) / nullif(stddev_pop(f.cosine) OVER each, 0), 0)
                   + keyword_weight * coalesce(
                       (f.keyword_score - avg(f.keyword_score) OVER each)
                       / nullif(stddev_pop(f.keyword_score) OVER each, 0), 0)
               END AS fused
          FROM filled f
         WHERE f.cosine IS NOT NULL
        WINDOW each AS (PARTITION BY f.n)
    ), placed AS (
        SELECT s.*, row_number() OVER (PARTITION BY s.n ORDER BY s.fused DESC, s.chunk_id) AS place FROM scored s
    ), by_chunk AS (
        SELECT p.chunk_id, max(p.cosine) AS cosine, max(p.keyword_score) AS keyword_score,
               min(p.vector_rank) AS vector_rank, min(p.keyword_rank) AS keyword_rank,
               CASE WHEN num_wordings = 1 THEN max(p.fused)
                    WHEN fusion = 'RRF' THEN sum(p.fused)
                    ELSE sum(1.0 / (60 + p.place)) END::double precision AS fused
          FROM placed p
         GROUP BY p.chunk_id
    ), best AS (
        SELECT b.* FROM by_chunk b WHERE b.cosine >= threshold ORDER BY b.fused DESC, b.chunk_id LIMIT num_hits
    )
    SELECT c.id, c.document_id, d.name::text, c.position, c.text::text, c.title_path, c.page_first,
           c.page_last, c.regions, b.cosine, b.keyword_score, b.fused, b.vector_rank, b.keyword_rank
      FROM best b
      JOIN opentrace.chunks c ON c.id = b.chunk_id
      JOIN opentrace.documents d ON d.id = c.document_id
     ORDER BY b.fused DESC, c.id;
END
$$;

-- The same in one round trip: the viewer is set for this statement's transaction, and nothing stays behind.
CREATE OR REPLACE FUNCTION opentrace.search_fused_as(
    its_viewer uuid, its_project uuid, its_generation uuid, wordings text[], needles real[], by_words boolean,
    fusion text, vector_weight double precision, keyword_weight double precision, threshold double precision,
    num_hits integer, filters jsonb DEFAULT NULL
)
RETURNS TABLE (
    chunk_id uuid, document_id uuid, document_name text, "position" integer, text text,
    title_path text[], page_first integer, page_last integer, regions jsonb, score double precision,
    keyword_score double precision, fused_score double precision, vector_rank bigint, keyword_rank bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('opentrace.viewer', its_viewer::text, true);
    RETURN QUERY
    SELECT * FROM opentrace.search_fused(
        its_project, its_generation, wordings, needles, by_words, fusion, vector_weight, keyword_weight,
        threshold, num_hits, filters
    );
END
$$;
