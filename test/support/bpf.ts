export type SystemCall = { readonly audit: number; readonly number: number; readonly arguments?: readonly bigint[] };

/** What the kernel does with a seccomp filter, for one call. */
export function runFilter(filter: Uint8Array, call: SystemCall): string {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.audit, true);
  call.arguments?.forEach((value, index) => data.setBigUint64(16 + 8 * index, value, true));
  const view = new DataView(filter.buffer);
  for (let line = 0, value = 0; ; line += 1) {
    const [code, ifTrue, ifFalse] = [
      view.getUint16(line * 8, true),
      view.getUint8(line * 8 + 2),
      view.getUint8(line * 8 + 3),
    ];
    const constant = view.getUint32(line * 8 + 4, true);
    if (code === 0x20) value = data.getUint32(constant, true);
    else if (code === 0x54) value = (value & constant) >>> 0;
    else if (code === 0x15) line += value === constant ? ifTrue : ifFalse;
    else if (code === 0x35) line += value >= constant ? ifTrue : ifFalse;
    else return { 0x7fff0000: "allowed", 0x00050001: "EPERM", 0x80000000: "killed" }[constant] ?? `${constant}`;
  }
}

export const machines = { x64: { audit: 0xc000003e, ioctl: 16 }, arm64: { audit: 0xc00000b7, ioctl: 29 } };
