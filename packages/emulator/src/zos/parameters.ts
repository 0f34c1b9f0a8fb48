import { type Incoming, ServiceError } from '@store/s3-server';
import type { DeleteTarget } from '@store/core';

type Json = Readonly<Record<string, unknown>>;

/** What a request gives: a GET in its query, a POST in its JSON body. */
export class Parameters {
  readonly #values: Json;

  private constructor(values: Json) {
    this.#values = values;
  }

  /** @throws ServiceError when the body is not a JSON object */
  static of({ method, query, body }: Incoming): Parameters {
    if (method === 'GET') return new Parameters(Object.fromEntries(query.pairs));
    let parsed: unknown;
    try {
      parsed = JSON.parse(body.toString());
    } catch {
      parsed = undefined;
    }
    if (isObject(parsed)) return new Parameters(parsed);
    throw new ServiceError(400, 'Openapi.Parameter.Invalid', 'the body is not a JSON object');
  }

  /** As `of`, and empty when there is nothing to be read. */
  static tolerant(request: Incoming): Parameters {
    try {
      return Parameters.of(request);
    } catch {
      return new Parameters({});
    }
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  need(name: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    throw new ServiceError(400, 'Openapi.Parameter.Empty', `${name} is required`);
  }

  integer(name: string, fallback: number, max: number): number {
    const given = this.#values[name];
    const value = given === undefined ? fallback : Number(given);
    if (Number.isInteger(value) && value >= 1 && value <= max) return value;
    throw new ServiceError(
      400,
      'Openapi.Parameter.ParamValueOutOfRange',
      `${name} has to be from 1 to ${max}`,
    );
  }

  object(name: string): Parameters {
    const value = this.#values[name];
    if (isObject(value)) return new Parameters(value);
    throw new ServiceError(400, 'Openapi.Parameter.Empty', `${name} is required`);
  }

  list(name: string): Parameters[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter(isObject).map((one) => new Parameters(one)) : [];
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  get json(): Json {
    return this.#values;
  }

  /** The keys of a batch delete. */
  targets(): DeleteTarget[] {
    const batch = this.#values['delete'];
    if (!isObject(batch)) return [];
    return new Parameters(batch)
      .list('objects')
      .map((one) => ({ key: one.text('key') ?? '', versionId: one.text('versionID') }));
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
