package io.walferry.change;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.publication.TablePattern;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of tables in messages. */
final class TableIdTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "public | orders | public.orders",
        "public | größe | public.größe",
        "_s1 | t_2 | _s1.t_2",
        "a.b | c | \"a.b\".c",
        "a | b.c | a.\"b.c\"",
        "Shop | order lines | \"Shop\".\"order lines\"",
        "s | a\"b | s.\"a\"\"b\"",
        "s | 2nd | s.\"2nd\"",
        "s | a* | s.\"a*\""
      })
  void aNameIsInQuotesWhereSqlNeedsThem(String schema, String name, String shown) {
    TableId table = new TableId(schema, name);
    assertEquals(shown, table.toString());
    assertEquals(Optional.of(table), TablePattern.parse(shown).literal());
  }
}
