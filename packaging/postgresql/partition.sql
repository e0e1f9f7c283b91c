-- Partition the tables that grow: what belongs to a bucket by bucket, what an actor said by actor.
--
-- While no server runs, best right after `crmdesk-server init --database ...` (later it rewrites every row):
--     psql ... --single-transaction --set ON_ERROR_STOP=1 --file partition.sql
-- The server needs no setting and knows no difference. A distributed engine that speaks PostgreSQL takes the same
-- columns as its distribution keys. docs/scaling.md says when this is worth it.

-- Unique constraints of a partitioned table must hold its key. A record's name is unique over all buckets, so a
-- table of names, partitioned by id, keeps it so: of two transactions that make the same record in two buckets the
-- later one is told to start again, and then finds the record.
CREATE TABLE record_name (
  id TEXT COLLATE "C" NOT NULL, entity TEXT COLLATE "C" NOT NULL, part TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id, entity, part)
) PARTITION BY HASH (id);

ALTER TABLE record RENAME TO record_whole;
CREATE TABLE record (LIKE record_whole INCLUDING DEFAULTS) PARTITION BY HASH (bucket);
ALTER SEQUENCE record_n_seq OWNED BY record.n;

ALTER TABLE bucket_commit RENAME TO bucket_commit_whole;
CREATE TABLE bucket_commit (LIKE bucket_commit_whole, PRIMARY KEY (bucket, seq)) PARTITION BY HASH (bucket);

ALTER TABLE movement RENAME TO movement_whole;
CREATE TABLE movement (LIKE movement_whole, PRIMARY KEY (bucket, entity, id, part)) PARTITION BY HASH (bucket);

ALTER TABLE audit RENAME TO audit_whole;
CREATE TABLE audit (LIKE audit_whole, PRIMARY KEY (chain, number)) PARTITION BY HASH (chain);

ALTER TABLE edit RENAME TO edit_whole;
CREATE TABLE edit (LIKE edit_whole, PRIMARY KEY (actor, counter)) PARTITION BY HASH (actor);

DO $$
DECLARE
  partitions CONSTANT INTEGER := 16;
  name TEXT;
BEGIN
  FOREACH name IN ARRAY ARRAY['record_name', 'record', 'bucket_commit', 'movement', 'audit', 'edit'] LOOP
    FOR n IN 0 .. partitions - 1 LOOP
      EXECUTE format(
        'CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
        name || '_' || n, name, partitions, n
      );
    END LOOP;
  END LOOP;
END $$;

ALTER TABLE record_whole DROP CONSTRAINT record_key;
DROP INDEX record_root, record_bucket, bucket_commit_by_time, movement_by_seq, movement_by_record, edit_record, edit_txn,
  audit_by_time, audit_by_actor;

CREATE INDEX record_row ON record (n);
CREATE UNIQUE INDEX record_key ON record (id, entity, part, bucket);
CREATE INDEX record_root ON record (root);
CREATE INDEX record_bucket ON record (bucket, seq);
CREATE INDEX bucket_commit_by_time ON bucket_commit (at);
CREATE INDEX movement_by_seq ON movement (bucket, seq);
CREATE INDEX movement_by_record ON movement (id);
CREATE INDEX edit_record ON edit (id);
CREATE INDEX edit_txn ON edit (txn);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_actor ON audit (actor, top);
CREATE TRIGGER audit_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION name_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO record_name VALUES (NEW.id, NEW.entity, NEW.part);
  ELSE
    DELETE FROM record_name WHERE id = OLD.id AND entity = OLD.entity AND part = OLD.part;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER name_record AFTER INSERT OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION name_record();

INSERT INTO record SELECT * FROM record_whole;
INSERT INTO bucket_commit SELECT * FROM bucket_commit_whole;
INSERT INTO movement SELECT * FROM movement_whole;
INSERT INTO audit SELECT * FROM audit_whole;
INSERT INTO edit SELECT * FROM edit_whole;
DROP TABLE record_whole, bucket_commit_whole, movement_whole, audit_whole, edit_whole;
