/** A small fixed font: printable ASCII, five dots wide and seven high. */

export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;

/** From the blank on, seven rows per character, each row a base-32 digit whose highest bit is the leftmost dot. */
const ROWS =
  "00000004444404aaa0000aavavaa4fke5u4op248j3cik8lid44800002488842842224804lel40044v4400000448000v000" +
  "00000cc01248g0ehjlphe4c4444eeh1248vv2421he26aiv22vgu11he68guhhev124888ehhehheehhf12c0cc0cc00cc0c48" +
  "248g84200v0v008421248eh12404eh1dlleehhvhhhuhhuhhuehggghesihhhisvgguggvvggugggehgnhhfhhhvhhhe44444e" +
  "72222ichikokihggggggvhrllhhhhhpljhhehhhhheuhhugggehhhliduhhukihfgge11uv444444hhhhhhehhhhha4hhhllla" +
  "hha4ahhhhha444v1248gve88888e0g84210e22222e4ah0000000000v842000000e1fhfggmphhu00egghe11djhhf00ehvge" +
  "698s8880fhhf1eggmphhh40c444e20622icggikokic44444e00qllhh00mphhh00ehhhe00uhugg00djf1100mpggg00ege1u" +
  "88s889600hhhjd00hhha400hhlla00ha4ah00hhf1e00v248v244844244444448442448008l200";

const FIRST = " ".charCodeAt(0);
const UNKNOWN = "?".charCodeAt(0) - FIRST;

/** Whether the character has a dot there. What is not ASCII looks like a question mark. */
export function hasDot(character: string, x: number, y: number): boolean {
  const index = character.charCodeAt(0) - FIRST;
  const known = index >= 0 && index * GLYPH_HEIGHT < ROWS.length ? index : UNKNOWN;
  const row = parseInt(ROWS.charAt(known * GLYPH_HEIGHT + y), 32);
  return ((row >> (GLYPH_WIDTH - 1 - x)) & 1) === 1;
}
