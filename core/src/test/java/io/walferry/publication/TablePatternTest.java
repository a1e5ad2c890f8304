package io.walferry.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TablePatternTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "public.*,           public, orders,   true",
        "public.*,           Public, orders,   false",
        "public.orders,      public, orders,   true",
        "public.orders,      public, Orders,   false",
        "public.orders,      public, orders2,  false",
        "*.*,                a,      b,        true",
        "*.orders,           a,      orders,   true",
        "public.order?,      public, orders,   true",
        "public.order?,      public, order,    false",
        "public.order?,      public, order\uD83D\uDE00, true",
        "public.o*r*s,       public, orders,   true",
        "public.o*r*s,       public, ors,      true",
        "public.o*r*s,       public, orderst,  false",
        "public.**,          public, orders,   true",
        "public.*s*s,        public, assess,   true",
        "public.[a-z]*,      public, orders,   false",
        "public.o%,          public, orders,   false",
        "public.a+,          public, aa,       false",
        "public.größe,       public, größe,    true",
        "'\"a.b\".\"c*\"',   a.b,    c*,       true",
        "'\"a.b\".\"c*\"',   a.b,    cd,       false",
        "'s.\"a\"\"b\"',     s,      'a\"b',   true",
        "'s.\"two words\"',  s,      two words, true",
      })
  void matches(String pattern, String schema, String name, boolean expected) {
    assertEquals(expected, TablePattern.parse(pattern).matches(new TableId(schema, name)));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "orders       | there is no schema",
        "''           | there is no schema",
        "a.b.c        | there is a second dot",
        ".orders      | the schema is empty",
        "public.      | the table is empty",
        "public.\"\"  | the table is empty",
        "'public. a'  | there is a space beside the table",
        "'a .b'       | there is a space beside the schema",
        "public.\"a   | a double quote is not closed",
        "public.a\"b\"| double quotes must enclose the whole table",
        "\"a\"b.c     | double quotes must enclose the whole schema",
      })
  void refusesWithTheReason(String pattern, String reason) {
    WalferryException e = assertThrows(WalferryException.class, () -> TablePattern.parse(pattern));

    assertEquals(ErrorCode.CONFIGURATION_INVALID, e.code());
    assertTrue(e.toString().contains("'" + pattern + "': " + reason), e.toString());
  }

  @Test
  void aTableMatchesThePatternMadeOfIt() {
    TableId odd = new TableId("a.\"b", "*?");

    assertTrue(TablePattern.of(odd).matches(odd));
    assertEquals(TablePattern.of(odd), TablePattern.parse(TablePattern.of(odd).toString()));
    assertTrue(TablePattern.of(odd).isLiteral());
  }

  @Test
  void manyStarsDoNotTakeLong() {
    TablePattern pattern = TablePattern.parse("s." + "*a".repeat(200) + "b");
    TableId table = new TableId("s", "a".repeat(5000));

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertEquals(false, pattern.matches(table)));
  }
}
