-- The other side asked for a pause: its lane sends nothing before this moment.
alter table lifeboat.delivery add column not_before timestamptz(3);
