package io.walferry.bench.compare;

import java.util.List;

/** What a client does with the changes; only those that do alike are compared. */
enum Work {
  /** Takes the bytes and throws them away. */
  RECEIVE,
  /** Makes a value of every column. */
  READ,
  /** Makes JSON of every change. */
  SERIALISE,
  /** Writes to another PostgreSQL. */
  APPLY,
  /** Brings the rows of a table to another PostgreSQL. */
  LOAD;

  boolean writes() {
    return this == APPLY || this == LOAD;
  }

  /** What a client of ours with this work is compared with. */
  List<Work> comparable() {
    return this == READ ? List.of(RECEIVE, READ) : List.of(this);
  }
}
