// A chat with its messages and the sources of its answers, and how an answer is followed.
import { graphql } from "react-relay";

graphql`
  query answersQuery($id: ID!) {
    node(id: $id) {
      __typename
      ...answers_chat @alias
    }
  }
`;

graphql`
  fragment answers_chat on Chat
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "answersPagingQuery") {
    title
    messages(first: $first, after: $after) @connection(key: "answers_messages") {
      edges {
        node {
          ...answers_message
        }
      }
    }
  }
`;

graphql`
  fragment answers_message on Message @refetchable(queryName: "answersMessageRefetchQuery") {
    role
    status
    content
    cursor
    parent {
      id
    }
    citations {
      ...answers_citation
    }
    webCitations {
      url
      status
    }
  }
`;

graphql`
  fragment answers_citation on Citation {
    marker
    documentName
    page
    quote
    status
    boxes {
      page
      x0
      y0
      x1
      y1
    }
    document {
      id
      name
    }
  }
`;

graphql`
  mutation answersSendMutation($chat: ID!, $content: String!, $key: String) {
    sendMessage(input: { chatId: $chat, content: $content, idempotencyKey: $key }) {
      __typename
      ... on SendMessagePayload {
        question {
          ...answers_message
        }
        answer {
          ...answers_message
        }
      }
      ... on QuotaExceededError {
        message
      }
      ... on Error {
        message
        code
      }
    }
  }
`;

graphql`
  subscription answersSubscription($id: ID!, $after: String) {
    messageEvents(messageId: $id, after: $after) {
      __typename
      ... on Event {
        cursor
        attempt
      }
      ... on MessageSnapshot {
        message {
          ...answers_message
        }
      }
      ... on TextAppended {
        text
      }
      ... on CitationAdded {
        citation {
          ...answers_citation
        }
      }
      ... on MessageCompleted {
        message {
          ...answers_message
        }
      }
      ... on MessageFailed {
        code
        messageText
      }
    }
  }
`;
