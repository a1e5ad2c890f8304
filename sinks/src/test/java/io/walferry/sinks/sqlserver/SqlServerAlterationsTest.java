package io.walferry.sinks.sqlserver;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.INT8;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.sqlserver.SqlServerFixture.IMPATIENT;
import static io.walferry.sinks.sqlserver.SqlServerFixture.rows;
import static io.walferry.sinks.sqlserver.SqlServerFixture.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Column;
import io.walferry.error.ErrorCode;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.sink.Claim;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.TableAlteration;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.sqlserver.SqlServerFixture.Feature;
import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.TablePolicies;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What is done to tables of SQL Server when the source's are altered; where one is named, see
 * {@link SqlServerFixture}.
 */
final class SqlServerAlterationsTest {
  private static final int VARCHAR = 1043;

  private static final SqlServerSinkSettings APPLY =
      IMPATIENT.withDdl(
          new DdlPolicies(DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.APPLY)
              .with(new TablePolicies(DdlPolicy.APPLY, DdlPolicy.APPLY, DdlPolicy.APPLY)));

  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("we]rd", VARCHAR, 14).column("n", INT4).build();

  private static SqlServerSink following(SqlServerSettings database, SqlServerSinkSettings how) {
    SqlServerSink sink = SinkCalls.following(SqlServerFixture.sink(database, how), ITEM);
    apply(sink, 0x20, ITEM.insert("1", "a", "5"), ITEM.insert("2", NULL, NULL));
    return sink;
  }

  private static PublishedColumn column(String name, int type, FormerValue former) {
    return new PublishedColumn(name, type, "a type", -1, false, former);
  }

  private static Column was(String name, int type) {
    return new Column(name, type, -1, false);
  }

  private static boolean alter(SqlServerSink sink, SourceTable after, ColumnChange... changes) {
    return sink.alter(
        new TableAlteration(ITEM.relation(), after.relation(), Arrays.asList(changes), false));
  }

  private static List<String> types(SqlServerSettings database) throws SQLException {
    return rows(
        database,
        "SELECT name + N' ' + TYPE_NAME(system_type_id) + N' ' + CAST(max_length AS nvarchar(9))"
            + " + CASE is_nullable WHEN 1 THEN N'' ELSE N' NOT NULL' END FROM sys.columns"
            + " WHERE object_id = OBJECT_ID(N'item') ORDER BY name");
  }

  private static final SourceTable ALTERED =
      table("item")
          .key("id", INT8)
          .column("it's ]", TEXT)
          .column("five", INT4)
          .column("new", TEXT)
          .build();

  private static final ColumnChange[] EVERYTHING = {
    new ColumnChange.Retyped(was("id", INT4), column("id", INT8, FormerValue.Null.NULL)),
    new ColumnChange.Renamed("we]rd", "it's ]"),
    new ColumnChange.Retyped(
        new Column("it's ]", VARCHAR, 14, false), column("it's ]", TEXT, FormerValue.Null.NULL)),
    new ColumnChange.Dropped("n"),
    new ColumnChange.Added(column("five", INT4, new FormerValue.Constant("5")), false),
    new ColumnChange.Added(column("new", TEXT, FormerValue.Null.NULL), false)
  };

