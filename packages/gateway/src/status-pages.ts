import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayMetrics } from './metrics.js';

/**
 * Whether a request asks how the gateway is, without a key: `GET /healthz`. A signed one means a bucket of that name.
 */
export function isHealthCheck({ method, url, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && url === '/healthz' && headers.authorization === undefined;
}

/** Says that the gateway takes requests, or that it is stopping; nothing else, because anybody may ask. */
export function answerHealth(response: ServerResponse, stopping: boolean): void {
  sendText(response, stopping ? 503 : 200, stopping ? 'stopping\n' : 'ok\n');
}

/** What the port for metrics serves. */
export async function answerMetrics(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  metrics: GatewayMetrics,
): Promise<void> {
  if (url !== '/metrics') return sendText(response, 404, 'there are /metrics and /healthz here\n');
  if (method !== 'GET' && method !== 'HEAD') return sendText(response, 405, 'it is read with GET\n');
  sendText(response, 200, await metrics.text(), metrics.contentType);
}

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': String(Buffer.byteLength(text)),
    'cache-control': 'no-store',
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}
