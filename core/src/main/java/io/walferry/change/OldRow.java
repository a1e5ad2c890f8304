package io.walferry.change;

/** What the source logged about a row before an update or a delete. */
public sealed interface OldRow {
  /** Every column ({@link ReplicaIdentity#FULL}). */
  record Full(Row row) implements OldRow {}

  /** The columns of the replica identity; the others are NULL in the row and mean nothing. */
  record Key(Row row) implements OldRow {}

  /** Nothing: the update left the replica identity alone. */
  enum Absent implements OldRow {
    ABSENT
  }
}
