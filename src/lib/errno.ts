/** The system's code of an error, such as ENOENT; undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "it does not exist",
  ENOTDIR: "part of its path is not a directory",
  EISDIR: "it is a directory",
  ELOOP: "a symlink is in the way",
  EXDEV: "it is outside the directory",
  ENOSPC: "no space left on device",
  EDQUOT: "disk quota exceeded",
  EROFS: "the file system is read-only",
  EMFILE: "too many open files",
  ENAMETOOLONG: "its path is too long",
};

/** Why a system call failed, in words; the code if we have no words for it. */
export const reasonOf = (error: unknown): string => {
  const code = codeOf(error);
  return code === undefined ? String(error) : (reasons[code] ?? code);
};
