// The tables of the SQLite store, as the steps that lead to them. A step that was released is never changed: add one.

/** `user_version` of a database is how many of these it has been through. */
export const migrations: readonly string[] = [
  `CREATE TABLE objects (
     kind      TEXT NOT NULL,
     namespace TEXT NOT NULL,
     name      TEXT NOT NULL,
     version   INTEGER NOT NULL,
     object    TEXT NOT NULL,
     PRIMARY KEY (kind, namespace, name)
   );
   CREATE TABLE changes (
     version   INTEGER PRIMARY KEY,
     time_ms   INTEGER NOT NULL,
     kind      TEXT NOT NULL,
     namespace TEXT NOT NULL,
     name      TEXT NOT NULL,
     type      TEXT NOT NULL,
     object    TEXT NOT NULL,
     previous  TEXT
   );
   CREATE INDEX changes_by_kind ON changes (kind, version);
   CREATE INDEX changes_by_time ON changes (time_ms);
   CREATE TABLE compaction (version INTEGER NOT NULL);
   INSERT INTO compaction VALUES (0);`,
  // Memory answers what the indexes were for, and an object after a change is in its row, or is what it was before the next one:
  // a write puts half as much on the disk.
  `CREATE TABLE history (
     version   INTEGER PRIMARY KEY,
     time_ms   INTEGER NOT NULL,
     kind      TEXT NOT NULL,
     namespace TEXT NOT NULL,
     name      TEXT NOT NULL,
     type      TEXT NOT NULL,
     previous  TEXT,
     last      TEXT
   );
   INSERT INTO history
     SELECT version, time_ms, kind, namespace, name, type, previous, CASE type WHEN 'deleted' THEN object END FROM changes;
   DROP TABLE changes;`,
  // Events of Kubernetes' own kind were taken and could not be read back; an owner of fields without a time was kept with an
  // empty one, over which Go's clients give up the whole list. The history of both ages away by itself.
  `DELETE FROM objects WHERE kind = 'events.v1';
   UPDATE objects SET object = replace(object, '"time":"","fieldsType"', '"fieldsType"')
     WHERE instr(object, '"time":"","fieldsType"') > 0;`,
];
