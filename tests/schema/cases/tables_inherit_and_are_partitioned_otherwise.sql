-- expect: B alter table child: partition moved
-- expect: B alter table hashed: data loss
-- expect: B alter table plain: data loss
-- expect: B alter table whole: data loss
-- from
CREATE TABLE base (a int);
CREATE TABLE other (a int);
CREATE TABLE child (a int) INHERITS (base);
CREATE TABLE whole (a int, b int) PARTITION BY RANGE (a);
CREATE TABLE hashed (a int, b int) PARTITION BY HASH (a);
CREATE TABLE plain (a int);
-- to
CREATE TABLE base (a int);
CREATE TABLE other (a int);
CREATE TABLE child (a int) INHERITS (other);
CREATE TABLE whole (a int, b int) PARTITION BY RANGE (b);
CREATE TABLE hashed (a int, b int);
CREATE TABLE plain (a int) PARTITION BY LIST (a);
