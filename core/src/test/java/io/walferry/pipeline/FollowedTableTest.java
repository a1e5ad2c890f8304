package io.walferry.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.ddl.NumberedColumn;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FollowedTableTest {
  private static final TableId ITEM = new TableId("public", "item");

  private static PublishedTable carriedBy(String... routes) {
    return new PublishedTable(
        -7,
        ITEM,
        ReplicaIdentity.DEFAULT,
        List.of(
            new PublishedColumn("id", 23, "integer", -1, true, FormerValue.Null.NULL),
            new PublishedColumn("a\tb,c", 1700, "numeric", 9, false, FormerValue.Null.NULL)),
        List.of("id"),
        List.of("id"),
        Optional.empty(),
        0,
        0,
        Set.of(routes));
  }

  private static Relation announced(Column... columns) {
    return new Relation(-7, ITEM, ReplicaIdentity.DEFAULT, List.of(columns));
  }

  @Test
  void aLineSaysWhatItWasMadeOf() {
    for (PublishedTable table : List.of(carriedBy(), carriedBy("table 7", "schema 8"))) {
      FollowedTable followed = FollowedTable.of(table, Lsn.parse("16/3002D50"));
      assertEquals(followed, FollowedTable.parse(followed.line(ITEM)));
      FollowedTable narrower = followed.as(announced(new Column("id", 23, -1, true)));
      assertEquals(Set.of("a\tb,c"), narrower.gone());
      assertEquals(narrower, FollowedTable.parse(narrower.line(ITEM)));
    }
  }

  @Test
  void aLineSaysTheNumbersOfColumns() {
    FollowedTable plain = FollowedTable.of(carriedBy("table 7"), Lsn.parse("16/3002D50"));
    assertTrue(plain.line(ITEM).content().startsWith("v2"));
    List<NumberedColumn> was =
        List.of(new NumberedColumn(1, "id", 23, -1), new NumberedColumn(3, "a\tb,c", 1700, 9));
    List<NumberedColumn> now =
        List.of(
            new NumberedColumn(1, "id", 23, -1),
            new NumberedColumn(4, "a\tb,c", -1700, 9),
            new NumberedColumn(5, "other", 25, -1));
    FollowedTable counted = plain.with(ColumnNumbers.NONE.with(was, plain.columns()));
    FollowedTable told = counted.with(counted.numbers().with(now, counted.columns()));
    for (FollowedTable followed : List.of(counted, told)) {
      assertTrue(followed.line(ITEM).content().startsWith("v3"));
      assertEquals(followed, FollowedTable.parse(followed.line(ITEM)));
    }
    Relation altered =
        announced(new Column("id", 23, -1, true), new Column("a\tb,c", -1700, 9, false));
    assertEquals(Map.of("id", 1, "a\tb,c", 4), told.as(altered).numbers().known());
  }

  @Test
  void aColumnThatWasMadeAnewIsAnotherOne() {
    Relation same = announced(new Column("id", 23, -1, true), new Column("a\tb,c", 1700, 9, false));
    FollowedTable plain = FollowedTable.of(carriedBy(), Lsn.ZERO);
    List<NumberedColumn> was =
        List.of(new NumberedColumn(1, "id", 23, -1), new NumberedColumn(3, "a\tb,c", 1700, 9));
    FollowedTable counted = plain.with(ColumnNumbers.NONE.with(was, plain.columns()));
    assertTrue(plain.hasColumnsOf(same));
    assertTrue(counted.hasColumnsOf(same));
    List<NumberedColumn> anew =
        List.of(new NumberedColumn(1, "id", 23, -1), new NumberedColumn(4, "a\tb,c", 1700, 9));
    assertFalse(counted.with(counted.numbers().with(anew, counted.columns())).hasColumnsOf(same));
  }

  @Test
  void aLineOfTheFirstFormatIsTakenAsItIs() {
    LedgerEntry old =
        new LedgerEntry(
            ITEM, LedgerEntry.Kind.TABLE, "", "4294967289\tid\t23\t-1\ta\\tb,c\t1700\t9");
    FollowedTable followed = FollowedTable.parse(old);
    assertEquals(FollowedTable.of(carriedBy(), FollowedTable.UNKNOWN), followed);
    assertFalse(followed.wasLeftOut(carriedBy("table 7")));
    LedgerEntry later =
        new LedgerEntry(
            ITEM,
            LedgerEntry.Kind.TABLE,
            "",
            "4294967289\tid\t23\t-1\ta\\tb,c\t1700\t9\tschema 8,table 7");
    assertEquals(
        FollowedTable.of(carriedBy("table 7", "schema 8"), FollowedTable.UNKNOWN),
        FollowedTable.parse(later));
  }

  @Test
  void aTableWasLeftOutIfNothingHasCarriedItAllTheTime() {
    FollowedTable followed = FollowedTable.of(carriedBy("table 7", "schema 8"), Lsn.ZERO);
    assertFalse(followed.wasLeftOut(carriedBy("schema 8", "table 9")));
    assertTrue(followed.wasLeftOut(carriedBy("table 9")));
  }
}
