package io.walferry.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.sink.ColumnChange;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ColumnDifferenceTest {
  private static final TableId ITEM = new TableId("public", "item");

  /** As in {@code a:int4 b:text}. */
  private static List<Column> columns(String text) {
    return Arrays.stream(text.split(" ")).map(ColumnDifferenceTest::column).toList();
  }

  private static Column column(String text) {
    String[] parts = text.split(":");
    return switch (parts.length > 1 ? parts[1] : "int4") {
      case "int4" -> new Column(parts[0], 23, -1, false);
      case "int8" -> new Column(parts[0], 20, -1, false);
      case "text" -> new Column(parts[0], 25, -1, false);
      case "varchar" -> new Column(parts[0], 1043, 14, false);
      case "n10.2" -> new Column(parts[0], 1700, (10 << 16 | 2) + 4, false);
      case "n20.2" -> new Column(parts[0], 1700, (20 << 16 | 2) + 4, false);
      case "n10.4" -> new Column(parts[0], 1700, (10 << 16 | 4) + 4, false);
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static String said(String before, String after) {
    FollowedTable was = new FollowedTable(7, columns(before), Set.of("old"), Set.of(), Lsn.ZERO);
    Relation now = new Relation(7, ITEM, ReplicaIdentity.DEFAULT, columns(after));
    return ColumnDifference.between(was, now, ColumnDifferenceTest::published).stream()
        .map(ColumnDifferenceTest::said)
        .collect(Collectors.joining(" "));
  }

  private static PublishedColumn published(Column column) {
    return new PublishedColumn(
        column.name(), column.typeOid(), "", column.typeModifier(), false, FormerValue.Null.NULL);
  }

  private static String said(ColumnChange change) {
    return switch (change) {
      case ColumnChange.Added(var column, var again) -> (again ? "++" : "+") + column.name();
      case ColumnChange.Dropped(var name) -> "-" + name;
      case ColumnChange.Renamed(var name, var to) -> name + ">" + to;
      case ColumnChange.Retyped(var former, var column) ->
          column.name() + ":" + former.typeOid() + ">" + column.typeOid();
      case ColumnChange.Replaced(var names, var columns) ->
          names + "?" + columns.stream().map(PublishedColumn::name).toList();
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "nothing           | a b           | a b           | ''",
        "added             | a b           | a b c d       | +c +d",
        "added again       | a b           | a b old       | ++old",
        "dropped           | a b c         | b             | -a -c",
        "renamed before b  | a b           | x b           | a>x",
        "two renamed       | a b c         | x y c         | a>x b>y",
        "swapped and kept  | a b c d       | x b y d z     | a>x c>y +z",
        "retyped           | a:int4        | a:int8        | a:23>20",
        "narrowed          | a:int8        | a:int4        | a:20>23",
        "unlimited         | a:varchar b   | a:text b      | a:1043>25",
        "same scale        | a:n10.2 b     | a:n20.2 b     | a:1700>1700",
        "renamed, retyped  | a:int4 b      | x:int8 b      | a>x x:23>20",
        "last one          | a b           | a x           | [b]?[x]",
        "last ones         | a b c         | a x           | [b, c]?[x]",
        "fewer names       | a b c         | x c           | [a, b]?[x]",
        "all of it         | a b c d       | b c:int8 e f  | -a c:23>20 [d]?[e, f]",
      })
  void saysWhatWasDone(String name, String before, String after, String expected) {
    assertEquals(expected, said(before, after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rows print otherwise      | a:n10.2 b | a:n10.4 b",
        "another kind of type      | a:int4 b  | a:text b",
        "renamed and another kind  | a:int4 b  | x:text b",
        "the same name, made anew  | a b       | b a",
      })
  void saysWhatTheStreamDoesNotCarry(String name, String before, String after) {
    assertTrue(ColumnDifference.rewrite(columns(before), columns(after)).isPresent(), name);
  }

  @Test
  void namesOfAKeyAreFoundInTheCatalogThatIsAhead() {
    assertEquals(
        java.util.Map.of("x", "a"),
        ColumnDifference.formerNames(columns("a b c"), columns("x b d")));
  }
}
