import { ServiceError } from './http/service-error.js';

/** What a request asks for, by name, and would not get: it is refused, so that nobody relies on it. */
export function unkept(what: 'element' | 'field' | 'header' | 'parameter', name: string): ServiceError {
  return new ServiceError(501, 'NotImplemented', `The ${what} ${name} is not implemented for this request.`, {
    [{ element: 'Element', field: 'Field', header: 'Header', parameter: 'Parameter' }[what]]: name,
  });
}
