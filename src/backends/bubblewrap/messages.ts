// What this backend tells the user, apart from its errors.

export const unfinishedInstallation = "the installation of Claude Code did not end";

export const otherVersion = "another version of Claude Code is installed";
