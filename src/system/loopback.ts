import { createServer, type Server, type Socket } from "node:net";
import { connect } from "node:net";

/** One connection: its input and output. `write` resolves when there is room for more. */
export type Connection = {
  readonly input: AsyncIterable<Uint8Array>;
  write(bytes: Uint8Array): Promise<void>;
};

/**
 * Serves that port on the loopback only, IPv4 and IPv6, until `signal` fires. A connection lasts as long as its `answer`. Throws the system's error
 * if the port is taken.
 */
export async function serveLoopback(
  port: number,
  { signal, onListening, answer }: {
    readonly signal: AbortSignal;
    readonly onListening: () => void;
    readonly answer: (connection: Connection) => Promise<void>;
  },
): Promise<void> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    void answer({ input: socket as AsyncIterable<Uint8Array>, write: (bytes) => write(socket, bytes) }).finally(() =>
      socket.end(),
    );
  };
  const servers = [await listen("127.0.0.1", port, accept)];
  // A machine without IPv6 has no such address.
  await listen("::1", port, accept).then((server) => servers.push(server), () => {});
  onListening();
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
} // prettier-ignore

const listen = (host: string, port: number, accept: (socket: Socket) => void): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, accept);
    server.once("error", reject);
    server.listen({ host, port, ipv6Only: host === "::1" }, () => resolve(server));
  });

const write = (socket: Socket, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed || socket.write(bytes)) return resolve();
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.on("drain", done).on("close", done);
  });

/** Whether something answers on that port of the loopback. */
export const answersOn = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
