// Runs the graphql-http audits against the address in argv[2]; prints one JSON object a line.
import { serverAudits } from "graphql-http";

for (const audit of serverAudits({ url: process.argv[2] })) {
  const { name, status, reason } = await audit.fn();
  console.log(JSON.stringify({ id: audit.id, name, status, reason }));
}
