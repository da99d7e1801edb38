-- bench/schema.sql - schemas for bench_schema: tables as applications have
-- them, and 1 % of drift.  All that is in here is deterministic.

CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql
AS 'BEGIN new.updated_at := now(); RETURN new; END';

-- Twenty schemas, that tables are spread over.
CREATE PROCEDURE public.make_schemas() LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 0..19 LOOP
		EXECUTE format('CREATE SCHEMA s%s', i);
		EXECUTE format('CREATE TYPE s%s.status AS ENUM '
		    '(''open'', ''paid'', ''void'')', i);
	END LOOP;
END $$;

CREATE PROCEDURE public.make_table(i int) LANGUAGE plpgsql AS $$
DECLARE
	s text := 's' || i % 20;
	t text := s || '.t' || i;
BEGIN
	EXECUTE format('CREATE TABLE %s ('
	    'id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, '
	    'parent bigint, name text NOT NULL, email varchar(200), '
	    'status %s.status DEFAULT ''open'', '
	    'total numeric(14,2) NOT NULL DEFAULT 0 CHECK (total >= 0), '
	    'note text COLLATE "C", '
	    'created_at timestamptz NOT NULL DEFAULT now(), '
	    'updated_at timestamptz, data jsonb DEFAULT ''{}'', '
	    'CONSTRAINT t%s_email_key UNIQUE (email))', t, s, i);
	EXECUTE format('CREATE INDEX t%s_parent_idx ON %s (parent)', i, t);
	EXECUTE format('CREATE INDEX t%s_created_idx ON %s (created_at DESC) '
	    'WHERE status = ''open''', i, t);
	IF i > 20 THEN
		EXECUTE format('ALTER TABLE %s ADD CONSTRAINT t%s_parent_fkey '
		    'FOREIGN KEY (parent) REFERENCES %s.t%s ON DELETE CASCADE',
		    t, i, s, i - 20);
	END IF;
	EXECUTE format('COMMENT ON TABLE %s IS ''table number %s''', t, i);
	EXECUTE format('COMMENT ON COLUMN %s.total IS ''in cents''', t);
	EXECUTE format('GRANT SELECT, INSERT ON %s TO bench_app', t);
	IF i % 5 = 0 THEN
		EXECUTE format('CREATE VIEW %s.v%s AS SELECT id, name, total '
		    'FROM %s WHERE status = ''open''', s, i, t);
		EXECUTE format('CREATE FUNCTION %s.f%s(a bigint) RETURNS numeric '
		    'LANGUAGE sql STABLE AS ''select sum(total) from %s where '
		    'parent = a''', s, i, t);
	END IF;
	IF i % 4 = 0 THEN
		EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY own ON %s FOR SELECT TO bench_app '
		    'USING (name = current_user)', t);
		EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON %s '
		    'FOR EACH ROW EXECUTE FUNCTION public.touch()', t);
	END IF;
END $$;

-- A commit now and then: each table takes locks, and there are not many.
CREATE PROCEDURE public.make_tables(n int) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..n LOOP
		CALL public.make_table(i);
		IF i % 50 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END $$;

CREATE PROCEDURE public.drift(n int) LANGUAGE plpgsql AS $$
DECLARE
	t text;
BEGIN
	FOR i IN 1..n BY 100 LOOP
		t := 's' || i % 20 || '.t' || i;
		EXECUTE format('ALTER TABLE %s ADD COLUMN extra text, '
		    'ALTER COLUMN total TYPE numeric(16,2)', t);
		EXECUTE format('DROP INDEX %s_parent_idx', t);
		EXECUTE format('COMMENT ON TABLE %s IS ''changed''', t);
		COMMIT;
	END LOOP;
END $$;
