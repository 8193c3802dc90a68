"""SQL schema of a new catalogue (the SQLite database of an index)."""

# A photo is a content, told by its digest; files are where it lies. A photo without a shard
# has lost its embedding by pruning and is kept for people's judgements alone.
# Paths are bytes, for file names need not be Unicode; '/' parts them on every system.
# A root's path is absolute, and no root lies in another. Two indexes hold all that is asked of
# every photo when an index is opened: where its embedding is, and whether a file vanished.
SCHEMA = """
CREATE TABLE roots (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE
);
CREATE TABLE manifest (  -- a copy of the file, in one row
    id INTEGER PRIMARY KEY CHECK (id = 1),
    json TEXT NOT NULL
);
CREATE TABLE shards (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    rows INTEGER NOT NULL,
    sha256 TEXT NOT NULL
);
CREATE TABLE photos (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: readers hold on to it
    digest TEXT NOT NULL UNIQUE,
    taken TEXT,
    camera TEXT,
    shard INTEGER REFERENCES shards,
    row INTEGER,
    taken_from TEXT  -- what told the time, and its zone; '' nothing; null: not looked for
);
CREATE INDEX photos_of_shard ON photos (shard, row);
CREATE TABLE files (
    root INTEGER NOT NULL REFERENCES roots,
    path BLOB NOT NULL,
    photo INTEGER NOT NULL REFERENCES photos,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    vanished INTEGER NOT NULL DEFAULT 0,
    ctime_ns INTEGER,  -- null, as the inode, where an older photorank kept none
    inode INTEGER,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE INDEX files_of_photo ON files (photo);
CREATE INDEX vanished_files ON files (photo) WHERE vanished;
CREATE TABLE skipped (
    root INTEGER NOT NULL REFERENCES roots,
    path BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reader TEXT,  -- the software that could not read it; null: try again on every run
    ctime_ns INTEGER,
    inode INTEGER,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL DEFAULT 'table'
);
CREATE TABLE raters (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE ratings (
    source INTEGER NOT NULL REFERENCES sources,
    rater INTEGER NOT NULL REFERENCES raters,
    photo INTEGER NOT NULL REFERENCES photos,
    score REAL NOT NULL,
    n_raters INTEGER NOT NULL,
    PRIMARY KEY (source, rater, photo)
) WITHOUT ROWID;
CREATE INDEX ratings_of_photo ON ratings (photo);
CREATE TABLE choices (
    id INTEGER PRIMARY KEY,  -- of a click: greater than that of all clicks before, also below
    source INTEGER NOT NULL REFERENCES sources,
    rater INTEGER NOT NULL REFERENCES raters,
    winner INTEGER NOT NULL REFERENCES photos,
    loser INTEGER NOT NULL REFERENCES photos,
    tie INTEGER NOT NULL,
    weight REAL NOT NULL DEFAULT 1,  -- how many people chose so
    asked TEXT,  -- why the two were shown: random or informative; null where that is not known
    made TEXT  -- when, in UTC, for people: a clock may be set back
);
CREATE INDEX choices_of_source ON choices (source);
CREATE INDEX choices_of_winner ON choices (winner);
CREATE INDEX choices_of_loser ON choices (loser);
CREATE TABLE skips (  -- pairs that a person was shown and passed over
    id INTEGER PRIMARY KEY,
    rater INTEGER NOT NULL REFERENCES raters,
    first INTEGER NOT NULL REFERENCES photos,
    second INTEGER NOT NULL REFERENCES photos,
    made TEXT NOT NULL
);
CREATE INDEX skips_of_rater ON skips (rater);
CREATE TABLE star_clicks (  -- what each click on stars replaced, so that it can be undone
    id INTEGER PRIMARY KEY,
    rater INTEGER NOT NULL REFERENCES raters,
    digest TEXT NOT NULL,
    before INTEGER NOT NULL,
    made TEXT NOT NULL
);
CREATE INDEX star_clicks_of_rater ON star_clicks (rater);
CREATE TABLE flags (  -- what a person always keeps, 1, or leaves out, -1
    rater INTEGER NOT NULL REFERENCES raters,
    digest TEXT NOT NULL,
    flag INTEGER NOT NULL,
    made TEXT NOT NULL,
    PRIMARY KEY (rater, digest)
) WITHOUT ROWID;
CREATE TABLE memberships (
    source INTEGER NOT NULL REFERENCES sources,
    photo INTEGER NOT NULL REFERENCES photos,
    "group" TEXT,
    series TEXT,
    split TEXT,  -- train, validation or test, where a dataset's authors split it
    PRIMARY KEY (source, photo)
) WITHOUT ROWID;
CREATE INDEX memberships_of_photo ON memberships (photo);
CREATE TABLE signals (  -- what was measured of a photo; null where a signal is not defined
    photo INTEGER PRIMARY KEY REFERENCES photos,
    width REAL,
    height REAL,
    sharpness REAL,
    best_tile_sharpness REAL,
    subject_sharpness REAL,
    high_frequencies REAL,
    singular_share REAL,
    noise REAL,
    brightness REAL,
    clipped_shadows REAL,
    clipped_highlights REAL,
    contrast REAL,
    colourfulness REAL,
    colour_cast REAL,
    jpeg_quality REAL,
    blockiness REAL
);
CREATE TABLE switches (  -- what this index is told to take along, or to leave out
    name TEXT PRIMARY KEY,
    is_on INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE photo_faces (  -- what the faces of a photo say of it; null without a face
    photo INTEGER PRIMARY KEY REFERENCES photos,
    version TEXT NOT NULL,  -- of the models and of what measured them
    faces INTEGER NOT NULL,
    largest_face REAL,
    largest_face_cut INTEGER NOT NULL,
    eyes_open INTEGER NOT NULL,
    eyes_hardly_open INTEGER NOT NULL,
    eyes_unknown INTEGER NOT NULL,
    face_sharpness REAL
);
CREATE TABLE faces (  -- the largest first; null where it could not be measured
    photo INTEGER NOT NULL REFERENCES photos,
    number INTEGER NOT NULL,
    "left" REAL NOT NULL,
    top REAL NOT NULL,
    "right" REAL NOT NULL,
    bottom REAL NOT NULL,
    detection REAL NOT NULL,
    mesh REAL NOT NULL,
    eye_distance REAL NOT NULL,
    yaw REAL NOT NULL,
    pitch REAL NOT NULL,
    roll REAL NOT NULL,
    openness REAL NOT NULL,
    eyes TEXT NOT NULL,
    sharpness REAL,
    cut INTEGER NOT NULL,
    PRIMARY KEY (photo, number)
) WITHOUT ROWID;
"""
