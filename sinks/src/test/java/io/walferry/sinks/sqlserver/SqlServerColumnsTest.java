package io.walferry.sinks.sqlserver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.sinks.sqlserver.TableShape.Guards;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.sqlserver.TableShape.ShapeIndex;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which columns have to change when the source's do, and to what. */
final class SqlServerColumnsTest {
  private static final int VARCHAR = 1043;

  private final StatementRecorder recorder = new StatementRecorder(query -> List.of());
  private final SqlServerColumns columns =
      new SqlServerColumns(
          recorder.session(),
          new SqlServerTables(
              recorder.session(), new TableNames("dbo"), SqlServerSinkSettings.DEFAULT));

  private static ShapeColumn column(String name, String dataType, int bytes, boolean nullable) {
    String collation =
        switch (dataType) {
          case "nvarchar" -> ColumnDefinitions.COLLATION;
          case "varchar" -> "Latin1_General_100_CI_AS_SC_UTF8";
          default -> "";
        };
    int scale = dataType.equals("decimal") ? 2 : 6;
    return new ShapeColumn(
        name, dataType, bytes, 10, scale, collation, nullable, false, false, false);
  }

  private static TableShape shape(List<ShapeIndex> indexes, ShapeColumn... found) {
    return new TableShape(
        new TableName("dbo", "t"),
        "USER_TABLE",
        false,
        new Guards(false, false, List.of(), true),
        List.of(found),
        indexes);
  }

  private static PublishedColumn source(String name, int type, int modifier) {
    return new PublishedColumn(name, type, "a type", modifier, false, FormerValue.Null.NULL);
  }

  private static int numeric(int precision, int scale) {
    return ((precision << 16) | scale) + 4;
  }

  @ParameterizedTest
  @CsvSource({
    // varchar(10), of which each character may be two
    "1043, 14, nvarchar, 40, true",
    "1043, 14, nvarchar, 38, false",
    "1043, 14, nvarchar, -1, true",
    "1043, 14, varchar, 40, true",
    "1043, 14, varchar, 39, false",
    "25, -1, nvarchar, -1, true",
    "25, -1, nvarchar, 8000, false",
    "25, -1, varbinary, -1, false",
    "17, -1, varbinary, -1, true",
    "17, -1, varbinary, 8000, false",
    "23, -1, int, 4, true",
    "23, -1, bigint, 8, true",
    "20, -1, int, 4, false",
    "20, -1, nvarchar, 40, true",
    "16, -1, bit, 1, true",
    "1114, -1, datetime2, 8, true",
    "1114, -1, date, 3, false"
  })
  void takesWhatIsNotLonger(int type, int modifier, String dataType, int bytes, boolean taken) {
    TableShape found = shape(List.of(), column("c", dataType, bytes, true));
    assertEquals(taken, columns.takes(found, source("c", type, modifier)));
  }

  @ParameterizedTest
  @CsvSource({"10, 2, true", "8, 2, true", "12, 2, false", "10, 3, false"})
  void takesNumbersOfTheSameScale(int precision, int scale, boolean taken) {
    TableShape found = shape(List.of(), column("c", "decimal", 9, true));
    assertEquals(taken, columns.takes(found, source("c", 1700, numeric(precision, scale))));
  }

  /** Texts of a key are as long as the rest of it lets them be, and no shorter than they were. */
  @ParameterizedTest
  @CsvSource({
    "1043, 54, nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL",
    "1043, 1004, nvarchar(448) COLLATE Latin1_General_100_BIN2 NOT NULL",
    "25, -1, nvarchar(448) COLLATE Latin1_General_100_BIN2 NOT NULL"
  })
  void keysStayWithinTheirBounds(int type, int modifier, String declared) {
    ShapeIndex key = new ShapeIndex("PK", true, true, false, List.of("n", "w"));
    TableShape found =
        shape(List.of(key), column("n", "int", 4, false), column("w", "nvarchar", 40, false));
    assertEquals(
        "ALTER TABLE [dbo].[t] ALTER COLUMN [w] " + declared + ";",
        columns.retypeStatement(found, source("W", type, modifier)));
  }

  @Test
  void ownIndexesGoBeforeTheColumnChanges() {
    TableShape found =
        shape(
            Stream.of("walferry_row", "walferry_key", "own")
                .map(name -> new ShapeIndex(name, false, false, false, List.of("n")))
                .toList(),
            column("n", "int", 4, true));
    assertEquals(
        "DROP INDEX [walferry_row] ON [dbo].[t]; DROP INDEX [walferry_key] ON [dbo].[t];"
            + " ALTER TABLE [dbo].[t] ALTER COLUMN [n] bigint NULL;",
        columns.retypeStatement(found, source("n", 20, -1)));
  }

  /** Some may be done by hand already. */
  @Test
  void statementsForPeopleMayBeOfColumnsThatAreNotThere() {
    TableShape found = shape(List.of(), column("C", "int", 4, true));
    assertEquals("ALTER TABLE [dbo].[t] DROP COLUMN [gone];", columns.dropStatement(found, "gone"));
    assertEquals(
        "EXEC sp_rename N'[dbo].[t].[C]', N'to', N'COLUMN';",
        columns.renameStatement(found, "c", "to"));
    assertEquals(
        "ALTER TABLE [dbo].[t] ADD [v] nvarchar(20) COLLATE Latin1_General_100_BIN2 NULL;",
        columns.addStatement(found, source("v", VARCHAR, 14)));
  }
}
