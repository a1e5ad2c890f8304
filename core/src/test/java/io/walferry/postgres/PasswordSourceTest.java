package io.walferry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PasswordSourceTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path directory;

  @Test
  void aFileIsReadAgainEachTime() throws IOException {
    Path file = Files.writeString(directory.resolve("password"), "first\n");
    PasswordSource source = PasswordSource.file(file);
    assertEquals("first", asked(source));
    Files.writeString(file, " second \r\n");
    assertEquals(" second ", asked(source));
    Files.delete(file);
    assertUnavailable("cannot read the password in " + file, source);
  }

  @Test
  void aProgramIsRunAgainEachTime() throws IOException {
    Path file = Files.writeString(directory.resolve("token"), "first\n");
    PasswordSource source = PasswordSource.command(List.of("cat", file.toString()), SOON);
    assertEquals("first", asked(source));
    Files.writeString(file, "second");
    assertEquals("second", asked(source));
  }

  @Test
  void aProgramHasNoShellAndNoInput() {
    assertEquals("$HOME;ls", asked(PasswordSource.command(List.of("echo", "$HOME;ls"), SOON)));
    assertUnavailable("no line", PasswordSource.command(List.of("cat"), SOON));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "echo hunter2; echo hunter2 >&2; exit 3 | ended with status 3",
        "echo hunter2; echo hunter2             | several",
        "true # hunter2                         | no line",
      })
  void aProgramThatFailsShowsNothingOfWhatItSaid(String script, String problem) {
    assertUnavailable(problem, PasswordSource.command(List.of("sh", "-c", script), SOON));
  }

  @Test
  void aProgramThatIsNotThereIsNamed() {
    assertUnavailable(
        "the program no-such-program", PasswordSource.command(List.of("no-such-program"), SOON));
  }

  @Test
  void aProgramThatHangsIsKilledWithItsChildren() throws IOException {
    Path pid = directory.resolve("pid");
    String script = "sleep 600 & echo $! > %1$s.new && mv %1$s.new %1$s; sleep 600".formatted(pid);
    // On a busy machine the program may not come so far at once.
    for (int seconds = 1; seconds <= 32 && !Files.exists(pid); seconds *= 2) {
      PasswordSource source =
          PasswordSource.command(List.of("sh", "-c", script), Duration.ofSeconds(seconds));
      assertUnavailable("has not ended within " + seconds + "000 ms", source);
    }
    Optional<ProcessHandle> child = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
    child.ifPresent(process -> process.onExit().orTimeout(30, TimeUnit.SECONDS).join());
  }

  @Test
  void whatASourceOfOthersThrowsIsAFailureToConnect() {
    ConnectionSettings settings =
        ConnectionSettings.parse("host=127.0.0.1 port=1 user=me", Map.of());
    PasswordSource broken =
        () -> {
          throw new IllegalStateException("no token");
        };
    PostgresConnector connector = new PostgresConnector(settings.withPassword(broken), "test");
    WalferryException failure = assertThrows(WalferryException.class, connector::connect);
    assertEquals(ErrorCode.PASSWORD_UNAVAILABLE, failure.code());
    assertEquals(
        "could not connect to me@127.0.0.1:1/me: asking for the password failed",
        failure.getMessage());
  }

  private static String asked(PasswordSource source) {
    return source.ask().orElseThrow().reveal();
  }

  private static void assertUnavailable(String problem, PasswordSource source) {
    WalferryException failure = assertThrows(WalferryException.class, source::ask);
    String message = String.valueOf(failure.getMessage());
    assertEquals(ErrorCode.PASSWORD_UNAVAILABLE, failure.code());
    assertTrue(message.contains(problem), message);
    assertFalse((message + source).contains("hunter2"), message);
  }
}
