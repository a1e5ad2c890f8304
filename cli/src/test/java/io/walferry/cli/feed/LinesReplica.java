package io.walferry.cli.feed;

import io.walferry.change.Lsn;
import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.TableDifference;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tables that somebody has who does what JSON lines say. A line that does not fit what the
 * lines before it have left, or that comes out of its order, is an error: it was lost or doubled.
 */
final class LinesReplica {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final int KEYS_SHOWN_MOST = 5;
  private static final String CANONICAL =
      "set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres';"
          + " set extra_float_digits = 3; set bytea_output = 'hex'";

  private final Map<TableName, List<String>> keys;
  private final Map<TableName, Rows> tables = new HashMap<>();
  private Lsn lsn = Lsn.ZERO;
  private long ordinal;

  /** Rows by their keys, or each how often without one. What is NULL is not in a row. */
  private record Rows(Map<Map<String, String>, Map<String, String>> keyed, Map<Object, Long> bag) {
    Rows() {
      this(new HashMap<>(), new HashMap<>());
    }
  }

  private LinesReplica(Map<TableName, List<String>> keys) {
    this.keys = keys;
  }

  /** Compares what the files say, one after the other, with what the source has. */
  static ComparisonResult compare(Database source, List<Path> files, List<TableName> names)
      throws SQLException {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(CANONICAL);
      Map<TableName, List<String>> keys = new HashMap<>();
      for (TableName name : names) {
        keys.put(name, key(statement, name));
      }
      LinesReplica replica = new LinesReplica(keys);
      files.forEach(replica::read);
      List<TableDifference> differences = new ArrayList<>();
      for (TableName name : names) {
        replica.difference(statement, name).ifPresent(differences::add);
      }
      return new ComparisonResult(names.size(), 0, differences);
    }
  }

  private static List<String> key(Statement statement, TableName name) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery(
            "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
                + " and a.attnum = any(i.indkey) where i.indisprimary and i.indrelid = '%s'::regclass"
                    .formatted(name.sql().replace("'", "''")))) {
      List<String> columns = new ArrayList<>();
      while (rows.next()) {
        columns.add(rows.getString(1));
      }
      return columns;
    }
  }

  private void read(Path file) {
    long number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (Optional<String> line = next(lines); line.isPresent(); line = next(lines)) {
        number++;
        apply(line.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      throw new AssertionError("line %d of %s does not fit".formatted(number, file), e);
    }
  }

  private static Optional<String> next(BufferedReader lines) throws IOException {
    return Optional.ofNullable(lines.readLine());
  }

  private void apply(String text) {
    JsonNode line = JSON.readTree(text);
    String op = line.required("op").stringValue();
    if (op.equals("position") || op.equals("ledger")) {
      return;
    }
    if (line.has("lsn")) {
      inOrder(Lsn.parse(line.required("lsn").stringValue()), line.required("ordinal").longValue());
    }
    TableName name =
        new TableName(line.required("schema").stringValue(), line.required("table").stringValue());
    Rows rows = tables.computeIfAbsent(name, table -> new Rows());
    List<String> key = Optional.ofNullable(keys.get(name)).orElseGet(List::of);
    switch (op) {
      case "read", "insert" -> add(rows, key, row(line.required("after")));
      case "update" -> update(rows, key, line);
      case "delete" -> remove(rows, key, row(line.required("before")));
      case "truncate" -> {
        rows.keyed.clear();
        rows.bag.clear();
      }
      default -> throw new IllegalArgumentException("unknown op " + op);
    }
  }

  private void inOrder(Lsn next, long place) {
    boolean goesOn = next.equals(lsn) && place == ordinal + 1;
    if (!goesOn && (place != 0 || !lsn.isBefore(next))) {
      throw new IllegalStateException(
          "place %d of %s behind place %d of %s".formatted(place, next, ordinal, lsn));
    }
    lsn = next;
    ordinal = place;
  }

  private static void update(Rows rows, List<String> key, JsonNode line) {
    Map<String, String> after = row(line.required("after"));
    Map<String, String> before = line.has("before") ? row(line.required("before")) : after;
    Map<String, String> old = remove(rows, key, before);
    line.path("unchanged")
        .forEach(
            name -> {
              String column = name.stringValue();
              Optional.ofNullable(old.get(column)).ifPresent(value -> after.put(column, value));
            });
    add(rows, key, after);
  }

  private static void add(Rows rows, List<String> key, Map<String, String> row) {
    if (key.isEmpty()) {
      rows.bag.merge(row, 1L, Long::sum);
    } else if (rows.keyed.putIfAbsent(only(key, row), row) != null) {
      throw new IllegalStateException("a row is there already");
    }
  }

  private static Map<String, String> remove(Rows rows, List<String> key, Map<String, String> row) {
    if (key.isEmpty()) {
      long count = Optional.ofNullable(rows.bag.remove(row)).orElse(0L);
      if (count == 0) {
        throw new IllegalStateException("a row is not there");
      }
      if (count > 1) {
        rows.bag.put(row, count - 1);
      }
      return row;
    }
    return Optional.ofNullable(rows.keyed.remove(only(key, row)))
        .orElseThrow(() -> new IllegalStateException("a row is not there"));
  }

  private static Map<String, String> only(List<String> key, Map<String, String> row) {
    return key.stream().collect(Collectors.toMap(column -> column, row::get));
  }

  private static Map<String, String> row(JsonNode members) {
    Map<String, String> row = new TreeMap<>();
    members
        .properties()
        .forEach(member -> text(member.getValue()).ifPresent(it -> row.put(member.getKey(), it)));
    return row;
  }

  /** A document that is null is written as no value is. */
  private static Optional<String> text(JsonNode value) {
    if (value.isNull()) {
      return Optional.empty();
    }
    if (value.isString()) {
      return Optional.of(value.stringValue());
    }
    return Optional.of(value.isNumber() ? value.decimalValue().toString() : value.toString());
  }

  private Optional<TableDifference> difference(Statement statement, TableName name)
      throws SQLException {
    Rows rows = Optional.ofNullable(tables.get(name)).orElseGet(Rows::new);
    Map<Object, Long> left = new HashMap<>(rows.bag);
    rows.keyed.values().forEach(row -> left.merge(row, 1L, Long::sum));
    Set<String> present = new HashSet<>();
    try (ResultSet result = statement.executeQuery("select * from " + name.sql())) {
      ResultSetMetaData columns = result.getMetaData();
      for (int column = 1; column <= columns.getColumnCount(); column++) {
        present.add(columns.getColumnName(column));
      }
      Map<Object, Long> balance = withOnly(present, left);
      while (result.next()) {
        balance.merge(row(result, columns), -1L, Long::sum);
      }
      return difference(name, balance);
    }
  }

  /** Columns that the source has no more do not count. */
  private static Map<Object, Long> withOnly(Set<String> columns, Map<Object, Long> rows) {
    Map<Object, Long> kept = new HashMap<>();
    rows.forEach(
        (row, count) -> {
          Map<Object, Object> copy = new TreeMap<>((Map<?, ?>) row);
          copy.keySet().retainAll(columns);
          kept.merge(copy, count, Long::sum);
        });
    return kept;
  }

  private static Map<String, String> row(ResultSet result, ResultSetMetaData columns)
      throws SQLException {
    Map<String, String> row = new TreeMap<>();
    for (int column = 1; column <= columns.getColumnCount(); column++) {
      Optional<String> text = Optional.ofNullable(result.getString(column));
      if (text.isPresent()) {
        String name = columns.getColumnName(column);
        canonical(columns.getColumnTypeName(column), text.get())
            .ifPresent(value -> row.put(name, value));
      }
    }
    return row;
  }

  private static Optional<String> canonical(String type, String text) {
    return switch (type) {
      case "bool" -> Optional.of(text.equals("t") ? "true" : "false");
      case "json", "jsonb" -> text(JSON.readTree(text));
      case "int2", "int4", "int8", "float4", "float8", "numeric", "serial", "bigserial" ->
          Optional.of(text.matches("-?[0-9].*") ? new BigDecimal(text).toString() : text);
      default -> Optional.of(text);
    };
  }

  private Optional<TableDifference> difference(TableName name, Map<Object, Long> balance) {
    long missing = -balance.values().stream().mapToLong(it -> Math.min(it, 0)).sum();
    long unexpected = balance.values().stream().mapToLong(it -> Math.max(it, 0)).sum();
    if (missing == 0 && unexpected == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new TableDifference(
            name,
            missing,
            unexpected,
            shown(name, balance, -1),
            shown(name, balance, 1),
            Optional.empty()));
  }

  private List<String> shown(TableName name, Map<Object, Long> balance, long sign) {
    Set<String> shown = new TreeSet<>();
    List<String> key = Optional.ofNullable(keys.get(name)).orElseGet(List::of);
    balance.forEach(
        (row, count) -> {
          if (count * sign > 0 && shown.size() < KEYS_SHOWN_MOST) {
            Map<Object, Object> copy = new TreeMap<>((Map<?, ?>) row);
            copy.keySet().retainAll(key);
            shown.add(copy.toString());
          }
        });
    return new ArrayList<>(shown);
  }
}
