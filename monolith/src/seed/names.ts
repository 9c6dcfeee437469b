/**
 * Names and titles in many scripts, and the odd values that real shops collect: quotes, emoji,
 * right-to-left marks, combining characters, full lengths.
 *
 * @module
 */
import type { Random } from './random.ts'

const given = [
  'Ana', 'José', 'María', 'Zoë', 'Søren', 'Łukasz', 'Đorđe', 'Şebnem', 'Ωριγένης', 'Олена', 'Юрій',
  'Նարե', 'ნინო', 'שרה', 'محمد', 'فاطمه', 'आरती', 'অমিত', 'தமிழ்', 'สมชาย', '伟', '結衣', '민준', 'Nguyễn',
  "Sinéad O'", 'Ñawi', 'Kawésqar', 'Yma', 'Iñaki', 'Zuzana',
] // biome-ignore format: a list of names reads better in lines
const family = [
  'García',
  'Márquez',
  "O'Connor",
  'Müller',
  'Åkesson',
  'Ibáñez-Núñez',
  'Dvořák',
  'Szymborska',
  'Παπαδοπούλου',
  'Шевченко',
  'Достоевский',
  'Խաչատրյան',
  'შავაძე',
  'לוי',
  'نجيب',
  'درویش',
  'शर्मा',
  'ঠাকুর',
  'பாரதி',
  'ศรีสุข',
  '鲁',
  '村上',
  '김',
  'Trần',
  'van der Berg',
  'de la Cruz',
  'MacDonald',
  'Quispe',
]
const adjectives = [
  'Silent',
  'Último',
  'Grüne',
  'Perdido',
  'Белая',
  'Ночной',
  '静かな',
  '红',
  '푸른',
  'الأخير',
  'השקט',
  'अनंत',
  'Vermelho',
  'Hundred-Year',
  'Éternel',
  'Kızıl',
  'Ασημένιο',
  'Wandering',
  'Tiny',
  'Second',
]
const nouns = [
  'River',
  'Jardín',
  'Straße',
  'Мост',
  'Звезда',
  '森',
  '山',
  '바다',
  'القمر',
  'הים',
  'नदी',
  'Coração',
  'Nuit',
  'Dağ',
  'Δέντρο',
  'Strangler Fig',
  'Matapalo',
  'Island',
  'Clock',
  'Letter',
]
const odd = [
  'He said "no", she said \'maybe\'',
  'Back\\slash, percent % and under_score',
  "Robert'); DROP TABLE books;--",
  '📚 Emoji 👩‍👩‍👧‍👦 family 🇨🇴',
  'e\u0301 is not é, n\u0303 is not ñ',
  '\u202Bמימין לשמאל\u202C and back',
  'مرحبا mixed with English 123',
  'Z\u0338a\u0334l\u0321g\u0322o\u0321 text',
  'Tab\tand\nnewline',
  '<b>not bold</b> & &amp;',
  'ẞ ß SS ſ İ ı i I',
  'ﷺ ﬁ ligatures ½ ² ™',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠜎𠜱𠝹',
  'null',
  'NULL',
  '0',
  ' leading and trailing space ',
  'comma, semicolon; "quoted"',
]

export function personName(from: Random): string {
  return `${from.pick(given)} ${from.pick(family)}`
}

export function bookTitle(from: Random, number: number): string {
  if (number % 400 === 7) return from.pick(odd)
  if (number % 10_000 === 11) return '书'.repeat(300)
  if (number % 10_000 === 13) return '📖'.repeat(300)
  const title = `${from.pick(adjectives)} ${from.pick(nouns)}`
  return from.chance(4) ? `${title} ${1 + from.under(12)}` : `${title} of ${from.pick(family)}`
}

export function bookAuthor(from: Random, number: number): string {
  if (number % 10_000 === 17) return `${'ñ'.repeat(299)}ü`
  const first = personName(from)
  return from.chance(6) ? `${first}, ${personName(from)}` : first
}

export function bookDescription(from: Random, number: number): string | null {
  if (number % 9 === 0) return null
  if (number % 50 === 1) return ''
  if (number % 5_000 === 19) return `${from.pick(odd)} `.repeat(120)
  const sentence = () => `${from.pick(adjectives)} ${from.pick(nouns)}, ${from.pick(family)}.`
  return from.chance(30) ? `${sentence()} ${from.pick(odd)}` : `${sentence()} ${sentence()}`
}
