// What this backend tells the user, apart from its errors.

export const saving = "saving";
