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
