package io.walferry.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.TableId;
import io.walferry.publication.RowFilters;
import io.walferry.publication.TablePattern;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code check} says of row filters, before and after there is a publication. */
final class RowFilterFindingsTest {
  private static final String TABLE = "create table t (id int primary key, v text);";

  private static ReadinessReport check(Database database, String condition) throws SQLException {
    RowFilters filters = new RowFilters(Map.of(new TableId("public", "t"), condition));
    return check(database, filters);
  }

  private static ReadinessReport check(Database database, RowFilters filters) throws SQLException {
    try (Connection connection = database.connect()) {
      return new Preflight(connection)
          .check(
              new ReadinessQuestion(
                  Optional.of("p"),
                  Optional.empty(),
                  true,
                  List.of(TablePattern.parse("public.*")),
                  filters));
    }
  }

  private static Finding only(ReadinessReport report, Severity severity, String subject) {
    List<Finding> found =
        report.with(severity).stream().filter(it -> it.subject().equals(subject)).toList();
    assertEquals(1, found.size(), report::toString);
    return found.getFirst();
  }

  /** Its statement makes what the feed would make. */
  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void aPublicationThatIsYetToBeMadeIsTriedOut(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      database.execute(TABLE);

      ReadinessReport report = check(database, "v = 'x'");

      Finding problem = only(report, Severity.PROBLEM, "table public.t");
      assertEquals("it lacks v", problem.found());
      database.execute(problem.sql().orElseThrow());
      ReadinessReport mended = check(database, "v = 'x'");
      assertTrue(mended.ready(), mended::toString);
      database.execute(only(mended, Severity.NOTE, "publication p").sql().orElseThrow());
      Finding made =
          only(check(database, "v = 'x'"), Severity.NOTE, "row filters of publication p");
      assertEquals("public.t: (v = 'x'::text)", made.found());
    }
  }

  @Test
  void aConditionThatIsNoneIsAProblem() throws SQLException {
    try (Database database = SharedServers.database(18)) {
      database.execute(TABLE);

      Finding problem = only(check(database, "w = 'x'"), Severity.PROBLEM, "source.where");

      assertTrue(problem.found().contains("column \"w\" does not exist"), problem::found);
    }
  }

  @Test
  void anOlderServerIsAProblem() throws SQLException {
    try (Database database = SharedServers.database(14)) {
      database.execute(TABLE);

      Finding before = only(check(database, "id > 5"), Severity.PROBLEM, "source.where");
      database.execute("create publication p for table t");
      Finding after = only(check(database, "id > 5"), Severity.PROBLEM, "source.where");

      assertTrue(before.found().contains("in CEL"), before::found);
      assertEquals(before, after);
    }
  }

  /** Its statements give it the filter; nothing of ours ever does. */
  @Test
  void aTableThatIsPublishedWithoutItsFilterIsNamed() throws SQLException {
    try (Database database = SharedServers.database(18)) {
      database.execute(TABLE + "create publication p for table t");

      Finding note = only(check(database, "id > 5"), Severity.NOTE, "row filters of publication p");

      assertEquals("none for public.t", note.found());
      database.execute(note.sql().orElseThrow());
      assertEquals(
          "public.t: (id > 5)",
          only(check(database, "id > 5"), Severity.NOTE, "row filters of publication p").found());
    }
  }

  /** Whoever has made it: the application fails by now. */
  @Test
  void aFilterThatIsPublishedWithoutItsColumnsIsAProblem() throws SQLException {
    try (Database database = SharedServers.database(18)) {
      database.execute(TABLE + "create publication p for table t where (v is null)");

      Finding problem = only(check(database, RowFilters.NONE), Severity.PROBLEM, "table public.t");

      assertEquals("it lacks v", problem.found());
      database.execute("alter publication p set (publish = 'insert, truncate')");
      assertTrue(check(database, RowFilters.NONE).ready());
    }
  }
}
