package io.walferry.publication;

import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a table that holds rows can tell of them when they are changed or deleted.
 *
 * @param declared as declared; {@link ReplicaIdentity#INDEX} stays if its index has been dropped
 * @param columns of the table, in its order
 * @param keys the indexes that the server takes for an identity, the primary key first, then by
 *     their names
 */
record SourceIdentity(
    ReplicaIdentity declared, List<TableColumn> columns, List<CandidateKey> keys) {
  SourceIdentity {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
  }

  /** How a column gets its value. */
  enum Generated {
    NOT,
    STORED,
    /** When it is read: it is not in the log. */
    VIRTUAL;

    /** As {@code attgenerated} has it. */
    static Generated of(String code) {
      return switch (code) {
        case "" -> NOT;
        case "s" -> STORED;
        default -> VIRTUAL;
      };
    }
  }

  record TableColumn(String name, Generated generated) {}

  /**
   * An index that is valid, unique, immediate, of whole columns that are never NULL, and of every
   * row.
   *
   * @param chosen whether the table's identity is declared to be it
   */
  record CandidateKey(String index, boolean primary, boolean chosen, List<String> columns) {
    CandidateKey {
      columns = List.copyOf(columns);
    }

    /** The statement that makes it the identity of a table. */
    String statement(TableId table) {
      return "ALTER TABLE "
          + table.quoted()
          + " REPLICA IDENTITY "
          + (primary ? "DEFAULT;" : "USING INDEX " + TableId.quote(index) + ";");
    }
  }

  /** The columns that tell a row; empty if there are none, or what was declared is not there. */
  Optional<List<TableColumn>> identifying() {
    return switch (declared) {
      case FULL -> Optional.of(columns);
      case NOTHING -> Optional.empty();
      case DEFAULT -> key(CandidateKey::primary);
      case INDEX -> key(CandidateKey::chosen);
    };
  }

  private Optional<List<TableColumn>> key(Predicate<CandidateKey> wanted) {
    return keys.stream().filter(wanted).findFirst().map(this::columnsOf);
  }

  List<TableColumn> columnsOf(CandidateKey key) {
    return columns.stream().filter(column -> key.columns().contains(column.name())).toList();
  }

  /** Whether a column of that kind is among those that tell a row. */
  boolean tells(Generated kind) {
    return identifying().orElse(List.of()).stream().anyMatch(column -> column.generated() == kind);
  }

  /** Whether the table has a column of that kind. */
  boolean has(Generated kind) {
    return columns.stream().anyMatch(column -> column.generated() == kind);
  }
}
