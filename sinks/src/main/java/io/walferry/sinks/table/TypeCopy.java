package io.walferry.sinks.table;

/** Says what a destination has of a type that was altered at the source. */
public enum TypeCopy {
  /** Columns hold what values printed. */
  NONE,
  /** Columns have a type of the same name that is as the source's was. */
  UNALTERED,
  /** Columns have a type of the same name that is as the source's is now. */
  ALTERED
}
