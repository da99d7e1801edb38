-- expect: B alter foreign data wrapper gains: foreign tables may read elsewhere
-- expect: B alter foreign data wrapper loses: foreign tables may read elsewhere
-- expect: B alter foreign table other: foreign tables may read elsewhere
-- expect: B alter foreign table part: foreign tables may read elsewhere
-- expect: B drop server gone: dependency break; dependency break: user mapping PUBLIC on gone goes too
-- expect: B alter server moved: foreign tables may read elsewhere; data loss: options of its user mappings, passwords perhaps; foreign table public.other is dropped and made again; user mapping PUBLIC on moved is dropped and made again
-- expect: B alter server typed: foreign tables may read elsewhere; data loss: options of its user mappings, passwords perhaps; foreign table public.part is dropped and made again; foreign table public.seen is dropped and made again
-- expect: B drop user mapping PUBLIC on gone: data loss: its options, a password perhaps
-- expect: A add server come
-- from
CREATE EXTENSION file_fdw;
CREATE FOREIGN DATA WRAPPER gains;
CREATE FOREIGN DATA WRAPPER loses HANDLER file_fdw_handler VALIDATOR file_fdw_validator;
CREATE FOREIGN DATA WRAPPER one;
CREATE FOREIGN DATA WRAPPER two;
CREATE SERVER gone FOREIGN DATA WRAPPER one;
CREATE USER MAPPING FOR PUBLIC SERVER gone;
CREATE SERVER moved FOREIGN DATA WRAPPER one;
CREATE SERVER typed TYPE 'a' FOREIGN DATA WRAPPER one;
CREATE USER MAPPING FOR PUBLIC SERVER moved;
CREATE FOREIGN TABLE seen (a int) SERVER typed;
CREATE FOREIGN TABLE other (a int) SERVER moved;
CREATE TABLE whole (a int) PARTITION BY RANGE (a);
CREATE FOREIGN TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (10) SERVER typed;
-- to
CREATE EXTENSION file_fdw;
CREATE FOREIGN DATA WRAPPER gains HANDLER file_fdw_handler VALIDATOR file_fdw_validator;
CREATE FOREIGN DATA WRAPPER loses;
CREATE FOREIGN DATA WRAPPER one;
CREATE FOREIGN DATA WRAPPER two;
CREATE SERVER come FOREIGN DATA WRAPPER two;
CREATE SERVER moved FOREIGN DATA WRAPPER two;
CREATE SERVER typed TYPE 'b' FOREIGN DATA WRAPPER one;
CREATE USER MAPPING FOR PUBLIC SERVER moved;
CREATE FOREIGN TABLE seen (a int) SERVER typed;
CREATE FOREIGN TABLE other (a int) SERVER typed;
CREATE TABLE whole (a int) PARTITION BY RANGE (a);
CREATE FOREIGN TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (20) SERVER typed;
