-- 0005_thread: a conversation under a public post is one of its own: contact and post make it.
ALTER TABLE conversation ADD COLUMN IF NOT EXISTS thread TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation DROP CONSTRAINT IF EXISTS conversation_account_id_scheme_value_key;
CREATE UNIQUE INDEX IF NOT EXISTS conversation_by_address ON conversation (account_id, scheme, value, thread);
