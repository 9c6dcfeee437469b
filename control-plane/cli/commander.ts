/**
 * The command-line library, imported here alone.
 *
 * @module
 */
export { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
