"""What an evaluation asks of the API."""

DOCUMENTS = """
query Documents($project: ID!, $after: String) {
  project(id: $project) {
    documents(first: 100, after: $after) {
      edges { node { id sha256 status failure { message } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

PROJECT_EVENTS = """
subscription ProjectEvents($project: ID!, $after: String) {
  projectEvents(projectId: $project, after: $after) {
    __typename
    ... on Event { cursor }
    ... on DocumentChanged { document { id sha256 status failure { message } } }
  }
}
"""

SEARCH = """
query Search($input: SearchInput!) {
  search(input: $input) {
    ... on SearchPayload { hits { documentName pageFirst pageLast score } }
    ... on Error { message code }
  }
}
"""

CITATIONS = """
subscription Answer($message: ID!, $after: String) {
  messageEvents(messageId: $message, after: $after) {
    __typename
    ... on Event { cursor }
    ... on MessageCompleted {
      message { verificationRate unsupportedSentences { start } citations { documentName page status } }
    }
    ... on MessageRefused { reason }
    ... on MessageFailed { messageText }
  }
}
"""

PROJECT_DOCUMENTS = """
query ProjectDocuments($project: ID!, $after: String) {
  project(id: $project) {
    documents(first: 100, after: $after) {
      edges { node { id name } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

CHUNKS = """
query Chunks($document: ID!, $after: String) {
  document(id: $document) {
    chunks(first: 100, after: $after) {
      edges { node { text } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

CHATS = """
query Chats($project: ID!, $after: String) {
  project(id: $project) {
    chats(first: 100, after: $after) {
      edges { node { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

RATED = """
query Rated($chat: ID!, $after: String) {
  chat(id: $chat) {
    messages(first: 20, after: $after) {
      edges {
        node {
          id
          feedback { positive }
          parent { content }
          citations { status document { id } }
          retrievalRuns { tool query }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
