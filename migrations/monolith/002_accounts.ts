/**
 * Users, their roles and their sessions. A session row is written at login and removed at logout.
 *
 * @module
 */
import type { Knex } from 'knex'

const text = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`CREATE TABLE users (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(190) NOT NULL,
    name VARCHAR(200) NOT NULL,
    salt CHAR(16) CHARACTER SET ascii NOT NULL,
    password_hash CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'sha256 of salt and password',
    phone VARCHAR(40) NULL,
    street VARCHAR(200) NULL,
    city VARCHAR(120) NULL,
    postcode VARCHAR(20) NULL,
    country CHAR(2) NULL,
    active CHAR(1) NOT NULL DEFAULT 'Y',
    newsletter CHAR(1) NOT NULL DEFAULT 'N',
    prefs LONGTEXT NULL COMMENT 'JSON',
    created DATETIME NOT NULL,
    updated DATETIME NOT NULL,
    UNIQUE KEY users_email (email)
  ) ${text}`)
  await knex.raw(`CREATE TABLE user_roles (
    user_id INT NOT NULL,
    role VARCHAR(20) NOT NULL,
    granted DATETIME NOT NULL,
    PRIMARY KEY (user_id, role),
    CONSTRAINT user_roles_user FOREIGN KEY (user_id) REFERENCES users (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE sessions (
    token CHAR(64) CHARACTER SET ascii NOT NULL PRIMARY KEY COMMENT 'sha256 of the cookie',
    user_id INT NOT NULL,
    created DATETIME NOT NULL,
    last_login DATETIME NOT NULL,
    expires DATETIME NOT NULL,
    user_agent VARCHAR(200) NULL,
    KEY sessions_expires (expires),
    CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id)
  ) ${text}`)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['sessions', 'user_roles', 'users']) await knex.raw('DROP TABLE ??', [table])
}
