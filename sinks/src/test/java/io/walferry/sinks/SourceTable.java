package io.walferry.sinks;

import io.walferry.change.Change;
import io.walferry.change.Column;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A source table made by hand, and the rows and changes that it could send. */
public final class SourceTable {
  public static final int BOOL = 16;
  public static final int BYTEA = 17;
  public static final int INT8 = 20;
  public static final int INT4 = 23;
  public static final int TEXT = 25;
  public static final int JSON = 114;
  public static final int FLOAT4 = 700;
  public static final int FLOAT8 = 701;
  public static final int TIMESTAMPTZ = 1184;
  public static final int NUMERIC = 1700;

  /** In place of a value: the column is NULL. */
  public static final String NULL = new String("<null>");

  /** In place of a value: the source did not send the column. */
  public static final String UNCHANGED = new String("<unchanged>");

  private final PublishedTable published;
  private final Relation relation;

  private SourceTable(PublishedTable published, Relation relation) {
    this.published = published;
    this.relation = relation;
  }

  /** Starts a table: {@code schema.name} or a name of schema public. */
  public static Builder table(String name) {
    return new Builder(name);
  }

  public PublishedTable published() {
    return published;
  }

  public Relation relation() {
    return relation;
  }

  public Change insert(String... values) {
    return new Change.Insert(relation, row(values));
  }

  /** An update that left the replica identity alone. */
  public Change update(String... values) {
    return new Change.Update(relation, OldRow.Absent.ABSENT, row(values));
  }

  public Change update(OldRow before, String... values) {
    return new Change.Update(relation, before, row(values));
  }

  public Change delete(OldRow before) {
    return new Change.Delete(relation, before);
  }

  public Change truncate() {
    return new Change.Truncate(List.of(relation), false, false);
  }

  public static OldRow key(String... values) {
    return new OldRow.Key(row(values));
  }

  public static OldRow full(String... values) {
    return new OldRow.Full(row(values));
  }

  /** A row of text columns; see {@link #NULL} and {@link #UNCHANGED}. */
  @SuppressWarnings("ReferenceEquality") // The marks are objects, so that any text can be a value.
  public static Row row(String... values) {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    Arrays.stream(values).forEach(v -> buffer.writeBytes(v.getBytes(StandardCharsets.UTF_8)));
    Row.Builder builder = new Row.Builder(buffer.toByteArray(), values.length);
    int start = 0;
    for (String value : values) {
      int length = value.getBytes(StandardCharsets.UTF_8).length;
      if (value == NULL) {
        builder.nullValue();
      } else if (value == UNCHANGED) {
        builder.unchanged();
      } else {
        builder.text(start, length);
      }
      start += length;
    }
    return builder.build();
  }

  /** Collects what a table is made of. */
  public static final class Builder {
    private final TableId table;
    private final List<Column> columns = new ArrayList<>();
    private ReplicaIdentity identity = ReplicaIdentity.DEFAULT;
    private Optional<List<String>> primaryKey = Optional.empty();
    private final Map<String, FormerValue> formerValues = new HashMap<>();

    private Builder(String name) {
      int dot = name.indexOf('.');
      this.table =
          dot < 0
              ? new TableId("public", name)
              : new TableId(name.substring(0, dot), name.substring(dot + 1));
    }

    public Builder key(String name, int typeOid) {
      columns.add(new Column(name, typeOid, -1, true));
      return this;
    }

    public Builder column(String name, int typeOid) {
      columns.add(new Column(name, typeOid, -1, false));
      return this;
    }

    /** With a type's modifier. */
    public Builder column(String name, int typeOid, int typeModifier) {
      columns.add(new Column(name, typeOid, typeModifier, false));
      return this;
    }

    /** Of rows that were there before the last column was. */
    public Builder formerValue(FormerValue value) {
      formerValues.put(columns.getLast().name(), value);
      return this;
    }

    /** With FULL every column belongs to the identity, whatever was said. */
    public Builder identity(ReplicaIdentity replicaIdentity) {
      identity = replicaIdentity;
      return this;
    }

    /** Where it is not the columns of the replica identity. */
    public Builder primaryKey(String... names) {
      primaryKey = Optional.of(List.of(names));
      return this;
    }

    public SourceTable build() {
      List<String> keys = columns.stream().filter(Column::key).map(Column::name).toList();
      List<Column> flagged =
          columns.stream()
              .map(c -> new Column(c.name(), c.typeOid(), c.typeModifier(), c.key() || isFull()))
              .toList();
      PublishedTable published =
          new PublishedTable(
              table.hashCode(),
              table,
              identity,
              columns.stream()
                  .map(
                      c ->
                          new PublishedColumn(
                              c.name(),
                              c.typeOid(),
                              typeName(c.typeOid()),
                              c.typeModifier(),
                              c.key(),
                              formerValues.getOrDefault(c.name(), FormerValue.Null.NULL)))
                  .toList(),
              primaryKey.orElse(keys),
              flagged.stream().filter(Column::key).map(Column::name).toList(),
              Optional.empty(),
              0,
              0,
              Set.of());
      return new SourceTable(published, new Relation(published.oid(), table, identity, flagged));
    }

    /** As {@code format_type} says it. */
    private static String typeName(int oid) {
      return switch (oid) {
        case BOOL -> "boolean";
        case BYTEA -> "bytea";
        case INT8 -> "bigint";
        case INT4 -> "integer";
        case TEXT -> "text";
        case JSON -> "json";
        case FLOAT4 -> "real";
        case FLOAT8 -> "double precision";
        case TIMESTAMPTZ -> "timestamp with time zone";
        case NUMERIC -> "numeric";
        default -> "public.mood";
      };
    }

    private boolean isFull() {
      return identity == ReplicaIdentity.FULL;
    }
  }
}
