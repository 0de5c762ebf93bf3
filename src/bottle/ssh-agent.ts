import { connect } from "node:net";
import type { Backend } from "../backends/backend.ts";
import { noAgent } from "./errors.ts";
import { endedAgent } from "./messages.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";

const takesAtStart = ({ capabilities }: Backend) => capabilities.mounts !== "create";

/**
 * The plan of a bottle that is about to start, with the current ssh agent if the manifest asks for one. A machine that was created without an agent
 * cannot get one. Throws UserError if no agent is available.
 */
export async function withAgent(
  { env }: System,
  backend: Backend,
  { sshAgent: had, ...made }: BottlePlan,
  asked: BottlePlan,
): Promise<BottlePlan> {
  if (asked.sshAgent === undefined)
    return had === undefined || takesAtStart(backend) ? made : { ...made, sshAgent: "" };
  if (had === undefined && !takesAtStart(backend)) return made;
  const socket = env.SSH_AUTH_SOCK;
  if (socket && (await isListening(socket))) return { ...made, sshAgent: socket };
  throw noAgent(socket);
}

/** The same for a session in a running bottle. A VM keeps the agent of its start. */
export async function followAgent(
  system: System,
  backend: Backend,
  made: BottlePlan,
  asked: BottlePlan,
): Promise<BottlePlan> {
  if (backend.capabilities.mounts === "live") return await withAgent(system, backend, made, asked);
  if (made.sshAgent && asked.sshAgent !== undefined && !(await isListening(made.sshAgent)))
    inform(system, ...endedAgent(made.name));
  return made;
}

/** Whether a process listens on the socket. */
const isListening = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path });
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
