#!/usr/bin/env bash
# Uploads a file, asks a question of it and prints the answer as it is written, then its sources. Needs curl and jq.
#
#     OPENTRACE_TOKEN=otk_… ./ask.sh FILE.pdf 'QUESTION'
set -euo pipefail
file=$1 question=$2
api=${OPENTRACE_API_URL:-http://localhost:8000}/graphql

# graphql QUERY VARIABLES ACCEPT: one operation; curl leaves the body of a refusal to the reader.
graphql() {
    jq -cn --arg query "$1" --argjson variables "$2" '{$query, $variables}' |
        curl -sSN "$api" -H "Authorization: Bearer $OPENTRACE_TOKEN" -H 'Content-Type: application/json' \
            -H "Accept: ${3:-application/json}" --data-binary @-
}

# run QUERY VARIABLES: the payload of a mutation; its error, expected or not, ends the program.
run() {
    graphql "$1" "$2" | jq -ce '
        if .errors then error(.errors[0].message) else .data | to_entries[0].value end
        | if .code then error("\(.code): \(.message)") else . end'
}

# follow QUERY VARIABLES: the events of a subscription, one JSON a line, by server-sent events.
follow() {
    graphql "$1" "$2" text/event-stream | sed -un 's/^data: \(..*\)/\1/p' |
        jq -c --unbuffered 'if .errors then error(.errors[0].message) else .data | to_entries[0].value end'
}

of() { jq -nc "$@" '$ARGS.named'; }

project=$(run 'mutation ($name: String!) { createProject(input: {name: $name}) {
    ... on CreateProjectPayload { project { id } } ... on Error { code message } } }' \
    "$(of --arg name "Example: curl")" | jq -r .project.id)

ticket=$(run 'mutation ($project: ID!, $file: FileInput!) { requestUploads(input: {projectId: $project, files: [$file]}) {
    ... on RequestUploadsPayload { tickets { url headers { name value } document { id } } }
    ... on Error { code message } } }' \
    "$(of --arg project "$project" --argjson file "$(of --arg name "$(basename "$file")" \
        --arg contentType application/pdf --argjson size "$(wc -c < "$file")" \
        --arg sha256 "$(sha256sum "$file" | cut -d' ' -f1)")")" | jq -c '.tickets[0]')
document=$(jq -r .document.id <<< "$ticket")

# The bytes go straight to the object store, with exactly the headers that were signed.
headers=()
while read -r header; do headers+=(-H "$header"); done < <(jq -r '.headers[] | "\(.name): \(.value)"' <<< "$ticket")
curl -sSf -X PUT "$(jq -r .url <<< "$ticket")" "${headers[@]}" --data-binary "@$file"
run 'mutation ($id: ID!) { confirmUpload(input: {documentId: $id}) {
    ... on DocumentPayload { document { status } } ... on Error { code message } } }' \
    "$(of --arg id "$document")" > /dev/null

follow 'subscription ($id: ID!) { documentEvents(documentId: $id) { __typename
    ... on DocumentCompleted { document { name numChunks } } ... on DocumentFailed { message } } }' \
    "$(of --arg id "$document")" |
    jq -r 'if .__typename == "DocumentFailed" then error(.message)
           elif .document then "\(.document.name) is ready: \(.document.numChunks) chunks" else empty end'

chat=$(run 'mutation ($project: ID!) { createChat(input: {projectId: $project}) {
    ... on ChatPayload { chat { id } } ... on Error { code message } } }' \
    "$(of --arg project "$project")" | jq -r .chat.id)
answer=$(run 'mutation ($chat: ID!, $content: String!) { sendMessage(input: {chatId: $chat, content: $content}) {
    ... on SendMessagePayload { answer { id } } ... on Error { code message } } }' \
    "$(of --arg chat "$chat" --arg content "$question")" | jq -r .answer.id)

# The answer grows on the screen; the last event has its sources. Only those that were found word for word are printed.
follow 'subscription ($id: ID!) { messageEvents(messageId: $id) { __typename
    ... on MessageSnapshot { message { content } } ... on TextAppended { text }
    ... on MessageCompleted { message { citations { marker documentName page quote status } } }
    ... on MessageRefused { reason } ... on MessageFailed { messageText } } }' "$(of --arg id "$answer")" |
    jq -rj --unbuffered '
        if .__typename == "MessageSnapshot" then .message.content
        elif .__typename == "TextAppended" then .text
        elif .__typename == "AnswerRestarted" then "\n"
        elif .__typename == "MessageCompleted" then "\n", (.message.citations[] | select(.status == "VERIFIED")
            | "[\(.marker)] \(.documentName), page \(.page): “\(.quote | gsub("\\s+"; " "))”\n")
        elif .__typename == "MessageRefused" then error(.reason)
        elif .__typename == "MessageFailed" then error(.messageText)
        else empty end'
