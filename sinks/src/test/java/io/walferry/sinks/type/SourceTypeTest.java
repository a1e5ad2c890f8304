package io.walferry.sinks.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SourceTypeTest {
  private static final int NUMERIC = 1700;
  private static final int VARCHAR = 1043;

  private static int numeric(int precision, int scale) {
    return ((precision << 16) | (scale & 0x7ff)) + 4;
  }

  private static String mysql(int oid, int modifier) {
    return TypeTable.column(SourceType.of(oid, modifier), Dialect.MYSQL).declaration();
  }

  @Test
  void modifiersAreRead() {
    SourceType exact = SourceType.of(NUMERIC, numeric(10, 2));
    assertEquals(OptionalInt.of(10), exact.precision());
    assertEquals(OptionalInt.of(2), exact.scale());
    assertEquals(OptionalInt.of(-3), SourceType.of(NUMERIC, numeric(5, -3)).scale());
    assertEquals(OptionalInt.empty(), SourceType.of(NUMERIC, -1).precision());
    assertEquals(OptionalInt.of(7), SourceType.of(VARCHAR, 11).length());
    assertEquals(OptionalInt.empty(), SourceType.of(VARCHAR, -1).length());
    assertEquals(OptionalInt.empty(), SourceType.of(25, 11).length());
  }

  @ParameterizedTest
  @CsvSource({
    "65, 30, 'decimal(65,30)'",
    "65, 0, 'decimal(65,0)'",
    "66, 0, longtext",
    "65, 31, longtext",
    "1, 1, 'decimal(1,1)'",
    "1, 2, longtext",
    "5, -3, longtext",
    "1000, 1000, longtext"
  })
  void aDecimalIsMadeWhereItHoldsEveryValue(int precision, int scale, String expected) {
    assertEquals(expected, mysql(NUMERIC, numeric(precision, scale)));
  }

  @Test
  void longTextsHaveNoLimit() {
    assertEquals("varchar(255)", mysql(VARCHAR, 259));
    assertEquals("longtext", mysql(VARCHAR, 260));
    assertEquals("longtext", mysql(VARCHAR, -1));
  }

  @Test
  void whatFitsNowhereHasAPolicyThatStops() {
    for (TypeFamily family : TypeFamily.values()) {
      for (Dialect dialect : Dialect.values()) {
        Optional<Loss> loss = TypeTable.cell(family, dialect).loss();
        loss.ifPresent(it -> assertTrue(it.allows(LossPolicy.FAIL)));
        boolean lossless = dialect == Dialect.POSTGRES || dialect == Dialect.SQLITE;
        assertTrue(!lossless || loss.isEmpty(), dialect + " " + family);
      }
    }
  }
}
