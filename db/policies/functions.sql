-- What the API's role may call. Functions that say who is looking or check membership are safe to call directly.

GRANT EXECUTE ON FUNCTION
    opentrace.viewer_id(),
    opentrace.key_id(),
    opentrace.key_reaches(uuid),
    opentrace.use_key(bytea),
    opentrace.ended_access(uuid[], uuid[]),
    opentrace.is_member(uuid),
    opentrace.may_found(uuid),
    opentrace.ensure_user(text, text, text),
    opentrace.know_user(text, text, text, timestamptz),
    opentrace.delete_user(text),
    opentrace.place_of_document(uuid),
    opentrace.message_path(uuid, integer),
    opentrace.conversation_end(uuid),
    opentrace.matching_messages(uuid, text),
    opentrace.chunks_of_document(uuid, integer, integer),
    opentrace.num_chunks_of_document(uuid),
    opentrace.search_basic(uuid, uuid, real[], double precision, integer, jsonb),
    opentrace.search_basic_as(uuid, uuid, uuid, real[], double precision, integer, jsonb),
    opentrace.search_fused(
        uuid, uuid, text[], real[], boolean, text, double precision, double precision, double precision,
        integer, jsonb
    ),
    opentrace.search_fused_as(
        uuid, uuid, uuid, text[], real[], boolean, text, double precision, double precision, double precision,
        integer, jsonb
    ),
    opentrace.search_reach(uuid, uuid, jsonb),
    opentrace.search_reach_as(uuid, uuid, uuid, jsonb),
    opentrace.chunks_beside(uuid, uuid[], integer),
    opentrace.chunks_beside_as(uuid, uuid, uuid[], integer),
    opentrace.project_as(uuid, uuid),
    opentrace.documents_as(uuid, uuid, timestamptz, uuid, integer),
    opentrace.project_and_documents_as(uuid, uuid, timestamptz, uuid, integer),
    opentrace.delete_document(uuid),
    opentrace.delete_chat(uuid),
    opentrace.delete_project(uuid)
TO opentrace_api;
