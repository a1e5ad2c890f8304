package io.walferry.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.FormerValue;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.TablePattern;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.TableAlteration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AlterationPlanTest {
  private static final TableId CUSTOMER = new TableId("public", "customer");
  private static final int INT4 = 23;
  private static final int TEXT = 25;

  @Test
  void whatWasLeftOutDoesNotGoOutByAnotherName() {
    for (ColumnChange change : List.of(renamed(), replaced())) {
      WalferryException refused =
          assertThrows(WalferryException.class, () -> plan(change, rule().dropping("email")));
      assertEquals(ErrorCode.CONFIGURATION_INVALID, refused.code());
      assertTrue(String.valueOf(refused.getMessage()).contains("mail"), refused::toString);
    }
  }

  @Test
  void bothNamesLeaveItOut() {
    for (ColumnChange change : List.of(renamed(), replaced())) {
      assertEquals(Optional.empty(), plan(change, rule().dropping("email", "mail")));
    }
  }

  @Test
  void namesAreThoseOfTheDestination() {
    TableRule rule = rule().renaming(Map.of("email", "address", "mail", "post"));
    assertEquals(
        List.of(new ColumnChange.Renamed("address", "post")),
        plan(renamed(), rule).orElseThrow().changes());
    assertEquals(
        List.of(new ColumnChange.Replaced(List.of("address"), List.of(column("post")))),
        plan(replaced(), rule).orElseThrow().changes());
  }

  private static ColumnChange renamed() {
    return new ColumnChange.Renamed("email", "mail");
  }

  private static ColumnChange replaced() {
    return new ColumnChange.Replaced(List.of("email"), List.of(column("mail")));
  }

  private static TableRule rule() {
    return TableRule.forTables(TablePattern.of(CUSTOMER));
  }

  private static Optional<TableAlteration> plan(ColumnChange change, TableRule rule) {
    return AlterationPlan.of(
        new TableAlteration(relation("email"), relation("mail"), List.of(change), false),
        new Planner(new TransformSettings(TableMapping.NONE, List.of(rule))));
  }

  private static Relation relation(String last) {
    return new Relation(
        1,
        CUSTOMER,
        ReplicaIdentity.DEFAULT,
        List.of(new Column("id", INT4, -1, true), new Column(last, TEXT, -1, false)));
  }

  private static PublishedColumn column(String name) {
    return new PublishedColumn(name, TEXT, "text", -1, false, FormerValue.Unknown.UNKNOWN);
  }
}
