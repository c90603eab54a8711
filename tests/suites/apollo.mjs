// Apollo Client against the API; argv: address, JSON of headers, JSON of an answer's id and of its project's.
// Prints what a query, a mutation, two pages and a subscription (multipart, then over a socket) come to.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, headers, given] = process.argv.slice(2);
const { answer } = JSON.parse(given);
const say = (value) => console.log(JSON.stringify(value));
const http = new HttpLink({ uri: url, headers: JSON.parse(headers) });
const socket = createClient({
  url: url.replace("http", "ws"),
  webSocketImpl: WebSocket,
  connectionParams: JSON.parse(headers),
});
const cache = () =>
  new InMemoryCache({ typePolicies: { Query: { fields: { projects: relayStylePagination() } } } });

const client = new ApolloClient({ link: http, cache: cache() });
const PROJECTS = gql`
  query Projects($after: String) {
    projects(first: 1, after: $after) {
      edges { cursor node { id name } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const watched = client.watchQuery({ query: PROJECTS });
const first = await new Promise((resolve) => watched.subscribe((result) => result.loading || resolve(result)));
await watched.fetchMore({ variables: { after: first.data.projects.pageInfo.endCursor } });
say({ projects: client.readQuery({ query: PROJECTS }).projects.edges.map((edge) => edge.node.name) });

const stopped = await client.mutate({
  mutation: gql`
    mutation Stop($id: ID!) {
      stopMessage(input: { messageId: $id }) { __typename }
    }
  `,
  variables: { id: answer },
});
say({ mutation: stopped.data.stopMessage.__typename });

const EVENTS = gql`
  subscription Events($id: ID!) {
    messageEvents(messageId: $id) { __typename ... on Event { cursor } }
  }
`;
for (const link of [http, ApolloLink.from([new GraphQLWsLink(socket)])]) {
  const following = new ApolloClient({ link, cache: cache() });
  const seen = await new Promise((resolve, reject) => {
    const kinds = [];
    following.subscribe({ query: EVENTS, variables: { id: answer } }).subscribe({
      next: ({ data, error }) => (error ? reject(error) : kinds.push(data.messageEvents.__typename)),
      error: reject,
      complete: () => resolve(kinds),
    });
  });
  say({ events: seen });
  following.stop();
}
client.stop();
await socket.dispose();
