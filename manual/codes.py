"""The page of codes: what can go wrong, by the code that programs are told, and what to do about it."""

from collections.abc import Mapping

EXPECTED = {
    "INVALID": "The input is wrong; `field` says where. Change it: the same input fails again.",
    "NOT_SIGNED_IN": "There is no token, or it does not hold; the sentence says why. Get a new one.",
    "NOT_ALLOWED": "You are signed in, but this is not yours to do. An API key may lack the capability that is named.",
    "NOT_FOUND": "There is no such thing, or it belongs to somebody else; nobody is told which.",
    "CONFLICT": "The object is not in a state for this. Read it again, and act on what it is now.",
    "TOO_LARGE": "More than a limit allows; the sentence names the limit. Send less.",
    "QUOTA_EXCEEDED": "As much as this user, project or key may have, or may ask for at once. Wait, or delete something.",
    "RATE_LIMITED": "More in a time than one sender may ask. Come back after `retryAfter` seconds; over HTTP this is a 429.",
    "BUDGET_EXHAUSTED": "This API key has spent its budget. Use a key with another one.",
    "UNAVAILABLE": "A server behind the API does not answer. Try again, after `retryAfter` seconds where that is told.",
    "IDEMPOTENCY_KEY_REUSED": "The idempotency key was used for another request. Make a new key for each request.",
    "API_KEY_ENDED": "The API key was revoked or has expired, so it cannot be renewed. Make a new one.",
    "NOT_AN_ANSWER": "The message is a question; this is for answers.",
    "NOT_ANSWERED": "The answer is not in a state for this: it has not been written, or still is being written.",
    "NO_SIBLINGS": "The first message of a chat has no siblings to choose from.",
    "EMBEDDING_MODEL_UNKNOWN": "The model is not offered. `embeddingModels` lists those that are.",
    "EMBEDDING_MODEL_CHANGING": "A change to another embedding model is under way. Wait for it, or cancel it.",
    "EMBEDDING_MODEL_CHANGED": "The project's embedding model is not offered any more. Change it by `changeEmbeddingModel`.",
    "STORAGE_REFUSED": "The object store refuses the credentials. The operator checks `OPENTRACE_STORAGE__…`.",
}
REQUESTS = {
    "BAD_REQUEST": "400: this is not a GraphQL request. Send a JSON object with `query`.",
    "METHOD_NOT_ALLOWED": "405: queries come by GET or POST, mutations by POST.",
    "NOT_ACCEPTABLE": "406: the `Accept` header takes none of the formats of the answer.",
    "TOO_LARGE": "413: the body or the document is longer than the limit that is named.",
    "UNSUPPORTED_MEDIA_TYPE": "415: the body must be `application/json` in UTF-8.",
    "SUBSCRIPTION_OVER_HTTP": "400: a subscription needs a WebSocket, or an `Accept` header for a stream.",
    "TOO_DEEP": "The document has more levels than `limit`; `found` says how many. Ask in two requests.",
    "TOO_MANY_ALIASES": "The document has more aliases than `limit`; `found` says how many. Ask in several requests.",
    "TOO_MANY_DIRECTIVES": "The document has more directives than `limit`; `found` says how many. Take some out.",
    "TOO_MANY_MUTATIONS": "The operation has more mutations than `limit`; `found` says how many. Send several requests.",
    "TOO_MANY_ROOT_FIELDS": "The operation has more fields at its root than `limit`; `found` says how many. Send several requests.",
    "TOO_MANY_OPEN": "429: as many sockets, streams or operations of yours are open as may be. Close some of them.",
    "PERSISTED_QUERY_NOT_FOUND": "The document of this hash is not known (any more). Send it with its hash; Apollo's link does.",
    "PERSISTED_QUERY_MISMATCH": "The name is not the document's SHA-256 or id, or `persistedQuery` is not of version 1.",
    "OPERATION_NOT_LISTED": "Only operations of the operator's manifest are run here.",
    "TOO_EXPENSIVE": "The operation costs more points than `limit`; `found` says how many. Ask for smaller pages.",
    "VALIDATION_ABORTED": "The document names fields of one name too often to be checked, or has too many errors. Name each field once.",
    "TIMEOUT": "504: the operation took longer than `OPENTRACE_API__REQUEST_TIMEOUT_SECONDS`. Ask for less at once.",
    "CONNECT_AGAIN": "The stream has reached its greatest age. Connect again with the last cursor.",
    "INTERNAL": "Something unexpected. Tell the operator the `errorId`: it stands in the log.",
}
SOCKETS = {
    "4400": "A message is not one of graphql-transport-ws. Use a client of that protocol.",
    "4401": "An operation came before `connection_init` was acknowledged.",
    "4403": "The token does not hold (any more), or the socket has reached its greatest age. Connect again, with a fresh token.",
    "1013": "Too many sockets of yours, or of your address, are open. Close some, and try again later.",
    "4408": "No `connection_init` came in time.",
    "4409": "Two operations on one socket have the same id.",
    "4429": "`connection_init` came twice.",
}
DOCUMENTS = {
    "ENCRYPTED": "Remove the password and upload the file again.",
    "CORRUPT": "The file cannot be opened. Save it again and upload the copy.",
    "EMPTY": "No text was found. Check that it is the right file.",
    "OCR_MISSING": "The document is made of images. Install tesseract where the workers run, and retry.",
    "CONVERTER_MISSING": "An old Word file. Install antiword or LibreOffice where the workers run, and retry; or save it as DOCX.",
    "UNSUPPORTED_TYPE": "This type cannot be read. Save it as PDF or DOCX.",
    "TOO_MANY_PAGES": "Split the file, or raise `OPENTRACE_INGESTION__MAX_PAGES`.",
    "TOO_LARGE": "The file holds more than can be taken in. Split it.",
    "TIMED_OUT": "Reading took longer than `OPENTRACE_INGESTION__PARSE_SECONDS`. Split the file.",
    "OUT_OF_MEMORY": "Reading took more than `OPENTRACE_INGESTION__PARSE_MEMORY_BYTES`. Split the file.",
    "CRASHED": "The reader ended on this file. Save it again and upload the copy.",
    "UPLOAD_MISSING": "The file was confirmed but is not in the object store. Upload it anew.",
    "UPLOAD_DIFFERS": "The bytes are not those that were announced. Upload the file anew.",
    "UPLOAD_EXPIRED": "The file did not arrive within `OPENTRACE_INGESTION__UPLOAD_EXPIRES_SECONDS`. Upload it anew.",
    "EMBEDDING_MODEL_MISSING": "The model that embeds this project is not among those that are offered. Name it in `OPENTRACE_MODELS__EMBEDDING_MODELS`.",
    "GAVE_UP": "The work stopped its worker as often as `OPENTRACE_WORK__MAX_TRIES`. Look at the log, then retry.",
    "INTERNAL": "Something unexpected. The log has it whole; retry.",
}
WEB_PAGES = {
    "WEB_PAGE_FORBIDDEN": "The address is not open to the public. Private networks are reached only if `OPENTRACE_WEB__ALLOWED_NETWORKS` names them.",
    "WEB_PAGE_OUTSIDE": "The page leads outside of the part that is crawled. Add that page by itself.",
    "WEB_PAGE_MISSING": "There is no page at this address (any more).",
    "WEB_PAGE_UNREACHABLE": "The server did not answer. Check that the address opens in a browser, and retry.",
    "WEB_PAGE_CERTIFICATE": "The certificate is not trusted. Name one of your own network in `OPENTRACE_WEB__CA_FILE`.",
    "WEB_PAGE_TOO_LARGE": "The page is larger than `OPENTRACE_WEB__MAX_BYTES`. Save the part that you need, and upload it.",
    "WEB_PAGE_TYPE": "The address leads to something other than HTML, text, Markdown or PDF.",
    "ROBOTS_DENIED": "The site asks programs not to read this page. If you may use it, save it in a browser and upload it.",
    "WEB_SEARCH_FAILED": "No search engine answered. An agent is told so and goes on with what it has.",
}
MODELS = {
    "MODEL_UNAVAILABLE": "The model's server is away or busy. What was done is kept; try again later.",
    "MODEL_ANSWER_INVALID": "The model answered something else than it was asked for. Try again; if it lasts, check the model's name and dimensions.",
    "MODEL_REFUSED": "The model's server refused the request. Check the key, the model's name and what it may be asked.",
    "MODEL_QUOTA_EXCEEDED": "The account at the provider is used up. Its owner tops it up.",
    "MODEL_INPUT_TOO_LONG": "Lower `OPENTRACE_MODELS__MAX_INPUT_TOKENS` to what the embedding model takes.",
    "ANSWER_TIMED_OUT": "The answer took longer than `OPENTRACE_WORK__ANSWER_SECONDS`. Ask again.",
}
REFUSALS = {
    "TOKEN_LIMIT": "The question is too long. Ask a shorter one.",
    "TOXICITY": "The guardrail model found the question toxic.",
    "PROMPT_INJECTION": "The guardrail model found that the question tries to change the instructions.",
    "PERSONAL_DATA": "The guardrail model found personal data in the question. Ask without it.",
}
LOCAL = {
    "ALREADY_RUNNING": "The local installation runs already. See `make status`, or stop it by `make down`.",
    "PORT_TAKEN": "Another program listens on the port. Stop it, or set another one as the sentence says.",
    "PORT_REFUSED": "Only root may listen on the port. Set one above 1023.",
}
_SECTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "Expected failures": (
        "Members of a mutation's result union, or an entry of `errors` with `extensions.code`. Nothing was changed.",
        EXPECTED,
    ),
    "Requests and streams": ("An entry of `errors`, before or instead of a result.", REQUESTS),
    "Sockets": ("Codes with which the server closes a WebSocket.", SOCKETS),
    "Documents": ("`Document.failure.code`, when its status is FAILED.", DOCUMENTS),
    "Web pages and crawls": ("Of documents and crawls that come from the web.", WEB_PAGES),
    "Models and answers": ("Of answers, searches and documents that needed a model.", MODELS),
    "Refused questions": ("`Message.failure.code`, when its status is REFUSED.", REFUSALS),
    "On this machine": ("Of `make up`; the sentence is what you see.", LOCAL),
}


def page() -> str:
    parts = [
        "# Codes, and what to do\n",
        "A code never changes its meaning. The sentence beside it is for people.\n",
    ]
    for title, (words, codes) in _SECTIONS.items():
        rows = (f"| `{code}` | {remedy} |" for code, remedy in codes.items())
        parts.append(
            "\n".join((f"## {title}\n", f"{words}\n", "| code | what to do |", "|---|---|", *rows, ""))
        )
    return "\n".join(parts)


def known() -> set[str]:
    """Every code that the page explains."""
    return {code for _, codes in _SECTIONS.values() for code in codes}
