/** What the other field may hold: one of these values, or anything but one. */
export type Wanted = readonly string[] | { readonly not: string };

/** Values that other fields must have, all at once. */
type Together = Readonly<Record<string, Wanted>>;

/** When a field is used, given the fields around it. Of a list one entry is enough. */
export type When = Together | readonly Together[];

/** Whether a field holds one of these values, as far as that is known before a message comes. */
export type MayBe = (field: string, wanted: Wanted) => boolean;

/** Whether a field may be used; one without conditions always is. */
export function isUsed(when: When | undefined, mayBe: MayBe): boolean {
  if (when === undefined) return true;
  return alternativesOf(when).some((together) =>
    Object.entries(together).every(([field, wanted]) => mayBe(field, wanted)),
  );
}

export function alternativesOf(when: When): readonly Together[] {
  // Array.isArray does not know a read-only array from an object.
  return Array.isArray(when) ? (when as readonly Together[]) : [when as Together];
}

export const isWanted = (value: string, wanted: Wanted): boolean =>
  "not" in wanted ? value !== wanted.not : wanted.includes(value);
