import type { IBufferCell, Terminal } from "@xterm/headless";

const cell = { width: 8.4, height: 18 } as const;
const margin = 16;
const colours = ["#1e1e2e", "#f38ba8", "#a6e3a1", "#f9e2af", "#89b4fa", "#f5c2e7", "#94e2d5", "#bac2de"] as const;
const bright = ["#585b70", "#f38ba8", "#a6e3a1", "#f9e2af", "#89b4fa", "#f5c2e7", "#94e2d5", "#ffffff"] as const;
const foreground = "#cdd6f4";
const background = "#1e1e2e";

type Line = readonly Run[];

/** What a terminal shows now, without the blank lines at its end. `hide`: a directory that is shown as ~. */
export function snapshot(terminal: Terminal, { hide }: { readonly hide: string }): Line[] {
  const { viewportY, getLine } = terminal.buffer.active;
  const lines = Array.from({ length: terminal.rows }, (_, row) => {
    const line = getLine.call(terminal.buffer.active, viewportY + row);
    return runsOf(terminal.cols, (column) => line?.getCell(column))
      .map((run) => ({ ...run, text: run.text.replaceAll(hide, "~").trimEnd() }))
      .filter(({ text }) => text !== "");
  });
  return lines.slice(0, lines.findLastIndex((line) => line.length > 0) + 1);
}

/** Screens below each other, as a picture. */
export function screensSvg(screens: readonly (readonly Line[])[], columns: number): string {
  const lines = screens.flatMap((screen, at) => (at === 0 ? screen : [[], ...screen]));
  const texts = lines.flatMap((line, row) =>
    line.map(({ column, text, style }) => {
      const x = margin + column * cell.width;
      const y = margin + (row + 1) * cell.height - 4;
      return `<text x="${x.toFixed(1)}" y="${y}" ${style}>${escaped(text)}</text>`;
    }),
  );
  const width = Math.round(columns * cell.width + 2 * margin);
  const height = lines.length * cell.height + 2 * margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" rx="8" fill="${background}"/>
<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">
${texts.join("\n")}
</g>
</svg>
`;
}

type Run = { readonly column: number; readonly style: string; text: string };

/** Neighbours that look the same, in one text. */
function runsOf(columns: number, cellAt: (column: number) => IBufferCell | undefined): Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < columns; column += 1) {
    const found = cellAt(column);
    if (!found || found.getWidth() === 0) continue;
    const style = styleOf(found);
    const last = runs.at(-1);
    if (last?.style === style) last.text += found.getChars() || " ";
    else runs.push({ column, style, text: found.getChars() || " " });
  }
  return runs;
}

function styleOf(found: IBufferCell): string {
  const fill = found.isFgRGB()
    ? rgb(found.getFgColor())
    : found.isFgPalette()
      ? palette(found.getFgColor())
      : foreground;
  return [
    `fill="${found.isInverse() ? background : fill}"`,
    ...(found.isBold() ? ['font-weight="bold"'] : []),
    ...(found.isDim() ? ['opacity="0.6"'] : []),
  ].join(" ");
}

const rgb = (value: number): string => `#${value.toString(16).padStart(6, "0")}`;

function palette(index: number): string {
  if (index < 8) return colours[index] ?? foreground;
  if (index < 16) return bright[index - 8] ?? foreground;
  if (index >= 232) return rgb((8 + (index - 232) * 10) * 0x010101);
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const [red, green, blue] = [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6];
  return rgb(level(red) * 65536 + level(green) * 256 + level(blue));
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
