CREATE TABLE index_number (
    hash bigint NOT NULL,
    value double precision NOT NULL,
    vid bigint NOT NULL,
    PRIMARY KEY (hash, value, vid)
);
CREATE INDEX index_number_of ON index_number (vid, hash, value);

CREATE TABLE index_range (
    hash bigint NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    vid bigint NOT NULL,
    PRIMARY KEY (hash, low, high, vid)
);
CREATE INDEX index_range_of ON index_range (vid, hash, low, high);
