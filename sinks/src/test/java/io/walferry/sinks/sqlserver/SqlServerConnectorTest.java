package io.walferry.sinks.sqlserver;

import static io.walferry.sinks.Refusal.refused;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.sinks.sqlserver.SqlServerSettings.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that are not there, by the driver itself: it takes all that it is told. */
final class SqlServerConnectorTest {
  @ParameterizedTest
  @EnumSource
  void aServerThatIsAwayMayComeBack(Tls tls) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String mode = tls.name().toLowerCase(Locale.ROOT).replace('_', '-');
    String url = "sqlserver://sa:hush@127.0.0.1:" + port + "/shop?sslmode=" + mode;
    SqlServerConnector connector =
        new SqlServerConnector(SqlServerSettings.parse(url), SqlServerSinkSettings.DEFAULT);
    String message = refused(ErrorCode.DESTINATION_UNREACHABLE, () -> connector.connect().close());
    assertTrue(
        message.startsWith("could not connect to destination sa@127.0.0.1:" + port + "/shop: "),
        message);
    assertFalse(message.contains("hush"), message);
  }
}
