-- The tables mean what they mean in SQLite (see its migrations); what differs is said here.
--
-- No table refers to another and no number comes from a sequence, so that the tables can be spread over several
-- machines: by type and id those keyed by them, by their first column the others.

-- vid is made of the transaction's number and a count within it (see postgres/session.rs).
CREATE TABLE version (
    type smallint NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    vid bigint NOT NULL,
    last_updated bigint NOT NULL,
    method smallint NOT NULL,
    body bytea,
    PRIMARY KEY (type, id, version)
);
CREATE UNIQUE INDEX version_vid ON version (vid);
CREATE INDEX version_changed ON version (last_updated);

CREATE TABLE live (
    type smallint NOT NULL,
    last_updated bigint NOT NULL,
    vid bigint NOT NULL,
    PRIMARY KEY (type, last_updated, vid)
);
CREATE INDEX live_vid ON live (type, vid);

CREATE TABLE index_key (
    hash bigint NOT NULL,
    vid bigint NOT NULL,
    PRIMARY KEY (hash, vid)
);

CREATE TABLE manifest (
    vid bigint PRIMARY KEY,
    hashes bytea NOT NULL
);

CREATE TABLE index_text (
    parameter integer NOT NULL,
    folded text COLLATE "C" NOT NULL,
    vid bigint NOT NULL,
    PRIMARY KEY (parameter, folded, vid)
);
CREATE INDEX index_text_of ON index_text (vid, parameter, folded);

CREATE TABLE index_span (
    parameter integer NOT NULL,
    level smallint NOT NULL,
    begins bigint NOT NULL,
    ends bigint NOT NULL,
    vid bigint NOT NULL,
    PRIMARY KEY (parameter, level, begins, ends, vid)
);
CREATE INDEX index_span_of ON index_span (vid, parameter, begins, ends);

CREATE TABLE hold (
    holder bigint NOT NULL,
    level smallint NOT NULL,
    begins bigint NOT NULL,
    ends bigint NOT NULL,
    vid bigint NOT NULL,
    PRIMARY KEY (holder, level, begins, ends, vid)
);
CREATE INDEX hold_of ON hold (vid);

CREATE TABLE superseded (
    vid bigint PRIMARY KEY,
    by_vid bigint NOT NULL,
    type smallint NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX superseded_at ON superseded (at);
CREATE INDEX superseded_type ON superseded (type);

-- Marks of walks over search results that began while other transactions were under way: those are not seen, even
-- though their numbers are below the mark.
CREATE TABLE walk (
    mark bigint PRIMARY KEY,
    excluded bigint[] NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX walk_at ON walk (at);

CREATE TABLE setting (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE client (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    secret_salt bytea NOT NULL,
    secret_hash bytea NOT NULL,
    scopes text NOT NULL,
    created bigint NOT NULL
);

CREATE TABLE token (
    hash bytea PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL,
    scopes text NOT NULL,
    patient text COLLATE "C",
    issued bigint NOT NULL,
    expires bigint NOT NULL
);
CREATE INDEX token_client ON token (client_id);
CREATE INDEX token_expires ON token (expires);
