package io.walferry.testkit.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemporaryDataTest {
  private static final Path STANDARD = Path.of(System.getProperty("java.io.tmpdir"));

  private final Optional<String> before =
      Optional.ofNullable(System.getProperty(TemporaryData.MEMORY_PROPERTY));

  @AfterEach
  void restore() {
    before.ifPresentOrElse(
        value -> System.setProperty(TemporaryData.MEMORY_PROPERTY, value),
        () -> System.clearProperty(TemporaryData.MEMORY_PROPERTY));
  }

  @Test
  void aDirectoryWithRoomIsTaken(@TempDir Path memory) throws IOException {
    assertEquals(memory, parent(memory.toString(), 0));
  }

  @Test
  void anotherIsPassedBy(@TempDir Path memory) throws IOException {
    assertEquals(STANDARD, parent(memory.toString(), Long.MAX_VALUE));
    assertEquals(STANDARD, parent("/nowhere", 0));
    assertEquals(STANDARD, parent("", 0));
  }

  private static Path parent(String memory, long freeBytesMin) throws IOException {
    System.setProperty(TemporaryData.MEMORY_PROPERTY, memory);
    Path made = TemporaryData.directory("walferry-test-", freeBytesMin);
    Files.delete(made);
    return Optional.ofNullable(made.getParent()).orElseThrow();
  }
}
