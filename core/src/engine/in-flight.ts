/** Requests that an operation has in flight at most when the caller does not say. */
export const IN_FLIGHT = 32;
