package io.walferry.testkit.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.wait.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class FaultProxyTest {
  private static final Duration MAX = Await.patience(Duration.ofSeconds(20));
  private static final int SILENCE_MILLIS = 150;

  private final EchoServer echo = EchoServer.start();
  private final FaultProxy proxy = FaultProxy.before(echo.port());
  private final Socket client = new Socket();

  @BeforeEach
  void connect() throws IOException {
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
    client.setSoTimeout((int) MAX.toMillis());
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    proxy.close();
    echo.close();
  }

  @Test
  void withoutFaultsItForwardsAndCounts() throws IOException {
    assertEquals("hello", exchange("hello"));
    proxy.awaitConnections(1, MAX);
    proxy.awaitBytes(Direction.TO_CLIENT, 5, MAX);
    proxy.awaitBytes(Direction.TO_SERVER, 5, MAX);
    client.shutdownOutput();
    assertEquals(-1, client.getInputStream().read());
    proxy.awaitNoConnection(MAX);
  }

  @Test
  void manyBytesPassUnchanged() throws Exception {
    byte[] sent = new byte[3_000_000];
    new Random(1).nextBytes(sent);
    Thread writer = Thread.ofVirtual().start(() -> send(sent));
    assertArrayEquals(sent, client.getInputStream().readNBytes(sent.length));
    writer.join();
  }

  @Test
  void latencyDelaysBothWays() throws IOException {
    proxy.latency(Duration.ofMillis(60));
    long start = System.nanoTime();
    assertEquals("late", exchange("late"));
    assertTrue(System.nanoTime() - start >= 120_000_000);
  }

  @Test
  void aStalledConnectionIsSilentUntilHealed() throws IOException {
    proxy.stall(Direction.TO_CLIENT);
    send("stalled".getBytes(StandardCharsets.US_ASCII));
    client.setSoTimeout(SILENCE_MILLIS);
    assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
    client.setSoTimeout((int) MAX.toMillis());
    proxy.heal();
    assertEquals("stalled", receive(7));
  }

  @Test
  void aCutComesExactlyAfterItsBytesAndOnlyOnce() throws IOException {
    assertEquals("before", exchange("before"));
    proxy.cutAfter(Direction.TO_CLIENT, 4);
    send("cut here".getBytes(StandardCharsets.US_ASCII));
    assertEquals(
        "cut ", new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    assertEquals("spared", exchangeOnNewConnection("spared"));
  }

  @Test
  void aLastingCutStrikesEveryConnection() throws IOException {
    proxy.cutEveryConnectionAfter(Direction.TO_SERVER, 3);
    for (int connections = 1; connections <= 3; connections++) {
      assertTrue(exchangeOnNewConnection("abcdef").length() <= 3);
      proxy.awaitBytes(Direction.TO_SERVER, 3L * connections, MAX);
    }
    assertEquals(9, proxy.bytes(Direction.TO_SERVER));
    proxy.heal();
    assertEquals("mnopqr", exchangeOnNewConnection("mnopqr"));
  }

  @Test
  void aResetIsAnErrorAtTheClient() throws IOException {
    assertEquals("x", exchange("x"));
    proxy.reset();
    assertThrows(SocketException.class, () -> client.getInputStream().read());
    proxy.awaitNoConnection(MAX);
  }

  @Test
  void aDroppedServerLeavesTheClientHalfOpen() throws IOException {
    assertEquals("x", exchange("x"));
    proxy.dropServer();
    echo.awaitEnds(1);
    send("into the void".getBytes(StandardCharsets.US_ASCII));
    client.setSoTimeout(SILENCE_MILLIS);
    assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
    assertEquals(1, proxy.bytes(Direction.TO_CLIENT));
    assertEquals(1, proxy.openConnections());
    client.close();
    proxy.awaitNoConnection(MAX);
  }

  @RepeatedTest(20)
  void refusalMeetsNewConnectionsOnly() throws IOException {
    assertEquals("x", exchange("x"));
    proxy.refuseConnections();
    assertThrows(ConnectException.class, () -> exchangeOnNewConnection("y"));
    assertEquals("z", exchange("z"));
    proxy.heal();
    assertEquals("w", exchangeOnNewConnection("w"));
    assertEquals(2, proxy.connections());
  }

  private String exchange(String text) throws IOException {
    send(text.getBytes(StandardCharsets.US_ASCII));
    return receive(text.length());
  }

  private void send(byte[] bytes) {
    try {
      client.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String receive(int length) throws IOException {
    byte[] bytes = client.getInputStream().readNBytes(length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /** Sends the text and returns all that comes back before the end. */
  private String exchangeOnNewConnection(String text) throws IOException {
    try (var other = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      other.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      byte[] bytes = other.getInputStream().readNBytes(text.length());
      return new String(bytes, StandardCharsets.US_ASCII);
    }
  }
}
