package io.walferry.testkit.workload;

import io.walferry.testkit.compare.TableName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table with a primary key.
 *
 * @param keyCount how many keys of each writer single changes choose from
 * @param extraDdl statements after CREATE TABLE
 */
record KeyedTable(
    TableName name,
    List<KeyColumn> key,
    List<ValueColumn> values,
    int keyCount,
    List<String> extraDdl)
    implements WorkTable {
  /** Lies outside of all drawn keys, so that two rows can change keys by way of it. */
  private static final int TEMPORARY_KEY = 900_000;

  KeyedTable {
    key = List.copyOf(key);
    values = List.copyOf(values);
    extraDdl = List.copyOf(extraDdl);
  }

  @Override
  public List<String> ddl() {
    Stream<String> keyParts = key.stream().map(k -> quoted(k.name()) + " " + k.type());
    Stream<String> valueParts = values.stream().map(v -> quoted(v.name()) + " " + v.type());
    String keyNames = key.stream().map(k -> quoted(k.name())).collect(Collectors.joining(", "));
    String columns = Stream.concat(keyParts, valueParts).collect(Collectors.joining(", "));
    var statements = new ArrayList<String>();
    statements.add(
        "create table %s (%s, primary key (%s))".formatted(name.sql(), columns, keyNames));
    statements.addAll(extraDdl);
    return statements;
  }

  @Override
  public void change(Sql sql, Random random, int writer) throws SQLException {
    int number = random.nextInt(keyCount);
    int other = random.nextInt(keyCount);
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> sql.update(insertSql(), row(random, writer, number));
      case 3, 4, 5 -> update(sql, random, writer, number);
      case 6 -> sql.update(deleteSql(), keyOf(writer, number));
      case 7 -> {
        sql.update(deleteSql(), keyOf(writer, number));
        sql.update(insertSql(), row(random, writer, number));
      }
      case 8 -> moveKey(sql, writer, number, other);
      default -> {
        moveKey(sql, writer, number, TEMPORARY_KEY);
        moveKey(sql, writer, other, number);
        moveKey(sql, writer, TEMPORARY_KEY, other);
      }
    }
  }

  @Override
  public void changeMany(Sql sql, Random random, int writer, int rows) throws SQLException {
    boolean delete = random.nextInt(3) == 0;
    var batch = new ArrayList<List<Optional<String>>>();
    for (int i = 0; i < rows; i++) {
      int number = keyCount + i;
      batch.add(delete ? keyOf(writer, number) : row(random, writer, number));
    }
    sql.updateAll(delete ? deleteSql() : insertSql(), batch);
  }

  /** Sets some columns and leaves at least the others as they are, large ones often. */
  private void update(Sql sql, Random random, int writer, int number) throws SQLException {
    var assignments = new ArrayList<String>();
    var parameters = new ArrayList<Optional<String>>();
    int certain = random.nextInt(values.size());
    for (int i = 0; i < values.size(); i++) {
      ValueColumn column = values.get(i);
      if (i == certain || random.nextInt(4) == 0) {
        assignments.add(quoted(column.name()) + " = cast(? as " + column.type() + ")");
        parameters.add(column.sampler().draw(random));
      }
    }
    parameters.addAll(keyOf(writer, number));
    String set = String.join(", ", assignments);
    sql.update(
        "update %s set %s where %s".formatted(name.sql(), set, keyCondition("")), parameters);
  }

  private void moveKey(Sql sql, int writer, int from, int to) throws SQLException {
    String set =
        key.stream()
            .map(k -> quoted(k.name()) + " = cast(? as " + k.type() + ")")
            .collect(Collectors.joining(", "));
    String statement =
        "update %1$s t set %2$s where %3$s and not exists (select from %1$s o where %4$s)"
            .formatted(name.sql(), set, keyCondition("t."), keyCondition("o."));
    var parameters = new ArrayList<>(keyOf(writer, to));
    parameters.addAll(keyOf(writer, from));
    parameters.addAll(keyOf(writer, to));
    sql.update(statement, parameters);
  }

  private String insertSql() {
    Stream<String> types =
        Stream.concat(key.stream().map(KeyColumn::type), values.stream().map(ValueColumn::type));
    String casts = types.map(type -> "cast(? as " + type + ")").collect(Collectors.joining(", "));
    return "insert into %s values (%s) on conflict do nothing".formatted(name.sql(), casts);
  }

  private String deleteSql() {
    return "delete from %s where %s".formatted(name.sql(), keyCondition(""));
  }

  private String keyCondition(String alias) {
    return key.stream()
        .map(k -> alias + quoted(k.name()) + " = cast(? as " + k.type() + ")")
        .collect(Collectors.joining(" and "));
  }

  private List<Optional<String>> keyOf(int writer, int number) {
    return key.stream().map(k -> Optional.of(k.maker().key(writer, number))).toList();
  }

  private List<Optional<String>> row(Random random, int writer, int number) {
    var row = new ArrayList<>(keyOf(writer, number));
    values.forEach(column -> row.add(column.sampler().draw(random)));
    return row;
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
