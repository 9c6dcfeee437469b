/**
 * Several writes to the ledger as one statement of the server (`BEGIN NOT ATOMIC`, MariaDB): one
 * round trip, where a transaction driven from here takes one for each of its parts. In the window of
 * a transfer clients wait for every one of them.
 *
 * @module
 */
import { type Db, type Param, serverErrorNumber } from '@matapalo/runtime'

export interface Write {
  readonly sql: string
  readonly params: readonly Param[]
  /** Everything is rolled back unless it touches exactly so many rows. */
  readonly rows?: number
}

/** The batch was rolled back: the condition did not hold, or a write met other rows than expected. */
export class BatchRefused extends Error {
  readonly why: 'condition' | 'rows'

  constructor(why: 'condition' | 'rows', cause: unknown) {
    super(`batch refused: ${why}`, { cause })
    this.why = why
  }
}

const signal = (why: BatchRefused['why']): string =>
  `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'batch refused: ${why}';`

const userException = 1644

/** @param condition a SELECT that gives a row when the batch may commit; it locks what it reads */
export async function runBatch(
  db: Pick<Db, 'execute'>,
  condition: Write,
  writes: readonly Write[],
): Promise<void> {
  const body = writes.map(({ sql, rows }) =>
    rows === undefined
      ? `${sql};`
      : `${sql}; IF ROW_COUNT() <> ${rows} THEN ${signal('rows')} END IF;`,
  )
  const block = `BEGIN NOT ATOMIC
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
    START TRANSACTION;
    IF NOT EXISTS (${condition.sql}) THEN ${signal('condition')} END IF;
    ${body.join('\n    ')}
    COMMIT;
  END`
  try {
    await db.execute(block, [...condition.params, ...writes.flatMap(({ params }) => params)])
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const [, why] = /batch refused: (condition|rows)$/.exec(message) ?? []
    if (serverErrorNumber(error) !== userException || why === undefined) throw error
    throw new BatchRefused(why === 'condition' ? 'condition' : 'rows', error)
  }
}
