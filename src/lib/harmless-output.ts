/** Passes on a guest's output as it comes: text, line ends and colours, and nothing else that a terminal obeys or answers. */
export function harmlessOutput(write: (text: string) => void): (text: string) => void {
  let kept = "";
  return (text) => {
    const all = kept + text;
    // The start of a colour sequence, which may end in the next piece.
    kept = /\x1b(?:\[[\d;:]{0,32})?$/.exec(all)?.[0] ?? "";
    write(
      all
        .slice(0, all.length - kept.length)
        .replace(
          /(\x1b\[[\d;:]*m)|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g,
          (_, colour: string | undefined) => colour ?? "",
        ),
    );
  };
}
