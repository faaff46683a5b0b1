/** By how much a figure grew, as a straight line through all looks has it, and how sure that is. */
interface Slope {
  /** From one look to the next. */
  each: number;
  /** Its standard error. */
  noise: number;
  /** Over all looks, as the line has it. */
  all: number;
}

/** Least squares; the noise is what the line does not explain. @param looks three at least */
export function slopeOf(looks: readonly number[]): Slope {
  const count = looks.length;
  const middle = (count - 1) / 2;
  const mean = looks.reduce((sum, value) => sum + value, 0) / count;
  let spread = 0;
  let shared = 0;
  for (const [at, value] of looks.entries()) {
    spread += (at - middle) ** 2;
    shared += (at - middle) * (value - mean);
  }
  const each = shared / spread;
  const left = looks.reduce((sum, value, at) => sum + (value - mean - each * (at - middle)) ** 2, 0);
  return { each, noise: Math.sqrt(left / Math.max(1, count - 2) / spread), all: each * (count - 1) };
}

/** Whether it may as well not grow at all, or by so little that years of it are nothing. */
export const isFlat = ({ each, noise, all }: Slope, little: number): boolean => each <= 2 * noise || all <= little;
