/** A refusal in the provider's own words; each face writes it in its format. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further elements of the error document. */
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'ServiceError';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.headers = headers;
  }
}

export function slowDown(): ServiceError {
  return new ServiceError(503, 'SlowDown', 'Please reduce your request rate.');
}
