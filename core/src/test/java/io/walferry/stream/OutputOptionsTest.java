package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OutputOptionsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10 | \"proto_version\" '1'",
        "13 | \"proto_version\" '1'",
        "14 | \"proto_version\" '2', \"messages\" 'true', \"streaming\" 'on'",
        "15 | \"proto_version\" '3', \"messages\" 'true', \"streaming\" 'on'",
        "16 | \"proto_version\" '4', \"messages\" 'true', \"streaming\" 'parallel'",
        "19 | \"proto_version\" '4', \"messages\" 'true', \"streaming\" 'parallel'"
      })
  void eachServerIsAskedForTheNewestThatItHas(int major, String command) {
    assertEquals(command, OutputOptions.DEFAULT.command(major, false));
  }

  @Test
  void aSlotWithTwoPhaseIsReadSo() {
    assertEquals(
        "\"proto_version\" '3', \"messages\" 'true', \"two_phase\" 'on'",
        new OutputOptions(
                OptionalInt.of(3), false, OutputOptions.Origin.ANY, OutputOptions.Form.AUTO)
            .command(18, true));
    assertRefused(options(2, OutputOptions.Origin.ANY), 18, true);
  }

  @Test
  void originIsLeftOutIfItIsAskedFor() {
    assertEquals(
        "\"proto_version\" '1', \"messages\" 'true', \"origin\" 'none'",
        options(1, OutputOptions.Origin.NONE).command(16, false));
    assertRefused(options(1, OutputOptions.Origin.NONE), 15, false);
  }

  @Test
  void binaryIsAskedForWhereTheServerHasIt() {
    OutputOptions binary = OutputOptions.DEFAULT.with(OutputOptions.Form.BINARY);
    assertEquals("\"proto_version\" '1'", binary.command(13, false));
    assertEquals(
        "\"proto_version\" '2', \"messages\" 'true', \"binary\" 'true', \"streaming\" 'on'",
        binary.command(14, false));
  }

  @Test
  void aProtocolThatTheServerDoesNotHaveIsRefused() {
    assertRefused(options(3, OutputOptions.Origin.ANY), 14, false);
    assertThrows(IllegalArgumentException.class, () -> options(5, OutputOptions.Origin.ANY));
  }

  private static OutputOptions options(int protocol, OutputOptions.Origin origin) {
    return new OutputOptions(OptionalInt.of(protocol), true, origin, OutputOptions.Form.TEXT);
  }

  private static void assertRefused(OutputOptions options, int major, boolean twoPhase) {
    WalferryException refusal =
        assertThrows(WalferryException.class, () -> options.command(major, twoPhase));
    assertEquals(ErrorCode.CONFIGURATION_INVALID, refusal.code());
  }
}
