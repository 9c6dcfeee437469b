/**
 * The users service's tables. A user of the old shop is an `account` and its `preferences` here; roles
 * and sessions come along row by row. What follows them only this service has: Argon2id hashes, mailed
 * tokens, throttling, the identity provider's records and keys, the outbox.
 *
 * Instants are UTC. `account` keeps the old shop's salted hash: it is what a rollback logs in with.
 *
 * @module
 */
import type { Knex } from 'knex'

/** The old shop's, as mapped by services/users/manifest.yaml. */
const mapped: readonly string[] = [
  `CREATE TABLE account (
    id INT NOT NULL AUTO_INCREMENT,
    email VARCHAR(190) NOT NULL,
    name VARCHAR(200) NOT NULL,
    legacy_salt CHAR(16) CHARACTER SET ascii NOT NULL,
    legacy_hash CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'sha256 of salt and password',
    phone VARCHAR(40) NULL,
    street VARCHAR(200) NULL,
    city VARCHAR(120) NULL,
    postcode VARCHAR(20) NULL,
    country CHAR(2) NULL,
    active TINYINT(1) NOT NULL DEFAULT 1,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY account_email (email),
    KEY account_name (name)
  )`,
  `CREATE TABLE preferences (
    user_id INT NOT NULL,
    newsletter TINYINT(1) NOT NULL DEFAULT 0,
    prefs LONGTEXT NULL COMMENT 'JSON',
    PRIMARY KEY (user_id),
    CONSTRAINT preferences_account FOREIGN KEY (user_id) REFERENCES account (id)
  )`,
  `CREATE TABLE user_role (
    user_id INT NOT NULL,
    role VARCHAR(20) NOT NULL,
    granted_at DATETIME NOT NULL,
    PRIMARY KEY (user_id, role),
    CONSTRAINT user_role_account FOREIGN KEY (user_id) REFERENCES account (id)
  )`,
  `CREATE TABLE session (
    token CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'sha256 of the cookie',
    user_id INT NOT NULL,
    created_at DATETIME NOT NULL,
    last_login_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    user_agent VARCHAR(200) NULL,
    PRIMARY KEY (token),
    KEY session_expires (expires_at),
    KEY session_user (user_id),
    CONSTRAINT session_account FOREIGN KEY (user_id) REFERENCES account (id)
  )`,
]

/** No foreign keys into mapped tables: those are filled by somebody else before a cutover. */
const serviceOnly: readonly string[] = [
  `CREATE TABLE credential (
    user_id INT NOT NULL,
    argon2 VARCHAR(200) CHARACTER SET ascii NOT NULL,
    made_beside CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'account.legacy_hash when it was made',
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (user_id)
  )`,
  `CREATE TABLE verified_email (
    user_id INT NOT NULL,
    email VARCHAR(190) NOT NULL,
    verified_at DATETIME NOT NULL,
    PRIMARY KEY (user_id)
  )`,
  `CREATE TABLE mailed_token (
    token CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'sha256 of what was mailed',
    purpose ENUM('reset','verify') NOT NULL,
    user_id INT NOT NULL,
    email VARCHAR(190) NOT NULL,
    expires_at DATETIME NOT NULL,
    PRIMARY KEY (token),
    KEY mailed_token_user (user_id, purpose),
    KEY mailed_token_expires (expires_at)
  )`,
  `CREATE TABLE login_attempt (
    subject CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'sha256 of account or address',
    failures INT NOT NULL,
    until DATETIME(3) NOT NULL COMMENT 'when the failures are forgotten',
    PRIMARY KEY (subject),
    KEY login_attempt_until (until)
  )`,
  `CREATE TABLE admin_action (
    id BIGINT NOT NULL AUTO_INCREMENT,
    actor_id INT NULL,
    user_id INT NOT NULL,
    action VARCHAR(20) NOT NULL,
    request_id VARCHAR(80) NULL,
    done_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    KEY admin_action_user (user_id, id)
  )`,
  `CREATE TABLE oidc_record (
    kind VARCHAR(30) CHARACTER SET ascii NOT NULL,
    id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    payload LONGTEXT NOT NULL COMMENT 'JSON',
    grant_id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
    uid VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
    consumed_at DATETIME(3) NULL,
    expires_at DATETIME NULL,
    PRIMARY KEY (kind, id),
    KEY oidc_record_grant (grant_id),
    KEY oidc_record_uid (uid),
    KEY oidc_record_expires (expires_at)
  )`,
  `CREATE TABLE token_session (
    grant_id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sid VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id INT NOT NULL,
    name VARCHAR(200) NOT NULL,
    email VARCHAR(190) NOT NULL,
    roles VARCHAR(400) NOT NULL COMMENT 'JSON',
    cookie TEXT CHARACTER SET ascii NOT NULL COMMENT 'sealed',
    cookie_hash CHAR(64) CHARACTER SET ascii NOT NULL,
    created_at DATETIME NOT NULL,
    checked_at DATETIME NOT NULL,
    ended_at DATETIME NULL,
    PRIMARY KEY (grant_id),
    UNIQUE KEY token_session_sid (sid),
    KEY token_session_cookie (cookie_hash),
    KEY token_session_user (user_id)
  )`,
  `CREATE TABLE refresh_answer (
    token CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'sha256 of the refresh token and its client',
    answer TEXT CHARACTER SET ascii NULL COMMENT 'sealed',
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (token),
    KEY refresh_answer_created (created_at)
  )`,
  `CREATE TABLE signing_key (
    kid VARCHAR(40) CHARACTER SET ascii NOT NULL,
    slot ENUM('current','next') NULL COMMENT 'NULL: published, signs no more',
    private_key TEXT CHARACTER SET ascii NOT NULL COMMENT 'JWK, sealed',
    created_at DATETIME NOT NULL,
    current_since DATETIME NULL,
    retired_at DATETIME NULL,
    PRIMARY KEY (kid),
    UNIQUE KEY signing_key_slot (slot)
  )`,
  `CREATE TABLE outbox (
    id CHAR(36) CHARACTER SET ascii NOT NULL,
    aggregatetype VARCHAR(40) NOT NULL,
    aggregateid VARCHAR(80) NOT NULL,
    type VARCHAR(60) NOT NULL,
    payload LONGTEXT NOT NULL COMMENT 'JSON',
    traceparent VARCHAR(80) NULL,
    request_id VARCHAR(80) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id)
  )`,
]

const names = [...mapped, ...serviceOnly].map((sql) => /CREATE TABLE (\w+)/.exec(sql)?.[1] ?? '')

export async function up(knex: Knex): Promise<void> {
  for (const table of [...mapped, ...serviceOnly]) {
    await knex.raw(`${table} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of names.toReversed()) await knex.schema.dropTableIfExists(table)
}
