import type { Raster } from "./jpeg";

/**
 * The smallest correct H.264: constrained baseline at level 3.1, grey. A key frame holds its samples uncompressed
 * (I_PCM); all others say that nothing has changed. So a changed picture needs a key frame.
 */

/** Of a macroblock. */
const SIDE = 16;
const PROFILE = [0x42, 0xe0, 0x1f];
/** Bits of a frame's number, and how far it counts. */
const NUMBER_BITS = 8;
const NUMBERS = 2 ** NUMBER_BITS;
const START_CODE = Buffer.of(0, 0, 0, 1);
/** First bytes of the units, all of them referred to by later ones. */
const NAL = { sps: 0x27, pps: 0x28, key: 0x25, delta: 0x21 };
const SLICE = { p: 5, i: 7 };
const I_PCM = 25;
const NEUTRAL_CHROMA = Buffer.alloc((SIDE * SIDE) / 2, 128);

/** Makes the frames of one stream. Width and height of the pictures are multiples of 16, and stay. */
export class H264Encoder {
  #number = 0;
  #keys = 0;

  /** A frame that can be shown alone, with all that a decoder must know before. */
  key(raster: Raster): Buffer {
    this.#number = 0;
    this.#keys += 1;
    return Buffer.concat([
      unit(NAL.sps, sps(raster)),
      unit(NAL.pps, pps()),
      unit(NAL.key, keySlice(raster, this.#keys)),
    ]);
  }

  /** A frame like the one before. */
  same(raster: Raster): Buffer {
    this.#number = (this.#number + 1) % NUMBERS;
    return unit(NAL.delta, skippedSlice(raster, this.#number));
  }
}

function sps({ width, height }: Raster): Buffer {
  const bits = new Bits();
  for (const byte of PROFILE) bits.fixed(byte, 8);
  bits.ue(0); // seq_parameter_set_id
  bits.ue(NUMBER_BITS - 4); // log2_max_frame_num_minus4
  bits.ue(2); // pic_order_cnt_type: shown in the order in which they come
  bits.ue(1); // max_num_ref_frames
  bits.fixed(0, 1); // gaps_in_frame_num_value_allowed_flag
  bits.ue(width / SIDE - 1);
  bits.ue(height / SIDE - 1);
  bits.fixed(1, 1); // frame_mbs_only_flag
  bits.fixed(1, 1); // direct_8x8_inference_flag
  bits.fixed(0, 1); // frame_cropping_flag
  bits.fixed(0, 1); // vui_parameters_present_flag
  return bits.end();
}

function pps(): Buffer {
  const bits = new Bits();
  bits.ue(0); // pic_parameter_set_id
  bits.ue(0); // seq_parameter_set_id
  bits.fixed(0, 2); // entropy_coding_mode_flag, bottom_field_pic_order_in_frame_present_flag
  // num_slice_groups_minus1, num_ref_idx_l0_default_active_minus1, num_ref_idx_l1_default_active_minus1
  for (let field = 0; field < 3; field += 1) bits.ue(0);
  bits.fixed(0, 3); // weighted_pred_flag, weighted_bipred_idc
  // pic_init_qp_minus26, pic_init_qs_minus26, chroma_qp_index_offset
  for (let field = 0; field < 3; field += 1) bits.ue(0);
  bits.fixed(1, 1); // deblocking_filter_control_present_flag
  bits.fixed(0, 2); // constrained_intra_pred_flag, redundant_pic_cnt_present_flag
  return bits.end();
}

function keySlice(raster: Raster, keys: number): Buffer {
  const bits = new Bits();
  sliceHead(bits, SLICE.i, 0);
  bits.ue(keys % 2); // idr_pic_id: two key frames in a row differ in it
  bits.fixed(0, 2); // no_output_of_prior_pics_flag, long_term_reference_flag
  sliceTail(bits);
  for (let top = 0; top < raster.height; top += SIDE)
    for (let left = 0; left < raster.width; left += SIDE) {
      bits.ue(I_PCM);
      bits.align();
      bits.bytes(samples(raster, left, top));
      bits.bytes(NEUTRAL_CHROMA);
    }
  return bits.end();
}

function skippedSlice({ width, height }: Raster, number: number): Buffer {
  const bits = new Bits();
  sliceHead(bits, SLICE.p, number);
  bits.fixed(0, 3); // num_ref_idx_active_override, ref_pic_list_modification, adaptive_ref_pic_marking_mode flags
  sliceTail(bits);
  bits.ue((width / SIDE) * (height / SIDE)); // mb_skip_run
  return bits.end();
}

function sliceHead(bits: Bits, type: number, number: number): void {
  bits.ue(0); // first_mb_in_slice
  bits.ue(type);
  bits.ue(0); // pic_parameter_set_id
  bits.fixed(number, NUMBER_BITS);
}

function sliceTail(bits: Bits): void {
  bits.ue(0); // slice_qp_delta
  bits.ue(1); // disable_deblocking_filter_idc
}

/** One macroblock's brightness, in the range that video has. */
function samples({ width, pixels }: Raster, left: number, top: number): Buffer {
  const result = Buffer.alloc(SIDE * SIDE);
  for (let at = 0; at < result.length; at += 1) {
    const pixel = pixels[(top + Math.floor(at / SIDE)) * width + left + (at % SIDE)] ?? 0;
    result[at] = 16 + Math.round((pixel * 219) / 255);
  }
  return result;
}

/** @param first - Its kind. */
function unit(first: number, content: Buffer): Buffer {
  const bytes = [first];
  let zeros = 0;
  for (const byte of content) {
    // Otherwise it would read as a start code.
    if (zeros >= 2 && byte <= 3) {
      bytes.push(3);
      zeros = 0;
    }
    bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.concat([START_CODE, Buffer.from(bytes)]);
}

class Bits {
  readonly #done: Buffer[] = [];
  #open: number[] = [];

  fixed(value: number, length: number): void {
    for (let bit = length - 1; bit >= 0; bit -= 1) this.#open.push((value >> bit) & 1);
  }

  /** The standard's code for small numbers: as many zeros as there are bits after the first one. */
  ue(value: number): void {
    const length = 32 - Math.clz32(value + 1);
    this.fixed(0, length - 1);
    this.fixed(value + 1, length);
  }

  align(): void {
    while (this.#open.length % 8 > 0) this.#open.push(0);
  }

  /** Where it is aligned. */
  bytes(bytes: Buffer): void {
    this.#flush();
    this.#done.push(bytes);
  }

  end(): Buffer {
    this.#open.push(1);
    this.align();
    this.#flush();
    return Buffer.concat(this.#done);
  }

  #flush(): void {
    const bytes = Buffer.alloc(this.#open.length / 8);
    for (const [at, bit] of this.#open.entries()) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (7 - (at & 7)));
    this.#done.push(bytes);
    this.#open = [];
  }
}
