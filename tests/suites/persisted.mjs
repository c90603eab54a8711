// Apollo's persisted query link against the API; argv: address, JSON of headers, "POST" or "GET" for what is named.
// Prints the query's data twice, and for each request its method and whether the document went with it.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { createHash } from "node:crypto";

const [url, headers, method] = process.argv.slice(2);
const requests = [];
const watchedFetch = (address, options) => {
  const has = options.method === "GET" ? new URL(address).searchParams.has("query") : "query" in JSON.parse(options.body);
  requests.push(`${options.method} ${has ? "document" : "name"}`);
  return fetch(address, options);
};
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const named = new PersistedQueryLink({ sha256, useGETForHashedQueries: method === "GET" });
const http = new HttpLink({ uri: url, headers: JSON.parse(headers), fetch: watchedFetch });
const client = new ApolloClient({ link: ApolloLink.from([named, http]), cache: new InMemoryCache() });
const PROJECTS = gql`
  query NamedProjects($first: Int) {
    projects(first: $first) { edges { node { id name } } }
  }
`;
for (const first of [1, 2]) {
  const { data } = await client.query({ query: PROJECTS, variables: { first }, fetchPolicy: "no-cache" });
  console.log(JSON.stringify({ projects: data.projects.edges.map((edge) => edge.node.name) }));
}
console.log(JSON.stringify({ requests }));
client.stop();
