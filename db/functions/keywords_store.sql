-- The keyword arm's store: filled at publication, emptied with the chunks, its counts added up by upkeep.

CREATE OR REPLACE FUNCTION opentrace.forget_keywords() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    WITH forgotten AS (
        DELETE FROM opentrace.chunk_keywords k USING gone g WHERE k.chunk_id = g.id
        RETURNING k.project_id, k.lexemes, k.num_words
    )
    -- Of a project that goes itself, the counts go with it.
    INSERT INTO opentrace.lexeme_changes (project_id, lexeme, num)
    SELECT counted.project_id, counted.lexeme, -counted.num
      FROM (
        SELECT f.project_id, l.lexeme, count(*) AS num
          FROM forgotten f CROSS JOIN unnest(f.lexemes) AS l GROUP BY f.project_id, l.lexeme
        UNION ALL
        SELECT f.project_id, special.lexeme, sum(special.num)
          FROM forgotten f CROSS JOIN LATERAL (VALUES ('=', 1), ('=words', f.num_words)) AS special (lexeme, num)
         GROUP BY f.project_id, special.lexeme
      ) AS counted
     WHERE EXISTS (SELECT FROM opentrace.projects p WHERE p.id = counted.project_id);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER forget_keywords
AFTER DELETE ON opentrace.chunks REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION opentrace.forget_keywords();

