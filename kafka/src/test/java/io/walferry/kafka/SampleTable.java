package io.walferry.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A table made by hand, and what its stream could send. */
public final class SampleTable {
  public static final int INT4 = 23;
  public static final int TEXT = 25;

  /** In place of a value: the column is NULL. */
  public static final String NULL = new String("<null>");

  /** In place of a value: the source did not send the column. */
  public static final String UNCHANGED = new String("<unchanged>");

  private final PublishedTable published;
  private final Relation relation;

  private SampleTable(PublishedTable published, Relation relation) {
    this.published = published;
    this.relation = relation;
  }

  /**
   * A table.
   *
   * @param columns a key column starts with {@code *}; {@code name:oid}, or a name for a text
   */
  public static SampleTable of(TableId id, ReplicaIdentity identity, String... columns) {
    List<Column> announced = new ArrayList<>();
    List<String> key = new ArrayList<>();
    for (String column : columns) {
      String[] parts = column.replace("*", "").split(":", -1);
      int oid = parts.length > 1 ? Integer.parseInt(parts[1]) : TEXT;
      if (column.startsWith("*")) {
        key.add(parts[0]);
      }
      boolean flagged = column.startsWith("*") || identity == ReplicaIdentity.FULL;
      announced.add(new Column(parts[0], oid, -1, flagged));
    }
    List<PublishedColumn> catalog =
        announced.stream()
            .map(
                c ->
                    new PublishedColumn(
                        c.name(), c.typeOid(), "text", -1, false, FormerValue.Null.NULL))
            .toList();
    int oid = id.hashCode();
    List<String> told = announced.stream().filter(Column::key).map(Column::name).toList();
    return new SampleTable(
        new PublishedTable(oid, id, identity, catalog, key, told, Optional.empty(), 0, 0, Set.of()),
        new Relation(oid, id, identity, announced));
  }

  /** One of schema public with the usual replica identity. */
  public static SampleTable of(String name, String... columns) {
    return of(new TableId("public", name), ReplicaIdentity.DEFAULT, columns);
  }

  public PublishedTable published() {
    return published;
  }

  public Relation relation() {
    return relation;
  }

  public TableId id() {
    return published.table();
  }

  public Change.Insert insert(String... values) {
    return new Change.Insert(relation, row(values));
  }

  public Change.Update update(String... values) {
    return new Change.Update(relation, OldRow.Absent.ABSENT, row(values));
  }

  public Change.Update update(OldRow before, String... values) {
    return new Change.Update(relation, before, row(values));
  }

  public Change.Delete delete(OldRow before) {
    return new Change.Delete(relation, before);
  }

  public Change.Truncate truncate() {
    return new Change.Truncate(List.of(relation), false, false);
  }

  public static OldRow key(String... values) {
    return new OldRow.Key(row(values));
  }

  public static OldRow full(String... values) {
    return new OldRow.Full(row(values));
  }

  /** A row of text columns. */
  @SuppressWarnings("ReferenceEquality") // The marks are objects, so that any text can be a value.
  public static Row row(String... values) {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    Arrays.stream(values).forEach(value -> buffer.writeBytes(value.getBytes(UTF_8)));
    Row.Builder builder = new Row.Builder(buffer.toByteArray(), values.length);
    int start = 0;
    for (String value : values) {
      int length = value.getBytes(UTF_8).length;
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

  /** A line of COPY's text, of values without anything to escape. */
  public static byte[] line(String... values) {
    return (String.join("\t", Stream.of(values).toList()) + "\n").getBytes(UTF_8);
  }
}
