// Uploads a file, asks a question of it and prints the answer as it is written, then its sources.
//
//     npm install && OPENTRACE_TOKEN=otk_… npm start -- FILE.pdf 'QUESTION'
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import type { DocumentNode, OperationVariables } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { getMainDefinition } from "@apollo/client/utilities";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [path, question] = process.argv.slice(2);
if (!path || !question) throw new Error("Say which file, and what to ask.");
const url = `${process.env.OPENTRACE_API_URL ?? "http://localhost:8000"}/graphql`;
const headers = { Authorization: `Bearer ${process.env.OPENTRACE_TOKEN}` };

// A socket that is cut is opened again by graphql-ws; the subscription then begins with a snapshot.
const socket = createClient({
  url: url.replace("http", "ws"),
  webSocketImpl: WebSocket,
  connectionParams: headers,
  shouldRetry: () => true,
});
const client = new ApolloClient({
  link: ApolloLink.split(
    ({ query }) => {
      const definition = getMainDefinition(query);
      return definition.kind === "OperationDefinition" && definition.operation === "subscription";
    },
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url, headers }),
  ),
  cache: new InMemoryCache(),
});

/** A result union: the payload, or a failure that was expected. */
type Result<Payload> = Payload | { __typename: string; code: string; message: string };

/** The payload of a mutation of one field; its error ends the program. */
async function run<Payload extends object>(mutation: DocumentNode, variables: OperationVariables): Promise<Payload> {
  const { data } = await client.mutate<Record<string, Result<Payload>>>({ mutation, variables });
  const result = Object.values(data ?? {})[0];
  if (!result) throw new Error("The API answered nothing.");
  if ("code" in result) throw new Error(`${result.code}: ${result.message}`);
  return result;
}

/** Every event of a subscription of one field, to its end. */
function follow<Event>(query: DocumentNode, id: string, take: (event: Event) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    client
      .subscribe<Record<string, Event>>({ query, variables: { id }, fetchPolicy: "no-cache" })
      .subscribe({
        next: ({ data, error }) => (error ? reject(error) : Object.values(data ?? {}).forEach(take)),
        error: reject,
        complete: resolve,
      });
  });
}

const fail = (why: string): never => {
  console.error(why);
  process.exit(1);
};

async function upload(project: string, file: string): Promise<string> {
  const content = await readFile(file);
  type Ticket = { url: string; headers: { name: string; value: string }[]; document: { id: string } };
  const { tickets } = await run<{ tickets: [Ticket] }>(
    gql`
      mutation ($project: ID!, $file: FileInput!) {
        requestUploads(input: { projectId: $project, files: [$file] }) {
          ... on RequestUploadsPayload { tickets { url headers { name value } document { id } } }
          ... on Error { code message }
        }
      }
    `,
    {
      project,
      file: {
        name: basename(file),
        contentType: "application/pdf",
        size: content.length,
        sha256: createHash("sha256").update(content).digest("hex"),
      },
    },
  );
  const [ticket] = tickets;
  // The bytes go straight to the object store, with exactly the headers that were signed.
  const put = await fetch(ticket.url, {
    method: "PUT",
    body: content,
    headers: ticket.headers.map(({ name, value }): [string, string] => [name, value]),
  });
  if (!put.ok) throw new Error(`The object store answered ${put.status}.`);
  await run(
    gql`
      mutation ($id: ID!) {
        confirmUpload(input: { documentId: $id }) {
          ... on DocumentPayload { document { id status } }
          ... on Error { code message }
        }
      }
    `,
    { id: ticket.document.id },
  );
  return ticket.document.id;
}

const { project } = await run<{ project: { id: string } }>(
  gql`
    mutation {
      createProject(input: { name: "Example: TypeScript" }) {
        ... on CreateProjectPayload { project { id } }
        ... on Error { code message }
      }
    }
  `,
  {},
);

type DocumentEvent =
  | { __typename: "DocumentCompleted"; document: { name: string; numChunks: number } }
  | { __typename: "DocumentFailed"; message: string }
  | { __typename: "StageStarted" };
await follow<DocumentEvent>(
  gql`
    subscription ($id: ID!) {
      documentEvents(documentId: $id) {
        ... on DocumentCompleted { document { id name numChunks } }
        ... on DocumentFailed { message }
      }
    }
  `,
  await upload(project.id, path),
  (event) => {
    if (event.__typename === "DocumentCompleted")
      console.log(`${event.document.name} is ready: ${event.document.numChunks} chunks`);
    else if (event.__typename === "DocumentFailed") fail(event.message);
  },
);

const { chat } = await run<{ chat: { id: string } }>(
  gql`
    mutation ($project: ID!) {
      createChat(input: { projectId: $project }) {
        ... on ChatPayload { chat { id } }
        ... on Error { code message }
      }
    }
  `,
  { project: project.id },
);
const { answer } = await run<{ answer: { id: string } }>(
  gql`
    mutation ($chat: ID!, $content: String!) {
      sendMessage(input: { chatId: $chat, content: $content }) {
        ... on SendMessagePayload { answer { id } }
        ... on Error { code message }
      }
    }
  `,
  { chat: chat.id, content: question },
);

type Citation = { marker: number; documentName: string; page: number; quote: string; status: string };
type MessageEvent =
  | { __typename: "MessageSnapshot"; message: { content: string } }
  | { __typename: "TextAppended"; text: string }
  | { __typename: "AnswerRestarted" }
  | { __typename: "MessageCompleted"; message: { citations: Citation[] } }
  | { __typename: "MessageRefused"; reason: string }
  | { __typename: "MessageFailed"; messageText: string };
let shown = "";
/** Bring what stands on the screen to this text; one that does not go on from it begins on a new line. */
function show(text: string): void {
  process.stdout.write(text.startsWith(shown) ? text.slice(shown.length) : `\n${text}`);
  shown = text;
}
await follow<MessageEvent>(
  gql`
    subscription ($id: ID!) {
      messageEvents(messageId: $id) {
        ... on MessageSnapshot { message { id content } }
        ... on TextAppended { text }
        ... on MessageCompleted { message { id citations { id marker documentName page quote status } } }
        ... on MessageRefused { reason }
        ... on MessageFailed { messageText }
      }
    }
  `,
  answer.id,
  (event) => {
    if (event.__typename === "MessageSnapshot") show(event.message.content);
    else if (event.__typename === "TextAppended") show(shown + event.text);
    else if (event.__typename === "AnswerRestarted") show("");
    else if (event.__typename === "MessageRefused") fail(event.reason);
    else if (event.__typename === "MessageFailed") fail(event.messageText);
    else if (event.__typename === "MessageCompleted") {
      process.stdout.write("\n");
      for (const each of event.message.citations.filter(({ status }) => status === "VERIFIED"))
        console.log(`[${each.marker}] ${each.documentName}, page ${each.page}: “${each.quote.replace(/\s+/g, " ")}”`);
    }
  },
);
client.stop();
await socket.dispose();
