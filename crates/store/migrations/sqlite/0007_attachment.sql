-- 0007_attachment: where the bytes of a file are, and whether it may be opened. A table of its own: adding
-- columns to `attachment` in a way that can run twice would copy every file. A file without a row here has
-- its bytes in `attachment` and may be opened.
CREATE TABLE IF NOT EXISTS attachment_place (
    attachment_id TEXT PRIMARY KEY,
    object_key    TEXT,                         -- in the object store; NULL: in the database
    hold          TEXT                          -- waiting, infected; NULL: it may be opened
);