-- How often the project has these lexemes, with what waits to be added up.
CREATE OR REPLACE FUNCTION opentrace.counts_of(its_project uuid, wanted text[])
RETURNS TABLE (lexeme text, num bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT all_of_them.lexeme, sum(all_of_them.num)::bigint
      FROM (
        SELECT c.lexeme, c.num FROM opentrace.lexeme_counts c
         WHERE c.project_id = its_project AND c.lexeme = ANY (wanted)
        UNION ALL
        SELECT c.lexeme, c.num FROM opentrace.lexeme_changes c
         WHERE c.project_id = its_project AND c.lexeme = ANY (wanted)
      ) AS all_of_them
     GROUP BY all_of_them.lexeme
$$;

-- The mean number of words of the project's chunks, with so many more chunks that have so many words.
CREATE OR REPLACE FUNCTION opentrace.average_length(its_project uuid, num_more bigint, num_more_words bigint)
RETURNS real
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ((coalesce(sum(c.num) FILTER (WHERE c.lexeme = '=words'), 0) + num_more_words)::float8
            / greatest(coalesce(sum(c.num) FILTER (WHERE c.lexeme = '='), 0) + num_more, 1))::real
      FROM opentrace.counts_of(its_project, ARRAY['=', '=words']) c
$$;

-- Index chunks that have no words yet, of one document; returns how many.
CREATE OR REPLACE FUNCTION opentrace.index_keywords(its_document uuid) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    its_project uuid;
    configuration regconfig;
    num_new integer;
BEGIN
    SELECT d.project_id, opentrace.search_configuration(d.language::text) INTO its_project, configuration
      FROM opentrace.documents d WHERE d.id = its_document;
    WITH split AS MATERIALIZED (
        SELECT c.id, opentrace.lexemes(concat_ws(E'\n\n', c.context, c.text, c.summary), configuration) AS lexemes
          FROM opentrace.chunks c
         WHERE c.document_id = its_document
           AND NOT EXISTS (SELECT FROM opentrace.chunk_keywords k WHERE k.chunk_id = c.id)
    ), counted AS MATERIALIZED (
        SELECT s.id, opentrace.num_words(s.lexemes) AS num_words,
               s.lexemes || array_to_tsvector(ARRAY['=' || its_project, '=' || configuration]) AS lexemes
          FROM split s
    ), average AS (
        SELECT opentrace.average_length(its_project, count(*), coalesce(sum(c.num_words), 0)) AS length
          FROM counted c
    ), kept AS (
        INSERT INTO opentrace.chunk_keywords
            (chunk_id, project_id, document_id, num_words, average_length, lexemes, weights)
        SELECT c.id, its_project, its_document, c.num_words, a.length, c.lexemes,
               opentrace.word_weights(c.lexemes, c.num_words, a.length)
          FROM counted c CROSS JOIN average a
    ), changed AS (
        INSERT INTO opentrace.lexeme_changes (project_id, lexeme, num)
        SELECT its_project, l.lexeme, count(*) FROM counted c CROSS JOIN unnest(c.lexemes) AS l GROUP BY l.lexeme
        UNION ALL
        SELECT its_project, special.lexeme, sum(special.num)
          FROM counted c CROSS JOIN LATERAL (VALUES ('=', 1), ('=words', c.num_words)) AS special (lexeme, num)
         GROUP BY special.lexeme
    )
    SELECT count(*) INTO num_new FROM counted;
    RETURN num_new;
END
$$;

-- Upkeep: add up at most `num_rows` waiting changes and weigh chunks again where the average has drifted.
-- Returns how many changes there were. One caller at a time; rows that others hold are left for the next.
CREATE OR REPLACE FUNCTION opentrace.tend_keywords(num_rows integer) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    waiting bigint[];
    touched uuid[];
    has_removals boolean;
    each uuid;
BEGIN
    IF NOT pg_try_advisory_xact_lock(720003) THEN
        RETURN 0;
    END IF;
    SELECT array_agg(c.id), array_agg(DISTINCT c.project_id), bool_or(c.num < 0)
      INTO waiting, touched, has_removals
      FROM (SELECT l.* FROM opentrace.lexeme_changes l ORDER BY l.id LIMIT num_rows) AS c;
    IF waiting IS NULL THEN
        RETURN 0;
    END IF;
    -- Projects first, as a deletion locks them: the other way round they could wait for each other.
    PERFORM FROM opentrace.projects p WHERE p.id = ANY (touched) ORDER BY p.id FOR KEY SHARE;
    WITH taken AS (
        DELETE FROM opentrace.lexeme_changes c WHERE c.id = ANY (waiting)
        RETURNING c.project_id, c.lexeme, c.num
    )
    INSERT INTO opentrace.lexeme_counts AS known (project_id, lexeme, num)
    SELECT t.project_id, t.lexeme, sum(t.num)
      FROM taken t
      JOIN opentrace.projects p ON p.id = t.project_id
     GROUP BY t.project_id, t.lexeme
    ON CONFLICT (project_id, lexeme) DO UPDATE SET num = known.num + excluded.num;
    IF has_removals THEN
        DELETE FROM opentrace.lexeme_counts c WHERE c.project_id = ANY (touched) AND c.num = 0;
    END IF;
    FOREACH each IN ARRAY touched LOOP
        PERFORM opentrace.weigh_again(each, 1000);
    END LOOP;
    RETURN cardinality(waiting);
END
$$;

-- A full batch leaves a change of nothing, so that the next call goes on with this project.
CREATE OR REPLACE FUNCTION opentrace.weigh_again(its_project uuid, num_rows integer) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    average real := opentrace.average_length(its_project, 0, 0);
    num_weighed integer;
BEGIN
    WITH drifted AS (
        SELECT k.chunk_id
          FROM opentrace.chunk_keywords k
         WHERE k.project_id = its_project
           AND (k.average_length < average / 1.1::real OR k.average_length > average * 1.1::real)
         LIMIT num_rows
           FOR UPDATE SKIP LOCKED
    )
    UPDATE opentrace.chunk_keywords k
       SET average_length = average, weights = opentrace.word_weights(k.lexemes, k.num_words, average)
      FROM drifted d
     WHERE k.chunk_id = d.chunk_id;
    GET DIAGNOSTICS num_weighed = ROW_COUNT;
    IF num_weighed = num_rows THEN
        INSERT INTO opentrace.lexeme_changes (project_id, lexeme, num) VALUES (its_project, '=', 0);
    END IF;
END
$$;

-- Chunks that were published before there was a keyword arm.
SELECT opentrace.index_keywords(old.document_id)
  FROM (
    SELECT DISTINCT c.document_id
      FROM opentrace.chunks c
     WHERE NOT EXISTS (SELECT FROM opentrace.chunk_keywords k WHERE k.chunk_id = c.id)
  ) AS old;
