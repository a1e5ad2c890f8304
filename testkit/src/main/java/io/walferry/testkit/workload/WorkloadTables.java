package io.walferry.testkit.workload;

import io.walferry.testkit.compare.TableName;
import java.util.List;
import java.util.UUID;

/** The tables of {@link Workload}. */
final class WorkloadTables {
  private static final String ODD_SCHEMA = "Odd \"Schema\"";
  private static final long WRITER_STEP = 1_000_000_000L;

  private WorkloadTables() {}

  static List<String> schemas() {
    return List.of(
        "create schema work", "create schema \"Odd \"\"Schema\"\"\"", TypeColumns.MOOD_DDL);
  }

  static List<WorkTable> all() {
    return List.of(
        numbered(), orderLines(), pairs(), uuids(), new BagTable(work("bag")), types(), large());
  }

  private static KeyedTable numbered() {
    return keyed(
        work("numbered"),
        List.of(bigint("id")),
        List.of(text("note"), new ValueColumn("amount", "int4", Sampler.oneOf("0", "1", "-7"))));
  }

  private static KeyedTable orderLines() {
    return keyed(
        new TableName(ODD_SCHEMA, "Order Lines"),
        List.of(new KeyColumn("Schlüssel", "text", WorkloadTables::awkwardKey)),
        List.of(
            text("select"),
            text("it's \"quoted\""),
            new ValueColumn("Größe", "numeric", Sampler.oneOf("1.0", "1.00", "NaN"))));
  }

  /** The number at the end keeps keys apart, the writer in front keeps writers apart. */
  private static String awkwardKey(int writer, int number) {
    List<String> middles = AwkwardText.VALUES;
    return "w" + writer + ":" + middles.get(number % middles.size()) + number;
  }

  private static KeyedTable pairs() {
    return keyed(
        work("pairs"),
        List.of(
            new KeyColumn("second", "text", (writer, number) -> "é'" + number / 20),
            new KeyColumn("first", "int4", (writer, number) -> "" + (writer * 1000 + number % 20))),
        List.of(text("v")));
  }

  private static KeyedTable uuids() {
    return keyed(
        work("uuids"),
        List.of(
            new KeyColumn("id", "uuid", (writer, number) -> new UUID(writer, number).toString())),
        List.of(text("v")));
  }

  private static KeyedTable types() {
    return keyed(work("types"), List.of(bigint("id")), TypeColumns.all());
  }

  private static KeyedTable large() {
    TableName name = work("large");
    List<ValueColumn> columns =
        List.of(
            text("tag"),
            text("label"),
            new ValueColumn("body", "text", Sampler.largeText()),
            new ValueColumn("raw", "bytea", Sampler.largeBytes()));
    return new KeyedTable(
        name,
        List.of(bigint("id")),
        columns,
        30,
        List.of(
            "alter table %s alter body set storage external, alter raw set storage external"
                .formatted(name.sql())));
  }

  private static KeyedTable keyed(TableName name, List<KeyColumn> key, List<ValueColumn> values) {
    return new KeyedTable(name, key, values, 300, List.of());
  }

  private static TableName work(String name) {
    return new TableName("work", name);
  }

  private static KeyColumn bigint(String name) {
    return new KeyColumn(
        name, "int8", (writer, number) -> Long.toString(writer * WRITER_STEP + number));
  }

  private static ValueColumn text(String name) {
    return new ValueColumn(name, "text", Sampler.text());
  }
}
