package io.walferry.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.ddl.NumberedColumn;
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
    return said(before, after, ColumnNumbers.NONE);
  }

  private static String said(String before, String after, ColumnNumbers numbers) {
    FollowedTable was = followed(before, numbers);
    Relation now = new Relation(7, ITEM, ReplicaIdentity.DEFAULT, columns(after));
    return ColumnDifference.between(was, now, ColumnDifferenceTest::published).stream()
        .map(ColumnDifferenceTest::said)
        .collect(Collectors.joining(" "));
  }

  private static FollowedTable followed(String columns, ColumnNumbers numbers) {
    return new FollowedTable(7, columns(columns), Set.of("old"), Set.of(), Lsn.ZERO, numbers);
  }

  /** As in {@code 1=a:int4 2=b:text}: told first as it was, then as it is. */
  private static String saidByNumber(String before, String after) {
    return said(withoutNumbers(before), withoutNumbers(after), told(before, after));
  }

  private static ColumnNumbers told(String before, String after) {
    List<Column> was = columns(withoutNumbers(before));
    return ColumnNumbers.NONE.with(numbered(before), was).with(numbered(after), was);
  }

  private static String withoutNumbers(String text) {
    return text.replaceAll("[0-9]+=", "");
  }

  private static List<NumberedColumn> numbered(String text) {
    return Arrays.stream(text.split(" "))
        .map(
            one -> {
              Column column = column(withoutNumbers(one));
              int number = Integer.parseInt(one.substring(0, one.indexOf('=')));
              return new NumberedColumn(
                  number, column.name(), column.typeOid(), column.typeModifier());
            })
        .toList();
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
        "nothing             | 1=a 2=b         | 1=a 2=b            | ''",
        "added               | 1=a 2=b         | 1=a 2=b 3=c        | +c",
        "the last renamed    | 1=a 2=b         | 1=a 2=x            | b>x",
        "the last replaced   | 1=a 2=b         | 1=a 3=x            | -b +x",
        "fewer names         | 1=a 2=b 3=c     | 2=x 3=c            | -a b>x",
        "made anew           | 1=a 2=b         | 1=a 3=b            | -b ++b",
        "anew, another kind  | 1=a 2=b:int4    | 1=a 3=b:text       | -b ++b",
        "an old name again   | 1=a 2=b         | 1=a 2=b 4=old      | ++old",
        "shown, not new      | 1=a 3=c         | 1=a 2=b 3=c        | +b",
        "handed on           | 1=a 2=b 3=c     | 1=b 2=c            | -c b>c a>b",
        "of a dropped one    | 1=a 2=b 3=c     | 2=b 3=a            | -a c>a",
        "of one made anew    | 1=a 2=b         | 2=a 3=b            | -a b>a ++b",
        "a long chain        | 1=a 2=b 3=c     | 1=b 2=c 3=d        | c>d b>c a>b",
        "renamed, retyped    | 1=a 2=b:int4    | 1=a 2=x:int8       | b>x x:23>20",
      })
  void saysWhatWasDoneByTheNumbersOfColumns(
      String name, String before, String after, String expected) {
    assertEquals(expected, saidByNumber(before, after));
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
    FollowedTable was = followed(before, ColumnNumbers.NONE);
    assertTrue(ColumnDifference.rewrite(was, columns(after)).isPresent(), name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "two swapped              | 1=a 2=b 3=c     | 1=b 2=a 3=c",
        "three in a circle        | 1=a 2=b 3=c     | 1=b 2=c 3=a",
        "rows print otherwise     | 1=a:n10.2       | 1=a:n10.4",
        "renamed and another kind | 1=a 2=b:int4    | 1=a 2=x:text",
      })
  void saysWhatNumbersDoNotTellEither(String name, String before, String after) {
    FollowedTable was = followed(withoutNumbers(before), told(before, after));
    assertTrue(ColumnDifference.rewrite(was, columns(withoutNumbers(after))).isPresent(), name);
  }

  @Test
  void namesOfAKeyAreFoundInTheCatalogThatIsAhead() {
    assertEquals(
        java.util.Map.of("x", "a"),
        ColumnDifference.formerNames(columns("a b c"), columns("x b d")));
  }
}
