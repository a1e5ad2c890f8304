package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.change.Lsn;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimelineHistoryTest {
  @Test
  void tellsWhereEachTimelineWasLeft() {
    TimelineHistory history =
        TimelineHistory.parse(
            """
            1\t0/3000148\tno recovery target specified

            # a comment
            4294967295\t16/3002D50\tbefore 2026-01-01 00:00:00+00
            """);
    assertEquals(Optional.of(Lsn.parse("0/3000148")), history.end(1));
    assertEquals(Optional.empty(), history.end(2));
    assertEquals(Optional.of(Lsn.parse("16/3002D50")), history.end(-1));
  }

  @Test
  void theFirstTimelineHasNone() {
    assertEquals(TimelineHistory.NONE, TimelineHistory.parse(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "one\t0/1\t", "1\t16\t", "-1\t0/1", "4294967296\t0/1"})
  void refusesAnythingElse(String line) {
    assertThrows(IllegalArgumentException.class, () -> TimelineHistory.parse(line));
  }
}
