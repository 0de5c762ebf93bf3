import { notAPort } from "./errors.ts";

/** A port on the host's loopback, and the port in the bottle that it leads to. */
export type Port = { readonly host: number; readonly bottle: number };

/** Parses "3000" or "8080:3000", the host's port first. Throws UserError. */
export function parsePort(text: string): Port {
  const [, first = "", second = first] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text) ?? [];
  const [host, bottle] = [Number(first), Number(second)];
  const isPort = (port: number) => port >= 1 && port <= 65_535;
  if (first === "" || !isPort(host) || !isPort(bottle)) throw notAPort(text);
  return { host, bottle };
}

export const renderPort = ({ host, bottle }: Port): string => (host === bottle ? String(host) : `${host}:${bottle}`);
export const urlOf = ({ host }: Port): string => `http://127.0.0.1:${host}`;
