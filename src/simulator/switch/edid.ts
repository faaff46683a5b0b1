import type { JsonObject } from "../api/python";

export const DEFAULT_EDID =
  "00FFFFFFFFFFFF0031D8707701010101231A010380351E780E0565A756529C270F50543FED00B300A9C0950090408180" +
  "814081C0714F011D007251D01E206E2855000F282100001E000000FF0043414645424142452020202020000000FD0032" +
  "4B0F5211000A202020202020000000FC0050694B564D0A20202020202020018D020317314A841F13223E213D203C0167" +
  "030C001000802D011D007251D01E206E2855000F282100001E0000000000000000000000000000000000000000000000" +
  "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
  "00000000000000000000000000000015";

const DESCRIPTORS = [54, 72, 90, 108];
const MONITOR_SERIAL = 0xff;
const MONITOR_NAME = 0xfc;
const EXTENSION = 128;
const CEA_AUDIO = 1;
const CEA_SPEAKERS = 4;

/**
 * What kvmd reads out of an EDID; neither magic nor checksum matter.
 *
 * @returns null when its extension is no CEA-861.
 */
export function parsedEdid(hex: string): JsonObject | null {
  const data = Buffer.from(hex, "hex");
  const extended = data.readUInt8(126) > 0;
  if (extended && (data.length <= EXTENSION || data.readUInt16BE(EXTENSION) !== 0x0203)) return null;
  const maker = data.readUInt16BE(8);
  return {
    mfc_id: [10, 5, 0].map((shift) => String.fromCharCode(((maker >> shift) & 31) + 64)).join(""),
    product_id: data.readUInt16LE(10),
    serial: data.readUInt32LE(12),
    monitor_name: descriptor(data, MONITOR_NAME),
    monitor_serial: descriptor(data, MONITOR_SERIAL),
    audio: extended && hasAudio(data),
  };
}

function descriptor(data: Buffer, kind: number): string | null {
  const at = DESCRIPTORS.find((offset) => data.readUInt32BE(offset) === kind);
  if (at === undefined) return null;
  return data.toString("latin1", at + 5, at + 18).split("\n")[0]?.trim() ?? null; // prettier-ignore
}

/** It says so, and names both a format and speakers. */
function hasAudio(data: Buffer): boolean {
  const end = EXTENSION + data.readUInt8(EXTENSION + 2);
  const kinds = new Set<number>();
  for (let at = EXTENSION + 4; at < end; at += (data.readUInt8(at) & 31) + 1) kinds.add(data.readUInt8(at) >> 5);
  return (data.readUInt8(EXTENSION + 3) & 0x40) !== 0 && kinds.has(CEA_AUDIO) && kinds.has(CEA_SPEAKERS);
}
