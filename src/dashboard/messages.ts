// The questions of the dashboard. What it draws stands with its view and its keys.

/** `label`: the row's, in quotes. */
export const stopSession = (label: string) => `stop this session of ${label}?`;

export const stopBottle = (label: string) => `stop bottle ${label}?`;

export const removeBottle = (name: string) => `remove bottle "${name}"?`;

export const removeAndLose = (name: string) => `remove bottle "${name}", and lose that?`;
