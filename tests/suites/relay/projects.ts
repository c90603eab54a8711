// What a Relay client of ours would ask; the compiler reads it, nobody runs it.
import { graphql } from "react-relay";

graphql`
  query projectsQuery($first: Int!, $after: String) {
    viewer {
      id
      name
    }
    ...projects_list @arguments(first: $first, after: $after)
  }
`;

graphql`
  fragment projects_list on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "projectsPagingQuery") {
    projects(first: $first, after: $after) @connection(key: "projects_projects") {
      totalCount
      edges {
        node {
          id
          ...projects_row
        }
      }
    }
  }
`;

graphql`
  fragment projects_row on Project @refetchable(queryName: "projectsRowRefetchQuery") {
    name
    description
    updatedAt
    retrievalSettings {
      ragStrategy
      numChunks
    }
  }
`;

graphql`
  mutation projectsCreateMutation($name: String!, $connections: [ID!]!) {
    createProject(input: { name: $name }) {
      ... on CreateProjectPayload {
        project @prependNode(connections: $connections, edgeTypeName: "ProjectEdge") {
          ...projects_row
        }
      }
      ... on InvalidInputError {
        field
      }
      ... on Error {
        message
        code
      }
    }
  }
`;

graphql`
  mutation projectsDeleteMutation($id: ID!, $connections: [ID!]!) {
    deleteProject(input: { projectId: $id }) {
      ... on DeletePayload {
        deletedId @deleteRecord @deleteEdge(connections: $connections)
        receipt {
          numRows
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`;
