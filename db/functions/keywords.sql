-- The keyword arm's words: how texts are split, weighed and counted. BM25 is an inner product here: a chunk's
-- side is saturated and normalised by length, the query's side is the rarity of its words in the project.
-- Lexemes that begin with '=' are no words: '=<project>', '=<configuration>', and in the counts '=' and '=words'.

CREATE OR REPLACE FUNCTION opentrace.search_configuration(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE coalesce(language, 'en')
        WHEN 'ar' THEN 'arabic' WHEN 'ca' THEN 'catalan' WHEN 'da' THEN 'danish' WHEN 'de' THEN 'german'
        WHEN 'el' THEN 'greek' WHEN 'en' THEN 'english' WHEN 'es' THEN 'spanish' WHEN 'eu' THEN 'basque'
        WHEN 'fi' THEN 'finnish' WHEN 'fr' THEN 'french' WHEN 'ga' THEN 'irish' WHEN 'hi' THEN 'hindi'
        WHEN 'hu' THEN 'hungarian' WHEN 'hy' THEN 'armenian' WHEN 'id' THEN 'indonesian' WHEN 'it' THEN 'italian'
        WHEN 'lt' THEN 'lithuanian' WHEN 'ne' THEN 'nepali' WHEN 'nl' THEN 'dutch' WHEN 'no' THEN 'norwegian'
        WHEN 'nb' THEN 'norwegian' WHEN 'pt' THEN 'portuguese' WHEN 'ro' THEN 'romanian' WHEN 'ru' THEN 'russian'
        WHEN 'sr' THEN 'serbian' WHEN 'sv' THEN 'swedish' WHEN 'ta' THEN 'tamil' WHEN 'tr' THEN 'turkish'
        WHEN 'yi' THEN 'yiddish' ELSE 'simple'
    END::regconfig
$$;

-- Without the signs that PostgreSQL's parser would glue to words. Which characters are no letters is named,
-- so that it does not depend on the locale; the few that are left stand inside numbers and identifiers.
CREATE OR REPLACE FUNCTION opentrace.plain_marks(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    words,
                    '[]!"#$%&''()*+;<=>?[\\^`{|}~¡¦§¨©«¬®¯°±´¶·¸»¿×÷‘’‚“”„†‡•…‰‹›→€£¥™'
                    || '\u0001-\u001F\u007F\u00A0\u2000-\u200A\u202F\u2014\u2015\u3000]+', ' ', 'g'
                ),
                '[\u00AD\u200B-\u200D\u2060\uFEFF]', '', 'g'
            ),
            '[\u2010-\u2013\u2212]', '-', 'g'
        ),
        '(?<=[0-9]),(?=[0-9]{3}(?![0-9]))', '', 'g'
    )
$$;

-- Plain marks as the parser should see them: a dot only within numbers, a hyphen only between words.
CREATE OR REPLACE FUNCTION opentrace.spaced(plain text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT regexp_replace(
        translate(plain, ',/:@_', '     '),
        '(?<![0-9])[.]|[.](?![0-9])|-(?=[-0-9 .])|(?<=[-0-9 .])-', ' ', 'g'
    )
$$;

-- Identifiers, kept whole beside their parts: 10-K, CVE-2026-1, v1.2.3, a@b.org, snake_case, example.com.
CREATE OR REPLACE FUNCTION opentrace.identifiers(plain text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(DISTINCT compound.whole), '{}')
      FROM (
        SELECT left(lower(hit.parts[1]), 200) AS whole
          FROM regexp_matches(plain, '([^\s,./:@_-]+(?:[-./:@_]+[^\s,./:@_-]+)+)', 'g') AS hit (parts)
      ) AS compound
     WHERE compound.whole ~ '[0-9@_.]'
$$;

CREATE OR REPLACE FUNCTION opentrace.lexemes(words text, configuration regconfig) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT to_tsvector(configuration, opentrace.spaced(p.plain))
        || array_to_tsvector(opentrace.identifiers(p.plain))
      FROM (SELECT opentrace.plain_marks(words) AS plain) AS p
$$;

-- A lexeme's place in the sparse vectors: a hash, so that no dictionary has to be kept in step. It is the hash
-- of hash partitions, which PostgreSQL cannot change.
CREATE OR REPLACE FUNCTION opentrace.dimension_of(lexeme text) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT ((hashtextextended(lexeme, 0) & 9223372036854775807) % 1000000000 + 1)::integer $$;

CREATE OR REPLACE FUNCTION opentrace.num_words(lexemes tsvector) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(sum(coalesce(cardinality(l.positions), 1)), 0)::integer
      FROM unnest(lexemes) AS l
     WHERE NOT starts_with(l.lexeme, '=')
$$;

-- The chunk's side of BM25 (k1 1.2, b .75): how much each of its words says about it.
CREATE OR REPLACE FUNCTION opentrace.word_weights(lexemes tsvector, num_words integer, average real)
RETURNS {vector}.sparsevec
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ('{' || coalesce(string_agg(place || ':' || weight, ','), '') || '}/1000000000')::{vector}.sparsevec
      FROM (
        SELECT opentrace.dimension_of(l.lexeme) AS place,
               sum(l.num * 2.2::float8 / (l.num + 0.3::float8 + 0.9::float8 * num_words / greatest(average, 1)))::real AS weight
          FROM (
            SELECT u.lexeme, coalesce(cardinality(u.positions), 1) AS num
              FROM unnest(lexemes) AS u
             WHERE NOT starts_with(u.lexeme, '=')
          ) AS l
         GROUP BY place
      ) AS weighed
$$;
