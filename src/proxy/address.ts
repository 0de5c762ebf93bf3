import { BlockList, isIP } from "node:net";

/** Where services of this machine listen that are nobody else's business: its loopback, and addresses without a router. */
const own = new BlockList();
for (const [network, prefix] of [["0.0.0.0", 8], ["127.0.0.0", 8], ["169.254.0.0", 16]] as const) own.addSubnet(network, prefix, "ipv4"); // prettier-ignore
for (const [network, prefix] of [["::", 128], ["::1", 128], ["fe80::", 10]] as const) own.addSubnet(network, prefix, "ipv6"); // prettier-ignore

/** A name on the list may lead there, by the will of whoever answers for it; an address on the list is there by the user's own. */
export const isOwnAddress = (address: string): boolean => own.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
