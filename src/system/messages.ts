import { printable } from "../lib/quote.ts";

// What this room tells the user, apart from its errors.

export const unreadableCertificates = (file: string) => `the file of certificates "${printable(file)}" cannot be read`;

export const tooManyCertificates = (left: number) => `${left} of this machine's certificates are too many for a bottle`;
