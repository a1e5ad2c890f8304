package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.CopyFormat;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/**
 * How chunks of a table get in: by COPY into the table itself, or into a temporary one that is
 * merged then.
 *
 * @param staging makes the temporary table
 * @param merge puts its rows into the table
 */
record ChunkPlan(CopyFormat format, Optional<String> staging, String copy, Optional<String> merge) {
  private static final String STAGED = "pg_temp.walferry_chunk";

  static ChunkPlan of(
      PublishedTable table, TableShape shape, boolean merge, Set<CopyFormat> offered) {
    CopyFormat format = format(table, shape, offered);
    StringJoiner quoted = new StringJoiner(", ");
    table.columnNames().forEach(column -> quoted.add(TableId.quote(column)));
    String columns = " (" + quoted + ")";
    String target = table.table().quoted() + columns;
    String clause = merge ? MergeClause.of(shape, table.columnNames()) : "";
    if (clause.isEmpty()) {
      return new ChunkPlan(format, Optional.empty(), copy(target, format), Optional.empty());
    }
    return new ChunkPlan(
        format,
        Optional.of(
            "CREATE TEMPORARY TABLE walferry_chunk ON COMMIT DROP AS SELECT "
                + quoted
                + " FROM "
                + shape.only()
                + " WITH NO DATA"),
        copy(STAGED + columns, format),
        Optional.of(
            "INSERT INTO "
                + target
                + " OVERRIDING SYSTEM VALUE SELECT "
                + quoted
                + " FROM "
                + STAGED
                + clause));
  }

  /** Removes the temporary table, so that another can take its place in the same transaction. */
  Optional<String> unstaging() {
    return staging.map(made -> "DROP TABLE " + STAGED);
  }

  private static String copy(String target, CopyFormat format) {
    String form =
        switch (format) {
          case TEXT -> "";
          case BINARY -> " (FORMAT binary)";
        };
    return "COPY " + target + " FROM STDIN" + form;
  }

  private static CopyFormat format(
      PublishedTable table, TableShape shape, Set<CopyFormat> offered) {
    boolean alike =
        offered.contains(CopyFormat.BINARY)
            && table.columns().stream().allMatch(column -> isBinary(column, shape));
    return alike ? CopyFormat.BINARY : CopyFormat.TEXT;
  }

  /** Whether both sides have exactly the same type, one that may be handed over as it is. */
  private static boolean isBinary(PublishedColumn column, TableShape shape) {
    return BinaryTypes.contains(column.typeOid())
        && shape
            .column(column.name())
            .filter(there -> there.typeOid() == column.typeOid())
            .filter(there -> there.type().equals(column.typeName()))
            .isPresent();
  }
}
