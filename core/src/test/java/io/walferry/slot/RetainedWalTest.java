package io.walferry.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.slot.RetainedWal.Status;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetainedWalTest {
  @ParameterizedTest
  @CsvSource({
    "RESERVED, 1073741824, 5, ''",
    "RESERVED, 1073741825, -1, keeps 1024 MiB of WAL",
    "RESERVED, 2147483648, 5242880, keeps 2048 MiB of WAL; it may be lost after 5 MiB more",
    "EXTENDED, 2097152, -1, 'keeps 2 MiB of WAL, beyond max_wal_size'",
    "UNRESERVED, 2097152, 0, 'keeps 2 MiB of WAL, which the next checkpoint may remove'",
    "LOST, 0, -1, is lost",
  })
  void isAConcernWhereItIsMuchOrNotSafe(Status status, long bytes, long safe, String expected) {
    RetainedWal wal =
        new RetainedWal(
            Optional.empty(),
            Optional.empty(),
            Optional.of(status),
            bytes,
            safe < 0 ? OptionalLong.empty() : OptionalLong.of(safe));
    assertEquals(expected, wal.concern().orElse(""));
  }
}