  @Test
  void columnsAreAlteredAmongTheRowsAroundIt() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    try (SqlServerSink sink = following(database, APPLY)) {
      sink.begin(SinkCalls.header(0x30));
      sink.append(ITEM.insert("3", "b", "6"));
      assertFalse(alter(sink, ALTERED, EVERYTHING));
      sink.append(ALTERED.insert("5000000000", "longer than ten characters", NULL, "x"));
      sink.append(ALTERED.update("2", "c", "5", "y"));
      sink.commit(SinkCalls.position(0x31));
    }
    assertEquals(
        List.of("five int 4", "id bigint 8 NOT NULL", "it's ] nvarchar -1", "new nvarchar -1"),
        types(database));
    assertEquals(
        List.of("1|a|5|∅", "2|c|5|y", "3|b|5|∅", "5000000000|longer than ten characters|∅|x"),
        rows(database, "SELECT id, [it's ]]], five, new FROM item ORDER BY id"));
    assertEquals(
        List.of("id"),
        rows(
            database,
            "SELECT COL_NAME(k.object_id, k.column_id) FROM sys.indexes i JOIN sys.index_columns k"
                + " ON k.object_id = i.object_id AND k.index_id = i.index_id"
                + " WHERE i.object_id = OBJECT_ID(N'item') AND i.is_primary_key = 1"));
  }

  @Test
  void anAlterationThatIsNotCommittedIsGone() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    try (SqlServerSink sink = following(database, APPLY)) {
      assertFalse(alter(sink, ALTERED, EVERYTHING));
      sink.append(ALTERED.insert("3", "b", NULL, NULL));
    }
    assertEquals(List.of("id int 4 NOT NULL", "n int 4", "we]rd nvarchar 40"), types(database));
    assertEquals(List.of("1|a|5", "2|∅|∅"), rows(database, "SELECT * FROM item ORDER BY id"));
  }

  @Test
  void whatStandsOnADroppedColumnGoesToo() throws SQLException {
    SqlServerFixture.require(Feature.NOCHECK);
    SqlServerSettings database = SqlServerFixture.database();
    try (SqlServerSink sink = following(database, APPLY)) {
      run(
          database,
          "CREATE TABLE other (id int PRIMARY KEY)",
          "ALTER TABLE item ADD CONSTRAINT df DEFAULT 7 FOR n",
          "ALTER TABLE item ADD CONSTRAINT ck CHECK (n > 0), CONSTRAINT pair CHECK (n > id)",
          "ALTER TABLE item ADD CONSTRAINT un UNIQUE (n, id)",
          "ALTER TABLE item WITH NOCHECK ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES other",
          "ALTER TABLE item NOCHECK CONSTRAINT fk",
          "CREATE INDEX [in]]dex] ON item (id) INCLUDE (n)",
          "CREATE INDEX filtered ON item (id) WHERE n > 5",
          "CREATE STATISTICS seen ON item (n)",
          "ALTER TABLE item ADD CONSTRAINT stays CHECK (id > 0)");
      SourceTable after = table("item").key("id", INT4).column("we]rd", VARCHAR, 14).build();
      boolean unused = alter(sink, after, new ColumnChange.Dropped("n"));
      apply(sink, 0x30, after.insert("3", "b"));
    }
    assertEquals(List.of("id int 4 NOT NULL", "we]rd nvarchar 40"), types(database));
    assertEquals(
        List.of("stays"),
        rows(
            database,
            "SELECT name FROM sys.check_constraints WHERE parent_object_id = OBJECT_ID(N'item')"));
  }

  @Test
  void whatSomebodyHasPutOnAColumnKeepsItsType() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    SourceTable after =
        table("item").key("id", INT4).column("we]rd", VARCHAR, 14).column("n", INT8).build();
    try (SqlServerSink sink = following(database, APPLY)) {
      run(database, "ALTER TABLE item ADD CONSTRAINT ck CHECK (n > 0)");
      String message =
          refused(
              ErrorCode.DESTINATION_SHAPE,
              () ->
                  alter(
                      sink,
                      after,
                      new ColumnChange.Retyped(
                          was("n", INT4), column("n", INT8, FormerValue.Null.NULL))));
      assertTrue(message.contains("object ck"), message);
    }
  }

  @Test
  void ignoredColumnsAreLeftOutOfRowsAndDroppedOnesStay() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    SqlServerSinkSettings ignore =
        IMPATIENT.withDdl(
            new DdlPolicies(DdlPolicy.IGNORE, DdlPolicy.IGNORE, DdlPolicy.APPLY, DdlPolicy.IGNORE));
    SourceTable after =
        table("item").key("id", INT4).column("we]rd", VARCHAR, 14).column("more", TEXT).build();
    try (SqlServerSink sink = following(database, ignore)) {
      run(
          database,
          "UPDATE item SET n = 0 WHERE n IS NULL",
          "ALTER TABLE item ALTER COLUMN n int NOT NULL");
      boolean unused =
          alter(
              sink,
              after,
              new ColumnChange.Dropped("n"),
              new ColumnChange.Added(column("more", TEXT, FormerValue.Null.NULL), false));
      apply(sink, 0x30, after.insert("3", "b", "left out"), after.update("1", "c", "too"));
    }
    try (SqlServerSink sink = SqlServerFixture.sink(database, ignore)) {
      sink.open(SinkCalls.FEED, new Claim());
      sink.resume(SinkCalls.published(after));
      apply(sink, 0x40, after.update("2", "d", NULL));
    }
    assertEquals(
        List.of("1|c|5", "2|d|0", "3|b|∅"), rows(database, "SELECT * FROM item ORDER BY id"));
  }

  @Test
  void aTableThatIsGoneAtTheSourceGoesWithIt() throws SQLException {
    SqlServerSettings database = SqlServerFixture.database();
    try (SqlServerSink sink = following(database, APPLY)) {
      sink.drop(ITEM.published().table());
      sink.commit(SinkCalls.position(0x30));
    }
    assertEquals(List.of("∅"), rows(database, "SELECT OBJECT_ID(N'item')"));
  }
}
