package io.walferry.publication;

import io.walferry.change.Column;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Columns that the stream has announced, with what the catalog knows of them, which may be ahead: a
 * column that it has not any more, or has with another type by now, is known by its type alone. If
 * no column of the catalog that the stream does not know yet may be one that is missing there, that
 * one was dropped, and what rows had in it is nowhere any more: NULL stands for it until the stream
 * drops it, too.
 */
public final class AnnouncedColumns {
  /** Whole numbers, and texts. */
  private static final List<Set<Integer>> ALIKE = List.of(Set.of(20, 21, 23), Set.of(25, 1043));

  private final Connection connection;
  private final List<PublishedColumn> catalog;
  private final List<PublishedColumn> unannounced;

  /**
   * Of one table.
   *
   * @param connection in autocommit mode
   * @param catalog the columns that it has now
   * @param announced the columns that it had
   */
  public AnnouncedColumns(
      Connection connection, List<PublishedColumn> catalog, List<Column> announced) {
    this.connection = connection;
    this.catalog = List.copyOf(catalog);
    List<String> names = announced.stream().map(Column::name).toList();
    this.unannounced = catalog.stream().filter(column -> !names.contains(column.name())).toList();
  }

  public PublishedColumn published(Column announced) {
    return catalog.stream()
        .filter(column -> column.name().equals(announced.name()))
        .filter(column -> column.typeOid() == announced.typeOid())
        .filter(column -> column.typeModifier() == announced.typeModifier())
        .findFirst()
        .orElseGet(
            () ->
                new PublishedColumn(
                    announced.name(),
                    announced.typeOid(),
                    typeName(announced),
                    announced.typeModifier(),
                    false,
                    isDropped(announced) ? FormerValue.Null.NULL : FormerValue.Unknown.UNKNOWN));
  }

  private boolean isDropped(Column announced) {
    return !catalog.isEmpty()
        && catalog.stream().noneMatch(column -> column.name().equals(announced.name()))
        && unannounced.stream().noneMatch(column -> mayBe(column, announced));
  }

  /** Whether it may be the column under another name, and of a type that prints alike by now. */
  private static boolean mayBe(PublishedColumn column, Column announced) {
    return column.typeOid() == announced.typeOid()
        || ALIKE.stream()
            .anyMatch(
                types -> types.contains(column.typeOid()) && types.contains(announced.typeOid()));
  }

  private String typeName(Column column) {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT pg_catalog.format_type(?::pg_catalog.oid, ?)")) {
      query.setLong(1, Integer.toUnsignedLong(column.typeOid()));
      query.setInt(2, column.typeModifier());
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the name of a type of column " + column.name());
    }
  }
}
