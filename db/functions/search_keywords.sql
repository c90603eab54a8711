-- The keyword arm: a query's words become a filter for the index and a sparse vector of their rarity.

-- The project's words that begin so; the stem of what was typed counts too, since stems are what is kept.
CREATE OR REPLACE FUNCTION opentrace.words_beginning(its_project uuid, typed text, configurations regconfig[])
RETURNS TABLE (lexeme text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH beginnings AS (
        SELECT typed AS beginning
        UNION
        SELECT l.lexeme FROM unnest(configurations) AS k (configuration)
         CROSS JOIN unnest(to_tsvector(k.configuration, typed)) AS l
         WHERE starts_with(typed, l.lexeme)
    )
    SELECT f.lexeme
      FROM (
        SELECT c.lexeme, c.num FROM beginnings b
          JOIN opentrace.lexeme_counts c ON c.project_id = its_project AND c.lexeme ^@ b.beginning
        UNION ALL
        SELECT c.lexeme, c.num FROM beginnings b
          JOIN opentrace.lexeme_changes c ON c.project_id = its_project AND c.lexeme ^@ b.beginning
      ) AS f
     GROUP BY f.lexeme
     ORDER BY sum(f.num) DESC
     LIMIT 64
$$;

-- `"a phrase"` must stand in the chunk as it is, in any of the project's languages; NULL without one.
CREATE OR REPLACE FUNCTION opentrace.phrases_of(query text, configurations regconfig[]) RETURNS tsquery
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg('(' || readings.phrase || ')', ' & ')::tsquery
      FROM (
        SELECT string_agg('(' || q.phrase::text || ')', ' | ') AS phrase
          FROM regexp_matches(query, '"([^"]+)"', 'g') AS hit (parts)
         CROSS JOIN unnest(configurations) AS k (configuration)
         CROSS JOIN LATERAL phraseto_tsquery(k.configuration, opentrace.spaced(opentrace.plain_marks(hit.parts[1]))) AS q (phrase)
         WHERE numnode(q.phrase) > 0
         GROUP BY hit.parts[1]
      ) AS readings
$$;

-- The filter is driven by the rarer words: those that together are in at most `num_driven` chunks, and the
-- rarest in any case. The others weigh, but do not find. Both are NULL when no word of the query is known.
-- A word is rare among the chunks of those languages in which it is read so: the stop words of most chunks are
-- no rarities because a few chunks are taken for another language. Planning anew would cost more than all of it.
CREATE OR REPLACE FUNCTION opentrace.keyword_needle(
    its_project uuid, query text, num_driven integer, OUT filter tsquery, OUT rarities {vector}.sparsevec
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    configurations regconfig[];
    sizes bigint[];
    total bigint;
    beginnings text[] := ARRAY(
        SELECT DISTINCT lower(hit.parts[1])
          FROM regexp_matches(query, '([^\s,"()./:@_*-][^\s,"()*]+)[*]', 'g') AS hit (parts)
    );
    drivers text;
BEGIN
    -- Every chunk is counted under one of them.
    SELECT array_agg(substr(c.lexeme, 2)::regconfig), array_agg(c.num), sum(c.num)
      INTO configurations, sizes, total
      FROM opentrace.counts_of(its_project, ARRAY(SELECT '=' || k.cfgname FROM pg_ts_config k)) c
     WHERE c.num > 0;
    WITH words AS (
        SELECT l.lexeme, sum(k.size) AS num_readable
          FROM unnest(configurations, sizes) AS k (configuration, size)
         CROSS JOIN unnest(opentrace.lexemes(regexp_replace(query, '[^\s]*[*]', ' ', 'g'), k.configuration)) AS l
         GROUP BY l.lexeme
        UNION ALL
        SELECT e.lexeme, total FROM unnest(beginnings) AS b (beginning)
         CROSS JOIN opentrace.words_beginning(its_project, b.beginning, configurations) AS e
    ), known AS (
        SELECT c.lexeme, c.num, sum(c.num) OVER (ORDER BY c.num, c.lexeme) AS num_so_far,
               ln(1 + (greatest(w.num_readable, c.num) - c.num + 0.5) / (c.num + 0.5)::float8)::real AS rarity
          FROM (SELECT lexeme, max(num_readable) AS num_readable FROM words GROUP BY lexeme) AS w
          JOIN opentrace.counts_of(its_project, ARRAY(SELECT lexeme FROM words)) c ON c.lexeme = w.lexeme
         WHERE c.num > 0
         ORDER BY c.num, c.lexeme
         LIMIT 256
    )
    SELECT string_agg(quoted.word, ' | ') FILTER (WHERE k.num_so_far <= num_driven OR k.num_so_far = k.num),
           ('{' || string_agg(opentrace.dimension_of(k.lexeme) || ':' || k.rarity, ',')
            || '}/1000000000')::{vector}.sparsevec
      INTO drivers, rarities
      FROM known k
     CROSS JOIN LATERAL (
        SELECT '''' || replace(replace(k.lexeme, '\', '\\'), '''', '''''') || ''''
     ) AS quoted (word);
    filter := ('''=' || its_project || '''')::tsquery
        && coalesce(opentrace.phrases_of(query, configurations), drivers::tsquery);
END
$$;

-- The chunks with these words, best first by BM25. The index of words is always taken: neither a scan nor an
-- index of projects knows that reading the words of every row is dear.
CREATE OR REPLACE FUNCTION opentrace.keyword_chunks(
    its_project uuid, filter tsquery, rarities {vector}.sparsevec, documents uuid[], num_hits integer
)
RETURNS TABLE (chunk_id uuid, score double precision, place bigint)
LANGUAGE plpgsql STABLE ROWS 50
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT best.chunk_id, best.score, row_number() OVER (ORDER BY best.score DESC, best.chunk_id)
      FROM (
        SELECT k.chunk_id, -(k.weights OPERATOR({vector}.<#>) rarities) AS score
          FROM opentrace.chunk_keywords k
         WHERE k.lexemes @@ filter AND (k.project_id = its_project) IS TRUE
           AND (documents IS NULL OR k.document_id = ANY (documents))
         ORDER BY score DESC, k.chunk_id
         LIMIT num_hits
      ) AS best
     ORDER BY best.score DESC, best.chunk_id;
END
$$;
