-- Numbers. hash stands for parameter and unit; a number in several units has several rows.
CREATE TABLE index_number (
    hash INTEGER NOT NULL,
    value REAL NOT NULL,
    vid INTEGER NOT NULL,
    PRIMARY KEY (hash, value, vid)
) STRICT, WITHOUT ROWID;
CREATE INDEX index_number_of ON index_number (vid, hash, value);

-- Ranges of numbers, infinite where they are open. They are rare, so what ends above a number may walk all of a hash.
CREATE TABLE index_range (
    hash INTEGER NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    vid INTEGER NOT NULL,
    PRIMARY KEY (hash, low, high, vid)
) STRICT, WITHOUT ROWID;
CREATE INDEX index_range_of ON index_range (vid, hash, low, high);
