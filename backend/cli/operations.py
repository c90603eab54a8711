"""What the command line asks of the API."""

PROJECTS = """
query Projects($after: String) {
  projects(first: 100, after: $after) {
    edges { node { id name } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

CREATE_PROJECT = """
mutation CreateProject($name: String!) {
  createProject(input: {name: $name}) {
    ... on CreateProjectPayload { project { id } }
    ... on Error { message code }
  }
}
"""

REQUEST_UPLOADS = """
mutation RequestUploads($project: ID!, $files: [FileInput!]!) {
  requestUploads(input: {projectId: $project, files: $files}) {
    ... on RequestUploadsPayload { tickets { url headers { name value } document { id } duplicateOf { id } } }
    ... on Error { message code }
  }
}
"""

CONFIRM_UPLOAD = """
mutation ConfirmUpload($document: ID!) {
  confirmUpload(input: {documentId: $document}) {
    ... on DocumentPayload { document { id } }
    ... on Error { message code }
  }
}
"""

CREATE_CHAT = """
mutation CreateChat($project: ID!) {
  createChat(input: {projectId: $project}) {
    ... on ChatPayload { chat { id } }
    ... on Error { message code }
  }
}
"""

SEND_MESSAGE = """
mutation SendMessage($chat: ID!, $content: String!) {
  sendMessage(input: {chatId: $chat, content: $content}) {
    ... on SendMessagePayload { answer { id } }
    ... on Error { message code }
  }
}
"""

DOCUMENT_EVENTS = """
subscription DocumentEvents($document: ID!, $after: String) {
  documentEvents(documentId: $document, after: $after) {
    __typename
    ... on Event { cursor }
    ... on DocumentSnapshot { document { status progress failure { message } } }
    ... on StageStarted { stage }
    ... on StageProgressed { stage done total progress }
    ... on DocumentCompleted { document { numPages numChunks } }
    ... on DocumentFailed { message }
  }
}
"""

MESSAGE_EVENTS = """
subscription MessageEvents($message: ID!, $after: String) {
  messageEvents(messageId: $message, after: $after) {
    __typename
    ... on Event { cursor }
    ... on MessageSnapshot { message { content } }
    ... on ToolStarted { query }
    ... on TextAppended { text }
    ... on MessageCompleted {
      message { citations { marker documentName page quote score status foundIn { marker page } } }
    }
    ... on MessageRefused { reason }
    ... on MessageFailed { messageText }
  }
}
"""
