package io.walferry.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DidYouMeanTest {
  private static final List<String> KNOWN =
      List.of("batchRows", "batchBytes", "sslmode", "url", "retry");

  @ParameterizedTest
  @CsvSource({
    "batchRow, batchRows",
    "batch_rows, batchRows",
    "BATCHBYTES, batchBytes",
    "sslmod, sslmode",
    "slsmode, sslmode",
    "ulr, url",
    "uri, url",
    "retrys, retry",
    "hunter2, ''",
    "x, ''",
    "port, ''",
  })
  void theNearestNameIsFoundIfItIsNear(String given, String expected) {
    assertEquals(expected, DidYouMean.nearest(given, KNOWN).orElse(""));
  }
}
