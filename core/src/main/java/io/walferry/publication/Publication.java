package io.walferry.publication;

import java.util.EnumSet;
import java.util.Set;

/**
 * A publication's own properties.
 *
 * @param allTables whether it carries every table, future ones too
 * @param operations what it publishes of them
 * @param viaPartitionRoot whether changes of partitions come under the partitioned table's name
 * @param generatedColumns whether stored generated columns are published (PostgreSQL 18 and up)
 */
public record Publication(
    String name,
    boolean allTables,
    Set<Operation> operations,
    boolean viaPartitionRoot,
    boolean generatedColumns) {
  /** What can be published, under the names of the {@code publish} option. */
  public enum Operation {
    INSERT,
    UPDATE,
    DELETE,
    /** From 11 on; the stream of older servers does not carry it. */
    TRUNCATE;

    private static final int TRUNCATE_SINCE = 11;

    /** Those that a server of that version can publish. */
    public static Set<Operation> of(int serverMajor) {
      return serverMajor < TRUNCATE_SINCE
          ? EnumSet.complementOf(EnumSet.of(TRUNCATE))
          : EnumSet.allOf(Operation.class);
    }
  }

  public Publication {
    operations = Set.copyOf(operations);
  }
}
