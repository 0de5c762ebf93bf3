/** A path for a label of a container or a machine: some engines reject or split on characters of a path. */
export const encodeLabel = (path: string): string => encodeURIComponent(path);

/** Any user of the engine can set such a label. Undefined if we would not have written it. */
export function decodeLabel(label: string | undefined): string | undefined {
  try {
    const path = label === undefined ? undefined : decodeURIComponent(label);
    return path?.startsWith("/") && !path.includes("\0") ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A uid in a label; undefined if it is not one. */
export const decodeUid = (label: string | undefined): number | undefined =>
  label !== undefined && /^\d{1,10}$/.test(label) ? Number(label) : undefined;
