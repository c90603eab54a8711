"""Every enum of the product as the API says it, each value with what it means."""

from enum import Enum, StrEnum

import strawberry

from db.models import (
    Act,
    AgentType,
    Capability,
    CitationStatus,
    CrawlPageStatus,
    CrawlStatus,
    DocumentSource,
    DocumentStatus,
    Fusion,
    GenerationStatus,
    MessageRole,
    MessageStatus,
    RagStrategy,
)


class ExportFormat(Enum):
    """How a chat is written down."""

    MARKDOWN = "MARKDOWN"
    JSON = "JSON"


class EmptyReason(StrEnum):
    EMPTY_PROJECT = "EMPTY_PROJECT"
    ALL_FILTERED_OUT = "ALL_FILTERED_OUT"
    NOTHING_ABOVE_THRESHOLD = "NOTHING_ABOVE_THRESHOLD"


class Degradation(StrEnum):
    REWORDING_FAILED = "REWORDING_FAILED"
    RERANKING_FAILED = "RERANKING_FAILED"


def describe(enum: type[Enum], description: str, **values: str) -> None:
    """Make `enum` a GraphQL enum; `values` must say something about every one of its values."""
    strawberry.enum(enum, description=description)
    definition = enum.__strawberry_definition__  # type: ignore[attr-defined] # set by strawberry.enum
    for value in definition.values:
        value.description = values.pop(value.name)
    assert not values, f"{enum.__name__} has no {', '.join(values)}"


describe(
    DocumentStatus,
    "How far a document has come. Stalled is not a status: see `Document.isStalled`.",
    UPLOADING="The upload was requested; the file is not confirmed yet.",
    QUEUED="The file has arrived and waits for a worker.",
    PARTITIONING="The file is being read: text, tables, pages and where everything stands on them.",
    CHUNKING="The text is being cut into chunks along its titles.",
    SUMMARISING="Chunks with tables or images are being summarised by the chat model.",
    VECTORIZATION="The chunks are being embedded.",
    COMPLETED="Everything is searchable, in its newest version.",
    FAILED="It could not be taken in; `failure` says why. Search goes on with an earlier version.",
    CANCELLED="Someone cancelled it before it was done. Search goes on with an earlier version.",
)
describe(
    DocumentSource,
    "Where a document came from.",
    UPLOAD="A file that was uploaded.",
    WEB_PAGE="A page fetched from the web.",
)
describe(
    CrawlStatus,
    "How far a crawl has come.",
    QUEUED="It waits for a worker.",
    RUNNING="Pages are being visited, or the site wants a pause.",
    COMPLETED="Every page within its limits was visited.",
    FAILED="It could not go on; `failure` says why. Documents that it has made stay.",
    CANCELLED="Someone stopped it. Documents that it has made stay.",
)
describe(
    CrawlPageStatus,
    "What came of a page of a crawl.",
    WAITING="It is still to be visited, or to be tried again.",
    ADDED="It became a new document.",
    CHANGED="Its document is being taken in anew: the page has changed.",
    UNCHANGED="Its document is as the page is; nothing was to be done.",
    DUPLICATE="The project has it under another address.",
    SKIPPED="It is not kept: robots are not wanted, it is of another type, or it leads outside.",
    FAILED="It could not be had.",
    MISSING="It was there before and is no more; its document stays until you delete it.",
)
describe(
    MessageRole,
    "Who wrote a message.",
    USER="A person: the message is a question.",
    ASSISTANT="The product: the message is an answer.",
)
describe(
    MessageStatus,
    "How far a message has come; questions are COMPLETED from the start.",
    QUEUED="The answer waits for a worker.",
    RUNNING="The answer is being written.",
    COMPLETED="The message is whole.",
    REFUSED="The guardrail refused the question; `failure` says which check and why.",
    STOPPED="Someone stopped the answer; what was written so far is kept.",
    FAILED="The answer could not be written; `failure` says why.",
)
describe(
    CitationStatus,
    "Whether the quoted words were found in the source.",
    VERIFIED="The quote stands in the source word for word.",
    NORMALISED="The quote stands in the source but for typography, letters that text recognition mistook, or "
    "what an ellipsis openly leaves out.",
    NOT_FOUND="The quoted words are in none of the passages that were found.",
    MISATTRIBUTED="The quoted words stand in another passage, or on another page, than the answer says: see "
    "`Citation.foundIn`.",
    UNCHECKED="A paraphrase: nothing was quoted, so there was nothing to check.",
)
describe(
    RagStrategy,
    "How a project finds chunks.",
    BASIC="By meaning: the cosine similarity of embeddings.",
    HYBRID="By meaning and by words, fused.",
    MULTI_QUERY_VECTOR="By meaning, for several wordings of the question, fused.",
    MULTI_QUERY_HYBRID="By meaning and by words, for several wordings of the question, fused.",
)
describe(
    AgentType,
    "How a project answers.",
    SIMPLE="One search of the documents, then the answer.",
    AGENTIC="A supervisor that may search the documents and the web, more than once.",
)
describe(
    GenerationStatus,
    "How far the change to another embedding model is.",
    BUILDING="Chunks are being embedded by the new model; the one before serves.",
    ACTIVE="The new model serves.",
    RETIRED="The model served until another one took its place.",
    FAILED="It could not be done; `failure` says why. What was embedded is kept for another try.",
    CANCELLED="Someone gave it up; what was embedded is kept for a while.",
)
describe(
    ExportFormat,
    "How a chat is written down.",
    MARKDOWN="To be read: questions, answers and their numbered sources.",
    JSON="For programs: every message with its status, model and citations.",
)
describe(
    Fusion,
    "How several ranked lists become one.",
    RRF="Reciprocal rank fusion, k = 60: only places count.",
    CONVEX="A weighted sum of both scores, each as standard deviations from its mean; the default, since it"
    " ranks better (SciFact, equal weights: nDCG@10 .742 against .706).",
)
describe(
    EmptyReason,
    "Why a search found nothing.",
    EMPTY_PROJECT="The project has no searchable chunk yet.",
    ALL_FILTERED_OUT="No document with searchable chunks passes the filters.",
    NOTHING_ABOVE_THRESHOLD="No chunk is as similar to the query as the threshold asks.",
)
describe(
    Degradation,
    "A step of a search that failed, so that it was done without.",
    REWORDING_FAILED="No model wrote other wordings: the query was searched alone.",
    RERANKING_FAILED="The reranker failed, took too long or gave no sense: the order is the search's.",
)
describe(
    Capability,
    "What an API key may do; each opens the fields that it needs and no others.",
    READ="Read projects with their documents, chats and messages, and follow them.",
    SEARCH="Search, without answers.",
    ASK="Begin chats, ask questions, and read and follow the answers.",
    WRITE_DOCUMENTS="Upload, add, change and delete documents and crawls.",
    MANAGE_PROJECTS="Make, change and delete projects, and set how they answer.",
)
describe(
    Act,
    "What the audit log keeps.",
    API_KEY_CREATED="An API key was made.",
    API_KEY_ROTATED="An API key was renewed.",
    API_KEY_REVOKED="An API key was revoked.",
    API_KEY_FIRST_USED="An API key signed in for the first time.",
    PROJECT_CREATED="A project was made.",
    PROJECT_DELETED="A project was deleted with all that was in it.",
    SETTINGS_CHANGED="How a project finds and answers was changed.",
    DOCUMENT_DELETED="A document was deleted.",
    CHAT_DELETED="A chat was deleted.",
)
