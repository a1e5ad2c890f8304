package io.walferry.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DecodingStatsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, ''",
    "1073741824, 1073741824, ''",
    "1073741825, 10737418250, ''",
    "1073741825, 9663676425, 'made the server write 1024 MiB to its disk to decode 9216 MiB, in 3 "
        + "transactions'",
  })
  void isAConcernWhereMuchWentToTheDiskFirst(long spilled, long total, String expected) {
    DecodingStats stats = new DecodingStats(3, spilled, 0, 0, 5, total);
    assertEquals(expected, stats.concern().orElse(""));
  }
}
