package io.walferry.sinks.sqlserver;

import static io.walferry.sinks.Refusal.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.sinks.sqlserver.SqlServerSettings.Tls;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a URL may say, and what it means where it does not. */
final class SqlServerSettingsTest {
  @Test
  void theDefaultsAreSafe() {
    SqlServerSettings settings = SqlServerSettings.parse("sqlserver://sa@db.example/shop");
    assertEquals(Tls.VERIFY_FULL, settings.tls());
    assertEquals(Optional.empty(), settings.trustStore());
    assertEquals("dbo", settings.schema());
    assertEquals("sa@db.example:1433/shop", settings.toString());
  }

  @Test
  void everythingCanBeSaid() {
    SqlServerSettings settings =
        SqlServerSettings.parse(
            "sqlserver://s%40:p%2Fw@[::1]:14330/my%20shop?sslmode=require&truststore=/a/b.jks"
                + "&schema=copy");
    assertEquals(Tls.REQUIRE, settings.tls());
    assertEquals(Optional.of("/a/b.jks"), settings.trustStore());
    assertEquals("copy", settings.schema());
    assertEquals("my shop", settings.database());
    assertEquals("s@", settings.user());
    assertEquals("::1", settings.server().host());
    assertEquals(14330, settings.server().port());
    assertEquals("p/w", settings.password().ask().orElseThrow().reveal());
    assertFalse(settings.toString().contains("p/w"));
  }

  @ParameterizedTest
  @CsvSource({
    "mysql://sa@localhost/shop, begin with",
    "sqlserver://sa@localhost, database",
    "sqlserver://localhost/shop, user",
    "sqlserver://sa@/shop, host",
    "sqlserver://sa@localhost:99999/shop, port",
    "sqlserver://sa@localhost/shop?sslmode=prefer, 'one of disable, require, verify-full'",
    "sqlserver://sa@localhost/shop?schema=Walferry, own",
    "sqlserver://sa@localhost/shop?encrypt=true, another"
  })
  void whatIsWrongIsSaid(String url, String problem) {
    String message = refused(ErrorCode.CONFIGURATION_INVALID, () -> SqlServerSettings.parse(url));
    assertTrue(message.contains(problem), message);
  }
}
