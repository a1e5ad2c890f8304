package io.walferry.pipeline;

import io.walferry.change.Column;
import io.walferry.ddl.NumberedColumn;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the source tells of the columns of a followed table, if something is installed there that
 * does: which of them are the same ones under other names.
 *
 * @param known the numbers of the columns that the table is followed with, by name; empty if they
 *     are not known
 * @param told the columns that the table had when something was told last; empty if it never was
 */
record ColumnNumbers(Map<String, Integer> known, List<NumberedColumn> told) {
  static final ColumnNumbers NONE = new ColumnNumbers(Map.of(), List.of());

  private static final String NUMBERS =
      """
      select a.attname, a.attnum
      from pg_catalog.pg_attribute a
      where a.attrelid = ?::pg_catalog.oid and a.attnum > 0 and not a.attisdropped
      """;

  private static final String WHERE_INSTALLED =
      " and exists (select from pg_catalog.pg_namespace n where n.nspname = 'walferry_ddl')";

  ColumnNumbers {
    known = Map.copyOf(known);
    told = List.copyOf(told);
  }

  /**
   * As the catalog has them; to be asked for behind the place from which on it counts. None where
   * nothing is installed.
   */
  static ColumnNumbers read(Connection connection, FollowedTable table) {
    Map<String, Integer> numbers = query(connection, table.oid(), NUMBERS + WHERE_INSTALLED);
    List<String> names = table.columns().stream().map(Column::name).toList();
    numbers.keySet().retainAll(names);
    return numbers.size() == names.size() ? new ColumnNumbers(numbers, List.of()) : NONE;
  }

  /** The numbers of all columns that the catalog has now, by name. */
  static Map<String, Integer> catalog(Connection connection, int oid) {
    return query(connection, oid, NUMBERS);
  }

  private static Map<String, Integer> query(Connection connection, int oid, String sql) {
    Map<String, Integer> numbers = new HashMap<>();
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setLong(1, Integer.toUnsignedLong(oid));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          numbers.put(rows.getString(1), rows.getInt(2));
        }
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the numbers of a table's columns");
    }
    return numbers;
  }

  /**
   * Columns of the catalog, which is ahead, under the names that they have here. Those that are not
   * here yet are left out.
   *
   * @param announced the columns that are there
   * @param catalog the catalog's numbers by its names
   */
  List<PublishedColumn> named(
      List<PublishedColumn> published, List<Column> announced, Map<String, Integer> catalog) {
    Map<Integer, String> names = new HashMap<>();
    numbers(announced).forEach((name, number) -> names.put(number, name));
    List<PublishedColumn> named = new ArrayList<>();
    for (PublishedColumn column : published) {
      String name = names.get(catalog.getOrDefault(column.name(), 0));
      if (name != null) {
        named.add(column.renamed(name));
      }
    }
    return named;
  }

  /** The same with what was told now, of a table that is followed with these columns. */
  ColumnNumbers with(List<NumberedColumn> now, List<Column> columns) {
    ColumnNumbers next = new ColumnNumbers(known, now);
    return known.isEmpty() && next.tells(columns)
        ? new ColumnNumbers(next.numbers(columns), now)
        : next;
  }

  /** Those of a table that is followed with these columns from now on. */
  ColumnNumbers as(List<Column> columns) {
    return tells(columns) ? new ColumnNumbers(numbers(columns), told) : NONE;
  }

  /** Whether both the columns that were there and these, which are there now, have numbers. */
  boolean tellApart(List<Column> now) {
    return !known.isEmpty() && tells(now);
  }

  /** Whether a column that is there now is another one than that of the same name was. */
  boolean isAnotherOf(List<Column> now) {
    return tellApart(now)
        && numbers(now).entrySet().stream()
            .anyMatch(
                column ->
                    !known
                        .getOrDefault(column.getKey(), column.getValue())
                        .equals(column.getValue()));
  }

  /** The numbers of columns that were told, by name. */
  Map<String, Integer> numbers(List<Column> columns) {
    Map<String, Integer> numbers =
        told.stream().collect(Collectors.toMap(NumberedColumn::name, NumberedColumn::number));
    numbers.keySet().retainAll(columns.stream().map(Column::name).toList());
    return numbers;
  }

  private boolean tells(List<Column> columns) {
    Map<String, NumberedColumn> named =
        told.stream().collect(Collectors.toMap(NumberedColumn::name, Function.identity()));
    return columns.stream()
        .allMatch(
            column -> {
              NumberedColumn one = named.get(column.name());
              return one != null
                  && one.typeOid() == column.typeOid()
                  && one.typeModifier() == column.typeModifier();
            });
  }

  /** As fields of a line. */
  List<String> knownFields() {
    List<String> fields = new ArrayList<>();
    known.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(
            one -> {
              fields.add(one.getKey());
              fields.add(one.getValue().toString());
            });
    return fields;
  }

  /** As fields of a line. */
  List<String> toldFields() {
    List<String> fields = new ArrayList<>();
    for (NumberedColumn column : told) {
      fields.add(Integer.toString(column.number()));
      fields.add(column.name());
      fields.add(Integer.toUnsignedString(column.typeOid()));
      fields.add(Integer.toString(column.typeModifier()));
    }
    return fields;
  }

  /** What was made fields of a line. */
  static ColumnNumbers parse(List<String> known, List<String> told) {
    Map<String, Integer> numbers = new HashMap<>();
    for (int at = 0; at < known.size(); at += 2) {
      numbers.put(known.get(at), Integer.parseInt(known.get(at + 1)));
    }
    List<NumberedColumn> columns = new ArrayList<>();
    for (int at = 0; at < told.size(); at += 4) {
      columns.add(
          new NumberedColumn(
              Integer.parseInt(told.get(at)),
              told.get(at + 1),
              Integer.parseUnsignedInt(told.get(at + 2)),
              Integer.parseInt(told.get(at + 3))));
    }
    return new ColumnNumbers(numbers, columns);
  }
}
