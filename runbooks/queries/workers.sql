-- What the workers ask, read-only. Put the queries of yours here: each one is
-- run on the rehearsal copy and after the rollout, and must not fail.

-- Sequences that will soon have no number left.
SELECT schemaname, sequencename, last_value, max_value
  FROM pg_sequences
 WHERE last_value > max_value * 0.9;

-- Tables that were never analyzed: plans are guesses there.
SELECT relid::regclass AS table_name, n_live_tup
  FROM pg_stat_user_tables
 WHERE last_analyze IS NULL AND last_autoanalyze IS NULL AND n_live_tup > 10000;
