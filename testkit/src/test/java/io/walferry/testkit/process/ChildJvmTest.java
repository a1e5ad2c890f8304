package io.walferry.testkit.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walferry.testkit.mysql.MysqlBinaries;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.postgres.PostgresBinaries;
import io.walferry.testkit.wait.Await;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChildJvmTest {
  private static final Duration MAX = Await.patience(Duration.ofSeconds(60));

  @ParameterizedTest
  @ValueSource(strings = {EmbeddedServerMain.POSTGRES, "MYSQL", "MARIADB"})
  void aServerAndItsTemporaryDataEndWithAKilledJvm(String kind) throws Exception {
    if (!kind.equals(EmbeddedServerMain.POSTGRES)) {
      Optional<String> obstacle = MysqlBinaries.standard().obstacle(MysqlFlavor.valueOf(kind));
      assumeTrue(obstacle.isEmpty(), obstacle.toString());
    }
    try (ChildJvm child =
        ChildJvm.running(EmbeddedServerMain.class)
            .arguments(kind)
            .inheritProperties(
                PostgresBinaries.DIRECTORY_PROPERTY, MysqlBinaries.DIRECTORY_PROPERTY)
            .jvmOptions("-Xmx128m")
            .start()) {
      String[] words = child.awaitLine(line -> line.startsWith("server "), MAX).split(" ", -1);
      int port = Integer.parseInt(words[1]);
      ProcessHandle server = ProcessHandle.of(Long.parseLong(words[2])).orElseThrow();
      Path data = Path.of(words[3]);
      assertTrue(server.isAlive());
      child.kill();
      assertEquals(137, child.awaitExit(MAX));
      server.onExit().get(MAX.toSeconds(), TimeUnit.SECONDS);
      assertThrows(
          ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port));
      awaitAbsence(data);
    }
  }

  @Test
  void linesExitCodesAndSignalsOfAChildArrive() {
    try (ChildJvm child = ChildJvm.running(EchoMain.class).arguments("a b").start()) {
      assertEquals("argument a b", child.awaitLine(line -> line.startsWith("argument"), MAX));
      child.send("ünï");
      assertEquals("heard ünï", child.awaitLine(line -> line.startsWith("heard"), MAX));
      child.interrupt();
      assertEquals(130, child.awaitExit(MAX));
      assertTrue(child.lines().contains("hook"));
      assertThrows(
          IllegalStateException.class, () -> child.awaitLine(line -> line.equals("never"), MAX));
    }
    try (ChildJvm child = ChildJvm.running(EchoMain.class).arguments("x").start()) {
      child.awaitLine(line -> line.equals("argument x"), MAX);
      child.terminate();
      assertEquals(143, child.awaitExit(MAX));
    }
  }

  @Test
  void aGrandchildDiesWithAKilledChild() throws Exception {
    try (ChildJvm child = ChildJvm.running(ParentMain.class).start()) {
      String line = child.awaitLine(text -> text.startsWith("grandchild "), MAX);
      long pid = Long.parseLong(line.substring("grandchild ".length()));
      ProcessHandle grandchild = ProcessHandle.of(pid).orElseThrow();
      child.kill();
      grandchild.onExit().get(MAX.toSeconds(), TimeUnit.SECONDS);
      assertFalse(grandchild.isAlive());
    }
  }

  /** The guardian removes the data after the server has gone, a moment after its port has. */
  private static void awaitAbsence(Path directory) throws Exception {
    Await.until(directory + " is gone", MAX, () -> !Files.exists(directory));
  }
}
