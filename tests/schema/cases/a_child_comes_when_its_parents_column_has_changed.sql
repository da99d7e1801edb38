-- expect: B alter column parent.id: type coercion
-- expect: A add table child
-- from
CREATE TABLE parent (id bigint NOT NULL);
-- to
CREATE TABLE parent (id int NOT NULL);
CREATE TABLE child (id int DEFAULT 7) INHERITS (parent);
