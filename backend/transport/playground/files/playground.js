// Starts GraphiQL on this page's own address; the header editor's values also go into connection_init.
"use strict";
const url = new URL("/graphql", location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol === "https:" ? "wss:" : "ws:";
const welcome = `# Put your token into the header editor below: {"Authorization": "Bearer …"}
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
    defaultEditorToolsVisibility: "headers",
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: false,
  }),
);
