package io.walferry.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RowReloadsTest {
  @ParameterizedTest
  @CsvSource({
    "22P02, true",
    "42883, true",
    "42501, true",
    "42P01, true",
    "0A000, true",
    "54001, true",
    "XX000, false",
    "55000, false",
    "58000, false",
    "53200, false",
    "42703, false",
    "40001, false",
    "57P01, false",
    "08006, false"
  })
  void onlyWhatWouldFailForEverIsGivenUp(String state, boolean refusal) {
    SQLException failure = new SQLException("no", state);
    assertEquals(
        refusal, RowReloads.isRefusal(PostgresErrors.translate(failure, "read rows again")));
  }

  @Test
  void whatNobodyKnowsIsNotGivenUp() {
    assertFalse(RowReloads.isRefusal(new WalferryException(ErrorCode.INTERNAL, "a defect")));
    assertFalse(
        RowReloads.isRefusal(
            PostgresErrors.translate(new SQLException("no state"), "read rows again")));
  }
}
