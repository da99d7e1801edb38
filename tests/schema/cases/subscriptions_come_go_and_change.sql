-- since: 15
-- expect: B add subscription come: where it connects to is to be given
-- expect: B drop subscription gone: data loss: how far it has come
-- expect: B alter subscription other: other changes are received
-- expect: B alter subscription runs: other changes are received
-- expect: A add comment subscription kept
-- from
CREATE SUBSCRIPTION gone CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false);
CREATE SUBSCRIPTION other CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = 'a');
CREATE SUBSCRIPTION kept CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false);
CREATE SUBSCRIPTION runs CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = 'c');
-- to
CREATE SUBSCRIPTION come CONNECTION 'host=nowhere' PUBLICATION p, q WITH (connect = false, slot_name = NONE);
CREATE SUBSCRIPTION other CONNECTION 'host=nowhere' PUBLICATION q WITH (connect = false, binary = true, slot_name = 'b');
CREATE SUBSCRIPTION kept CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false);
COMMENT ON SUBSCRIPTION kept IS 'kept';
CREATE SUBSCRIPTION runs CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = 'c');
ALTER SUBSCRIPTION runs ENABLE;
