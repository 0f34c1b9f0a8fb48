import type { ServiceError, WholeAnswer } from '@store/s3-server';
import type { ZosQuirks } from './quirks.js';

const SUCCESS = 800;
const FAILURE = 900;

/** A success: `returnObj` is left out where the operation has none. */
export function success(returnObj: unknown, { statusCodeAsText }: ZosQuirks): WholeAnswer {
  return json(200, {
    ...(returnObj === undefined ? {} : { returnObj }),
    message: 'SUCCESS',
    description: '成功',
    statusCode: statusCodeAsText ? String(SUCCESS) : SUCCESS,
  });
}

/** A failure: the gateway's own shape for `CTAPI_…`, else that of the business behind it. */
export function failure(
  error: ServiceError,
  operation: string,
  requestId: string,
  quirks: ZosQuirks,
): WholeAnswer {
  const { code, message, status, headers } = error;
  if (code.startsWith('CTAPI_')) {
    const number = code.slice('CTAPI_'.length);
    return json(
      quirks.gatewayStatus ?? 403,
      {
        requestId,
        error: number,
        code: number,
        message,
        eopErrCode: number,
        statusCode: code,
        returnObj: {},
      },
      headers,
    );
  }
  const statusCode = quirks.statusCodeAsText ? String(FAILURE) : FAILURE;
  const httpStatus = status === 429 || status >= 500 ? status : (quirks.businessStatus ?? 200);
  return json(httpStatus, { statusCode, ...wordsOf(error, operation, quirks), description: '失败' }, headers);
}

/**
 * What a failure says. Platform codes have three parts; codes of the storage come inside the message, as its client
 * library words them. The page of delete-objects says of `errorCode`: only with a failure, `product.module.code`. There
 * is no list of them, so what stands here for codes of the storage is built like those of the platform that are known.
 */
function wordsOf(
  { code, message, status }: ServiceError,
  operation: string,
  { noErrorCode }: ZosQuirks,
): Record<string, string> {
  if (code.includes('.')) return { ...namesOf(code), message };
  // A fault plan's bare failure, which says no more than that.
  if (/^\d+$/.test(code)) return { message };
  const name = operation
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
  // A HEAD has no document with a code in it.
  const shown = operation === 'head-object' && status === 404 ? '404' : code;
  const said = shown === '404' ? 'Not Found' : message;
  return {
    ...(noErrorCode ? {} : namesOf(platformCode(code, status))),
    message: `An error occurred (${shown}) when calling the ${name} operation: ${said}`,
  };
}

/** `errorCode` begins its parts with small letters, `error` with capitals. */
function namesOf(code: string): { errorCode: string; error: string } {
  const errorCode = code
    .split('.')
    .map((part) => part.charAt(0).toLowerCase() + part.slice(1))
    .join('.');
  return { errorCode, error: code };
}

/** The platform's word for a failure of the storage. */
function platformCode(code: string, status: number): string {
  if (code === 'NoSuchBucket') return 'Openapi.Bucket.NotFound';
  if (code === 'AccessDenied') return 'Openapi.UserPermission.AccessFailed';
  if (status === 404) return 'Openapi.Object.NotFound';
  return status < 500 ? 'Openapi.Parameter.Invalid' : 'Openapi.Service.Failed';
}

function json(
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): WholeAnswer {
  const type = { 'content-type': 'application/json;charset=UTF-8' };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(document) };
}
