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
      Chat: { fields: { messages: relayStylePagination() } },
      Message: { fields: { citations: { merge: false }, unsupportedSentences: { merge: false } } },
      UploadTicket: { keyFields: false },
    },
  });
}
