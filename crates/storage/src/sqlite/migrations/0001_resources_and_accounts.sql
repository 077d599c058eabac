-- Every version of every resource, never changed. The current version of a resource is the one with the
-- greatest number. vid counts all versions of the store in the order of their commits.
CREATE TABLE version (
    vid INTEGER PRIMARY KEY,
    type INTEGER NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    method INTEGER NOT NULL,
    body BLOB
) STRICT;
CREATE UNIQUE INDEX version_place ON version (type, id, version);

-- The rows below name the version that they were computed from. Those of a superseded version stay until the
-- walks over search results that may need them are over.

-- Versions that are not deletions, in the order of change.
CREATE TABLE live (
    type INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    vid INTEGER NOT NULL,
    PRIMARY KEY (type, last_updated, vid)
) STRICT, WITHOUT ROWID;

-- What is equal or not; hash stands for parameter and value.
CREATE TABLE index_key (
    hash INTEGER NOT NULL,
    vid INTEGER NOT NULL,
    PRIMARY KEY (hash, vid)
) STRICT, WITHOUT ROWID;

-- The hashes of a version's keys, 8 bytes each, little endian.
CREATE TABLE manifest (
    vid INTEGER PRIMARY KEY,
    hashes BLOB NOT NULL
) STRICT;

CREATE TABLE index_text (
    parameter INTEGER NOT NULL,
    folded TEXT NOT NULL,
    vid INTEGER NOT NULL,
    PRIMARY KEY (parameter, folded, vid)
) STRICT, WITHOUT ROWID;
CREATE INDEX index_text_of ON index_text (vid, parameter);

-- Spans of time in milliseconds since the epoch, half open. A span of level n below 63 is shorter than 2^n ms; 63 is
-- for all longer ones. 64 more says that the version has several spans under the parameter.
CREATE TABLE index_span (
    parameter INTEGER NOT NULL,
    level INTEGER NOT NULL,
    begins INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    vid INTEGER NOT NULL,
    PRIMARY KEY (parameter, level, begins, ends, vid)
) STRICT, WITHOUT ROWID;
CREATE INDEX index_span_of ON index_span (vid, parameter);

-- Whose time a resource holds.
CREATE TABLE hold (
    holder INTEGER NOT NULL,
    level INTEGER NOT NULL,
    begins INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    vid INTEGER NOT NULL,
    PRIMARY KEY (holder, level, begins, ends, vid)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_of ON hold (vid);

-- Versions whose rows above have not been removed although by_vid has replaced them.
CREATE TABLE superseded (
    vid INTEGER PRIMARY KEY,
    by_vid INTEGER NOT NULL,
    type INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX superseded_at ON superseded (at);
CREATE INDEX superseded_type ON superseded (type);

-- Numbers that the store keeps about itself.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE client (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret_salt BLOB NOT NULL,
    secret_hash BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    hash BLOB PRIMARY KEY,
    client_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    patient TEXT,
    issued INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX token_client ON token (client_id);
CREATE INDEX token_expires ON token (expires);
