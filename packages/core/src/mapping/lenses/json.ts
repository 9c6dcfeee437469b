/**
 * JSON in a text column to canonical JSON: members in the order of their names, no white space.
 *
 * Numbers and strings keep the characters they were written with (1.0 stays 1.0, a \u00e9 stays
 * escaped): reading them would send numbers through a double. The SQL of both sides compares
 * JSON_NORMALIZE (MariaDB 10.7), which drops the same differences and those of number formats. It is
 * given the document inside an array: 10.11.19 reads past the end of a document that is one number
 * with an exponent, and answers with digits of another row.
 *
 * @module
 */
import { canonicalJson } from '../jsonText.ts'
import { type Lens, textLens } from '../lens.ts'
import { asText, outside } from '../sqlText.ts'

export function jsonLens(): Lens {
  const sql = (expression: string) => {
    const wrapped = `IF(JSON_VALID(${expression}), CONCAT('[', ${expression}, ']'), NULL)`
    const normal = asText(`JSON_NORMALIZE(${wrapped})`)
    return `IF(${expression} IS NULL, NULL, IFNULL(${normal}, ${outside(asText(expression))}))`
  }
  return {
    ...textLens('MATAPALO_LENS_JSON', canonicalJson, canonicalJson),
    sqlForward: sql,
    sqlTarget: sql,
  }
}
