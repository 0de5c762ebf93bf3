import type { Lab } from "./lab.ts";

/** Addresses for documentation, on the emulated machine's loopback. */
const words = "api.anthropic.com=198.51.100.7 docs.example.org=198.51.100.8";

export type Arrival = { readonly path: string; readonly credential: string };

/** An internet of two hosts, both of them the stand-in API; gives what has reached them since. */
export async function internet(lab: Lab): Promise<() => Promise<Arrival[]>> {
  await lab.expectOk(`$KIT/internet.sh ${words} && : >/root/internet/requests`, "", "root");
  return async () => {
    const lines = (await lab.expectOk("cat /root/internet/requests", "", "root")).split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Arrival);
  };
}
