import { Terminal } from "@xterm/headless";

/** The last screen of a terminal of that size after this input, as lines of text that cannot control a terminal. */
export async function renderScreen(
  bytes: string,
  { rows, columns }: { rows: number; columns: number },
): Promise<string> {
  const terminal = new Terminal({ rows, cols: columns, allowProposedApi: true, scrollback: 0 });
  try {
    await new Promise<void>((resolve) => terminal.write(bytes, resolve));
    const { active } = terminal.buffer;
    const lines = Array.from(
      { length: rows },
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? "",
    );
    return `${lines.join("\n").trimEnd()}\n`;
  } finally {
    terminal.dispose();
  }
}
