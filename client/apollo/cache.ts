// What the client remembers: objects by id, lists that grow page by page.
import { InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { POSSIBLE_TYPES } from './possible-types';

/** A cache in which every list of the API is one list, however many pages were read. */
export function createCache(): InMemoryCache {
  return new InMemoryCache({
    possibleTypes: POSSIBLE_TYPES,
    typePolicies: {
      Query: { fields: { projects: relayStylePagination() } },
      User: { fields: { apiKeys: relayStylePagination() } },
      Project: {
        fields: {
          documents: relayStylePagination(),
          chats: relayStylePagination(),
          retrievalSettings: { merge: true },
        },
      },
      Document: { fields: { chunks: relayStylePagination() } },
      Chat: { fields: { messages: relayStylePagination(), title: { merge: settledTitle } } },
      Message: { fields: { citations: { merge: false }, unsupportedSentences: { merge: false } } },
      UploadTicket: { keyFields: false },
    },
  });
}

/** What the API calls a chat that nobody has named yet; here it is called by its first question until then. */
const UNTITLED = 'New chat';

function settledTitle(known: string | undefined, told: string): string {
  return told === UNTITLED && known ? known : told;
}
