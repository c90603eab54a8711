// Follows one subscription with the graphql-ws client; argv: address, JSON of connection params, query, JSON of variables.
// Prints each result and then "complete" or the error, one JSON a line.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, connectionParams, query, variables] = process.argv.slice(2);
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: JSON.parse(connectionParams),
  retryAttempts: 0,
});
const say = (value) => console.log(JSON.stringify(value));
try {
  for await (const result of client.iterate({ query, variables: JSON.parse(variables) })) say(result);
  say("complete");
} catch (error) {
  say({ failed: Array.isArray(error) ? error : { code: error.code, reason: error.reason } });
}
await client.dispose();
