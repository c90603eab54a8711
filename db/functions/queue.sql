-- The place of a waiting document, by the order in which workers claim: a user's n-th row waits for the
-- n-th turn after the rows of theirs that run now. Definer: it counts everybody's rows, and tells one number.

CREATE OR REPLACE FUNCTION opentrace.place_of_document(its_document uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH running AS (
        SELECT d.uploaded_by, count(*) AS num
          FROM opentrace.documents d
         WHERE d.status IN ('PARTITIONING', 'CHUNKING', 'SUMMARISING', 'VECTORIZATION')
           AND d.leased_until > now()
         GROUP BY d.uploaded_by
    ), waiting AS (
        SELECT d.id, d.queued_at,
               coalesce(r.num, 0)
                 + row_number() OVER (PARTITION BY d.uploaded_by ORDER BY d.queued_at, d.id) AS turn
          FROM opentrace.documents d LEFT JOIN running r USING (uploaded_by)
         WHERE d.status IN ('QUEUED', 'PARTITIONING', 'CHUNKING', 'SUMMARISING', 'VECTORIZATION')
           AND (d.leased_until IS NULL OR d.leased_until <= now())
    ), placed AS (
        SELECT w.id, row_number() OVER (ORDER BY w.turn, w.queued_at, w.id) AS place FROM waiting w
    )
    SELECT p.place::integer
      FROM placed p JOIN opentrace.documents d USING (id)
     WHERE p.id = its_document AND d.status = 'QUEUED' AND opentrace.is_member(d.project_id)
$$;
