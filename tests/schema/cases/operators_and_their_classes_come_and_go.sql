-- expect: A add operator === (integer, integer)
-- expect: A add operator !== (integer, integer)
-- expect: B drop operator ~~~ (NONE, integer): dependency break
-- expect: A add operator family backwards USING btree
-- expect: A add operator class backwards USING btree
-- expect: B alter operator family loose USING btree: definition replaced
-- from
CREATE OPERATOR ~~~ (FUNCTION = pg_catalog.int4um, RIGHTARG = int);
CREATE OPERATOR FAMILY loose USING btree;
-- to
CREATE OPERATOR === (FUNCTION = pg_catalog.int4eq, LEFTARG = int, RIGHTARG = int, COMMUTATOR = ===, NEGATOR = !==, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR !== (FUNCTION = pg_catalog.int4ne, LEFTARG = int, RIGHTARG = int, COMMUTATOR = !==, NEGATOR = ===);
CREATE OPERATOR CLASS backwards FOR TYPE int USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(int, int);
CREATE OPERATOR FAMILY loose USING btree;
ALTER OPERATOR FAMILY loose USING btree ADD OPERATOR 1 < (int, bigint), FUNCTION 1 (int, bigint) btint48cmp(int, bigint);
