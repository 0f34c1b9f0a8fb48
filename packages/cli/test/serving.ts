import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server on 127.0.0.1 while `use` runs. */
export async function serving(server: Server, use: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A port that nobody listens on. */
export async function deadPort(): Promise<number> {
  let dead = 0;
  await serving(createServer(), async (port) => {
    dead = port;
  });
  return dead;
}
