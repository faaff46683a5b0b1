const MADE_UP = [0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x31, 0xd8, 0x70, 0x77];

/** 128 bytes that are spelt as an EDID must be: a beginning, and a sum of 0. */
export const EDID = Buffer.alloc(128);
EDID.set(MADE_UP);
EDID.writeUInt8((256 - (EDID.reduce((sum, byte) => sum + byte, 0) % 256)) % 256, 127);
