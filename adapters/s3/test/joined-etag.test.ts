import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import { document, useWrongS3 } from './wrong-service.js';

const { closeServices, storeFor, wrongService } = useWrongS3();

describe('the ETag of an upload in parts, where the answer leaves it empty', () => {
  after(closeServices);

  for (const [what, head, etag] of [
    ['is what the object has', '"a-2"', '"a-2"'],
    ['is not one of another write', '"b"', undefined],
    ['is untold where the object cannot be asked', undefined, undefined],
  ] as const) {
    it(what, async () => {
      const config = await wrongService((request, response) => {
        request.resume();
        request.on('end', () => {
          const { method, url = '' } = request;
          if (method === 'HEAD') {
            response
              .writeHead(head === undefined ? 403 : 200, head === undefined ? {} : { etag: head })
              .end();
          } else if (method === 'PUT') response.writeHead(200, { etag: '"p"' }).end();
          else if (url.includes('uploads'))
            response.end(document('InitiateMultipartUploadResult', '<UploadId>u</UploadId>'));
          else response.end(document('CompleteMultipartUploadResult', '<ETag></ETag>'));
        });
      });
      const partBytes = 5 * 1024 * 1024;
      const written = await (await storeFor(config)).put('k', Buffer.alloc(partBytes + 1), { partBytes });
      expect(written).to.deep.include({ key: 'k', etag });
    });
  }
});
