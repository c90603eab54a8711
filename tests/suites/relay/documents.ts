// A project's documents, paged within their project, which is fetched again by its id.
import { graphql } from "react-relay";

graphql`
  query documentsQuery($id: ID!) {
    project(id: $id) {
      ...documents_list
    }
  }
`;

graphql`
  fragment documents_list on Project
  @argumentDefinitions(first: { type: "Int", defaultValue: 50 }, after: { type: "String" })
  @refetchable(queryName: "documentsPagingQuery") {
    documents(first: $first, after: $after) @connection(key: "documents_documents") {
      edges {
        node {
          ...documents_row
        }
      }
    }
  }
`;

graphql`
  fragment documents_row on Document @refetchable(queryName: "documentsRowRefetchQuery") {
    name
    status
    progress
    failure {
      code
      message
    }
    remaining {
      seconds
    }
    project {
      id
    }
  }
`;

graphql`
  mutation documentsUploadMutation($project: ID!, $files: [FileInput!]!) {
    requestUploads(input: { projectId: $project, files: $files }) {
      ... on RequestUploadsPayload {
        tickets {
          url
          headers {
            name
            value
          }
          document {
            ...documents_row
          }
          duplicateOf {
            id
          }
        }
      }
      ... on Error {
        message
        code
        field
      }
    }
  }
`;

graphql`
  subscription documentsSubscription($project: ID!, $after: String) {
    projectEvents(projectId: $project, after: $after) {
      __typename
      ... on Event {
        cursor
        at
      }
      ... on ProjectSnapshot {
        counts {
          status
          count
        }
      }
      ... on DocumentChanged {
        documentId
        document {
          ...documents_row
        }
      }
      ... on ChatChanged {
        chatId
        chat {
          title
        }
      }
    }
  }
`;
