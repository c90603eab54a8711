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
