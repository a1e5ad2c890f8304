package io.walferry.testkit.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
  void aDirectoryWithRoomIsTaken(@TempDir Path roomy) throws IOException {
    assumeTrue(Files.getFileStore(roomy).getUsableSpace() >= 8L << 30);
    assertEquals(roomy, parent(roomy.toString()));
  }

  @Test
  void anotherIsPassedBy() throws IOException {
    assertEquals(STANDARD, parent("/nowhere"));
    assertEquals(STANDARD, parent(""));
  }

  private static Path parent(String memory) throws IOException {
    System.setProperty(TemporaryData.MEMORY_PROPERTY, memory);
    Path made = TemporaryData.directory("walferry-test-");
    Files.delete(made);
    return Optional.ofNullable(made.getParent()).orElseThrow();
  }
}
