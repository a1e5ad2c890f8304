package io.walferry.change;

/** Which old columns the source logs for updates and deletes ({@code pg_class.relreplident}). */
public enum ReplicaIdentity {
  DEFAULT('d'),
  NOTHING('n'),
  FULL('f'),
  INDEX('i');

  private final char code;

  ReplicaIdentity(char code) {
    this.code = code;
  }

  /** The catalog's code. */
  public char code() {
    return code;
  }

  /**
   * The identity with the catalog's code.
   *
   * @throws IllegalArgumentException if PostgreSQL has no such replica identity
   */
  public static ReplicaIdentity of(char code) {
    for (ReplicaIdentity identity : values()) {
      if (identity.code == code) {
        return identity;
      }
    }
    throw new IllegalArgumentException("No replica identity has the code " + (int) code);
  }
}
