/** A path in a label of a container or a machine: some engines refuse or split on what a path may hold. */
export const encodeLabel = (path: string): string => encodeURIComponent(path);

/** Anybody can give a container such a label. Undefined for what we would not have written. */
export function decodeLabel(label: string | undefined): string | undefined {
  try {
    const path = label === undefined ? undefined : decodeURIComponent(label);
    return path?.startsWith("/") && !path.includes("\0") ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A uid in a label; undefined for what is none. */
export const decodeUid = (label: string | undefined): number | undefined =>
  label !== undefined && /^\d{1,10}$/.test(label) ? Number(label) : undefined;
