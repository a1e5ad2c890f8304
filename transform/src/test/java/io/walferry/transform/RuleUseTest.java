package io.walferry.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.TableId;
import io.walferry.publication.TablePattern;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RuleUseTest {
  private static final TableId CUSTOMER = new TableId("public", "customer");

  @Test
  void whatMeansATableIsNotNamed() {
    TableRule rule =
        TableRule.forTables(TablePattern.parse("public.*"))
            .dropping("email")
            .renaming(Map.of("name", "called"));
    TableMapping mapping =
        new TableMapping(Map.of("public", "shop"), Map.of(CUSTOMER, new TableId("a", "b")));
    assertEquals(List.of(), unused(new TransformSettings(mapping, List.of(rule))));
  }

  @Test
  void mistypedNamesAreNamedWithWhatIsNear() {
    TableRule table = TableRule.forTables(TablePattern.parse("public.custmer")).dropping("email");
    TableRule column = TableRule.forTables(TablePattern.parse("*.*")).dropping("emial", "email");
    TableMapping mapping =
        new TableMapping(
            Map.of("pubic", "shop"), Map.of(new TableId("x", "y"), new TableId("a", "b")));
    assertEquals(
        List.of(
            "no published table is in schema pubic; did you mean 'public'?",
            "no published table is called x.y",
            "no published table is called public.custmer; did you mean 'public.customer'?",
            "no published table of [*.*] has a column emial; did you mean 'email'?"),
        unused(new TransformSettings(mapping, List.of(table, column))));
  }

  private static List<String> unused(TransformSettings settings) {
    RuleUse use = new RuleUse(settings);
    use.met(CUSTOMER, List.of("id", "name", "email"));
    use.met(new TableId("public", "item"), List.of("id"));
    return use.unused();
  }
}
