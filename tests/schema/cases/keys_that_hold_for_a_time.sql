-- since: 18
-- expect: B add primary key rooms.rooms_pkey
-- expect: B alter unique bookings.bookings_when
-- expect: B add foreign key bookings.bookings_room: can fail on the data
-- expect: B drop primary key old.old_pkey
-- from
CREATE TABLE rooms (id int4range, during daterange);
CREATE TABLE bookings (room int4range, during daterange, CONSTRAINT bookings_when UNIQUE (room, during));
CREATE TABLE old (id int4range, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
ALTER TABLE rooms ALTER id SET NOT NULL, ALTER during SET NOT NULL;
-- to
CREATE TABLE rooms (id int4range, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE bookings (room int4range, during daterange,
    CONSTRAINT bookings_when UNIQUE (room, during WITHOUT OVERLAPS),
    CONSTRAINT bookings_room FOREIGN KEY (room, PERIOD during) REFERENCES rooms (id, PERIOD during));
CREATE TABLE old (id int4range NOT NULL, during daterange NOT NULL);
