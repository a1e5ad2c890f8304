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

  /** The bytes of the row. */
  default long byteSize() {
    return switch (this) {
      case Full full -> full.row.byteSize();
      case Key key -> key.row.byteSize();
      case Absent absent -> 0;
    };
  }

  /** The same over bytes of its own. */
  default OldRow detached() {
    return switch (this) {
      case Full(var row) -> new Full(row.detached());
      case Key(var row) -> new Key(row.detached());
      case Absent absent -> absent;
    };
  }
}
