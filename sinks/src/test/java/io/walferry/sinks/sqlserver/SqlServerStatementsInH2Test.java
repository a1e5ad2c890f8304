package io.walferry.sinks.sqlserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * H2 in its mode of SQL Server takes those of the statements that it has the means for: their
 * syntax, and that the columns which they name are those of the tables that are made. What it lacks
 * is named here, and is left to a real server.
 */
final class SqlServerStatementsInH2Test {
  /** No means for the whole statement. */
  private static final List<String> LACKS =
      List.of(
          "^(UPDATE|DELETE) (TOP \\(1\\) )?d ", // a table by its alias
          "^MERGE", // without INTO
          "FROM \\(SELECT \\?", // parameters without a type
          "IDENTITY_INSERT",
          "\\bsys\\.|OBJECT_ID|SCHEMA_ID|TYPE_NAME",
          "^EXEC |^(SAVE|ROLLBACK) TRANSACTION",
          "TRANSFER|STATISTICS|^DROP INDEX|CONVERT\\(",
          "ADD CONSTRAINT .* CLUSTERED");

  /** What a statement is without, or has instead. */
  private static final Map<String, String> INSTEAD =
      Map.of(
          " COLLATE Latin1_General_100_BIN2", "",
          "#walferry_stage", "walferry_stage",
          // A bracket within a name.
          "]]", "",
          "datetimeoffset(6)", "datetimeoffset",
          " NONCLUSTERED", "");

  private static final Pattern GUARDED =
      Pattern.compile("BEGIN TRY (CREATE TABLE .*\\)); END TRY", Pattern.DOTALL);

  private static final Pattern INLINE_INDEX =
      Pattern.compile(", INDEX \\w+ (CLUSTERED )?\\([^)]*\\)");

  /** As the server's function of that name. */
  public static LocalDateTime now() {
    return LocalDateTime.now(ZoneOffset.UTC);
  }

  @Test
  void takesThoseThatItHasTheMeansFor() throws Exception {
    List<String> statements = statements();
    List<String> refused = new ArrayList<>();
    int taken = 0;
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:h2:mem:;MODE=MSSQLServer;DATABASE_TO_UPPER=FALSE"
                    + ";CASE_INSENSITIVE_IDENTIFIERS=TRUE");
        Statement statement = connection.createStatement()) {
      for (String schema : List.of("dbo", "other", "walferry", "sales")) {
        statement.execute("CREATE SCHEMA " + schema);
      }
      statement.execute("CREATE DOMAIN datetimeoffset AS timestamp(6) WITH TIME ZONE");
      statement.execute("CREATE ALIAS SYSUTCDATETIME FOR '%s.now'".formatted(getClass().getName()));
      for (String table : statements) {
        if (table.startsWith("CREATE TABLE") && !table.contains("walferry_stage")) {
          statement.execute(table);
          taken++;
        }
      }
      // Only looked at: what one statement does away with, another one names.
      statement.execute("ALTER TABLE [dbo].[item] ADD [name] nvarchar(10)");
      statement.execute("ALTER TABLE [dbo].[item] ADD CONSTRAINT [ck] CHECK ([id] > 0)");
      for (String other : statements) {
        if (!other.startsWith("CREATE TABLE") || other.contains("walferry_stage")) {
          taken += take(connection, statement, other, refused);
        }
      }
    }
    assertEquals(List.of(), refused);
    assertTrue(taken >= 45, taken + " of " + statements.size());
  }

  private static int take(
      Connection connection, Statement statement, String other, List<String> refused)
      throws SQLException {
    if (other.startsWith("CREATE TABLE walferry_stage")) {
      statement.execute("DROP TABLE IF EXISTS walferry_stage");
      statement.execute(other);
      return 1;
    }
    try (PreparedStatement prepared = connection.prepareStatement(other)) {
      return prepared.getParameterMetaData().getParameterCount() >= 0 ? 1 : 0;
    } catch (SQLException e) {
      refused.add(other + ": " + e.getMessage());
      return 0;
    }
  }

  /** Those that H2 has the means for. */
  private static List<String> statements() throws IOException {
    return Arrays.stream(Files.readString(SqlServerStatementsTest.FILE).split("(?m)^-- .*\n"))
        .map(String::strip)
        .filter(statement -> !statement.isEmpty())
        .map(SqlServerStatementsInH2Test::inH2)
        .filter(
            statement ->
                LACKS.stream().noneMatch(it -> Pattern.compile(it).matcher(statement).find()))
        .toList();
  }

  private static String inH2(String statement) {
    String text = statement.replaceFirst(";$", "");
    Matcher guarded = GUARDED.matcher(text);
    if (guarded.find()) {
      text = INLINE_INDEX.matcher(guarded.group(1)).replaceAll("");
    }
    for (Map.Entry<String, String> entry : INSTEAD.entrySet()) {
      text = text.replace(entry.getKey(), entry.getValue());
    }
    return text;
  }
}
