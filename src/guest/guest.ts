import preludeScript from "./prelude.sh" with { type: "text" };
export { preludeScript };
export const endArgv = (control: readonly string[], session: string) => [...control, "/bin/sh", "-c", 'p=$(head -1 "/tmp/.claude-bottle-$1") && kill -9 "$p"', "sh", session];
