-- The way back from a message, nearest first. Invoker: a viewer walks over their own messages only. The way
-- never leaves the chat, even where a row names a parent in another one.

CREATE OR REPLACE FUNCTION opentrace.message_path(its_message uuid, num_messages integer)
RETURNS TABLE (id uuid, depth integer)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE path AS (
        SELECT p.id, p.parent_id, p.chat_id, 1 AS depth
          FROM opentrace.messages m
          JOIN opentrace.messages p ON p.id = m.parent_id AND p.chat_id = m.chat_id
         WHERE m.id = its_message AND num_messages > 0
         UNION ALL
        SELECT p.id, p.parent_id, p.chat_id, path.depth + 1
          FROM path
          JOIN opentrace.messages p ON p.id = path.parent_id AND p.chat_id = path.chat_id
         WHERE path.depth < num_messages
    )
    SELECT path.id, path.depth FROM path
$$;

-- Where a conversation ends: from the newest beginning on, by the child that is preferred, else the newest.
CREATE OR REPLACE FUNCTION opentrace.conversation_end(its_chat uuid) RETURNS uuid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE way AS (
        (SELECT m.id, m.preferred_child_id, 1 AS depth
           FROM opentrace.messages m
          WHERE m.chat_id = its_chat AND m.parent_id IS NULL
          ORDER BY m.created_at DESC, m.id DESC
          LIMIT 1)
         UNION ALL
        SELECT next.id, next.preferred_child_id, way.depth + 1
          FROM way
          CROSS JOIN LATERAL (
            SELECT m.id, m.preferred_child_id
              FROM opentrace.messages m
             WHERE m.parent_id = way.id AND m.chat_id = its_chat
             ORDER BY m.id IS NOT DISTINCT FROM way.preferred_child_id DESC, m.created_at DESC, m.id DESC
             LIMIT 1
          ) AS next
    )
    SELECT way.id FROM way ORDER BY way.depth DESC LIMIT 1
$$;

-- The viewer's own messages about a project that hold the words (as people type them into a search field). Their
-- owner is a lexeme beside the words, so that the index need not look at what others wrote. Definer: under row-level
-- security the index would not be used, since matching is not leakproof.
CREATE OR REPLACE FUNCTION opentrace.matching_messages(its_project uuid, words text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
    SELECT m.id
      FROM opentrace.messages m
     WHERE numnode(websearch_to_tsquery('simple', words)) > 0
       AND opentrace.is_member(its_project)
       AND to_tsvector('simple', m.content) || array_to_tsvector(ARRAY['=' || m.created_by::text])
           @@ (websearch_to_tsquery('simple', words) && quote_literal('=' || opentrace.viewer_id())::tsquery)
       AND m.finished_at IS NOT NULL
       AND m.project_id = its_project AND m.created_by = opentrace.viewer_id()
$$;
