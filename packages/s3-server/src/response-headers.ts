/** Headers that a read may ask for in place of the object's: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export const RESPONSE_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;

/** The query parameters that ask for them. */
export const RESPONSE_PARAMETERS = RESPONSE_HEADERS.map((name) => `response-${name}` as const);
