// The interfaces that fragments name; unions are told by their members' own names.
export const POSSIBLE_TYPES = {
  Error: [
    'InvalidInputError',
    'NotSignedInError',
    'NotAllowedError',
    'UnavailableError',
    'NotFoundError',
    'ConflictError',
    'TooLargeError',
    'QuotaExceededError',
  ],
};
