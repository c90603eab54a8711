// Follows one subscription with the graphql-sse client; argv: address, JSON of headers, query, JSON of variables.
// Prints each result and then "complete" or the error, one JSON a line.
import { createClient } from "graphql-sse";

const [url, headers, query, variables] = process.argv.slice(2);
const client = createClient({ url, headers: JSON.parse(headers), retryAttempts: 0 });
const say = (value) => console.log(JSON.stringify(value));
try {
  for await (const result of client.iterate({ query, variables: JSON.parse(variables) })) say(result);
  say("complete");
} catch (error) {
  say({ failed: String(error) });
}
client.dispose();
