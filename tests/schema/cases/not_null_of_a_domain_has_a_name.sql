-- since: 17
-- expect: B alter domain comes: not null
-- expect: A alter domain name
-- expect: B alter domain same: not null
-- expect: A add domain new
-- from
CREATE DOMAIN comes AS int;
CREATE DOMAIN name AS int CONSTRAINT n NOT NULL;
CREATE DOMAIN same AS int;
CREATE TABLE t (a comes, b same);
-- to
CREATE DOMAIN comes AS int CONSTRAINT c NOT NULL;
CREATE DOMAIN name AS int NOT NULL;
CREATE DOMAIN same AS int NOT NULL;
CREATE TABLE t (a comes, b same);
CREATE DOMAIN new AS int CONSTRAINT "N" NOT NULL CHECK (value > 0);
