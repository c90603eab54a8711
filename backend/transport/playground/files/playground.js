// Starts GraphiQL on this page's own address; the header editor's values also go into connection_init.
"use strict";
const url = new URL("/graphql", location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol === "https:" ? "wss:" : "ws:";
// `/graphql#token=…` fills the header editor; a fragment never leaves the browser, and is taken off at once.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);
const welcome = `# The header editor below holds your token.
{
  viewer {
    id
    name
  }
}
`;
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: url.href, subscriptionUrl: subscriptionUrl.href }),
    defaultQuery: welcome,
    defaultHeaders: JSON.stringify({ Authorization: `Bearer ${token ?? "YOUR-TOKEN"}` }, null, 2),
    defaultEditorToolsVisibility: "headers",
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: false,
  }),
);
