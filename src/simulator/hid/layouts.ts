/** Which characters the keys of the layouts make that the simulator knows, as kvmd's keymaps say. */

export interface KeyStroke {
  readonly key: string;
  readonly shift: boolean;
  readonly altgr: boolean;
}

const KEYS = (
  "Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal KeyQ KeyW KeyE " +
  "KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Backslash KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK " +
  "KeyL Semicolon Quote IntlBackslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash NumpadMultiply"
).split(" ");

/** For each key of `KEYS` what it makes: alone, with Shift, with AltGr, with both. `∅`: nothing. */
// prettier-ignore
const LEVELS = {
  "en-us": rows(`
    \`~ 1! 2@ 3# 4$ 5% 6^ 7& 8* 9( 0) -_ =+ qQ wW eE rR tT yY uU iI oO pP [{ ]} \\| aA sS dD fF gG hH jJ kK lL
    ;: '" ∅∅∅¦ zZ xX cC vV bB nN mM ,< .> /? ×
  `),
  "en-gb": rows(`
    \`¬ 1!¹¡ 2"²⅛ 3£³ 4$€¼ 5%½⅜ 6^¾⅝ 7&∅⅞ 8*∅™ 9(∅± 0)∅° -_∅¿ =+ qQ∅Ω wWłŁ eE rR¶® tTŧŦ yY←¥ uU↓↑ iI→ı oOø pPþÞ
    [{ ]} #~ aAæÆ sSß§ dDðÐ fFđª gGŋŊ hHħĦ jJ kKĸ lL ;: '@ \\|∅¦ zZ« xX» cC¢© vV bB nN mMµº ,<─× .>·÷ /?
  `),
  de: rows(`
    ∅ 1!¹¡ 2"²⅛ 3§³£ 4$¼¤ 5%½⅜ 6&¬⅝ 7/{⅞ 8([™ 9)]± 0=}° ß?\\¿ ´\`¸ qQ@Ω wWłŁ eE€ rR¶® tTŧŦ zZ←¥ uU↓↑ iI→ı oOø
    pPþÞ üÜ¨ +*~¯ #' aAæÆ sS dDðÐ fFđª gGŋŊ hHħĦ jJ kKĸ lL öÖ˝ äÄ^ <>| yY» xX« cC¢© vV bB nN mMµº ,;·× .:∅÷ -_
  `),
  fr: rows(`
    ²∅¬ &1¹¡ é2~⅛ "3# '4{ (5[⅜ -6|⅝ è7\`⅞ _8\\™ ç9^± à0@ )°]¿ =+}˛ aAæÆ zZ« eE€¢ rR¶® tTŧŦ yY←¥ uU↓↑ iI→ı oOø
    pPþÞ ∅¨ $£¤¯ *µ∅˘ qQ∅Ω sSß dDðÐ fFđª gGŋŊ hHħĦ jJ kKĸ lLłŁ mM∅º ù%∅ˇ <>∅¦ wW xX» cC∅© vV bB nN ,?´˝ ;.─×
    :/·÷ !§∅˙
  `),
} as const;

type Layout = keyof typeof LEVELS;

export const isLayout = (name: string): name is Layout => Object.hasOwn(LEVELS, name);

/** The strokes for a layout's characters, in the order of the keys. */
export function strokesOf(layout: Layout): (readonly [character: string, stroke: KeyStroke])[] {
  return LEVELS[layout].flatMap((levels, index) =>
    Array.from(levels).flatMap((character, level) => {
      const stroke = { key: KEYS[index] ?? "", shift: level % 2 === 1, altgr: level > 1 };
      return character === "∅" ? [] : [[character, stroke] as const];
    }),
  );
}

function rows(levels: string): readonly string[] {
  return levels.trim().split(/\s+/);
}
