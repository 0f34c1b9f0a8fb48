import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { XMLParser } from 'fast-xml-parser';
import {
  StoreError,
  type DeletePrefixPage,
  type DeletePrefixPageRequest,
  type DriverCall,
} from '@store/core';
import { readBody } from './answer-check.js';
import { keyFailure } from './errors.js';
import { isHttpRequest, isHttpResponse } from './http-message.js';
import { listDecoder } from './list-decoding.js';
import { deleteParameters } from './pass-through.js';
import type { Requests } from './requests.js';

/** What the extension adds to a listing. Numbers stay texts, and spaces stay: they may be keys. */
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  isArray: (name) => name === 'Contents' || name === 'Error',
});

/** What services answer that know no such call: the request has no body, so it is no DeleteObjects either. */
const UNKNOWN_CALL =
  /^(?:MalformedXML|MissingArgument|InvalidRequest|MissingRequestBodyError|NotImplemented|MethodNotAllowed|MissingContentMD5|InvalidArgument)$/;

/**
 * `POST /?delete&prefix=…` without a body (docs/prefix-delete-extension.md): the request and answer of ListObjectsV2
 * with another method, so the SDK's own command is sent, changed on its way.
 */
export async function deletePrefixPage(
  requests: Requests,
  { prefix, token, maxKeys }: DeletePrefixPageRequest,
  call: DriverCall,
): Promise<DeletePrefixPage> {
  const { RequestPayer, ExpectedBucketOwner } = deleteParameters(call.pass);
  const command = new ListObjectsV2Command({
    Bucket: requests.bucket,
    Prefix: prefix,
    ContinuationToken: token,
    MaxKeys: maxKeys,
    EncodingType: 'url',
    RequestPayer,
    ExpectedBucketOwner,
  });
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (!isHttpRequest(request)) throw new StoreError('Internal', 'the SDK sent no HTTP request');
      request.method = 'POST';
      const { 'list-type': _listType, ...query } = request.query ?? {};
      // The prefix stands there even when it is empty: without it nothing says that this is the extension.
      request.query = { ...query, delete: '', prefix };
      request.headers['content-length'] = '0';
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'storeDeletePrefix' },
  );
  let text = '';
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      if (isHttpResponse(result.response)) text = await readBody(result.response);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'storeDeletePrefixAnswer' },
  );
  try {
    return await requests.run('deletePrefix', undefined, call, async (abortSignal) => {
      const answer = await requests.client.send(command, { abortSignal });
      return readPage(text, answer.IsTruncated ?? false, answer.NextContinuationToken);
    });
  } catch (error) {
    throw asUnsupported(error);
  }
}

/** Another document than a listing means that the service took the request for something else. */
function asUnsupported(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  const unknown =
    error.code === 'Corrupt' || error.code === 'Unsupported' || UNKNOWN_CALL.test(error.providerCode ?? '');
  if (!unknown) return error;
  return new StoreError(
    'Unsupported',
    `the service does not know the prefix-delete extension (${error.message}); set quirks.serverPrefixDelete to false`,
    {
      provider: 's3',
      operation: 'deletePrefix',
      status: error.status,
      providerCode: error.providerCode,
      cause: error,
    },
  );
}

interface Entry {
  readonly Key?: string;
  readonly Size?: string;
  readonly DeleteMarker?: string;
  readonly DeleteMarkerVersionId?: string;
  readonly Code?: string;
  readonly Message?: string;
}

function readPage(text: string, truncated: boolean, nextToken: string | undefined): DeletePrefixPage {
  // The root was looked at (`checkAnswers`), and the SDK has read the document: it is well-formed.
  const { ListBucketResult: root } = parser.parse(text) as {
    readonly ListBucketResult: {
      readonly EncodingType?: string;
      readonly Contents?: readonly Entry[];
      readonly Error?: readonly Entry[];
    };
  };
  const decode = listDecoder(root.EncodingType);
  return {
    deleted: (root.Contents ?? []).map(({ Key, Size, DeleteMarker, DeleteMarkerVersionId }) => ({
      key: decode(Key),
      size: Number(Size ?? 0),
      ...(DeleteMarker === 'true'
        ? { deleteMarker: true, deleteMarkerVersionId: DeleteMarkerVersionId }
        : {}),
    })),
    failed: (root.Error ?? []).map(({ Key, Code, Message }) => ({
      key: decode(Key),
      reason: keyFailure(Code, Message),
    })),
    truncated,
    nextToken,
  };
}
